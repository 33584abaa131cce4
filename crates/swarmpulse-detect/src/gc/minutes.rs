//! The last hour of a program's collections, minute by minute.

use crate::statistics::minute_trend::Point;

/// Minutes that are kept.
pub(super) const MINUTES: usize = 60;

/// What happened in a minute. Numbers need no more than seven digits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cell {
    /// Seconds that samples tell of; the rest was not seen.
    pub seen_s: f32,
    /// Seconds of these in collection.
    pub collecting_s: f32,
    /// Collections, where they are counted.
    pub collections: f32,
    /// Memory of the heap, else of the process, at the end; 0 where it is not known.
    pub memory_bytes: f32,
}

/// A ring of minutes.
#[derive(Clone, Debug)]
pub(super) struct Minutes {
    cells: [Cell; MINUTES],
    /// The minute that fills; the ones before it are closed.
    open: Option<i64>,
}

impl Default for Minutes {
    fn default() -> Self {
        Self {
            cells: [Cell::default(); MINUTES],
            open: None,
        }
    }
}

impl Minutes {
    /// The cell of a minute, which becomes the open one; what lies before stays in the open one.
    pub(super) fn at(&mut self, minute: i64) -> &mut Cell {
        let open = *self.open.get_or_insert(minute);
        let minute = minute.max(open);
        for skipped in (open + 1..=minute).rev().take(MINUTES) {
            self.cells[place(skipped)] = Cell::default();
        }
        self.open = Some(minute);
        &mut self.cells[place(minute)]
    }

    /// The minute that was closed last.
    pub(super) fn newest(&self) -> Option<i64> {
        Some(self.open? - 1)
    }

    /// Closed minutes with how long ago each was, the newest first.
    pub(super) fn closed(&self) -> impl Iterator<Item = (i64, &Cell)> {
        let newest = self.newest();
        (0..MINUTES as i64 - 1).filter_map(move |back| Some((back, &self.cells[place(newest? - back)])))
    }

    /// The share of time in collection by minute, for a trend: oldest first, 0 being the newest.
    pub(super) fn shares(&self, into: &mut Vec<Point>) {
        into.clear();
        into.extend(
            self.closed()
                .filter(|(_, cell)| cell.seen_s > 0.0)
                .map(|(back, cell)| (-(back as f64), f64::from(cell.collecting_s / cell.seen_s))),
        );
        into.reverse();
    }

    /// Memory by minute, likewise.
    pub(super) fn memory(&self, into: &mut Vec<Point>) {
        into.clear();
        into.extend(
            self.closed()
                .filter(|(_, cell)| cell.memory_bytes > 0.0)
                .map(|(back, cell)| (-(back as f64), f64::from(cell.memory_bytes))),
        );
        into.reverse();
    }
}

fn place(minute: i64) -> usize {
    minute.rem_euclid(MINUTES as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_follow_each_other_and_gaps_are_empty() {
        let mut minutes = Minutes::default();
        assert_eq!(minutes.newest(), None);
        for minute in [10, 11, 14] {
            minutes.at(minute).seen_s += 60.0;
            minutes.at(minute).collecting_s += minute as f32;
        }
        let seen: Vec<_> = minutes
            .closed()
            .filter(|(_, cell)| cell.seen_s > 0.0)
            .map(|(back, cell)| (back, cell.collecting_s))
            .collect();
        assert_eq!(seen, [(2, 11.0), (3, 10.0)]);
        minutes.at(14 + 59).seen_s = 1.0;
        let mut shares = Vec::new();
        minutes.shares(&mut shares);
        assert_eq!(
            shares.iter().map(|(minute, _)| *minute).collect::<Vec<_>>(),
            [-58.0]
        );
    }

    #[test]
    fn a_sample_from_before_does_not_turn_time_back() {
        let mut minutes = Minutes::default();
        minutes.at(10).seen_s = 60.0;
        minutes.at(11).seen_s = 60.0;
        minutes.at(10).seen_s += 5.0;
        assert_eq!(minutes.newest(), Some(10));
        assert_eq!(minutes.closed().next().map(|(_, cell)| cell.seen_s), Some(60.0));
    }
}
