//! Judgement: puts the evidence of every service and type together into one assessment.

use swarmpulse_model::Text;

use super::assessment::{Affected, Assessment, Cut, Origin, Risk, Threatened};
use super::common_cause::{CommonCause, common_cause};
use super::engine::{CascadeEngine, Standing, begin};
use super::evidence::{Evidence, Expectation};
use super::forecast::{Outlook, outlooks, peak};
use super::links::Links;
use super::pulse::{Pulse, SLOTS};
use super::ratio;
use super::spread::Spread;
use super::usual::Usual;
use crate::statistics::binomial_tail;

/// The Bayes factor of a spread against independent outages from which on the risk is high, as a logarithm.
const SPREAD_HIGH: f64 = 2.5;
/// The odds that a type fails from which on the risk is high, as a logarithm.
const COMMON_HIGH: f64 = 12.0;
/// Evidence of a single service below this is not looked into: e^1 in favour of failing.
const SUSPICION: f64 = 1.0;
/// The chance from which on a service is held to be failing.
const HELD: f64 = 0.9;
/// Slots that outcomes must have come in before a spread is judged: ten minutes.
pub(super) const WARM_UP: i64 = 120;
/// Where only failures are reported, a rate is never taken for less, per slot: one in two minutes.
const RATE_MIN: f64 = 1.0 / 24.0;
/// The chance from which on a service is called affected.
const AFFECTED: f64 = 0.5;
/// The chance from which on a service is called next, and how many are.
const NEXT: (f64, usize) = (0.3, 5);
/// The most dependencies to cut that are named.
const CUTS_MAX: usize = 5;
/// The part of the failures that one agent has if it is broken and not the services.
const ONE_AGENT: f64 = 0.6;
/// Failures that shortly before a spread is taken to begin count as part of it, in slots: half a minute.
const SETTLING: i64 = 6;
/// Failing services from which a spread may be weighed at one assessment; the strongest suspicion first.
const ROOTS_MAX: usize = 200;

/// An assessment in the making.
pub(super) struct Judgement<'a> {
    engine: &'a mut CascadeEngine,
    links: Links,
    now: i64,
    usual: Usual,
    evidence: Vec<Option<Evidence>>,
}

impl<'a> Judgement<'a> {
    /// Weighs every service that failed lately and everyone who needs one that may be failing.
    pub fn new(engine: &'a mut CascadeEngine, links: Links, now: i64) -> Self {
        let mut judgement = Self {
            evidence: vec![None; engine.services.len()],
            usual: Usual::of(&engine.services),
            engine,
            links,
            now,
        };
        for number in 0..judgement.engine.services.len() {
            if judgement.engine.services[number].recent_failed() > 0 {
                judgement.weigh(number);
            }
        }
        for number in 0..judgement.engine.services.len() {
            if judgement.suspicion(number) >= SUSPICION {
                for dependent in judgement.links.dependents(number as u32).to_vec() {
                    judgement.weigh(dependent as usize);
                }
            }
        }
        judgement.hold();
        judgement
    }

    fn weigh(&mut self, number: usize) {
        if self.evidence[number].is_none() {
            let pulse = &self.engine.services[number];
            let expected = expected(pulse, &self.usual);
            self.evidence[number] = Some(Evidence::of(pulse, expected));
        }
    }

    fn suspicion(&self, number: usize) -> f64 {
        self.evidence[number]
            .as_ref()
            .map_or(f64::NEG_INFINITY, Evidence::strength)
    }

    /// Remembers who is failing.
    fn hold(&mut self) {
        for (pulse, evidence) in self.engine.services.iter_mut().zip(&mut self.evidence) {
            hold(pulse, evidence.as_ref());
            // What began before everything that is remembered says nothing about what followed what.
            if pulse
                .failing_since()
                .is_some_and(|since| since <= pulse.slot_at(1))
            {
                *evidence = None;
            }
        }
    }

