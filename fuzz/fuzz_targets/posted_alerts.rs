//! Any bytes as alerts that are posted to an Alertmanager.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmpulse_wire::{AlertLimits, decode_alerts};

fuzz_target!(|bytes: &[u8]| {
    let _ = decode_alerts(bytes, &AlertLimits::default());
});
