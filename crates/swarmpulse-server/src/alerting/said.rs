//! Records that say what a person did, and the wait until the desk shows it.

use swarmpulse_model::{Record, Source, Text};
use swarmpulse_runtime::Batch;

use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// Journals a record; once this returns, the desk shows it.
///
/// # Errors
/// If it was not taken.
pub(crate) async fn say(app: &App, access: &Access, namespace: Text, record: Record) -> Result<(), ApiError> {
    let batch = Batch {
        namespace,
        principal: access.principal.clone(),
        source: Source::Http,
        records: vec![record],
    };
    let receipt = app.runtime().submit(batch).await?;
    // What is journaled stands, however long the desk takes to show it.
    drop(app.runtime().alerting_at(receipt.position).await);
    Ok(())
}

/// A random UUID of version 4.
///
/// # Errors
/// If the operating system gives no randomness.
pub(crate) fn uuid() -> Result<Text, ApiError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| ApiError::internal(format!("no randomness from the operating system: {error}")))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(half.into(), 16));
        }
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_random_uuids() {
        let (one, other) = (uuid().unwrap(), uuid().unwrap());
        assert_ne!(one, other);
        let parts: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(one.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&one.as_bytes()[19]), "{one}");
    }
}
