//! Memory over time with known truth: healthy shapes and leaks, one value a minute, every parameter drawn at random.

use std::f64::consts::TAU;

/// A mebibyte.
pub const MIB: f64 = 1_048_576.0;

/// A generator of numbers that is the same everywhere: SplitMix64.
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Uniform in an interval.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number of an interval, both ends included.
    pub fn whole(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }

    /// Normal with mean 0.
    pub fn normal(&mut self, deviation: f64) -> f64 {
        let (a, b) = (self.uniform(f64::MIN_POSITIVE, 1.0), self.uniform(0.0, 1.0));
        deviation * (-2.0 * a.ln()).sqrt() * (TAU * b).cos()
    }
}

/// How memory behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Flat,
    FlatNoisy,
    Autocorrelated,
    Sawtooth,
    WarmUp,
    CacheFill,
    Step,
    Spikes,
    Daily,
    Restarts,
    BatchPlateaus,
    Shrinking,
    Leak15,
    Leak9,
    Leak1,
    Leak15Sawtooth,
    Leak20Restarts,
    Leak15After6h,
}

impl Shape {
    pub const HEALTHY: [Self; 12] = [
        Self::Flat,
        Self::FlatNoisy,
        Self::Autocorrelated,
        Self::Sawtooth,
        Self::WarmUp,
        Self::CacheFill,
        Self::Step,
        Self::Spikes,
        Self::Daily,
        Self::Restarts,
        Self::BatchPlateaus,
        Self::Shrinking,
    ];
    /// Mebibytes an hour, hours of the trace, minute at which the leak begins.
    pub fn leak(self) -> Option<(f64, usize, usize)> {
        match self {
            Self::Leak15 => Some((15.0, 8, 0)),
            Self::Leak9 => Some((9.5, 12, 0)),
            Self::Leak1 => Some((1.0, 72, 0)),
            Self::Leak15Sawtooth => Some((15.0, 10, 0)),
            Self::Leak20Restarts => Some((20.0, 24, 0)),
            Self::Leak15After6h => Some((15.0, 14, 360)),
            _ => None,
        }
    }
}

/// A trace: bytes and whether the process began anew, minute by minute.
pub fn trace(shape: Shape, hours: usize, dice: &mut Dice) -> Vec<(f64, bool)> {
    let (base, deviation) = (dice.uniform(60.0, 900.0), dice.uniform(3.0, 6.0));
    let amplitude = dice.uniform(20.0, 60.0);
    let (period, warm) = (dice.whole(3, 20), dice.uniform(5.0, 15.0));
    let (leap_at, leap) = (dice.whole(120, 1300), dice.uniform(40.0, 250.0));
    let (fill, full) = (dice.uniform(60.0, 200.0), dice.whole(15, 45));
    let every = dice.whole(300, 540);
    let (mut wander, mut plateau, mut begin) = (0.0, 0.0, 0);
    let saw = matches!(shape, Shape::Sawtooth | Shape::Leak15Sawtooth);
    let again = matches!(shape, Shape::Restarts | Shape::Leak20Restarts);
    let mut out = Vec::with_capacity(hours * 60);
    for at in 0..hours * 60 {
        let restart = again && at > 0 && at % every == 0;
        if restart {
            begin = at;
        }
        let life = (at - begin) as f64;
        let mut value = base + dice.normal(deviation);
        value += match shape {
            Shape::FlatNoisy => dice.normal(9.0),
            Shape::Autocorrelated => {
                wander = 0.95 * wander + dice.normal(3.0);
                wander
            }
            Shape::WarmUp | Shape::Restarts => {
                dice.uniform(0.98, 1.02) * amplitude * 2.0 * (1.0 - (-life / warm).exp())
            }
            Shape::CacheFill => life.min(full as f64) * fill / 60.0,
            Shape::Step if at >= leap_at => leap,
            Shape::Spikes if dice.uniform(0.0, 1.0) < 0.02 => dice.uniform(50.0, 300.0),
            Shape::Daily => 12.0 * (TAU * (at as f64 / 1440.0 + amplitude / 60.0)).sin(),
            Shape::BatchPlateaus => {
                if at % every == 0 {
                    plateau = dice.uniform(0.0, 150.0);
                }
                plateau
            }
            Shape::Shrinking => -(base * 0.5).min(at as f64 * 2.0 / 60.0),
            _ => 0.0,
        };
        if saw {
            value += amplitude * ((at - begin) % period) as f64 / period as f64;
        }
        if let Some((rate, _, start)) = shape.leak() {
            value += (life - start as f64).max(0.0) * rate / 60.0;
        }
        out.push((value.max(5.0) * MIB, restart));
    }
    out
}
