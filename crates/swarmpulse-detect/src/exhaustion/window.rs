//! The last hour of a resource, minute by minute.

use crate::statistics::minute_trend::Point;

/// Minutes that are kept.
pub(super) const MINUTES: usize = 60;

/// A value a minute: the least of that minute, so that a peak of seconds is no growth. Minutes without samples are
/// empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Window {
    cells: [f64; MINUTES],
    /// The minute since the epoch that was closed last.
    newest: i64,
    /// The minute that fills.
    open: Option<(i64, f64)>,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            cells: [f64::NAN; MINUTES],
            newest: i64::MIN,
            open: None,
        }
    }
}

impl Window {
    /// Takes a value; gives the value of the minute before if that is over now.
    pub(super) fn push(&mut self, minute: i64, value: f64) -> Option<f64> {
        match &mut self.open {
            Some((open, least)) if *open == minute => {
                *least = least.min(value);
                None
            }
            open => {
                let closed = open.replace((minute, value));
                let (minute, value) = closed?;
                self.close(minute, value);
                Some(value)
            }
        }
    }

    fn close(&mut self, minute: i64, value: f64) {
        let skipped = minute.saturating_sub(self.newest).saturating_sub(1);
        for gap in 1..=skipped.clamp(0, MINUTES as i64) {
            self.cells[place(minute - gap)] = f64::NAN;
        }
        self.cells[place(minute)] = value;
        self.newest = minute;
    }

    /// The minute that was closed last.
    pub(super) fn newest(&self) -> Option<i64> {
        (self.newest != i64::MIN).then_some(self.newest)
    }

    /// The least value of the minute that fills.
    pub(super) fn open(&self) -> Option<f64> {
        self.open.map(|(_, value)| value)
    }

    /// The least of the last so many closed minutes that have a value; `None` if a quarter of an hour has fewer.
    pub(super) fn last(&self, count: usize) -> Option<f64> {
        let newest = self.newest()?;
        let values = (0..MINUTES as i64 / 4).map(|back| self.cells[place(newest - back)]);
        let (found, least) = values
            .filter(|value| !value.is_nan())
            .take(count)
            .fold((0, f64::INFINITY), |(found, least), value| {
                (found + 1, least.min(value))
            });
        (found == count).then_some(least)
    }

    /// The least and the greatest of the hour.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let values = self.cells.iter().copied().filter(|value| !value.is_nan());
        values.fold(None, |range: Option<(f64, f64)>, value| {
            let (least, greatest) = range.unwrap_or((value, value));
            Some((least.min(value), greatest.max(value)))
        })
    }

    /// The closed minutes that have a value, of the last `span` and not before `from`, oldest first. Their minutes
    /// count back from the newest, which is 0.
    pub(super) fn points(&self, span: usize, from: i64, into: &mut Vec<Point>) {
        into.clear();
        let Some(newest) = self.newest() else { return };
        for back in (0..span.min(MINUTES) as i64).rev() {
            let value = self.cells[place(newest - back)];
            if newest - back >= from && !value.is_nan() {
                into.push((-(back as f64), value));
            }
        }
    }
}

fn place(minute: i64) -> usize {
    minute.rem_euclid(MINUTES as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(window: &Window, span: usize) -> Vec<Point> {
        let mut points = Vec::new();
        window.points(span, i64::MIN, &mut points);
        points
    }

    #[test]
    fn a_minute_is_told_by_its_least_value_once_it_is_over() {
        let mut window = Window::default();
        assert_eq!(window.push(100, 5.0), None);
        assert_eq!(window.push(100, 3.0), None);
        assert_eq!(window.push(100, 9.0), None);
        assert_eq!(window.push(101, 7.0), Some(3.0));
        assert_eq!((window.newest(), window.open()), (Some(100), Some(7.0)));
        assert_eq!(points(&window, 60), [(0.0, 3.0)]);
    }

    #[test]
    fn minutes_without_samples_are_empty_and_old_ones_go() {
        let mut window = Window::default();
        for minute in 0..100 {
            window.push(minute, minute as f64);
        }
        window.push(103, 1.0);
        window.push(104, 2.0);
        let all = points(&window, 60);
        assert_eq!(all.first(), Some(&(-59.0, 44.0)));
        assert_eq!(all[all.len() - 2..], [(-4.0, 99.0), (0.0, 1.0)]);
        assert_eq!(points(&window, 3), [(0.0, 1.0)]);
        window.push(10_000, 1.0);
        window.push(10_001, 1.0);
        assert_eq!(points(&window, 60), [(0.0, 1.0)]);
    }
}
