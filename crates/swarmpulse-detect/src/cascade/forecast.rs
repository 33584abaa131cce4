//! Who has followed a failing service, and who is next: chances carried from each service to those that need it.

use super::evidence::Evidence;
use super::links::Links;
use super::pulse::SLOTS;
use super::spread::{CHANCE, LAGS_S, Spread, remains};

/// The most services that are looked at behind one root.
const REACH_MAX: usize = 500;

/// What is to be expected of one service.
#[derive(Clone, Debug)]
pub(super) struct Outlook {
    /// The service.
    pub service: u32,
    /// The chance that it fails already.
    pub down: f64,
    /// The slot at which it most likely began, if it does.
    pub onset: usize,
    /// The chance that it does not fail yet and will.
    pub next: f64,
    /// The need that most likely brought it down, or will.
    pub through: Option<u32>,
    /// For every need among those looked at that fails, the chance that it had the time to bring this one down.
    pub tried: f64,
    /// For every slot, the chance that it began there.
    began: Box<[f64; SLOTS]>,
}

/// Carries chances from the root of a spread to everyone behind it; the root is first.
pub(super) fn outlooks(spread: &Spread, links: &Links, evidence: &[Option<Evidence>]) -> Vec<Outlook> {
    let order = links.downstream(spread.root, REACH_MAX);
    let mut found: Vec<Outlook> = Vec::with_capacity(order.len());
    let mut place = vec![usize::MAX; evidence.len()];
    for service in order {
        let outlook = if service == spread.root {
            root(spread)
        } else {
            let needs: Vec<&Outlook> = links
                .needs(service)
                .iter()
                .filter_map(|need| found.get(place[*need as usize]))
                .collect();
            follower(service, &needs, evidence[service as usize].as_ref())
        };
        place[service as usize] = found.len();
        found.push(outlook);
    }
    found
}

fn root(spread: &Spread) -> Outlook {
    Outlook {
        service: spread.root,
        down: 1.0,
        onset: peak(&spread.onset),
        next: 0.0,
        through: None,
        tried: 0.0,
        began: spread.onset.clone(),
    }
}

/// What one need that may be failing does to a dependent.
struct Influence {
    /// By every slot: the chance that it has brought the dependent down.
    reached: Box<[f64; SLOTS]>,
    /// The chance that it had the time to.
    tried: f64,
    /// The chance that it will, given that it has not.
    to_come: f64,
}

impl Influence {
    fn of(need: &Outlook) -> Self {
        let mut reached = Box::new([0.0; SLOTS]);
        let mut tried = 0.0;
        let mut to_come = 0.0;
        let share = 1.0 / LAGS_S.len() as f64;
        for lag_s in LAGS_S {
            let remains = remains(lag_s);
            let (mut begun, mut waiting) = (0.0, 0.0);
            for (reached, began) in reached.iter_mut().zip(need.began.iter()) {
                begun += began;
                waiting = remains * (waiting + began);
                *reached += share * CHANCE * (begun - waiting);
            }
            tried += share * (begun - waiting);
            let mut left = 1.0;
            for began in need.began.iter().rev() {
                left *= remains;
                to_come += share * began * CHANCE * left / (1.0 - CHANCE * (1.0 - left));
            }
        }
        Self {
            reached,
            tried,
            to_come: to_come + need.next * CHANCE,
        }
    }
}

fn follower(service: u32, needs: &[&Outlook], evidence: Option<&Evidence>) -> Outlook {
    let influences: Vec<Influence> = needs.iter().map(|need| Influence::of(need)).collect();
    let mut began = Box::new([0.0; SLOTS]);
    let mut spared = 1.0;
    let mut total = 0.0;
    let top = evidence.map_or(0.0, |evidence| evidence.top);
    for (index, began) in began.iter_mut().enumerate() {
        let still: f64 = influences.iter().map(|it| 1.0 - it.reached[index]).product();
        let likelihood = evidence.map_or(1.0, |evidence| (evidence.log[index] - top).exp());
        *began = (spared - still).max(0.0) * likelihood;
        total += *began;
        spared = still;
    }
    // Nothing is left where it was failing before any of its needs was.
    let all = (total + spared * (-top).exp()).max(f64::MIN_POSITIVE);
    for began in began.iter_mut() {
        *began /= all;
    }
    let down = total / all;
    let to_come = 1.0 - influences.iter().map(|it| 1.0 - it.to_come).product::<f64>();
    let onset = peak(&began);
    let mut through = None;
    let mut strongest = 0.0;
    for (need, influence) in needs.iter().zip(&influences) {
        let strength = if down > 0.5 {
            influence.reached[onset]
        } else {
            influence.to_come
        };
        if strength > strongest {
            strongest = strength;
            through = Some(need.service);
        }
    }
    Outlook {
        service,
        down,
        onset,
        next: (1.0 - down) * to_come,
        through,
        tried: 1.0 - influences.iter().map(|it| 1.0 - it.tried).product::<f64>(),
        began,
    }
}

/// The slot with the largest value, the first of them.
pub(super) fn peak(values: &[f64; SLOTS]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
