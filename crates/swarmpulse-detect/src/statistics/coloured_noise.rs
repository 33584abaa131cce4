//! Coloured noise: how sure a slope is when neighbouring values err alike.
//!
//! Noise is taken for white noise plus a first-order autoregression, whose sum is an ARMA(1,1). A fixed grid of such
//! models is fitted by generalised least squares: each model's filter whitens the values and the regressors alike.
//! The slope and its variance are then averaged over the models by how likely each made the data, so that a short
//! window whose correlation is not certain is not certain of its slope either. A slope is weighed against none with
//! all of them: a line in white noise must be likelier than no line in the slow noise that would look like one.

use std::sync::LazyLock;

/// A slope along a regressor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Fit {
    /// The slope.
    pub slope: f64,
    /// Its standard error.
    pub error: f64,
    /// How many times larger its variance is than it were for white noise of the same residuals; at least 1.
    pub inflation: f64,
    /// How much likelier a slope above the floor is than one no larger, as a logarithm.
    pub odds: f64,
}

/// How many models there are.
pub(crate) const MODELS_COUNT: usize = 1 + PHIS.len() * RATIOS.len();

/// How likely each model made some data, as logarithms, 0 for the likeliest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Likelihoods([f32; MODELS_COUNT]);

impl Default for Likelihoods {
    fn default() -> Self {
        Self([0.0; MODELS_COUNT])
    }
}

impl Likelihoods {
    /// Adds what a later stretch of the series says; what earlier ones said counts for less by `keep`, and no more than `reach` in all.
    pub(crate) fn learn(&mut self, later: &Self, keep: f32, reach: f32) {
        for (mine, new) in self.0.iter_mut().zip(later.0) {
            *mine = *mine * keep + new;
        }
        let best = self.0.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        for mine in &mut self.0 {
            *mine = (*mine - best).max(-reach);
        }
    }
}

/// An ARMA(1,1) by its coefficients.
#[derive(Clone, Copy, Debug)]
struct Model {
    phi: f64,
    theta: f64,
    /// What the first value is multiplied by to have the variance of an innovation.
    first: f64,
    /// Its variance of long sums over that of white noise as strong.
    colour: f64,
}

/// Correlation of neighbours in the autoregressive part.
const PHIS: [f64; 4] = [0.5, 0.8, 0.92, 0.97];
/// Variance of the autoregressive part over that of the white part.
const RATIOS: [f64; 4] = [0.3, 1.0, 3.0, 30.0];

/// Noise is the rarer the stronger its slow part: what a model counts for falls with this power of its colour.
const COLOUR_RARE: f64 = 0.5;
/// As long as a series' past does not say otherwise, a slope is believed where noise has little colour, for slow noise
/// and slopes look alike: what a model counts for as a witness of a slope falls with this power of its colour.
const COLOUR_DOUBTED: f64 = 5.0;

static MODELS: LazyLock<Vec<Model>> = LazyLock::new(|| {
    let white = Model {
        phi: 0.0,
        theta: 0.0,
        first: 1.0,
        colour: 1.0,
    };
    let coloured = PHIS
        .into_iter()
        .flat_map(|phi| RATIOS.into_iter().map(move |ratio| Model::sum(phi, ratio)));
    std::iter::once(white).chain(coloured).collect()
});

impl Model {
    /// White noise of variance 1 plus an autoregression of variance `ratio`.
    fn sum(phi: f64, ratio: f64) -> Self {
        // The moving average: (1 - phi L) w + e has the autocovariances g0 and g1; theta solves theta / (1 + theta²) = g1 / g0.
        let g0 = 1.0 + phi * phi + ratio * (1.0 - phi * phi);
        let half = g0 / (2.0 * phi);
        let theta = -(half - (half * half - 1.0).max(0.0).sqrt());
        let variance = (1.0 + 2.0 * phi * theta + theta * theta) / (1.0 - phi * phi);
        let colour = (1.0 + ratio * (1.0 + phi) / (1.0 - phi)) / (1.0 + ratio);
        Self {
            phi,
            theta,
            first: variance.sqrt().recip(),
            colour,
        }
    }
}

