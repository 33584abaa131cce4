//! Failure histories over random graphs of services, with and without cascades, and how well they were told apart.

use std::collections::BTreeMap;

/// Numbers that look random and are the same every time (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.unit() * count as f64) as usize
    }

    /// An exponential waiting time.
    pub fn wait(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }
}

/// What happens in an episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A small share of calls fails everywhere.
    Quiet,
    /// A large share of calls fails everywhere, and always did.
    Busy,
    /// One service fails from 1,800 s on; nobody follows.
    Single,
    /// Every call of the one type of work fails more often from 1,800 s on, on every service.
    OneType,
    /// One service fails and takes dependents with it.
    Cascade,
}

/// The outcome of a call.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub at_s: f64,
    pub service: usize,
    pub agent: usize,
    pub task_type: usize,
    pub ok: bool,
}

/// An hour of calls.
pub struct Episode {
    /// For every service, what it needs.
    pub needs: Vec<Vec<usize>>,
    pub outcomes: Vec<Outcome>,
    /// When each service went down, for those of a cascade.
    pub down: BTreeMap<usize, f64>,
    /// When the first did.
    pub start_s: f64,
}

/// How long an episode is.
pub const LENGTH_S: f64 = 3600.0;

impl Episode {
    pub fn new(kind: Kind, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let services = 8 + dice.below(33);
        let mut needs: Vec<Vec<usize>> = vec![Vec::new()];
        for service in 1..services {
            let mut own: Vec<usize> = (0..1 + dice.below(3)).map(|_| dice.below(service)).collect();
            own.sort_unstable();
            own.dedup();
            needs.push(own);
        }
        let rate = dice.between(0.02, 0.2);
        let share = match kind {
            Kind::Busy => dice.between(0.05, 0.15),
            _ => dice.between(0.002, 0.03),
        };
        let down = if kind == Kind::Cascade {
            cascade(&mut dice, &needs)
        } else {
            BTreeMap::new()
        };
        let outage = (kind == Kind::Single).then(|| dice.below(services));
        let mut outcomes = Vec::new();
        for service in 0..services {
            let mut at_s = dice.wait(1.0 / rate);
            while at_s < LENGTH_S {
                let late = at_s > 1800.0;
                let fails = match kind {
                    Kind::Cascade if down.get(&service).is_some_and(|from| at_s >= *from) => {
                        dice.between(0.4, 0.9)
                    }
                    Kind::Single if late && outage == Some(service) => 0.7,
                    Kind::OneType if late => share.max(0.4),
                    _ => share,
                };
                outcomes.push(Outcome {
                    at_s,
                    service,
                    agent: dice.below(50),
                    task_type: if kind == Kind::OneType { 0 } else { dice.below(5) },
                    ok: dice.unit() >= fails,
                });
                at_s += dice.wait(1.0 / rate);
            }
        }
        outcomes.sort_by(|one, other| one.at_s.total_cmp(&other.at_s));
        let start_s = down.values().copied().fold(f64::INFINITY, f64::min);
        Self {
            needs,
            outcomes,
            down,
            start_s,
        }
    }
}

fn cascade(dice: &mut Dice, needs: &[Vec<usize>]) -> BTreeMap<usize, f64> {
    let start_s = dice.between(1200.0, 2400.0);
    let dependents = |service: usize| needs.iter().filter(|own| own.contains(&service)).count();
    let mut roots: Vec<usize> = (0..needs.len())
        .filter(|service| dependents(*service) >= 2)
        .collect();
    if roots.is_empty() {
        roots.push(0);
    }
    let root = roots[dice.below(roots.len())];
    let (chance, lag_s) = (dice.between(0.5, 0.95), dice.between(30.0, 120.0));
    let mut down = BTreeMap::new();
    let mut waiting = vec![(start_s, root)];
    while let Some(at) = (0..waiting.len()).min_by(|one, other| waiting[*one].0.total_cmp(&waiting[*other].0))
    {
        let (at_s, service) = waiting.swap_remove(at);
        if down.contains_key(&service) {
            continue;
        }
        down.insert(service, at_s);
        for (dependent, own) in needs.iter().enumerate() {
            if own.contains(&service) && !down.contains_key(&dependent) && dice.unit() < chance {
                waiting.push((at_s + dice.wait(lag_s), dependent));
            }
        }
    }
    down
}
