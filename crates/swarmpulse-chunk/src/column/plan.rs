//! Which form of a column is the smallest, by exact count of its bytes; and writing it.

use super::predictor::Predictor;
use super::read::{DIVIDED, ENTROPY_CODED};
use crate::bits::BLOCK;
use crate::block::Plan;
use crate::cold;
use crate::cursor::{push_signed, push_varint, varint_bytes, zigzag};

/// One way to write a column.
#[derive(Debug, Default)]
struct Candidate {
    predictor: Option<Predictor>,
    residuals: Vec<i64>,
    plans: Vec<Plan>,
    bytes: usize,
}

impl Candidate {
    fn plan(&mut self, predictor: Predictor, numbers: &[i64]) {
        self.predictor = Some(predictor);
        predictor.residuals(numbers, &mut self.residuals);
        self.plans.clear();
        self.bytes = match predictor {
            Predictor::Line(slope) => varint_bytes(zigzag(slope)),
            _ => 0,
        };
        let mut base = 0;
        for block in self.residuals.chunks(BLOCK) {
            let plan = Plan::of(block);
            self.bytes += plan.bytes(block.len(), base);
            base = plan.base();
            self.plans.push(plan);
        }
    }
}

/// Plans columns and writes them; keeps its memory from one to the next.
#[derive(Debug, Default)]
pub(crate) struct ColumnPlanner {
    numbers: Vec<i64>,
    divisor: u64,
    with_last: bool,
    best: Candidate,
    other: Candidate,
    packed: Vec<u8>,
}

impl ColumnPlanner {
    /// Plans the smallest form of numbers of which the first is zero, and tells its bytes. `lines` also tries a straight
    /// line; `with_last` writes the last number at the front.
    pub(crate) fn plan(&mut self, numbers: &[i64], lines: bool, with_last: bool) -> usize {
        debug_assert!(
            numbers.first().is_none_or(|first| *first == 0),
            "the first is zero"
        );
        self.with_last = with_last;
        self.packed.clear();
        self.divisor = common_divisor(numbers);
        if self.divisor == 0 {
            self.best.plan(Predictor::Constant, &[]);
            return 1;
        }
        self.numbers.clear();
        if self.divisor == 1 {
            self.numbers.extend_from_slice(numbers);
        } else {
            let divisor = i128::from(self.divisor);
            let divided = numbers
                .iter()
                .map(|number| (i128::from(*number) / divisor) as i64);
            self.numbers.extend(divided);
        }
        let line = if lines { usual_step(&self.numbers) } else { None };
        let predictors = [
            Some(Predictor::Level),
            Some(Predictor::Delta),
            line.map(Predictor::Line),
            line.map(|_| Predictor::DoubleDelta),
        ];
        let guesses =
            predictors.map(|predictor| predictor.map_or(u64::MAX, |is| is.guess_bits(&self.numbers)));
        let least = guesses.iter().copied().min().unwrap_or(0);
        self.best.bytes = usize::MAX;
        for (predictor, guess) in predictors.into_iter().zip(guesses) {
            // Only those that may be the smallest are counted exactly.
            if let Some(predictor) = predictor.filter(|_| guess <= least + least / 4 + BLOCK as u64) {
                self.other.plan(predictor, &self.numbers);
                if self.other.bytes < self.best.bytes {
                    std::mem::swap(&mut self.best, &mut self.other);
                }
            }
        }
        self.bytes()
    }

    fn head_bytes(&self) -> usize {
        let divisor = if self.divisor == 1 {
            0
        } else {
            varint_bytes(self.divisor)
        };
        1 + divisor + self.last().map_or(0, |last| varint_bytes(zigzag(last)))
    }

    fn last(&self) -> Option<i64> {
        self.numbers.last().copied().filter(|_| self.with_last)
    }

    fn bytes(&self) -> usize {
        self.head_bytes() + self.best.bytes
    }

