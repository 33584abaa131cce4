//! Sums and means of native histograms that keep what rounding loses.
//!
//! Method: the rounding error of every addition is found by Knuth's two-sum, number by number, and summed beside.

use swarmpulse_model::series::NativeHistogram;

use super::arithmetic::{Fitted, Incompatible, add, divide, every_number, move_mean, subtract};

/// The sum of histograms so far, or their mean once the sum is beyond all numbers.
#[derive(Clone, Debug)]
pub struct Total {
    sum: NativeHistogram,
    lost: Option<NativeHistogram>,
    count: f64,
    /// Whether `sum` is the mean.
    is_mean: bool,
}

impl Total {
    /// Of one.
    #[must_use]
    pub fn of(first: &NativeHistogram) -> Self {
        Self {
            sum: first.clone(),
            lost: None,
            count: 1.0,
            is_mean: false,
        }
    }

    /// Adds one more. If a mean is wanted, a sum that grows beyond all numbers is given up for a mean that does not.
    ///
    /// # Errors
    /// If one lists its bounds and the others do not.
    pub fn add(&mut self, next: &NativeHistogram, wants_mean: bool) -> Result<Fitted, Incompatible> {
        self.count += 1.0;
        if self.is_mean {
            return move_mean(&mut self.sum, next, self.count);
        }
        let mut sum = self.sum.clone();
        let fitted = add(&mut sum, next)?;
        if wants_mean && is_beyond(&sum) && !is_beyond(&self.sum) && !is_beyond(next) {
            let mut mean = self.clone().sum()?;
            divide(&mut mean, self.count - 1.0);
            (self.sum, self.lost, self.is_mean) = (mean, None, true);
            return move_mean(&mut self.sum, next, self.count);
        }
        let error = rounding_error(&self.sum, next, &sum)?;
        match &mut self.lost {
            Some(lost) => {
                add(lost, &error)?;
            }
            lost @ None => *lost = Some(error),
        }
        self.sum = sum;
        Ok(fitted)
    }

    /// The sum.
    ///
    /// # Errors
    /// Never, if all that were added fit each other.
    pub fn sum(self) -> Result<NativeHistogram, Incompatible> {
        let mut sum = self.sum;
        if let Some(mut lost) = self.lost {
            lost.counter_reset = sum.counter_reset;
            every_number(&mut lost, |number| if number.is_finite() { number } else { 0.0 });
            add(&mut sum, &lost)?;
        }
        Ok(sum)
    }

    /// The mean.
    ///
    /// # Errors
    /// As [`Total::sum`].
    pub fn mean(self) -> Result<NativeHistogram, Incompatible> {
        let (count, is_mean) = (self.count, self.is_mean);
        let mut mean = self.sum()?;
        if !is_mean && count > 1.0 {
            divide(&mut mean, count);
        }
        Ok(mean)
    }
}

/// What `sum` lacks of left and right, in its layout.
fn rounding_error(
    left: &NativeHistogram,
    right: &NativeHistogram,
    sum: &NativeHistogram,
) -> Result<NativeHistogram, Incompatible> {
    let mut right_part = sum.clone();
    subtract(&mut right_part, left)?;
    let mut left_part = sum.clone();
    subtract(&mut left_part, &right_part)?;
    let mut error = left.clone();
    subtract(&mut error, &left_part)?;
    add(&mut error, right)?;
    subtract(&mut error, &right_part)?;
    every_number(&mut error, |number| if number.is_finite() { number } else { 0.0 });
    Ok(error)
}

/// Whether anything in it is too large for a number.
fn is_beyond(histogram: &NativeHistogram) -> bool {
    let buckets = histogram
        .positive_buckets
        .iter()
        .chain(&histogram.negative_buckets);
    let numbers = [&histogram.count, &histogram.sum, &histogram.zero_count];
    numbers
        .into_iter()
        .chain(buckets)
        .any(|number| number.is_infinite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::histogram::{parse, print};

    fn of(texts: &[&str], wants_mean: bool) -> Total {
        let mut all = texts.iter().map(|text| parse(text).expect("valid notation"));
        let mut total = Total::of(&all.next().expect("one at least"));
        for next in all {
            total.add(&next, wants_mean).expect("they fit");
        }
        total
    }

    #[test]
    fn small_counts_and_sums_are_not_lost() {
        let texts = [
            "{{schema:1 count:9 sum:1e100 z_bucket:1e18 z_bucket_w:0.1 buckets:[1e18 0 1]}}",
            "{{schema:0 count:9 sum:3 z_bucket:1 z_bucket_w:0.1 buckets:[1 2]}}",
            "{{schema:0 count:9 sum:-1e100 z_bucket:-1e18 z_bucket_w:0.1 buckets:[-1e18 0]}}",
        ];
        let total = of(&texts, false).sum().expect("they fit");
        assert_eq!((total.count, total.sum, total.zero_count), (27.0, 3.0, 1.0));
        assert_eq!(total.positive_buckets, [1.0, 3.0], "{}", print(&total));
    }

    #[test]
    fn means_are_not_beyond_all_numbers() {
        let texts = ["{{count:2 sum:1.7e308 buckets:[2]}}"; 5];
        let mean = of(&texts, true).mean().expect("they fit");
        assert!(
            (mean.sum / 1.7e308 - 1.0).abs() < 1e-12 && mean.count == 2.0,
            "{}",
            print(&mean)
        );
        assert!(of(&texts, false).sum().expect("they fit").sum.is_infinite());
    }
}
