//! HTTP: ingest, the read API, live streams, tokens, the monitor's own figures and the embedded page.
//!
//! [`App`] is what every request works on, [`serve`] listens until told to stop. A request passes the *gate* first (its
//! id, where it comes from, whose token it carries, its place in the figures), then its route's scope, then its handler.
//! Errors are [`ApiError`]s; the gate makes problem JSON of them. Nothing here knows SQL or how verdicts are decided.

mod access;
mod admin;
mod alerting;
mod alertmanager;
mod app;
mod audience;
mod backtest;
mod budget;
mod compress;
mod convert;
mod exposure;
mod gate;
mod ingest;
mod live;
mod openapi;
mod origin;
mod otlp;
mod own;
mod page;
mod peer;
mod problem;
mod prometheus;
mod read;
mod request_id;
mod router;
mod serve;
mod tokens;

pub use access::Access;
pub use app::{App, ServerOptions};
pub use exposure::{ExposureError, check_exposure};
pub use openapi::{document, document_text};
pub use otlp::{serve_otlp, usage_names};
pub use own::{Series, SeriesType, metric_names};
pub use peer::Peer;
pub use problem::ApiError;
pub use prometheus::QueryOptions;
pub use read::{ObjectiveBook, slo_answer};
pub use router::router;
pub use serve::{ServeError, serve};
pub use tokens::{MintError, Minted, mint};
