//! Where a request comes from.

use std::net::SocketAddr;

/// Where a request comes from; the listener adds it to every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The other end of the connection.
    pub address: SocketAddr,
    /// The listener is bound to a loopback address, so that nobody else can reach it.
    pub loopback_listener: bool,
}

impl Peer {
    /// Whether the other end is on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.address.ip().to_canonical().is_loopback()
    }
}