/// The slope of `values` along `regressor`, beside a constant, and how much likelier one above `floor` is than one no
/// larger. `spent` is how many parameters were taken from the values before, `past` what the series' past says of its
/// noise. `None` if the regressor does not vary or there are too few values.
pub(crate) fn fit(
    values: &[f64],
    regressor: &[f64],
    spent: usize,
    floor: f64,
    past: &Likelihoods,
) -> Option<Fit> {
    let fitted = all(values, regressor, spent)?;
    let freedom = (values.len().min(regressor.len()) - 2 - spent) as f64;
    let logs: Vec<f64> = fitted
        .iter()
        .zip(past.0)
        .map(|(model, past)| model.likelihood + f64::from(past))
        .collect();
    let best = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (mut plain, mut bold) = (Average::default(), Average::default());
    let (mut above, mut below) = (0.0, 0.0);
    for ((fitted, model), log) in fitted.iter().zip(MODELS.iter()).zip(logs) {
        let weight = (log - best).exp() * model.colour.powf(-COLOUR_RARE);
        let daring = weight * model.colour.powf(-COLOUR_DOUBTED);
        plain.add(weight, fitted);
        bold.add(daring, fitted);
        let score = (fitted.slope - floor) / fitted.variance.sqrt();
        // What the likelihood loses if the slope is held at the floor, by Student's t.
        let held = (1.0 + score * score / freedom).powf(-0.5 * freedom);
        let (free, kept) = if score > 0.0 { (1.0, held) } else { (held, 1.0) };
        above += daring * free;
        below += weight * kept;
    }
    let white = fitted.first()?.variance.max(f64::MIN_POSITIVE);
    Some(Fit {
        slope: plain.slope / plain.weight,
        error: (plain.variance / plain.weight).sqrt(),
        inflation: (bold.variance / bold.weight / white).max(1.0),
        odds: (above / below).ln(),
    })
}

/// A mean over models, by their weights.
#[derive(Default)]
struct Average {
    weight: f64,
    slope: f64,
    variance: f64,
}

impl Average {
    fn add(&mut self, weight: f64, model: &Fitted) {
        self.weight += weight;
        self.slope += weight * model.slope;
        self.variance += weight * model.variance;
    }
}

/// What the values say of the noise about a line along `regressor`.
pub(crate) fn likelihoods(values: &[f64], regressor: &[f64], spent: usize) -> Option<Likelihoods> {
    let fitted = all(values, regressor, spent)?;
    let best = fitted
        .iter()
        .map(|it| it.likelihood)
        .fold(f64::NEG_INFINITY, f64::max);
    let mut out = Likelihoods::default();
    for (to, from) in out.0.iter_mut().zip(&fitted) {
        *to = (from.likelihood - best) as f32;
    }
    Some(out)
}

/// A model fitted to values.
#[derive(Clone, Copy, Debug)]
struct Fitted {
    likelihood: f64,
    slope: f64,
    variance: f64,
}

fn all(values: &[f64], regressor: &[f64], spent: usize) -> Option<Vec<Fitted>> {
    let count = values.len().min(regressor.len());
    if count < spent + 8 {
        return None;
    }
    let freedom = (count - 2 - spent) as f64;
    let centre = values.iter().sum::<f64>() / count as f64;
    MODELS
        .iter()
        .map(|model| {
            let (slope, unit, residual, determinant) = whitened(values, regressor, centre, *model)?;
            // The restricted likelihood: that of what is left when constant and slope are taken out.
            let left = residual.max(f64::MIN_POSITIVE);
            Some(Fitted {
                likelihood: model.first.ln() - 0.5 * (freedom * left.ln() + determinant.ln()),
                slope,
                variance: left / freedom * unit,
            })
        })
        .collect()
}