    /// Puts it all together. What was high stays so while at least two of those that failed with it still do, and
    /// what spreads on from them is part of it.
    pub fn assess(mut self) -> Assessment {
        let (now, failing) = self.current();
        let services = &self.engine.services;
        let standing = self.engine.standing.take().map(|mut standing| {
            standing
                .failing
                .retain(|service| services[*service as usize].failing_since().is_some());
            standing
        });
        let failing = failing.filter(|_| now.risk == Risk::High);
        let next = match (standing.filter(|it| it.failing.len() >= 2), failing) {
            (None, None) => return now,
            (Some(standing), None) => self.continued(*standing, now, Vec::new()),
            (Some(standing), Some(failing))
                if standing.root != failing[0] && standing.failing.contains(&failing[0]) =>
            {
                self.continued(*standing, now, failing)
            }
            (_, Some(failing)) => Standing {
                assessment: now,
                root: failing[0],
                failing,
            },
        };
        let assessment = next.assessment.clone();
        self.engine.standing = Some(Box::new(next));
        assessment
    }

    /// A cascade whose beginning lies further back than what is remembered slot by slot, with what follows from it now.
    fn continued(&self, standing: Standing, mut now: Assessment, failing: Vec<u32>) -> Standing {
        let high = !failing.is_empty();
        let mut all = standing.failing;
        let old = standing.assessment;
        let mut affected = old.affected;
        affected.retain(|it| {
            all.iter()
                .any(|service| *self.engine.service_names.name(*service) == it.service)
        });
        for (service, it) in failing.into_iter().zip(now.affected) {
            if !all.contains(&service) {
                all.push(service);
                affected.push(it);
            }
        }
        now.next
            .retain(|next| affected.iter().all(|it| it.service != next.service));
        now.cut
            .retain(|cut| affected.iter().all(|it| it.service != cut.dependent));
        let assessment = Assessment {
            affected,
            next: if high { now.next } else { Vec::new() },
            cut: if high { now.cut } else { Vec::new() },
            branching_ratio: if high {
                now.branching_ratio
            } else {
                old.branching_ratio
            },
            interval: if high { now.interval } else { old.interval },
            ..old
        };
        Standing {
            assessment,
            root: standing.root,
            failing: all,
        }
    }

    /// What the evidence of the last quarter of an hour says, and who fails with it where failures spread.
    fn current(&mut self) -> (Assessment, Option<Vec<u32>>) {
        let warm = self.engine.first.is_some_and(|first| self.now - first >= WARM_UP);
        let spread = if warm { self.strongest() } else { None };
        let common = common_cause(self.engine, &self.usual, self.now);
        let spread_score = spread.as_ref().map_or(0.0, |spread| self.spread_score(spread));
        let common_score = common.as_ref().map_or(0.0, common_score);
        let common = common.filter(|_| common_score > 0.0);
        match (spread, common) {
            (Some(_), Some(common)) if !common.of_services && common_score > spread_score => {
                (self.of_type(&common, common_score), None)
            }
            (Some(spread), Some(common)) if common.of_services && self.at_once(&common, &spread) => {
                (self.of_type(&common, common_score.max(spread_score)), None)
            }
            (Some(spread), _) => self.of_spread(&spread, spread_score),
            (None, Some(common)) => (self.of_type(&common, common_score), None),
            (None, None) => (self.calm(), None),
        }
    }

    /// Whether a type that fails explains more than a spread along the graph.
    fn at_once(&self, common: &CommonCause, spread: &Spread) -> bool {
        let alone: f64 = self
            .evidence
            .iter()
            .flatten()
            .map(Evidence::log_one_and_odds)
            .sum();
        common.log_odds > spread.log_factor + alone
    }

    /// The service from which failures most likely spread.
    fn strongest(&self) -> Option<Spread> {
        let mut suspects: Vec<(usize, f64)> = (0..self.evidence.len())
            .filter(|number| !self.links.dependents(*number as u32).is_empty())
            .map(|number| (number, self.suspicion(number)))
            .filter(|(_, strength)| *strength >= SUSPICION)
            .collect();
        suspects.sort_by(|one, other| other.1.total_cmp(&one.1));
        suspects.truncate(ROOTS_MAX);
        let mut spreads: Vec<Spread> = suspects
            .into_iter()
            .filter_map(|(number, _)| Spread::from_root(number as u32, &self.links, &self.evidence))
            .collect();
        spreads.sort_by(|one, other| other.log_factor.total_cmp(&one.log_factor));
        spreads.into_iter().find(|spread| !self.of_one_agent(spread))
    }

