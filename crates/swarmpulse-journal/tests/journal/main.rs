//! The journal on real files: its contract, crashes, damage, full disks, housekeeping.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what fails")]

mod check;
mod contract;
mod crash;
mod cuts_and_flips;
mod damage;
mod full_disk;
mod housekeeping;
mod support;
mod torn_groups;
mod view;
