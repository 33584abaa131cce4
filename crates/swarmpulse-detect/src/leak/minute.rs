//! A minute being measured: samples of any rate become one value a minute.

/// Samples that are kept of a minute; they are this far apart at least, further ones are passed over.
const SAMPLES: usize = 6;
const APART_S: f64 = 9.0;

/// The minute that is not over yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OpenMinute {
    /// Which, in minutes since 1970.
    pub number: i64,
    samples: [f32; SAMPLES],
    count: u8,
    last_s: f64,
}

impl OpenMinute {
    /// Begins with its first sample.
    pub(super) fn begin(number: i64, at_s: f64, value: f64) -> Self {
        let mut samples = [0.0; SAMPLES];
        samples[0] = value as f32;
        Self {
            number,
            samples,
            count: 1,
            last_s: at_s,
        }
    }

    /// A further sample.
    pub(super) fn add(&mut self, at_s: f64, value: f64) {
        let at = usize::from(self.count);
        if at < SAMPLES && at_s - self.last_s >= APART_S {
            self.samples[at] = value as f32;
            self.count += 1;
            self.last_s = at_s;
        }
    }

    /// Its value: the median, the lower one of two.
    pub(super) fn value(&self) -> f64 {
        let mut samples = self.samples;
        let used = &mut samples[..usize::from(self.count.max(1))];
        used.sort_unstable_by(f32::total_cmp);
        f64::from(used[(used.len() - 1) / 2])
    }
}