    /// Tries the entropy coder on the planned column, and tells the bytes of what is smaller.
    pub(crate) fn plan_cold(&mut self) -> usize {
        if self.best.predictor == Some(Predictor::Constant) {
            return 1;
        }
        let mut packed = Vec::new();
        for predictor in [Predictor::Level, Predictor::Delta] {
            self.other.plan_residuals(predictor, &self.numbers);
            packed.clear();
            if cold::pack(&self.other.residuals, &mut packed) && packed.len() < self.best.bytes {
                self.best.bytes = packed.len();
                self.best.predictor = Some(predictor);
                self.packed.clone_from(&packed);
            }
        }
        self.bytes()
    }

    /// Appends what was planned.
    pub(crate) fn write(&self, into: &mut Vec<u8>) {
        let Some(predictor) = self.best.predictor else {
            return;
        };
        if predictor == Predictor::Constant {
            into.push(predictor.code());
            return;
        }
        let start = into.len();
        let divided = if self.divisor == 1 { 0 } else { DIVIDED };
        let entropy_coded = if self.packed.is_empty() { 0 } else { ENTROPY_CODED };
        into.push(predictor.code() | divided | entropy_coded);
        if self.divisor != 1 {
            push_varint(into, self.divisor);
        }
        if let Some(last) = self.last() {
            push_signed(into, last);
        }
        if !self.packed.is_empty() {
            into.extend_from_slice(&self.packed);
            return;
        }
        if let Predictor::Line(slope) = predictor {
            push_signed(into, slope);
        }
        let mut base = 0;
        for (plan, block) in self.best.plans.iter().zip(self.best.residuals.chunks(BLOCK)) {
            plan.write(block, base, into);
            base = plan.base();
        }
        debug_assert_eq!(into.len() - start, self.bytes(), "the count of bytes is exact");
    }
}

impl Candidate {
    fn plan_residuals(&mut self, predictor: Predictor, numbers: &[i64]) {
        self.predictor = Some(predictor);
        predictor.residuals(numbers, &mut self.residuals);
    }
}

/// The greatest common divisor of numbers; 0 if all are zero.
fn common_divisor(numbers: &[i64]) -> u64 {
    let mut divisor = 0u64;
    for number in numbers {
        let number = number.unsigned_abs();
        if number == 0 || number == divisor {
            continue;
        }
        if divisor != 0 && number.is_multiple_of(divisor) {
            continue;
        }
        divisor = greatest_common(number, divisor);
        if divisor == 1 {
            break;
        }
    }
    divisor
}

fn greatest_common(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The usual step from number to number, not misled by gaps: the mean of those near the median.
fn usual_step(numbers: &[i64]) -> Option<i64> {
    let mut steps = [0i64; BLOCK];
    let count = numbers.len().min(BLOCK + 1).checked_sub(1)?;
    for (step, pair) in steps.iter_mut().zip(numbers.windows(2)) {
        *step = pair[1].wrapping_sub(pair[0]);
    }
    let steps = steps.get_mut(..count).filter(|steps| !steps.is_empty())?;
    let median = *steps.select_nth_unstable(count / 2).1;
    let near = median.unsigned_abs() / 4;
    let (mut sum, mut kept) = (0i128, 0i128);
    for pair in numbers.windows(2) {
        let step = pair[1].wrapping_sub(pair[0]);
        if step.abs_diff(median) <= near {
            sum += i128::from(step);
            kept += 1;
        }
    }
    (kept > 0).then(|| ((2 * sum + kept).div_euclid(2 * kept)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_numbers_have_in_common_is_found() {
        assert_eq!(common_divisor(&[0, 0]), 0);
        assert_eq!(common_divisor(&[0, 4096, -8192, 12_288]), 4096);
        assert_eq!(common_divisor(&[0, 6, 9]), 3);
        assert_eq!(common_divisor(&[0, i64::MIN]), 1 << 63);
    }

    #[test]
    fn a_gap_does_not_bend_the_line() {
        let mut numbers: Vec<i64> = (0..100).map(|place| place * 15_000 + (place * 7) % 5).collect();
        for late in &mut numbers[50..] {
            *late += 60_000;
        }
        assert_eq!(usual_step(&numbers), Some(15_000));
        assert_eq!(usual_step(&[0]), None);
    }
}
