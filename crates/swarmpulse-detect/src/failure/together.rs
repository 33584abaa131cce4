//! What fails together: task types, agents, services and hosts whose troubles begin in the same five minutes more often
//! than two things that have nothing to do with each other.
//!
//! Counted are beginnings, not failures: a long outage is one. Beginnings are compared within blocks of three hours, so
//! that day and night, load and slow drifts are no relation: given how many each has in a block, how many they share by
//! chance is hypergeometric (Fisher's exact test, stratified as by Mantel and Haenszel, 1959, with the exact sum of the
//! blocks). Benjamini and Hochberg's correction is for all pairs that could be tested. Last, no shift in time of one
//! against the other by ten to 45 minutes may share as much: what comes in runs for other reasons fails there.

use crate::statistics::multiple_testing::believed_up_to;
use crate::statistics::rates::hypergeometric;

use super::marks::{Bits, common, count, count_between, older};

/// Spans of a block: three hours.
const BLOCK: usize = 36;
/// The longest shift that is tried, in spans.
const SHIFT_MAX: u64 = 9;
/// Beginnings that both must share.
pub(super) const SHARED_MIN: u32 = 5;
/// The share of the rarer one's beginnings that must be shared.
const SHARE_MIN: f64 = 0.3;
/// How many times more often than by chance.
const LIFT_MIN: f64 = 2.0;
/// Members that are compared at most: those of the most beginnings.
pub(super) const MEMBERS_MAX: usize = 200;
/// The probability of chance up to which what was told is kept.
const KEPT_P: f64 = 1e-3;
/// The share of false pairs among those told, and the probability of telling any where nothing is related.
const FALSE_SHARE: f64 = 1e-5;

/// Two that fail together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// Their places among what was given.
    pub(super) a: usize,
    pub(super) b: usize,
    /// Beginnings of the first, of the second, of both.
    pub(super) begun: (u32, u32, u32),
    /// How many times more often than by chance.
    pub(super) lift: f64,
    /// How probable that is by chance.
    pub(super) p: f64,
}

/// What was compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Compared {
    /// Pairs that fail together, the surest first.
    pub(super) pairs: Vec<Pair>,
    /// Pairs that could be tested.
    pub(super) tested: usize,
    /// Members that began to fail often enough to be compared.
    pub(super) members: usize,
    /// Members left out for want of room.
    pub(super) left_out: usize,
}

/// Which spans were observed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The number of the newest; bit 0 of onsets.
    pub(super) newest: i64,
    /// How many.
    pub(super) spans: usize,
}

/// Compares all with all that `may_meet` allows. `told` says which pairs were told before.
pub(super) fn compare(
    onsets: &[Bits],
    window: Window,
    may_meet: impl Fn(usize, usize) -> bool,
    told: impl Fn(usize, usize) -> bool,
) -> Compared {
    let mut members: Vec<(usize, u32)> = onsets
        .iter()
        .enumerate()
        .map(|(member, bits)| (member, count(bits)))
        .filter(|(_, begun)| *begun >= SHARED_MIN)
        .collect();
    members.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let left_out = members.len().saturating_sub(MEMBERS_MAX);
    members.truncate(MEMBERS_MAX);
    let mut compared = Compared {
        members: members.len(),
        left_out,
        ..Compared::default()
    };
    let mut likely = Vec::new();
    for (place, (a, begun_a)) in members.iter().enumerate() {
        for (b, begun_b) in &members[place + 1..] {
            if !may_meet(*a, *b) {
                continue;
            }
            compared.tested += 1;
            let both = common(&onsets[*a], &onsets[*b]);
            let share = f64::from(both) / f64::from((*begun_a).min(*begun_b));
            // What was told needs less to stay.
            let ease = if told(*a, *b) { 0.6 } else { 1.0 };
            if f64::from(both) < f64::from(SHARED_MIN) * ease || share < SHARE_MIN * ease {
                continue;
            }
            let (expected, p) = chance(&onsets[*a], &onsets[*b], both, window);
            let lift = f64::from(both) / expected.max(f64::MIN_POSITIVE);
            if lift >= LIFT_MIN * ease {
                likely.push(Pair {
                    a: *a,
                    b: *b,
                    begun: (*begun_a, *begun_b, both),
                    lift,
                    p,
                });
            }
        }
    }
    let p_values: Vec<f64> = likely.iter().map(|pair| pair.p).collect();
    let most = believed_up_to(&p_values, compared.tested, FALSE_SHARE);
    likely.retain(|pair| {
        let sure = || stands_out(&onsets[pair.a], &onsets[pair.b], pair.begun.2);
        most.is_some_and(|most| pair.p <= most && sure()) || (pair.p <= KEPT_P && told(pair.a, pair.b))
    });
    likely.sort_by(|x, y| x.p.total_cmp(&y.p).then((x.a, x.b).cmp(&(y.a, y.b))));
    compared.pairs = likely;
    compared
}

