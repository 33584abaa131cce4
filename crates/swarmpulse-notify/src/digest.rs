//! Names of fixed length for things whose own names are long: incidents and notifications.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::Message;

/// A group of alerts, in 40 hexadecimal digits: the same for everything that is told of it.
pub(crate) fn incident(group_key: &str) -> String {
    hex(&Sha256::digest(group_key.as_bytes())[..20])
}

/// A notification, in 32 hexadecimal digits: the same in every attempt. Effects of another monitor, or of one that began
/// anew, have the same ids: its identity, the time and the receiver tell them apart. Not its address, which may be another
/// after a restart.
pub(crate) fn notification(message: &Message<'_>) -> String {
    let told = message.notification;
    let mut hasher = Sha256::new();
    for part in [
        message.id.to_string().as_str(),
        &told.at.0.to_string(),
        &told.receiver,
        &told.channel,
        &told.group_key,
        message.identity,
    ] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize()[..16])
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;

    use super::*;
    use crate::examples;

    #[test]
    fn a_key_is_that_of_the_notification_and_not_of_the_attempt_or_the_address() {
        let told = examples::firing();
        let message = examples::message(&told);
        let key = notification(&message);
        assert_eq!(key.len(), 32);
        let later = Message {
            now: message.now.plus_s(90.0),
            external_url: "http://127.0.0.1:40123",
            ..message
        };
        assert_eq!(notification(&later), key);
        let mut other_time = told.clone();
        other_time.at = Timestamp(1);
        for other in [
            Message {
                identity: "another monitor",
                ..message
            },
            Message {
                id: swarmpulse_model::EffectId::default(),
                ..message
            },
            Message {
                notification: &other_time,
                ..message
            },
        ] {
            assert_ne!(notification(&other), key);
        }
    }
}
