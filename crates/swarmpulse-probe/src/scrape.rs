//! Fetching what a target shows of itself over HTTP: bounded in time and size, with its credential, nothing else.
//!
//! When to fetch and what it means is the caller's business.

mod address;
mod credential;
mod fetch;

pub use address::{AddressError, ScrapeAddress};
pub use credential::{ScrapeCredential, SecretSource};
pub use fetch::{FetchError, FetchOptions, Fetched, Fetcher};
