//! The contract suites: every backend of a trait passes the same.