/// How many beginnings two share by chance, and how probable it is that they share `both` or more.
fn chance(a: &Bits, b: &Bits, both: u32, window: Window) -> (f64, f64) {
    let (mut expected, mut certain) = (0.0, 0_usize);
    // The distribution of the sum over the blocks so far; entry `n` for `n` shared.
    let mut shared = vec![1.0_f64];
    let mut to = 0;
    while to < window.spans {
        let from = to;
        // Blocks lie fast in time, so that the answer does not change with every span that passes.
        let block = if from == 0 {
            window.newest.rem_euclid(BLOCK as i64) as usize + 1
        } else {
            BLOCK
        };
        to = (from + block).min(window.spans);
        let (in_a, in_b) = (
            u64::from(count_between(a, from, to)),
            u64::from(count_between(b, from, to)),
        );
        if in_a == 0 || in_b == 0 {
            continue;
        }
        let size = (to - from) as u64;
        expected += in_a as f64 * in_b as f64 / size as f64;
        let least = (in_a + in_b).saturating_sub(size);
        let here: Vec<f64> = (least..=in_a.min(in_b))
            .map(|n| hypergeometric(n, in_a, in_b, size))
            .collect();
        certain += least as usize;
        let mut sum = vec![0.0; shared.len() + here.len() - 1];
        for (n, p) in shared.iter().enumerate() {
            for (m, q) in here.iter().enumerate() {
                sum[n + m] += p * q;
            }
        }
        shared = sum;
    }
    let from = (both as usize).saturating_sub(certain);
    // From the far end, where the terms are small.
    let p: f64 = shared.iter().skip(from).rev().sum();
    (expected, p.min(1.0))
}

/// Whether no short shift of one against the other shares as many beginnings.
fn stands_out(a: &Bits, b: &Bits, both: u32) -> bool {
    (2..=SHIFT_MAX).all(|by| common(&older(a, by), b) < both && common(a, &older(b, by)) < both)
}

