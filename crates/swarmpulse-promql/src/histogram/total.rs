//! Sums and means of native histograms that keep what rounding loses.
//!
//! Method: the rounding error of every addition is found by Knuth's two-sum, number by number, and summed beside.

use swarmpulse_model::series::NativeHistogram;

use super::arithmetic::{Fitted, Incompatible, add, divide, every_number, multiply, subtract};

/// The sum of histograms so far.
#[derive(Clone, Debug)]
pub struct Total {
    sum: NativeHistogram,
    lost: Option<NativeHistogram>,
    count: f64,
    /// By what everything added was multiplied.
    scale: f64,
}

impl Total {
    /// Of one.
    #[must_use]
    pub fn of(first: &NativeHistogram) -> Self {
        Self {
            sum: first.clone(),
            lost: None,
            count: 1.0,
            scale: 1.0,
        }
    }

    /// Adds one more. If a mean is wanted, a sum that grows beyond all numbers goes on as a small part of it.
    ///
    /// # Errors
    /// If one lists its bounds and the others do not.
    pub fn add(&mut self, next: &NativeHistogram, wants_mean: bool) -> Result<Fitted, Incompatible> {
        let small;
        let next = if self.scale == 1.0 {
            next
        } else {
            small = scaled(next, self.scale);
            &small
        };
        let mut sum = self.sum.clone();
        let fitted = add(&mut sum, next)?;
        if wants_mean && self.scale == 1.0 && is_beyond(&sum) && !is_beyond(&self.sum) && !is_beyond(next) {
            self.scale = SMALL;
            self.sum = scaled(&self.sum, SMALL);
            self.lost = self.lost.take().map(|lost| scaled(&lost, SMALL));
            return self.add(next, wants_mean);
        }
        self.count += 1.0;
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
        let (count, scale) = (self.count, self.scale);
        let mut mean = self.sum()?;
        if count > 1.0 {
            divide(&mut mean, count);
        }
        if scale != 1.0 {
            multiply(&mut mean, 1.0 / scale);
        }
        Ok(mean)
    }
}

/// A power of two, so that multiplying by it rounds nothing.
const SMALL: f64 = 1.0 / (1u64 << 60) as f64;

fn scaled(histogram: &NativeHistogram, factor: f64) -> NativeHistogram {
    let mut scaled = histogram.clone();
    multiply(&mut scaled, factor);
    scaled
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
    let mut right_error = right.clone();
    subtract(&mut right_error, &right_part)?;
    add(&mut error, &right_error)?;
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
        let texts = [
            "{{count:1.7e308 sum:5.3}}",
            "{{count:1e308 sum:1e100}}",
            "{{count:1 sum:1}}",
            "{{count:1 sum:-1e100}}",
        ];
        let mean = of(&texts, true).mean().expect("they fit");
        assert!((mean.sum - 1.575).abs() < 1e-12, "{}", print(&mean));
        let texts = ["{{count:2 sum:1.7e308 buckets:[2]}}"; 5];
        assert!(of(&texts, false).sum().expect("they fit").sum.is_infinite());
    }
}
