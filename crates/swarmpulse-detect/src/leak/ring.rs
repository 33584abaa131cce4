//! A ring of the latest values, of a fixed size and in single precision.

use std::fmt;

/// The latest `N` values.
#[derive(Clone)]
pub(super) struct Ring<const N: usize> {
    values: Box<[f32; N]>,
    /// Where the next is put.
    next: u16,
    filled: u16,
}

impl<const N: usize> Default for Ring<N> {
    fn default() -> Self {
        Self {
            values: Box::new([0.0; N]),
            next: 0,
            filled: 0,
        }
    }
}

impl<const N: usize> fmt::Debug for Ring<N> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} of {N} values", self.filled)
    }
}

impl<const N: usize> Ring<N> {
    /// Adds a value; the oldest goes when all places are taken.
    pub(super) fn push(&mut self, value: f64) {
        self.values[usize::from(self.next)] = value as f32;
        self.next = (self.next + 1) % N as u16;
        self.filled = (self.filled + 1).min(N as u16);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        usize::from(self.filled)
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        (self.next, self.filled) = (0, 0);
    }

    /// The latest `count`, oldest first.
    pub(super) fn last(&self, count: usize) -> impl Iterator<Item = f64> + '_ {
        let count = count.min(self.len());
        let first = usize::from(self.next) + N - count;
        (0..count).map(move |at| f64::from(self.values[(first + at) % N]))
    }

    /// The latest.
    pub(super) fn latest(&self) -> Option<f64> {
        self.last(1).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first() {
        let mut ring = Ring::<4>::default();
        assert_eq!(ring.latest(), None);
        for value in 0..6 {
            ring.push(f64::from(value));
        }
        assert_eq!(ring.last(9).collect::<Vec<_>>(), [2.0, 3.0, 4.0, 5.0]);
        assert_eq!(ring.last(2).collect::<Vec<_>>(), [4.0, 5.0]);
        ring.clear();
        assert_eq!((ring.len(), ring.last(3).count()), (0, 0));
    }
}