/// Members that hang together by pairs, each group with its members, the one of most pairs first, and its surest pair.
pub(super) fn clusters(pairs: &[Pair]) -> Vec<(Vec<usize>, Pair)> {
    let mut groups: Vec<(Vec<usize>, Pair)> = Vec::new();
    for pair in pairs {
        let of = |member: usize, groups: &[(Vec<usize>, Pair)]| {
            groups.iter().position(|(members, _)| members.contains(&member))
        };
        match (of(pair.a, &groups), of(pair.b, &groups)) {
            (None, None) => groups.push((vec![pair.a, pair.b], *pair)),
            (Some(group), None) => groups[group].0.push(pair.b),
            (None, Some(group)) => groups[group].0.push(pair.a),
            (Some(one), Some(other)) if one != other => {
                let (keep, go) = (one.min(other), one.max(other));
                let (members, _) = groups.remove(go);
                groups[keep].0.extend(members);
            }
            _ => {}
        }
    }
    let degree = |member: usize| {
        pairs
            .iter()
            .filter(|pair| pair.a == member || pair.b == member)
            .count()
    };
    for (members, _) in &mut groups {
        members.sort_by_key(|member| (std::cmp::Reverse(degree(*member)), *member));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::marks::{MARKS, Marks};

    /// Numbers that are the same every time: xorshift64*.
    struct Dice(u64);

    impl Dice {
        fn uniform(&mut self) -> f64 {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
        }
    }

    fn window(newest: i64, spans: usize) -> Window {
        Window { newest, spans }
    }

    fn onsets(marks: &[Marks], newest: i64) -> Vec<Bits> {
        marks.iter().map(|marks| marks.onsets(newest)).collect()
    }

    #[test]
    fn those_that_break_together_are_found_with_their_partners() {
        let mut dice = Dice(9);
        let mut marks = [Marks::default(); 6];
        for span in 1000..1500 {
            let outage = span % 25 < 2;
            for (member, marks) in marks.iter_mut().enumerate() {
                let p = if outage && member < 3 { 0.9 } else { 0.02 };
                if dice.uniform() < p {
                    marks.mark(span);
                }
            }
        }
        let compared = compare(
            &onsets(&marks, 1499),
            window(1499, 500),
            |_, _| true,
            |_, _| false,
        );
        assert_eq!(compared.tested, 15);
        assert_eq!(compared.pairs.len(), 3, "{compared:?}");
        assert!(
            compared
                .pairs
                .iter()
                .all(|pair| pair.b < 3 && pair.a < 3 && pair.lift > 5.0)
        );
        let groups = clusters(&compared.pairs);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].0.len(), 3);
    }

    #[test]
    fn what_is_independent_is_not_told_in_hundreds_of_days() {
        // Twenty members whose rates follow the day by a factor of ten, half of them in runs; judged every hour.
        let mut dice = Dice(4);
        let mut false_days = 0;
        for day in 0..150 {
            let mut marks = [Marks::default(); 20];
            let mut running = [0_u32; 20];
            let mut told = false;
            for span in 0..MARKS as i64 {
                let load = 0.55 - 0.45 * (span as f64 / 288.0 * std::f64::consts::TAU).cos();
                for member in 0..20 {
                    if running[member] > 0 {
                        running[member] -= 1;
                        marks[member].mark(span + 1);
                    } else if dice.uniform() < load * 0.01 * (1 + member) as f64 {
                        marks[member].mark(span + 1);
                        running[member] = if member % 2 == 0 {
                            (dice.uniform() * 6.0) as u32
                        } else {
                            0
                        };
                    }
                }
                if span >= 288 && span % 12 == 0 {
                    let compared = compare(
                        &onsets(&marks, span + 1),
                        window(span + 1, span as usize + 1),
                        |_, _| true,
                        |_, _| false,
                    );
                    assert!(compared.tested > 0, "day {day}");
                    told |= !compared.pairs.is_empty();
                }
            }
            false_days += usize::from(told);
        }
        assert_eq!(false_days, 0);
    }

    #[test]
    fn the_sum_of_blocks_is_a_distribution() {
        let mut a = Bits::default();
        let mut b = Bits::default();
        for age in [1, 5, 40, 45, 80, 120, 300] {
            a[age / 64] |= 1 << (age % 64);
        }
        for age in [1, 7, 40, 81, 121, 300, 301] {
            b[age / 64] |= 1 << (age % 64);
        }
        assert!((chance(&a, &b, 0, window(35, MARKS)).1 - 1.0).abs() < 1e-9);
        let falling: Vec<f64> = (0..5)
            .map(|both| chance(&a, &b, both, window(35, MARKS)).1)
            .collect();
        assert!(falling.windows(2).all(|pair| pair[0] > pair[1]), "{falling:?}");
        // Block 0 has 2 and 2 of 36, and so on: the mean is the sum of their products over 36.
        assert!(
            (chance(&a, &b, 3, window(35, MARKS)).0 - (2.0 * 2.0 + 2.0 + 1.0 + 1.0 + 2.0) / 36.0).abs() < 0.2
        );
    }
}