    /// Whether one agent has most of the failures since it began, and far more than its part of the work: then that
    /// agent is broken, not the services that it calls.
    fn of_one_agent(&self, spread: &Spread) -> bool {
        let behind = self.links.dependents(spread.root);
        let began = self.slot_at(peak(&spread.onset)) - SETTLING;
        let agents = self.engine.failures.iter().filter_map(|failed| {
            let service = failed.service?;
            let counts = failed.slot >= began && (service == spread.root || behind.contains(&service));
            failed.agent.filter(|_| counts)
        });
        let mut agents: Vec<u32> = agents.collect();
        agents.sort_unstable();
        let Some(most) = agents
            .chunk_by(|one, other| one == other)
            .max_by_key(|it| it.len())
        else {
            return false;
        };
        let (hits, trials) = (most.len() as f64, agents.len() as f64);
        let share = self.engine.agents.share(most[0], self.now);
        let alone = hits == trials && share < 0.5;
        // Any of the agents could have stood out: about as many as fit into the whole at that share.
        let stands_out =
            hits >= 3.0 && hits >= ONE_AGENT * trials && binomial_tail(hits, trials, share) < 0.2 * share;
        alone || stands_out
    }

    /// 0.6 from the Bayes factor on at which the risk is high; below that a failing service counts by how many need it.
    fn spread_score(&self, spread: &Spread) -> f64 {
        let spreads = certainty(spread.log_factor, SPREAD_HIGH);
        if spreads >= Risk::HIGH_SCORE {
            return spreads.min(1.0);
        }
        let chance = self.evidence[spread.root as usize]
            .as_ref()
            .map_or(0.0, Evidence::chance);
        let dependents = self.links.dependents(spread.root).len() as f64;
        let waits = chance * (0.25 + 0.3 * (1.0 - (-dependents / 4.0).exp()));
        spreads.max(waits).min(Risk::HIGH_SCORE - 0.001)
    }

    fn calm(&self) -> Assessment {
        let ratio = ratio::of_background(&self.engine.services, &self.links, |service| {
            self.usual
                .share_of(self.engine.services[service as usize].baseline())
        });
        Assessment {
            branching_ratio: ratio.value,
            interval: ratio.interval,
            ..Assessment::calm()
        }
    }

    fn of_type(&self, common: &CommonCause, score: f64) -> Assessment {
        Assessment {
            risk: Risk::of(score),
            score,
            root: Some(Origin::TaskType(
                self.engine.type_names.name(common.task_type).clone(),
            )),
            agents: common.agents,
            evidence: common.log_odds,
            since: Some(begin(common.since)),
            ..self.calm()
        }
    }

    fn of_spread(&self, spread: &Spread, score: f64) -> (Assessment, Option<Vec<u32>>) {
        let risk = Risk::of(score);
        if risk == Risk::Low {
            let calm = Assessment {
                score,
                evidence: spread.log_factor,
                ..self.calm()
            };
            return (calm, None);
        }
        let all = outlooks(spread, &self.links, &self.evidence);
        let ratio = ratio::of_spread(&all, &self.links);
        let mut affected: Vec<&Outlook> = all.iter().filter(|it| it.down >= AFFECTED).collect();
        affected.sort_by_key(|it| (it.onset, it.service));
        // The root comes first, whatever was heard of first.
        if let Some(at) = affected.iter().position(|it| it.service == spread.root) {
            affected[..=at].rotate_right(1);
        }
        // Who was down long before says nothing about what follows what, and is not next either.
        let works = |it: &Outlook| {
            self.engine.services[it.service as usize]
                .failing_since()
                .is_none()
        };
        let mut next: Vec<&Outlook> = all
            .iter()
            .filter(|it| it.next >= NEXT.0 && it.down < AFFECTED && works(it))
            .collect();
        next.sort_by(|one, other| {
            other
                .next
                .total_cmp(&one.next)
                .then(one.service.cmp(&other.service))
        });
        let assessment = Assessment {
            risk,
            score,
            branching_ratio: ratio.value,
            interval: ratio.interval,
            root: Some(Origin::Service(self.name(spread.root))),
            path: self.path(&affected, spread.root),
            cut: self.cuts(&affected, &next),
            next: next
                .iter()
                .take(NEXT.1)
                .map(|it| Threatened {
                    service: self.name(it.service),
                    chance: it.next,
                    through: it.through.map(|need| self.name(need)),
                })
                .collect(),
            affected: affected.iter().map(|it| self.affected(it)).collect(),
            agents: 0,
            evidence: spread.log_factor,
            since: Some(begin(self.slot_at(all[0].onset))),
        };
        (assessment, Some(affected.iter().map(|it| it.service).collect()))
    }

