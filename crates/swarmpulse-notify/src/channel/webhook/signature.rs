//! The signature of a webhook's body.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::digest::hex;

/// `t=SECONDS,v1=HEX`: HMAC-SHA256 of `SECONDS.BODY` with the secret.
pub(super) fn header(secret: &[u8], seconds: i64, body: &[u8]) -> String {
    // Keys of HMAC may have any length: this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else {
        return String::new();
    };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    format!("t={seconds},v1={}", hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_compute_the_same() {
        // printf '1795344370.{"a":1}' | openssl dgst -sha256 -hmac key
        assert_eq!(
            header(b"key", 1_795_344_370, b"{\"a\":1}"),
            "t=1795344370,v1=21a0cce48abdf2159ab0f9572a3eb4f9d5b6615d4059b0a9b31846d65d59615e"
        );
    }
}
