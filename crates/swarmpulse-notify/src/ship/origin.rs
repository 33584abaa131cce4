//! Who ships: what every line says of its sender.

use swarmpulse_model::Text;

/// Who ships.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The service's name.
    pub service: Text,
    /// The machine's name.
    pub host: Text,
    /// `production`, `staging`, ...; empty if it is not told.
    pub environment: Text,
    /// One life of the process, in 32 hexadecimal digits.
    pub run: Text,
}

impl Origin {
    /// `swarmpulse@0.1.0`.
    pub(super) fn release() -> &'static str {
        concat!("swarmpulse@", env!("CARGO_PKG_VERSION"))
    }
}
