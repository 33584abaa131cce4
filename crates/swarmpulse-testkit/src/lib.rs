//! The real binary and simulated fleets for end-to-end tests
