//! Evidence: the claim as a sentence, its strength and its age.

use swarmpulse_model::{Evidence, Timestamp};

/// Evidence with the age it has at `now`.
pub(super) fn evidence(evidence: &Evidence, now: Timestamp) -> swarmpulse_api::Evidence {
    let class = evidence.class();
    swarmpulse_api::Evidence {
        claim: evidence.name().to_owned(),
        text: evidence.claim.to_string(),
        class: class as u8,
        strength: class.as_str().to_owned(),
        at: evidence.at.to_string(),
        age_s: age_s(evidence.at, now),
        record: evidence.record.map(|position| position.to_string()),
    }
}

/// All of it, in its order.
pub(super) fn all(all: &[Evidence], now: Timestamp) -> Vec<swarmpulse_api::Evidence> {
    all.iter().map(|one| evidence(one, now)).collect()
}

/// How long ago, in seconds to the millisecond; never negative: between the fleet's time and the reader's a record
/// may lie.
pub(super) fn age_s(at: Timestamp, now: Timestamp) -> f64 {
    (now.since(at).max(0) / 1_000_000) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::{Claim, Position};

    use super::*;

    #[test]
    fn evidence_names_its_claim_strength_age_and_record() {
        let silence = Evidence {
            claim: Claim::NoContact { limit_s: 30.0 },
            at: Timestamp::from_unix_s(100.0),
            record: Some(Position {
                partition: 0,
                offset: 7,
            }),
        };
        let shown = evidence(&silence, Timestamp::from_unix_s(145.5));
        assert_eq!(
            (shown.claim.as_str(), shown.text.as_str()),
            ("no_contact", "no contact within 30 s")
        );
        assert_eq!((shown.class, shown.strength.as_str()), (4, "silence"));
        assert_eq!((shown.age_s, shown.record.as_deref()), (45.5, Some("0-7")));
        assert_eq!(shown.at, "1970-01-01T00:01:40.000Z");
        assert_eq!(evidence(&silence, Timestamp(0)).age_s, 0.0);
    }
}
