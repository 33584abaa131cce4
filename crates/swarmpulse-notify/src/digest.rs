//! Names of fixed length for things whose own names are long: incidents and notifications.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::Message;

/// A group of alerts, in 40 hexadecimal digits: the same for everything that is told of it.
pub(crate) fn incident(group_key: &str) -> String {
    hex(&Sha256::digest(group_key.as_bytes())[..20])
}

/// A notification, in 32 hexadecimal digits: the same in every attempt. Effects of another monitor, or of one that began
/// anew, have the same ids: the time, the receiver and the monitor's address tell them apart.
pub(crate) fn notification(message: &Message<'_>) -> String {
    let told = message.notification;
    let mut hasher = Sha256::new();
    for part in [
        message.id.to_string().as_str(),
        &told.at.0.to_string(),
        &told.receiver,
        &told.channel,
        &told.group_key,
        message.external_url,
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
