//! Marks: in which spans of the last two days more failed than usual, as bits.

/// Words of bits.
const WORDS: usize = 9;
/// Spans that are remembered: two days of five minutes.
pub(super) const MARKS: usize = WORDS * 64;

/// Bits of spans; bit 0 is the newest. 80 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    newest: i64,
    bits: Bits,
}

/// So many bits.
pub(super) type Bits = [u64; WORDS];

impl Marks {
    /// Marks a span.
    pub(super) fn mark(&mut self, span: i64) {
        if span > self.newest {
            self.bits = older(&self.bits, (span - self.newest) as u64);
            self.newest = span;
        }
        let age = (self.newest - span) as usize;
        if age < MARKS {
            self.bits[age / 64] |= 1 << (age % 64);
        }
    }

    /// The spans at which marks begin, bit 0 being `newest`: a mark right after another goes on and does not begin.
    pub(super) fn onsets(&self, newest: i64) -> Bits {
        if newest < self.newest {
            return Bits::default();
        }
        let bits = older(&self.bits, (newest - self.newest) as u64);
        let before = younger(&bits);
        std::array::from_fn(|word| bits[word] & !before[word])
    }
}

/// All bits so many spans older; what is too old falls out.
pub(super) fn older(bits: &Bits, by: u64) -> Bits {
    if by >= MARKS as u64 {
        return Bits::default();
    }
    let (words, rest) = ((by / 64) as usize, by % 64);
    std::array::from_fn(|word| {
        let at = |word: Option<usize>| word.map_or(0, |word| bits[word]);
        let here = at(word.checked_sub(words));
        let below = at(word.checked_sub(words + 1));
        if rest == 0 {
            here
        } else {
            here << rest | below >> (64 - rest)
        }
    })
}

/// All bits one span younger: bit `n` tells of the span before that of `n`.
fn younger(bits: &Bits) -> Bits {
    std::array::from_fn(|word| bits[word] >> 1 | bits.get(word + 1).map_or(0, |next| next << 63))
}

/// How many are set.
pub(super) fn count(bits: &Bits) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}

/// How many are set in both.
pub(super) fn common(a: &Bits, b: &Bits) -> u32 {
    a.iter().zip(b).map(|(a, b)| (a & b).count_ones()).sum()
}

/// How many are set from one age to before another.
pub(super) fn count_between(bits: &Bits, from: usize, to: usize) -> u32 {
    (from..to.min(MARKS))
        .map(|age| (bits[age / 64] >> (age % 64) & 1) as u32)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn onsets_are_marks_without_one_before(steps in proptest::collection::vec(0_i64..40, 1..120), beyond in 0_i64..200) {
            let mut marks = Marks::default();
            let mut truth = BTreeSet::new();
            let mut span = 5_000_000;
            for step in steps {
                span += step;
                marks.mark(span);
                truth.insert(span);
            }
            let newest = span + beyond;
            let onsets = marks.onsets(newest);
            for age in 0..MARKS as i64 - 1 {
                // What lies before the oldest mark is not known any more.
                let (at, before) = (newest - age, newest - age - 1);
                let expected = truth.contains(&at) && !truth.contains(&before) && span - at < MARKS as i64;
                if span - before >= MARKS as i64 { continue; }
                let seen = onsets[age as usize / 64] >> (age % 64) & 1 == 1;
                prop_assert_eq!(seen, expected, "age {}", age);
            }
        }
    }
}
