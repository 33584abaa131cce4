//! The client that channels speak HTTP with: bounded in time and size, follows no redirects, and names no address but its
//! host in what it says.

mod address;
mod answer;
mod cleansing;
mod client;
mod failure;
mod form;
mod oauth2;
mod options;
mod retry_after;

pub use address::{Address, AddressError};
pub use answer::Answer;
pub use cleansing::Cleanser;
pub use client::{HttpClient, HttpError, Request};
pub use oauth2::Oauth2Options;
pub use options::HttpOptions;
pub(crate) use options::base64;
