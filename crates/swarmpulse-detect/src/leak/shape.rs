//! Shapes of growth over a window: a line that goes on, a step, a fill that ends.
//!
//! All are ramps: flat, then growing by one a cell for `length` cells, then flat again. A ramp that lasts to the end of
//! the window is growth that goes on. Prefix sums make every fit of one a matter of a few multiplications.

/// Prefix sums over a window.
pub(super) struct Ramps {
    /// Sums of values.
    sum: Vec<f64>,
    /// Sums of values times their number.
    moment: Vec<f64>,
    /// Sum of squares about the mean.
    squares: f64,
}

/// A ramp fitted by least squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ramp {
    /// The last cell before growth.
    pub start: usize,
    /// Cells of growth.
    pub length: usize,
    /// Growth a cell.
    pub slope: f64,
    /// Sum of squares that it leaves over.
    pub residual: f64,
}

impl Ramps {
    /// Sums of these values.
    pub(super) fn new(values: &[f64]) -> Self {
        let centre = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let (mut sum, mut moment) = (
            Vec::with_capacity(values.len() + 1),
            Vec::with_capacity(values.len() + 1),
        );
        let (mut s, mut m, mut squares) = (0.0, 0.0, 0.0);
        sum.push(0.0);
        moment.push(0.0);
        for (at, value) in values.iter().enumerate() {
            let value = value - centre;
            s += value;
            m += value * at as f64;
            squares += value * value;
            sum.push(s);
            moment.push(m);
        }
        Self { sum, moment, squares }
    }

    /// Cells of the window.
    pub(super) fn len(&self) -> usize {
        self.sum.len() - 1
    }

    /// The ramp that begins after cell `start` and lasts `length` cells or to the end of the window; `None` if it does not vary.
    pub(super) fn fit(&self, start: usize, length: usize) -> Option<Ramp> {
        let count = self.len();
        let last = count.checked_sub(1)?;
        let end = (start + length).min(last);
        if end <= start {
            return None;
        }
        let (n, w, after) = (count as f64, (end - start) as f64, (last - end) as f64);
        let total = w * (w + 1.0) / 2.0 + w * after;
        let square = w * (w + 1.0) * (2.0 * w + 1.0) / 6.0 + w * w * after;
        let variation = square - total * total / n;
        if variation <= 0.0 {
            return None;
        }
        // Values are centred, so the mean of the ramp takes nothing from the product.
        let along = self.moment[end + 1]
            - self.moment[start + 1]
            - start as f64 * (self.sum[end + 1] - self.sum[start + 1])
            + w * (self.sum[count] - self.sum[end + 1]);
        let slope = along / variation;
        Some(Ramp {
            start,
            length: end - start,
            slope,
            residual: (self.squares - slope * along).max(0.0),
        })
    }

    /// The best of several ramps: that which leaves least over.
    pub(super) fn best(&self, ramps: impl Iterator<Item = (usize, usize)>) -> Option<Ramp> {
        ramps
            .filter_map(|(start, length)| self.fit(start, length))
            .min_by(|a, b| a.residual.total_cmp(&b.residual))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(count: usize, start: usize, length: usize, slope: f64) -> Vec<f64> {
        (0..count)
            .map(|at| 7.0 + slope * at.saturating_sub(start).min(length) as f64)
            .collect()
    }

    #[test]
    fn a_ramp_is_found_where_it_is() {
        let sums = Ramps::new(&ramp(100, 20, 30, 0.5));
        let best = sums
            .best((0..95).flat_map(|start| [1, 10, 30, 99].map(|length| (start, length))))
            .unwrap();
        assert_eq!((best.start, best.length), (20, 30));
        assert!(
            (best.slope - 0.5).abs() < 1e-9 && best.residual < 1e-6,
            "{best:?}"
        );
    }

    #[test]
    fn residuals_are_those_of_plain_least_squares() {
        let values: Vec<f64> = (0..40).map(|at| f64::from(at * at % 17)).collect();
        let sums = Ramps::new(&values);
        let fit = sums.fit(5, 12).unwrap();
        let shape = ramp(40, 5, 12, 1.0);
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let (my, mg) = (mean(&values), mean(&shape));
        let left: f64 = values
            .iter()
            .zip(&shape)
            .map(|(y, g)| (y - my - fit.slope * (g - mg)).powi(2))
            .sum();
        assert!((left - fit.residual).abs() < 1e-6, "{left} {fit:?}");
        assert!(sums.fit(39, 1).is_none());
    }
}
