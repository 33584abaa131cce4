//! Calls: opened, closed, and what their answers say.

use swarmpulse_model::record::{Call, CallState};
use swarmpulse_model::{Text, Timestamp};

use crate::agent::{BackOff, How, OPEN_CALLS_MAX, OpenCall, SERVICES_MAX};
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::tasks::moment;

/// Answers that ask the caller to hold back: its own quota, or a service that cannot.
fn asks_to_back_off(status_code: u16) -> bool {
    matches!(status_code, 429 | 503 | 529)
}

impl Fleet {
    pub(crate) fn apply_call(&mut self, step: &mut Step<'_>, call: Call) {
        let Some(service) = self.service(step, &call.service) else {
            return;
        };
        let agent = self.caller(step, &call);
        let opened = match agent {
            Some(agent) if call.state == CallState::Open => self.open_call(step, agent, service, &call),
            Some(agent) => self.close_call(agent, call.call.as_deref()),
            None => None,
        };
        let failed = call.error.is_some() || call.status_code.is_some_and(|code| code >= 400);
        let back_off = call.status_code.filter(|code| asks_to_back_off(*code));
        if call.state == CallState::Closed {
            let latency_ms = call
                .latency_ms
                .or_else(|| opened.map(|at| step.now.seconds_since(at) * 1000.0));
            if !failed && let Some(latency_ms) = latency_ms {
                self.call_limits.observe(&call.service, latency_ms / 1000.0);
            }
            self.count_call(step.now, service, call.status_code, failed, latency_ms);
            if let Some(agent) = agent.and_then(|agent| self.agents.get_mut(agent)) {
                agent.outcomes.observe(!failed, latency_ms);
                agent.back_off = match back_off {
                    Some(status_code) => Some(BackOff {
                        since: moment(step),
                        status_code,
                        service: Some(service),
                    }),
                    None => None,
                };
            }
        } else if let Some(service) = self.services.get_mut(service) {
            service.last_call_at = Some(step.now);
        }
        let Some(agent) = agent else { return };
        self.remember_service(agent, service);
        if self.contact(step, agent, How::Call(service), call.at) && !failed {
            self.progress(step, agent, How::Call(service));
        }
        self.review(step, agent);
    }

    fn caller(&mut self, step: &mut Step<'_>, call: &Call) -> Option<Index> {
        if let Some(name) = &call.agent {
            return self.agent(step, name, None);
        }
        let task = self
            .tasks
            .get(self.tasks.find(step.namespace, call.task.as_deref()?)?)?;
        task.agent
    }

    fn open_call(&mut self, step: &Step<'_>, agent: Index, service: Index, call: &Call) -> Option<Timestamp> {
        let entry = self.agents.get_mut(agent)?;
        let name = call.call.clone().unwrap_or_else(|| Text::const_new("-"));
        entry.open_calls.retain(|open| open.call != name);
        if entry.open_calls.len() >= OPEN_CALLS_MAX {
            entry.open_calls.remove(0);
            self.refusals.open_calls += 1;
        }
        entry.open_calls.push(OpenCall {
            call: name,
            service,
            since: moment(step),
            timeout_s: call.timeout_s.map(|seconds| seconds as f32),
        });
        self.recount_open_calls(service, 1);
        None
    }

    /// Closes a call; gives when it was opened.
    fn close_call(&mut self, agent: Index, name: Option<&str>) -> Option<Timestamp> {
        let entry = self.agents.get_mut(agent)?;
        let number = entry
            .open_calls
            .iter()
            .position(|open| open.call == name.unwrap_or("-"))?;
        let open = entry.open_calls.remove(number);
        self.recount_open_calls(open.service, -1);
        Some(open.since.at)
    }

    pub(crate) fn recount_open_calls(&mut self, service: Index, by: i64) {
        if let Some(service) = self.services.get_mut(service) {
            service.open_calls = service.open_calls.saturating_add_signed(by);
        }
    }

    fn count_call(
        &mut self,
        now: Timestamp,
        service: Index,
        code: Option<u16>,
        failed: bool,
        latency_ms: Option<f64>,
    ) {
        let Some(service) = self.services.get_mut(service) else {
            return;
        };
        service.calls += 1;
        service.errors += u64::from(failed);
        service.last_call_at = Some(now);
        service.last_status_code = code.or(service.last_status_code);
        service.outcomes.observe(!failed, latency_ms);
    }

    fn remember_service(&mut self, agent: Index, service: Index) {
        let Some(agent) = self.agents.get_mut(agent) else {
            return;
        };
        if !agent.services.contains(&service) {
            if agent.services.len() >= SERVICES_MAX {
                agent.services.remove(0);
            }
            agent.services.push(service);
        }
    }
}
