//! How long to wait before a notification is tried again: longer each time, and never at the same moment as others.

use swarmpulse_model::EffectId;
use xxhash_rust::xxh3::xxh3_64;

/// The first wait, in seconds.
const FIRST_S: f64 = 1.0;
/// The longest wait that we choose ourselves, in seconds.
const LONGEST_S: f64 = 300.0;
/// The longest wait that the other side may ask for, in seconds.
const ASKED_MAX_S: f64 = 900.0;
/// Doublings after which the wait is the longest anyhow.
const DOUBLINGS_MAX: u32 = 16;

/// Seconds to wait after so many attempts that failed. `asked_s` is what the other side asked for: it is heeded, within
/// bounds. The jitter follows from the id, so that a replay waits as long.
pub(crate) fn wait_s(id: EffectId, attempts: u32, asked_s: Option<f64>) -> f64 {
    let doublings = attempts.saturating_sub(1).min(DOUBLINGS_MAX);
    let plain_s = (FIRST_S * f64::from(1_u32 << doublings)).min(LONGEST_S);
    let mut bytes = [0; 20];
    bytes[..4].copy_from_slice(&id.position.partition.to_le_bytes());
    bytes[4..12].copy_from_slice(&id.position.offset.to_le_bytes());
    bytes[12..16].copy_from_slice(&id.n.to_le_bytes());
    bytes[16..].copy_from_slice(&attempts.to_le_bytes());
    let share = (xxh3_64(&bytes) >> 40) as f64 / f64::from(1_u32 << 24);
    let own_s = plain_s * (0.75 + 0.5 * share);
    match asked_s.filter(|asked_s| asked_s.is_finite() && *asked_s > 0.0) {
        Some(asked_s) => own_s.max(asked_s.min(ASKED_MAX_S)),
        None => own_s,
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Position;

    use super::*;

    fn id(offset: u64) -> EffectId {
        EffectId {
            position: Position { partition: 0, offset },
            n: 0,
        }
    }

    #[test]
    fn waits_double_up_to_five_minutes() {
        for (attempts, plain_s) in [
            (1, 1.0),
            (2, 2.0),
            (5, 16.0),
            (9, 256.0),
            (10, 300.0),
            (4000, 300.0),
        ] {
            let waited_s = wait_s(id(7), attempts, None);
            assert!(
                (plain_s * 0.75..plain_s * 1.25).contains(&waited_s),
                "{attempts}: {waited_s}"
            );
            assert_eq!(waited_s, wait_s(id(7), attempts, None), "the same each time");
        }
    }

    #[test]
    fn notifications_are_not_tried_at_the_same_moment() {
        let waits: std::collections::BTreeSet<u64> = (0..100)
            .map(|offset| wait_s(id(offset), 3, None).to_bits())
            .collect();
        assert!(waits.len() > 95);
    }

    #[test]
    fn what_the_other_side_asks_for_is_heeded_within_bounds() {
        assert_eq!(wait_s(id(1), 1, Some(60.0)), 60.0);
        assert_eq!(wait_s(id(1), 1, Some(86_400.0)), ASKED_MAX_S);
        assert!(
            wait_s(id(1), 9, Some(1.0)) > 190.0,
            "never sooner than our own wait"
        );
        assert_eq!(wait_s(id(1), 1, Some(f64::NAN)), wait_s(id(1), 1, None));
        assert_eq!(wait_s(id(1), 1, Some(-3.0)), wait_s(id(1), 1, None));
    }
}
