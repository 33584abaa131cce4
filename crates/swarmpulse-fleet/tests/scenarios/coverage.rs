//! The rows of the contract on verdicts, each of which some scenario must name in its `covers:` line.

use std::collections::BTreeSet;

use swarmpulse_model::{EvidenceClass, Verdict};

/// What the contract says beyond its table, in the order in which it says it.
const RULES: [&str; 31] = [
    "process exit",
    "sandbox gone",
    "host gone",
    "sender said so",
    "stronger wins",
    "claim once",
    "claim bounded",
    "start grace",
    "rate limit",
    "probe failed",
    "unknown bounded",
    "discovered end",
    "declared deadline",
    "learned deadline",
    "default deadline",
    "receipt time",
    "unknown event is progress",
    "system event is no progress",
    "non-work is no progress",
    "freeze on restart",
    "freeze on stall",
    "freeze on clock jump",
    "freeze on ingest gap",
    "freeze on mass silence",
    "freeze holds no positive death",
    "confined to one host",
    "confined to one sandbox",
    "confined to one provider",
    "freeze ends with contact",
    "freeze ends at its limit",
    "pid reuse",
];

/// What no scenario covers, and what is covered that is not in the contract.
pub fn missing(texts: &[String]) -> Vec<String> {
    let mut wanted: BTreeSet<String> = RULES.iter().map(|rule| (*rule).to_owned()).collect();
    wanted.extend(Verdict::ALL.iter().map(|verdict| verdict.as_str().to_owned()));
    let classes = [
        EvidenceClass::PositiveDeath,
        EvidenceClass::BoundLife,
        EvidenceClass::ClaimedLife,
        EvidenceClass::Silence,
    ];
    wanted.extend(classes.map(|class| format!("class {}", class as u8)));
    let mut missing = wanted.clone();
    let mut unknown = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let covered: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("covers:"))
            .flat_map(|names| names.split(','))
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if covered.is_empty() {
            let first = text.lines().next().unwrap_or_default();
            unknown.push(format!("(nothing, by scenario {number}: {first})"));
        }
        for name in covered {
            missing.remove(name);
            if !wanted.contains(name) {
                unknown.push(format!("(unknown: {name})"));
            }
        }
    }
    missing.into_iter().chain(unknown).collect()
}
