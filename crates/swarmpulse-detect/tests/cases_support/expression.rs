//! What a series does: terms that add up, step by step.

use super::noise::Noise;
use super::words::{Fault, Words, number};

/// One term, as a function of the step `n`.
#[derive(Clone, Debug)]
enum Term {
    Constant(f64),
    Linear(f64),
    Saw { amplitude: f64, period: f64 },
    Sine { amplitude: f64, period: f64 },
    Step { at: f64, by: f64 },
    Ramp { at: f64, slope: f64 },
    Spike { at: f64, by: f64, steps: f64 },
    Exponential { amount: f64, tau: f64 },
    Values(Vec<f64>),
}

impl Term {
    fn at(&self, n: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Linear(slope) => slope * n,
            Self::Saw { amplitude, period } => amplitude * (n % period) / period,
            Self::Sine { amplitude, period } => amplitude * (std::f64::consts::TAU * n / period).sin(),
            Self::Step { at, by } => {
                if n >= *at {
                    *by
                } else {
                    0.0
                }
            }
            Self::Ramp { at, slope } => slope * (n - at).max(0.0),
            Self::Spike { at, by, steps } => {
                if n >= *at && n < at + steps {
                    *by
                } else {
                    0.0
                }
            }
            Self::Exponential { amount, tau } => amount * (1.0 - (-n / tau).exp()),
            Self::Values(values) => values[n as usize % values.len()],
        }
    }
}

/// The values of a series.
#[derive(Clone, Debug)]
pub struct Expression {
    terms: Vec<Term>,
    steps: u64,
    noise: f64,
    seed: u64,
    floor: f64,
    ceiling: f64,
}

impl Expression {
    /// Reads terms until the line ends or a word comes that is none.
    pub fn read(words: &mut Words<'_>) -> Result<Self, Fault> {
        let mut it = Self {
            terms: Vec::new(),
            steps: 0,
            noise: 0.0,
            seed: 1,
            floor: f64::NEG_INFINITY,
            ceiling: f64::INFINITY,
        };
        while let Some(word) = words.peek() {
            let mut ahead = words.clone();
            ahead.next();
            match word {
                "+" => {}
                "x" => it.steps = ahead.count("the number of steps after `x`")?,
                "noise" => it.noise = ahead.number("the standard deviation of `noise`")?,
                "seed" => it.seed = ahead.count("the seed")?,
                "floor" => it.floor = ahead.number("the least value")?,
                "ceiling" => it.ceiling = ahead.number("the greatest value")?,
                "spread" => break,
                _ => it.terms.push(term(word, &mut ahead)?),
            }
            *words = ahead;
        }
        if let (0, [Term::Values(values)]) = (it.steps, it.terms.as_slice()) {
            it.steps = values.len() as u64;
        }
        if it.terms.is_empty() {
            return Err("expected a value: `100Mi + 0.25Mi*n x 600`".to_owned());
        }
        if it.steps == 0 {
            return Err("expected the number of steps: `x 600`".to_owned());
        }
        Ok(it)
    }

    /// Every value in order.
    pub fn values(&self) -> impl Iterator<Item = f64> + '_ {
        let mut noise = Noise::new(self.seed);
        (0..self.steps).map(move |n| {
            let exact: f64 = self.terms.iter().map(|term| term.at(n as f64)).sum();
            let value = if self.noise > 0.0 {
                exact + self.noise * noise.normal()
            } else {
                exact
            };
            value.clamp(self.floor, self.ceiling)
        })
    }
}

fn term(word: &str, words: &mut Words<'_>) -> Result<Term, Fault> {
    Ok(match word {
        "saw" => {
            let (amplitude, period) = quotient(words, "AMPLITUDE/PERIOD of `saw`")?;
            Term::Saw { amplitude, period }
        }
        "sine" => {
            let (amplitude, period) = quotient(words, "AMPLITUDE/PERIOD of `sine`")?;
            Term::Sine { amplitude, period }
        }
        "exp" => {
            let (amount, tau) = quotient(words, "AMOUNT/STEPS of `exp`")?;
            Term::Exponential { amount, tau }
        }
        "step" => Term::Step {
            at: words.number("the step at which `step` happens")?,
            by: words.number("by how much `step` changes")?,
        },
        "ramp" => Term::Ramp {
            at: words.number("the step at which `ramp` begins")?,
            slope: words.number("the slope of `ramp`")?,
        },
        "spike" => Term::Spike {
            at: words.number("the step at which `spike` begins")?,
            by: words.number("the height of `spike`")?,
            steps: words.number("the number of steps of `spike`")?,
        },
        "values" => {
            let mut values = Vec::new();
            while let Some(value) = words.peek().and_then(|word| number(word, "").ok()) {
                values.push(value);
                words.next();
            }
            if values.is_empty() {
                return Err("expected numbers after `values`".to_owned());
            }
            Term::Values(values)
        }
        word => match word.strip_suffix("*n") {
            Some(slope) => Term::Linear(number(slope, "a slope")?),
            None => Term::Constant(number(
                word,
                "a number, A*n, saw, sine, exp, step, ramp, spike, values, noise, seed, floor, ceiling or x",
            )?),
        },
    })
}

fn quotient(words: &mut Words<'_>, what: &str) -> Result<(f64, f64), Fault> {
    let word = words.needed(what)?;
    let (amount, steps) = word
        .split_once('/')
        .ok_or_else(|| format!("expected {what}, got `{word}`"))?;
    let steps = number(steps, what)?;
    if steps <= 0.0 {
        return Err(format!("expected {what} with more than 0 steps, got `{word}`"));
    }
    Ok((number(amount, what)?, steps))
}
