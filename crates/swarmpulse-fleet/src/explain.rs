//! Evidence in words: what the verdict on an agent rests on, the strongest first.

use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::{Claim, Evidence, Text, Timestamp};

use crate::agent::{Agent, Moment};
use crate::fleet::Fleet;
use crate::judge::Basis;

fn evidence(claim: Claim, moment: Moment) -> Evidence {
    Evidence {
        claim,
        at: moment.at,
        record: Some(moment.record),
    }
}

impl Fleet {
    /// The evidence for the verdict on an agent, with the ages it has now.
    #[must_use]
    pub fn explain(&self, agent: &Agent, now: Timestamp) -> Vec<Evidence> {
        let mut all = Vec::with_capacity(4);
        all.extend(self.leading_evidence(agent, now));
        if agent.flapping.is_flapping() && agent.basis != Basis::Flapping {
            all.push(self.flapping_evidence(agent));
        }
        self.add_process(agent, now, &mut all);
        if let Some(contact) = agent.contact.filter(|_| agent.basis != Basis::Contact) {
            all.push(evidence(
                Claim::Contact {
                    how: self.words(agent, false),
                },
                contact,
            ));
        }
        if let Some(progress) = agent.progress.filter(|_| agent.basis != Basis::Progress) {
            all.push(evidence(
                Claim::Progress {
                    how: self.words(agent, true),
                },
                progress,
            ));
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
        all
    }

    fn leading_evidence(&self, agent: &Agent, now: Timestamp) -> Option<Evidence> {
        let contact = agent.contact.unwrap_or(agent.declared_since);
        let limit_s = agent.interval.silence_limit_ns(&self.settings) as f64 / 1e9;
        let silence = |claim| Evidence {
            claim,
            at: agent.silence_base(),
            record: agent.contact.map(|moment| moment.record),
        };
        Some(match agent.basis {
            Basis::Death => {
                let death = agent.death.as_deref()?;
                evidence(death.claim.clone(), death.moment)
            }
            Basis::Silence => silence(Claim::NoContact { limit_s }),
            Basis::Frozen => {
                let reason = self.blindness().map_or_else(
                    || Text::const_new("contact is only returning"),
                    |blind| blind.reason,
                );
                silence(Claim::Frozen { reason })
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
            Basis::OpenTask(_) | Basis::OpenCall(_) | Basis::SaysWorking => self.work_evidence(agent, now)?,
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
            Basis::SaysWaiting => evidence(Claim::SaysWaiting, agent.declared_since),
            Basis::BackOff => self.back_off_evidence(agent)?,
            Basis::Flapping => self.flapping_evidence(agent),
        })
    }

    /// Open work as evidence: a claim while it is within its limit, the want of progress after.
    fn work_evidence(&self, agent: &Agent, now: Timestamp) -> Option<Evidence> {
        let work = self.bench().open_work(agent)?;
        let stuck = work.stuck_at <= now;
        let limit_s = work.limit_s;
        let (claim, name, moment) = match work.basis {
            Basis::OpenTask(index) => {
                let task = self.tasks.get(index)?;
                let claim = Claim::OpenTask {
                    task: task.id.clone(),
                    limit_s,
                };
                (
                    claim,
                    Text::from(format!("task {}", task.id)),
                    Moment {
                        at: task.since,
                        record: agent.declared_since.record,
                    },
                )
            }
            Basis::OpenCall(number) => {
                let call = agent.open_calls.get(number as usize)?;
                let service = self
                    .services
                    .get(call.service)
                    .map_or_else(Text::default, |service| service.id.clone());
                let name = Text::from(format!("a call of {service}"));
                (Claim::OpenCall { service, limit_s }, name, call.since)
            }
            _ => (
                Claim::SaysWorking { limit_s },
                Text::const_new("the work it speaks of"),
                agent.declared_since,
            ),
        };
        if stuck {
            let at = agent
                .progress
                .map_or(moment.at, |progress| progress.at.max(moment.at));
            return Some(Evidence {
                claim: Claim::NoProgress { work: name, limit_s },
                at,
                record: Some(moment.record),
            });
        }
        let record = (!matches!(work.basis, Basis::OpenTask(_))).then_some(moment.record);
        Some(Evidence {
            claim,
            at: moment.at,
            record,
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
