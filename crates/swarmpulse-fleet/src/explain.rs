//! Evidence in words: what the verdict on an agent rests on, the strongest first.

use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::{Claim, Evidence, Text, Timestamp, Verdict};

use crate::agent::{Agent, Moment};
use crate::fleet::Fleet;
use crate::judge::{Basis, ON_DEMAND_QUIET_S};

fn evidence(claim: Claim, moment: Moment) -> Evidence {
    Evidence {
        claim,
        at: moment.at,
        record: Some(moment.record),
    }
}

impl Fleet {
    /// The evidence for the verdict on an agent, with the ages it has now: first what decided, then the rest, the
    /// stronger class first.
    #[must_use]
    pub fn explain(&self, agent: &Agent, now: Timestamp) -> Vec<Evidence> {
        let mut all = Vec::with_capacity(5);
        // What it rested on may be gone, until the next tick decides anew.
        all.push(
            self.leading_evidence(agent)
                .unwrap_or_else(|| self.silence_evidence(agent)),
        );
        if agent.flapping.is_flapping() && agent.basis != Basis::Flapping {
            all.push(self.flapping_evidence(agent));
        }
        self.add_process(agent, now, &mut all);
        if let Some(contact) = agent.contact.filter(|_| agent.basis != Basis::Contact) {
            let how = self.words(agent, false);
            all.push(evidence(Claim::Contact { how }, contact));
        }
        if let Some(progress) = agent.progress.filter(|_| agent.basis != Basis::Progress) {
            let how = self.words(agent, true);
            all.push(evidence(Claim::Progress { how }, progress));
        }
        if agent.restarts > 0 {
            all.push(Evidence {
                claim: Claim::Restarted {
                    restarts: agent.restarts,
                },
                at: agent.life_since,
                record: None,
            });
        }
        let decided_by_work = matches!(
            agent.basis,
            Basis::OpenTask(_) | Basis::OpenCall(_) | Basis::SaysWorking
        );
        if matches!(agent.verdict, Verdict::Working | Verdict::Silent) && !decided_by_work {
            all.extend(self.work_evidence(agent));
        }
        if matches!(agent.verdict, Verdict::Silent | Verdict::Unknown) {
            all.push(self.silence_evidence(agent));
        }
        all[1..].sort_by_key(Evidence::class);
        all
    }

    fn silence_evidence(&self, agent: &Agent) -> Evidence {
        Evidence {
            claim: Claim::NoContact {
                limit_s: self.deadline_s(agent),
            },
            at: agent.silence_base(),
            record: agent.contact.map(|moment| moment.record),
        }
    }

    fn leading_evidence(&self, agent: &Agent) -> Option<Evidence> {
        let contact = agent.contact.unwrap_or(agent.declared_since);
        Some(match agent.basis {
            Basis::Death => {
                let death = agent.death.as_deref()?;
                evidence(death.claim.clone(), death.moment)
            }
            Basis::Silence => self.silence_evidence(agent),
            Basis::Frozen => {
                let reason = self.blindness().map_or_else(
                    || Text::const_new("contact is only returning"),
                    |blind| blind.reason,
                );
                Evidence {
                    claim: Claim::Frozen { reason },
                    ..self.silence_evidence(agent)
                }
            }
            Basis::ProbeFailed => {
                let (since, error) = agent.process.as_deref()?.unreadable.clone()?;
                evidence(Claim::ProbeFailed { error }, since)
            }
            Basis::ProcessProgress => {
                let process = agent.process.as_deref()?;
                let claim = Claim::ProcessProgress {
                    pid: process.pid,
                    cpu_ratio: process.sample.cpu_ratio,
                };
                evidence(claim, process.progress?)
            }
            Basis::OpenTask(_) | Basis::OpenCall(_) | Basis::SaysWorking => self.work_evidence(agent)?,
            Basis::ProviderRunning => {
                let sandbox = self.sandboxes.get(agent.sandbox?)?;
                let claim = Claim::ProviderRunning {
                    sandbox: sandbox.id.clone(),
                    limit_s: self.settings.provider_claim_s,
                };
                Evidence {
                    claim,
                    at: sandbox.since,
                    record: None,
                }
            }
            Basis::StartGrace => Evidence {
                claim: Claim::StartGrace {
                    grace_s: self.settings.start_grace_s,
                },
                at: agent.life_since,
                record: None,
            },
            Basis::Progress => evidence(
                Claim::Progress {
                    how: self.words(agent, true),
                },
                agent.progress?,
            ),
            Basis::Contact => evidence(
                Claim::Contact {
                    how: self.words(agent, false),
                },
                contact,
            ),
            Basis::OnDemand => evidence(
                Claim::QuietOnDemand {
                    quiet_s: ON_DEMAND_QUIET_S,
                },
                contact,
            ),
            Basis::SaysWaiting => evidence(Claim::SaysWaiting, agent.declared_since),
            Basis::BackOff => self.back_off_evidence(agent)?,
            Basis::Flapping => self.flapping_evidence(agent),
        })
    }

