//! How a number is predicted from those before it; only the rest is packed.

use crate::bits::BLOCK;
use crate::cursor::bit_length;

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

    /// About how many bits the residuals need: the sum of the lengths of their distances from each other's like.
    pub(super) fn guess_bits(self, numbers: &[i64]) -> u64 {
        let length = |distance: i64| u64::from(bit_length(distance.unsigned_abs()));
        match self {
            Self::Constant => 0,
            Self::Level => numbers
                .chunks(BLOCK)
                .map(|block| {
                    block
                        .iter()
                        .map(|number| length(number.wrapping_sub(block[0])))
                        .sum::<u64>()
                })
                .sum(),
            Self::Line(slope) => {
                let mut expected = 0i64;
                let off = numbers.iter().map(|number| {
                    let residual = number.wrapping_sub(expected);
                    expected = expected.wrapping_add(slope);
                    residual
                });
                let mut first = None;
                off.enumerate()
                    .map(|(place, residual)| {
                        if place % BLOCK == 0 {
                            first = Some(residual);
                        }
                        length(residual.wrapping_sub(first.unwrap_or(0)))
                    })
                    .sum()
            }
            Self::Delta => numbers
                .windows(3)
                .map(|three| length(second_difference(three)))
                .sum::<u64>()
                // The difference of two differences is larger than each is from their mean.
                .saturating_sub(numbers.len() as u64 / 2),
            Self::DoubleDelta => numbers
                .windows(3)
                .map(|three| length(second_difference(three)))
                .sum(),
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

fn second_difference(three: &[i64]) -> i64 {
    let delta = three[1].wrapping_sub(three[0]);
    three[2].wrapping_sub(three[1]).wrapping_sub(delta)
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
