//! Whether it is safe to listen on an address.

use std::net::SocketAddr;

/// Why it is not safe to listen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExposureError {
    /// Anyone who reaches the port could read and write.
    #[error(
        "listening on {address} without a token would let anyone who reaches it read and write; make a token first \
         (`swarmpulse token create --scope ingest`), listen on 127.0.0.1, or set `server.insecure` (`--insecure`)"
    )]
    Open {
        /// Where it would listen.
        address: SocketAddr,
    },
}

/// Whether it is safe to listen there: on loopback always, elsewhere with a token or if told so.
///
/// # Errors
/// If it is not.
pub fn check_exposure(address: SocketAddr, tokens: usize, insecure: bool) -> Result<(), ExposureError> {
    if address.ip().to_canonical().is_loopback() || tokens > 0 || insecure {
        return Ok(());
    }
    Err(ExposureError::Open { address })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_loopback_it_takes_a_token_or_a_word() {
        for (address, tokens, insecure, safe) in [
            ("127.0.0.1:9870", 0, false, true),
            ("127.9.9.9:9870", 0, false, true),
            ("[::1]:9870", 0, false, true),
            ("[::ffff:127.0.0.1]:9870", 0, false, true),
            ("0.0.0.0:9870", 0, false, false),
            ("[::]:9870", 0, false, false),
            ("10.0.0.5:9870", 0, false, false),
            ("10.0.0.5:9870", 1, false, true),
            ("0.0.0.0:9870", 0, true, true),
        ] {
            let result = check_exposure(address.parse().unwrap(), tokens, insecure);
            assert_eq!(result.is_ok(), safe, "{address} {tokens} {insecure}");
            if let Err(error) = result {
                assert!(error.to_string().contains("swarmpulse token create"), "{error}");
            }
        }
    }
}
