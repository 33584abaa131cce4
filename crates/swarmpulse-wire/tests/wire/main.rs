//! Bodies in, records out; records to the journal's bytes and back.

mod arbitrary;
mod bodies;
mod envelopes;
mod events;
mod fields;
mod fixture;
mod hostile;
mod limits;
mod privacy;
mod support;
