//! How a number is predicted from those before it; only the rest is packed.

/// How a number is predicted from those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predictor {
    /// All are zero.
    Constant,
    /// As the first.
    Level,
    /// As the one before.
    Delta,
    /// On a line with this slope from the first.
    Line(i64),
    /// On the line through the two before.
    DoubleDelta,
}

impl Predictor {
    /// Its code on disk.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Constant => 0,
            Self::Level => 1,
            Self::Delta => 2,
            Self::Line(_) => 3,
            Self::DoubleDelta => 4,
        }
    }

    /// Replaces `into` by what is left of the numbers but the first.
    pub(super) fn residuals(self, numbers: &[i64], into: &mut Vec<i64>) {
        into.clear();
        let rest = numbers.get(1..).unwrap_or_default();
        match self {
            Self::Constant => {}
            Self::Level => into.extend_from_slice(rest),
            Self::Delta => into.extend(numbers.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]))),
            Self::Line(slope) => {
                let mut expected = 0i64;
                into.extend(rest.iter().map(|number| {
                    expected = expected.wrapping_add(slope);
                    number.wrapping_sub(expected)
                }));
            }
            Self::DoubleDelta => {
                let mut before = 0i64;
                into.extend(numbers.windows(2).map(|pair| {
                    let delta = pair[1].wrapping_sub(pair[0]);
                    let residual = delta.wrapping_sub(before);
                    before = delta;
                    residual
                }));
            }
        }
    }
}

/// Undoes a predictor, block after block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Restorer {
    predictor: Predictor,
    last: i64,
    delta: i64,
}

impl Restorer {
    pub(super) const fn new(predictor: Predictor) -> Self {
        Self {
            predictor,
            last: 0,
            delta: 0,
        }
    }

    /// Whether numbers can be restored without those before.
    pub(super) const fn is_random_access(self) -> bool {
        matches!(
            self.predictor,
            Predictor::Constant | Predictor::Level | Predictor::Line(_)
        )
    }

    /// Takes note of numbers passed over.
    pub(super) fn pass_over(&mut self, count: usize) {
        if let Predictor::Line(slope) = self.predictor {
            self.last = self.last.wrapping_add(slope.wrapping_mul(count as i64));
        }
    }

    /// Turns residuals into numbers, in place.
    pub(super) fn restore(&mut self, residuals: &mut [i64]) {
        match self.predictor {
            Predictor::Constant | Predictor::Level => {}
            Predictor::Delta => {
                let mut last = self.last;
                for number in residuals {
                    last = last.wrapping_add(*number);
                    *number = last;
                }
                self.last = last;
            }
            Predictor::Line(slope) => {
                let mut last = self.last;
                for number in residuals {
                    last = last.wrapping_add(slope);
                    *number = number.wrapping_add(last);
                }
                self.last = last;
            }
            Predictor::DoubleDelta => {
                for number in residuals {
                    self.delta = self.delta.wrapping_add(*number);
                    self.last = self.last.wrapping_add(self.delta);
                    *number = self.last;
                }
            }
        }
    }
}
