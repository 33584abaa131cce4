//! The swarmpulse binary.
fn main() {}