/// Least squares in the whitened domain: slope, its variance for innovations of variance 1, sum of squares left over,
/// determinant of the normal matrix.
fn whitened(values: &[f64], regressor: &[f64], centre: f64, model: Model) -> Option<(f64, f64, f64, f64)> {
    let Model {
        phi, theta, first, ..
    } = model;
    let (mut y, mut g, mut one) = (0.0, 0.0, 0.0);
    let (mut last_y, mut last_g) = (0.0, 0.0);
    let [mut s11, mut s1g, mut sgg, mut s1y, mut sgy, mut syy] = [0.0; 6];
    for (at, (value, shape)) in values.iter().zip(regressor).enumerate() {
        let value = value - centre;
        if at == 0 {
            (y, g, one) = (value * first, shape * first, first);
        } else {
            y = value - phi * last_y - theta * y;
            g = shape - phi * last_g - theta * g;
            one = 1.0 - phi - theta * one;
        }
        (last_y, last_g) = (value, *shape);
        s11 += one * one;
        s1g += one * g;
        sgg += g * g;
        s1y += one * y;
        sgy += g * y;
        syy += y * y;
    }
    let determinant = s11 * sgg - s1g * s1g;
    if determinant <= 1e-9 * s11 * sgg {
        return None;
    }
    let slope = (s11 * sgy - s1g * s1y) / determinant;
    let level = (sgg * s1y - s1g * sgy) / determinant;
    let residual = (syy - slope * sgy - level * s1y).max(0.0);
    Some((slope, s11 / determinant, residual, determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White noise and an autoregression of it, from a generator of its own.
    fn noise(count: usize, phi: f64, seed: u64) -> Vec<f64> {
        let mut state = seed;
        let mut uniform = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut last = 0.0;
        (0..count)
            .map(|_| {
                let normal: f64 = (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
                last = phi * last + normal;
                last
            })
            .collect()
    }

    fn steps(count: usize) -> Vec<f64> {
        (0..count).map(|at| at as f64).collect()
    }

    #[test]
    fn white_noise_has_the_error_of_least_squares() {
        let count = 200;
        let textbook = (12.0 / (count as f64).powi(3)).sqrt();
        let mut ratio = 0.0;
        for seed in 0..50 {
            let it = fit(
                &noise(count, 0.0, seed),
                &steps(count),
                0,
                0.0,
                &Likelihoods::default(),
            )
            .unwrap();
            ratio += it.error / textbook / 50.0;
        }
        assert!((0.95..1.4).contains(&ratio), "{ratio}");
    }

    #[test]
    fn intervals_hold_the_true_slope_in_slow_noise() {
        let (count, rounds) = (240, 200);
        let held = (0..rounds)
            .filter(|seed| {
                let it = fit(
                    &noise(count, 0.9, *seed),
                    &steps(count),
                    0,
                    0.0,
                    &Likelihoods::default(),
                )
                .unwrap();
                it.slope.abs() < 1.96 * it.error
            })
            .count();
        assert!(held * 100 >= 88 * rounds as usize, "{held} of {rounds}");
    }

    #[test]
    fn a_past_of_slow_noise_raises_doubt() {
        let slow: Vec<f64> = noise(240, 0.95, 5);
        let mut past = Likelihoods::default();
        past.learn(&likelihoods(&slow, &steps(240), 0).unwrap(), 1.0, 20.0);
        let line: Vec<f64> = noise(90, 0.0, 3)
            .iter()
            .zip(steps(90))
            .map(|(noise, at)| noise + 0.05 * at)
            .collect();
        let fresh = fit(&line, &steps(90), 0, 0.01, &Likelihoods::default()).unwrap();
        let warned = fit(&line, &steps(90), 0, 0.01, &past).unwrap();
        assert!(
            fresh.odds > 3.0 && warned.odds < fresh.odds,
            "{fresh:?} {warned:?}"
        );
        assert!(warned.error > fresh.error);
    }

    #[test]
    fn scale_and_offset_change_nothing_but_the_units() {
        let values = noise(120, 0.5, 9);
        let moved: Vec<f64> = values.iter().map(|value| 1e6 * value + 3e9).collect();
        let plain = fit(&values, &steps(120), 0, 0.01, &Likelihoods::default()).unwrap();
        let other = fit(&moved, &steps(120), 0, 1e4, &Likelihoods::default()).unwrap();
        assert!(
            (other.slope / 1e6 - plain.slope).abs() < 1e-6,
            "{plain:?} {other:?}"
        );
        assert!((other.odds - plain.odds).abs() < 1e-3, "{plain:?} {other:?}");
        assert!(fit(&values, &[1.0; 120], 0, 0.0, &Likelihoods::default()).is_none());
        assert!(fit(&values[..9], &steps(9), 2, 0.0, &Likelihoods::default()).is_none());
    }
}