    fn name(&self, service: u32) -> Text {
        self.engine.service_names.name(service).clone()
    }

    fn slot_at(&self, index: usize) -> i64 {
        self.now - (SLOTS as i64 - 1) + index as i64
    }

    fn affected(&self, it: &Outlook) -> Affected {
        Affected {
            service: self.name(it.service),
            since: begin(self.slot_at(it.onset)),
            through: it.through.map(|need| self.name(need)),
            chance: it.down,
        }
    }

    /// From the root to the one that began last, each through the one before.
    fn path(&self, affected: &[&Outlook], root: u32) -> Vec<Text> {
        let mut path = Vec::new();
        let mut at = affected.last().map_or(root, |it| it.service);
        while at != root && path.len() < affected.len() {
            path.push(self.name(at));
            let known = affected.iter().find(|it| it.service == at);
            at = known.and_then(|it| it.through).unwrap_or(root);
        }
        path.push(self.name(root));
        path.reverse();
        path
    }

    /// Dependencies of those who are next on those who fail.
    fn cuts(&self, affected: &[&Outlook], next: &[&Outlook]) -> Vec<Cut> {
        next.iter()
            .flat_map(|dependent| {
                self.links
                    .needs(dependent.service)
                    .iter()
                    .filter(|need| affected.iter().any(|it| it.service == **need))
                    .map(|need| Cut {
                        dependent: self.name(dependent.service),
                        need: self.name(*need),
                    })
            })
            .take(CUTS_MAX)
            .collect()
    }
}

/// Remembers that something is failing, so that it is not taken for normal, and forgets it when it works or is silent.
pub(super) fn hold(pulse: &mut Pulse, evidence: Option<&Evidence>) {
    let silent = pulse.newest() - pulse.heard() > SLOTS as i64;
    match (pulse.failing_since(), evidence) {
        (Some(_), Some(evidence)) if evidence.recovered => pulse.hold(None),
        (Some(_), _) if silent => pulse.hold(None),
        (None, Some(evidence)) if evidence.chance() > HELD => {
            pulse.hold(Some(pulse.slot_at(evidence.likely())));
        }
        _ => {}
    }
}

/// What is expected of a pulse. Where only failures are reported that is a rate, never below one failure in two minutes, and as if
/// one more failure had been seen in ten minutes: a rate that is not known yet is not low.
pub(super) fn expected(pulse: &Pulse, usual: &Usual) -> Expectation {
    let normal = pulse.baseline();
    if pulse.exposed() {
        Expectation::Share(usual.share_of(normal))
    } else {
        Expectation::PerSlot(((normal.failed + 1.0) / (normal.slots + WARM_UP as f64)).max(RATE_MIN))
    }
}

/// 0.6 where a logarithm of odds is at its bound, towards 0 below and 1 above.
fn certainty(log_odds: f64, bound: f64) -> f64 {
    1.0 / (1.0 + (-(log_odds - bound) / 2.0).exp() / 1.5)
}

fn common_score(common: &CommonCause) -> f64 {
    let fails = certainty(common.log_odds, COMMON_HIGH);
    if fails < Risk::MEDIUM_SCORE { 0.0 } else { fails }
}
