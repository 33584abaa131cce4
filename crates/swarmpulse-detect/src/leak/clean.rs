//! What is no growth: single outliers, leaps from one level to another, and the teeth of a saw.

/// Half the width of the window whose median a cell is compared with.
const NEIGHBOURS: usize = 2;
/// How many deviations a cell may stand off its neighbours.
const OUTLIER: f64 = 4.0;
/// How many deviations a leap is at least.
const LEAP: f64 = 5.5;
/// Periods of a saw that are looked for, in cells.
const PERIODS: std::ops::RangeInclusive<usize> = 3..=30;
/// How many standard errors the fall at the end of a tooth is at least: the deepest of some 500 phases.
const FALL: f64 = 4.5;

/// The median; reorders the values. Not a number if there are none.
pub(super) fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// The deviation of values about zero as their median absolute value tells it for a normal distribution.
fn deviation(values: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = values.iter().map(|value| value.abs()).collect();
    1.4826 * median(&mut sizes)
}

/// Puts cells that stand far off their neighbours back to the median of these: spikes of a minute or two.
pub(super) fn clip(values: &mut [f64]) {
    let count = values.len();
    if count <= 2 * NEIGHBOURS {
        return;
    }
    let medians: Vec<f64> = (0..count)
        .map(|at| {
            let low = at.saturating_sub(NEIGHBOURS).min(count - 2 * NEIGHBOURS - 1);
            let mut near = [0.0; 2 * NEIGHBOURS + 1];
            near.copy_from_slice(&values[low..=low + 2 * NEIGHBOURS]);
            near.sort_unstable_by(f64::total_cmp);
            near[NEIGHBOURS]
        })
        .collect();
    let off: Vec<f64> = values
        .iter()
        .zip(&medians)
        .map(|(value, near)| value - near)
        .collect();
    // The median is one of the values compared: about a fifth of the differences are 0, which the factor makes up for.
    let reach = OUTLIER * 1.25 * deviation(&off);
    for ((value, near), off) in values.iter_mut().zip(&medians).zip(&off) {
        if off.abs() > reach {
            *value = *near;
        }
    }
}

/// Takes out leaps: places where the level rises from one minute to the next by more than noise and steady growth
/// explain. What a leap adds is no growth. A leap down takes back what leaps up had added and is left as it is beyond
/// that: to lift what follows would make a ramp of the teeth of a saw. Levels are those of `side` cells before and
/// after. Gives how many there were.
pub(super) fn level(values: &mut [f64], side: usize) -> usize {
    let count = values.len();
    if count < 4 * side {
        return 0;
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let mut leaps: Vec<f64> = (side..=count - side)
        .map(|at| mean(&values[at..at + side]) - mean(&values[at - side..at]))
        .collect();
    let usual = median(&mut leaps.clone());
    leaps.iter_mut().for_each(|leap| *leap -= usual);
    let reach = LEAP * deviation(&leaps);
    let (mut found, mut lifted, mut at) = (0, 0.0, 0);
    while at < leaps.len() {
        if leaps[at].abs() <= reach {
            at += 1;
            continue;
        }
        let end = (at..leaps.len().min(at + 2 * side))
            .take_while(|next| leaps[*next].abs() > reach && leaps[*next].signum() == leaps[at].signum())
            .last()
            .unwrap_or(at);
        let peak = (at..=end)
            .max_by(|a, b| leaps[*a].abs().total_cmp(&leaps[*b].abs()))
            .unwrap_or(at);
        let cut = peak + side;
        let size = leaps[peak].max(-lifted);
        lifted += size;
        values[cut..].iter_mut().for_each(|value| *value -= size);
        found += 1;
        at = (end + 1).max(peak + side);
    }
    found
}

/// The period of a saw-tooth in cells, if there is one: the deepest fall among all phases of all periods, of the
/// differences from cell to cell, which slow noise leaves alone.
pub(super) fn saw_period(values: &[f64]) -> Option<usize> {
    let count = values.len();
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let variance = steps.iter().map(|step| step * step).sum::<f64>() / steps.len().max(1) as f64;
    let mut deepest = (FALL, None);
    let mut sums = [0.0; *PERIODS.end()];
    for period in PERIODS.take_while(|period| period * 4 <= count) {
        sums.fill(0.0);
        for (at, step) in steps.iter().enumerate() {
            sums[at % period] += step;
        }
        let turns = (steps.len() / period) as f64;
        let fall = sums[..period].iter().copied().fold(f64::INFINITY, f64::min);
        let score = -fall / (variance * turns).sqrt();
        if score > deepest.0 {
            deepest = (score, Some(period));
        }
    }
    deepest.1
}

/// Takes the mean of each phase of the period out of what a line leaves over, so that the trend stays.
pub(super) fn flatten(values: &mut [f64], period: usize, slope: f64) {
    if period == 0 || values.len() < 2 * period {
        return;
    }
    let (mut sums, mut counts) = (vec![0.0; period], vec![0.0; period]);
    for (at, value) in values.iter().enumerate() {
        sums[at % period] += value - slope * at as f64;
        counts[at % period] += 1.0;
    }
    for (at, value) in values.iter_mut().enumerate() {
        *value -= sums[at % period] / counts[at % period];
    }
}
