//! Drives the fleet: journal, apply, outbox, probes, snapshots and shutdown
