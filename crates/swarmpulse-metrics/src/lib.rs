//! The embedded metric store: head, posting index, journal, segments, aggregates.
