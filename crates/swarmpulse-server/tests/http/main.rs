//! The server in process, over a real runtime with stores in memory: every rule of the contract, and hostile requests.

mod access;
mod agents_limit;
mod bodies;
mod encodings;
mod figures;
mod full;
mod gate;
mod harness;
mod ingest;
mod page;
mod ping;
mod prometheus;
mod serving;
mod tokens;
