//! Whether failures spread along the graph: how much better "it began there and went on to its dependents" explains
//! what is seen than outages that have nothing to do with each other.

use super::evidence::{Evidence, HAZARD};
use super::links::Links;
use super::pulse::{SLOT_S, SLOTS};

/// Chances that a failing service takes a dependent with it, and the mean time that takes, in seconds. Nobody knows
/// which holds, so all are weighed and averaged.
const MANNERS: [(f64, f64); 4] = [(0.5, 40.0), (0.5, 100.0), (0.85, 40.0), (0.85, 100.0)];
/// The chance that is used to say who is next.
pub(super) const CHANCE: f64 = 0.7;
/// The mean times that are used to say who is next, in seconds.
pub(super) const LAGS_S: [f64; 2] = [40.0, 100.0];

/// The most services that are weighed behind one root.
const TREE_MAX: usize = 200;

/// A way that failures may have gone: from one service to those that need it.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// Where it began.
    pub root: u32,
    /// The logarithm of the Bayes factor against independent outages.
    pub log_factor: f64,
    /// For every slot, the chance that it began there.
    pub onset: Box<[f64; SLOTS]>,
}

/// What remains of the waiting time after a slot, for a mean time.
pub(super) fn remains(lag_s: f64) -> f64 {
    (-(SLOT_S as f64) / lag_s).exp()
}

impl Spread {
    /// Weighs the hypothesis that failures began at `root` and went on from there. `None` without dependents that
    /// could still tell.
    pub fn from_root(root: u32, links: &Links, evidence: &[Option<Evidence>]) -> Option<Self> {
        let own = evidence[root as usize].as_ref()?;
        let tree = Tree::grow(root, links, evidence);
        if tree.rows.len() < 2 {
            return None;
        }
        let mut total = Box::new([0.0_f64; SLOTS]);
        let mut scale = f64::NEG_INFINITY;
        let mut logs = Vec::with_capacity(MANNERS.len());
        for manner in MANNERS {
            let log = tree.folded(evidence, manner);
            scale = log.iter().copied().fold(scale, f64::max);
            logs.push(log);
        }
        for log in &logs {
            for (sum, value) in total.iter_mut().zip(log.iter()) {
                *sum += (value - scale).exp() / MANNERS.len() as f64;
            }
        }
        let sum: f64 = total.iter().sum();
        for value in total.iter_mut() {
            *value /= sum;
        }
        Some(Self {
            root,
            log_factor: scale + sum.ln() + HAZARD.ln() - own.log_one_and_odds(),
            onset: total,
        })
    }
}

/// Who may have it from whom: everyone behind a root who may be failing or needs one that may be, each once, through the
/// fewest steps. A service that could have it from two is evidence once.
struct Tree {
    /// The service and the place of the one before; the root first, nobody before the one that it hangs from.
    rows: Vec<(u32, usize)>,
}

impl Tree {
    fn grow(root: u32, links: &Links, evidence: &[Option<Evidence>]) -> Self {
        let mut rows = vec![(root, 0)];
        let mut claimed = vec![false; evidence.len()];
        claimed[root as usize] = true;
        let mut at = 0;
        while at < rows.len() && rows.len() < TREE_MAX {
            for dependent in links.dependents(rows[at].0) {
                if !claimed[*dependent as usize] && evidence[*dependent as usize].is_some() {
                    claimed[*dependent as usize] = true;
                    rows.push((*dependent, at));
                }
            }
            at += 1;
        }
        Self { rows }
    }

    /// For every slot: the logarithm of the likelihood ratio of "it began at the root in this slot and went on in that
    /// manner" to "all is well at the root, and the others stand alone".
    fn folded(&self, evidence: &[Option<Evidence>], manner: (f64, f64)) -> Box<[f64; SLOTS]> {
        let mut extra: Vec<Option<Box<[f64; SLOTS]>>> = vec![None; self.rows.len()];
        for at in (0..self.rows.len()).rev() {
            let (service, before) = self.rows[at];
            let Some(own) = &evidence[service as usize] else {
                continue;
            };
            let mut log = own.log.clone();
            if let Some(extra) = extra[at].take() {
                for (log, extra) in log.iter_mut().zip(extra.iter()) {
                    *log += extra;
                }
            }
            if at == 0 {
                return log;
            }
            let onto = extra[before].get_or_insert_with(|| Box::new([0.0; SLOTS]));
            follow(onto, &log, own.log_odds, manner);
        }
        Box::new([0.0; SLOTS])
    }
}

/// For every slot at which a service may have failed: how much better its dependent's results are explained if it
/// follows in that manner than if it stands alone.
fn follow(onto: &mut [f64; SLOTS], dependent: &[f64; SLOTS], log_odds: f64, (chance, lag_s): (f64, f64)) {
    let remains = remains(lag_s);
    // Likelihoods grow beyond all numbers; what is compared is divided by the greatest of them.
    let top = dependent.iter().copied().fold(log_odds.max(0.0), f64::max);
    let (one, odds) = ((-top).exp(), (log_odds - top).exp());
    // Sums over the times at which it may have followed: exponential waiting times add up from the end.
    let (mut followed, mut pending) = (0.0, 1.0);
    for (value, own) in onto.iter_mut().zip(dependent.iter()).rev() {
        followed = (1.0 - remains) * (own - top).exp() + remains * followed;
        pending *= remains;
        let follows = (1.0 - chance + chance * pending) * one + chance * followed;
        *value += ((follows + odds) / (one + odds)).ln();
    }
}