    /// Open work as evidence: a claim while it is within its limit, the want of progress after.
    fn work_evidence(&self, agent: &Agent) -> Option<Evidence> {
        let silent_at = agent
            .silence_base()
            .plus_ns(agent.interval.silence_limit_ns(&self.settings));
        let work = self.bench().open_work(agent, silent_at)?;
        let (basis, limit_s) = match (agent.verdict, work.claim) {
            (Verdict::Silent, Some(claim)) => (claim.basis, claim.limit_s),
            _ => (work.basis, work.limit_s),
        };
        let (claim, name, at, record) = match basis {
            Basis::OpenTask(index) => {
                let task = self.tasks.get(index)?;
                let claim = Claim::OpenTask {
                    task: task.id.clone(),
                    limit_s,
                };
                let at = task.opened_at.unwrap_or(task.since);
                (claim, format!("task {}", task.id), at, None)
            }
            Basis::OpenCall(number) => {
                let call = agent.open_calls().get(number as usize)?;
                let service = self
                    .services
                    .get(call.service)
                    .map_or_else(Text::default, |service| service.id.clone());
                let name = format!("a call of {service}");
                let claim = Claim::OpenCall { service, limit_s };
                (claim, name, call.since.at, Some(call.since.record))
            }
            _ => {
                let said = agent.declared_since;
                (
                    Claim::SaysWorking { limit_s },
                    "the work it speaks of".to_owned(),
                    said.at,
                    Some(said.record),
                )
            }
        };
        if agent.verdict != Verdict::Stuck {
            return Some(Evidence { claim, at, record });
        }
        let claim = Claim::NoProgress {
            work: name.into(),
            limit_s,
        };
        let progress = agent.progress.filter(|progress| progress.at > at);
        Some(match progress {
            Some(progress) => evidence(claim, progress),
            None => Evidence { claim, at, record },
        })
    }

    fn back_off_evidence(&self, agent: &Agent) -> Option<Evidence> {
        let Some(back_off) = agent
            .back_off
            .filter(|_| agent.declared != Some(DeclaredStatus::BackingOff))
        else {
            let how = agent.status.clone().unwrap_or_default();
            return Some(evidence(
                Claim::Contact {
                    how: format!("its word: {how}").into(),
                },
                agent.declared_since,
            ));
        };
        let service = back_off.service.and_then(|service| self.services.get(service));
        let service = service.map_or_else(|| Text::const_new("a service"), |service| service.id.clone());
        Some(evidence(
            Claim::AskedToBackOff {
                service,
                status_code: back_off.status_code,
            },
            back_off.since,
        ))
    }

    fn flapping_evidence(&self, agent: &Agent) -> Evidence {
        let claim = Claim::Flapping {
            changes: agent.flapping.falls(),
            window_s: self.settings.flap_window_s,
        };
        Evidence {
            claim,
            at: agent.since,
            record: None,
        }
    }

    fn add_process(&self, agent: &Agent, now: Timestamp, all: &mut Vec<Evidence>) {
        let Some(process) = agent.process.as_deref().filter(|process| !process.ended) else {
            return;
        };
        if let Some((since, error)) = process
            .unreadable
            .clone()
            .filter(|_| agent.basis != Basis::ProbeFailed)
        {
            all.push(evidence(Claim::ProbeFailed { error }, since));
        } else if let Some(alive) = process.alive_at(now) {
            let state = Text::const_new(process.sample.state.as_str());
            all.push(evidence(
                Claim::ProcessAlive {
                    pid: process.pid,
                    state,
                },
                alive,
            ));
        }
    }

    fn words(&self, agent: &Agent, progress: bool) -> Text {
        let how = if progress {
            &agent.progress_how
        } else {
            &agent.contact_how
        };
        how.words(|service| {
            self.services
                .get(service)
                .map_or_else(Text::default, |service| service.id.clone())
        })
    }
}
