//! The largest episodes of a sign so far, and how rare something larger is.

/// Episodes kept: the more, the steadier the tail; with 12 a sign takes 36 bytes.
const KEPT: usize = 12;
/// Episodes needed before anything is called rare.
const NEEDED: usize = 8;
/// Logarithms are kept as whole numbers of this part: 0.4 % of a value.
const PART: f32 = 256.0;
/// Prior of the sum of excesses, so that episodes of one size do not make the next size impossible.
const PRIOR: f32 = 0.2;
/// Logarithms that differ by less are of the same size: 6 % of a value.
const SAME: i32 = 15;
/// Largest tail index: a thinner tail is not believed.
const INDEX_MAX: f32 = 30.0;

/// The largest values of one sign, one for each episode: values that follow each other within `gap` rows are one
/// (declustering by runs). Among them a value is as rare as its rank, those of about its
/// size being as large; beyond the largest the tail is taken for a power law
/// whose index is Hill's estimate.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    /// Logarithms of the values, largest first.
    top: [i16; KEPT],
    len: u8,
    /// Largest value of the episode that goes on.
    current: i16,
    /// Row of that value; 0 before any.
    row: u32,
    /// The smallest value kept, once all places are taken; smaller ones need no logarithm.
    floor: f32,
}

impl Tail {
    pub(super) const fn new() -> Self {
        Self {
            top: [0; KEPT],
            len: 0,
            current: 0,
            row: 0,
            floor: 0.0,
        }
    }

    /// Adds the value of row `row` (counted from 1). Says how rare it is: the natural logarithm of the number of rows in
    /// which one such episode is expected, 0 if it is not beyond the smallest of the largest.
    pub(super) fn push(&mut self, value: f32, row: u32, gap: u32) -> f32 {
        if value.is_nan() || value <= self.floor {
            return 0.0;
        }
        let code = (value.ln() * PART) as i16;
        let rarity = self.rarity(code, row);
        self.keep(code, row, gap);
        if usize::from(self.len) == KEPT {
            self.floor = (f32::from(self.top[KEPT - 1]) / PART).exp();
        }
        rarity
    }

    fn rarity(&self, code: i16, row: u32) -> f32 {
        let len = usize::from(self.len);
        if len < NEEDED || code <= self.top[len - 1] {
            return 0.0;
        }
        let as_large = |&&kept: &&i16| i32::from(kept) + SAME >= i32::from(code);
        let larger = self.top[..len].iter().filter(as_large).count();
        let waited = (row as f32 / (larger as f32 + 0.5)).ln();
        if larger > 0 {
            return waited;
        }
        let smallest = i32::from(self.top[len - 1]);
        let excess: i32 = self.top[..len]
            .iter()
            .map(|&kept| i32::from(kept) - smallest)
            .sum();
        let index = (len as f32 / (excess as f32 / PART + PRIOR)).min(INDEX_MAX);
        let beyond = (i32::from(code) - i32::from(self.top[0])) as f32 / PART;
        waited + index * beyond
    }

    fn keep(&mut self, code: i16, row: u32, gap: u32) {
        let len = usize::from(self.len);
        if self.row > 0 && row.saturating_sub(self.row) <= gap {
            if code <= self.current {
                return;
            }
            match self.top[..len].iter().position(|&kept| kept == self.current) {
                Some(place) => self.raise(place, code),
                None => self.insert(code),
            }
        } else if len < KEPT || code > self.top[len - 1] {
            self.insert(code);
        } else {
            return;
        }
        self.current = code;
        self.row = row;
    }

    fn insert(&mut self, code: i16) {
        let len = usize::from(self.len);
        if len < KEPT {
            self.len += 1;
            self.raise(len, code);
        } else if code > self.top[KEPT - 1] {
            self.raise(KEPT - 1, code);
        }
    }

    fn raise(&mut self, mut place: usize, code: i16) {
        self.top[place] = code;
        while place > 0 && self.top[place - 1] < code {
            self.top.swap(place - 1, place);
            place -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Tail {
        let mut tail = Tail::new();
        for row in 1..=1000_u32 {
            // A peak every hundred rows, each of another height between 2 and 3.
            let value = if row % 50 == 0 {
                2.0 + (row as f32 / 1000.0)
            } else {
                1.0
            };
            tail.push(value, row, 5);
        }
        tail
    }

    #[test]
    fn larger_is_rarer() {
        let tail = filled();
        let at = |value: f32| tail.clone().push(value, 1001, 5);
        assert_eq!(at(1.5), 0.0);
        assert_eq!(at(f32::NAN), 0.0);
        assert!(at(2.9) > 0.0);
        assert!(at(10.0) > at(3.5) && at(3.5) > at(2.9));
        // The twentieth part of all rows is a peak; half a place beyond the largest is one in two thousand rows.
        assert!((at(3.3) - 2002_f32.ln()).abs() < 2.0, "{}", at(3.01));
    }

    #[test]
    fn an_episode_counts_once() {
        let mut tail = Tail::new();
        for row in 1..=100 {
            tail.push(5.0, row, 1000);
        }
        assert_eq!(tail.len, 1);
    }

    #[test]
    fn too_few_episodes_say_nothing() {
        let mut tail = Tail::new();
        for row in 1..=7_u32 {
            assert_eq!(tail.push(row as f32, row * 100, 5), 0.0);
        }
        assert_eq!(tail.push(1e9, 800, 5), 0.0);
    }
}
