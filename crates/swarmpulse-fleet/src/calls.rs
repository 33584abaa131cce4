//! Calls: opened, closed, and what their answers say.

use swarmpulse_model::Timestamp;
use swarmpulse_model::record::{Call, CallState};
use swarmpulse_model::time::seconds;

use crate::agent::{BackOff, How, SERVICES_MAX};
use crate::arena::Index;
use crate::call_book::{Displaced, Opened};
use crate::fleet::{Fleet, Step};
use crate::open_work::DECLARED_MAX_S;
use crate::tasks::moment;

/// Answers that ask the caller to hold back: its own quota, or a service that cannot.
fn asks_to_back_off(status_code: u16) -> bool {
    matches!(status_code, 429 | 503 | 529)
}

impl Fleet {
    pub(crate) fn apply_call(&mut self, step: &mut Step<'_>, call: &Call) {
        let agent = self.caller(step, call);
        let Some(service) = self.service(step, &call.service) else {
            // There is no room for the service, yet the caller was heard.
            if let Some(agent) = agent {
                self.contact(
                    step,
                    agent,
                    How::Event(format!("call of {}", call.service).into()),
                    call.at,
                );
                self.review(step, agent);
            }
            return;
        };
        let failed = call.error.is_some() || call.status_code.is_some_and(|code| code >= 400);
        let heard = agent.is_some_and(|agent| self.contact(step, agent, How::Call(service), call.at));
        let caller = agent.filter(|_| heard);
        match call.state {
            CallState::Open => {
                if let Some(agent) = caller {
                    self.open_call(step, agent, service, call);
                }
                if let Some(service) = self.services.get_mut(service) {
                    service.last_call_at = Some(step.now);
                }
            }
            CallState::Closed => self.end_call(step, caller, service, call, failed),
        }
        let Some(agent) = agent else { return };
        if heard {
            self.remember_service(agent, service);
            if !failed {
                self.progress(step, agent, How::Call(service));
                self.progress_of_task(step, call.task.as_deref());
            }
        }
        self.review(step, agent);
    }

    /// A call ended, or is reported after the fact.
    fn end_call(
        &mut self,
        step: &Step<'_>,
        caller: Option<Index>,
        service: Index,
        call: &Call,
        failed: bool,
    ) {
        let mut opened = None;
        if let Some(agent) = caller.and_then(|agent| self.agents.get_mut(agent))
            && (call.call.is_some() || agent.calls.is_some())
        {
            match agent
                .calls
                .get_or_insert_default()
                .close(call.call.as_ref(), step.now)
            {
                Ok(open) => opened = open,
                Err(_) => {
                    self.refusals.repeated_calls += 1;
                    return;
                }
            }
        }
        if let Some(open) = &opened {
            self.recount_open_calls(open.service, -1);
        }
        let latency_ms = call
            .latency_ms
            .filter(|latency_ms| latency_ms.is_finite() && *latency_ms >= 0.0)
            .or_else(|| opened.map(|open| step.now.seconds_since(open.since.at) * 1000.0));
        self.count_call(step.now, service, call.status_code, failed, latency_ms);
        if let Some(agent) = caller.and_then(|agent| self.agents.get_mut(agent)) {
            agent.outcomes.observe(!failed, latency_ms);
            let asked = call.status_code.filter(|code| asks_to_back_off(*code));
            agent.back_off = asked.map(|status_code| BackOff {
                since: moment(step),
                status_code,
                service: Some(service),
            });
        }
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

    fn open_call(&mut self, step: &Step<'_>, agent: Index, service: Index, call: &Call) {
        let Some(entry) = self.agents.get_mut(agent) else {
            return;
        };
        let timeout_s = call
            .timeout_s
            .filter(|timeout_s| timeout_s.is_finite() && *timeout_s > 0.0)
            .map(|timeout_s| timeout_s.min(DECLARED_MAX_S) as f32);
        let calls = entry.calls.get_or_insert_default();
        match calls.open(call.call.clone(), service, moment(step), timeout_s) {
            Opened::New => {}
            Opened::InPlaceOf(before, why) => {
                self.recount_open_calls(before, -1);
                self.refusals.open_calls += u64::from(why == Displaced::NoRoom);
            }
            Opened::Overtaken => {
                self.refusals.repeated_calls += 1;
                return;
            }
        }
        self.recount_open_calls(service, 1);
    }

    /// Progress was seen after a call had run out: its end was lost, and it is no longer under way.
    pub(crate) fn drop_overdue_calls(&mut self, now: Timestamp, agent: Index) {
        let Some(calls) = self.agents.get(agent).map(crate::Agent::open_calls) else {
            return;
        };
        let bench = self.bench();
        let overdue: Vec<usize> = (0..calls.len())
            .filter(|number| {
                let (limit_s, _) = bench.call_limit(&calls[*number]);
                now >= calls[*number].since.at.plus_ns(seconds(limit_s))
            })
            .collect();
        for number in overdue.into_iter().rev() {
            let book = self
                .agents
                .get_mut(agent)
                .and_then(|agent| agent.calls.as_deref_mut());
            let Some(dropped) = book.map(|book| book.open.remove(number)) else {
                return;
            };
            self.recount_open_calls(dropped.service, -1);
            self.refusals.lost_call_ends += 1;
        }
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
        if !failed && let Some(latency_ms) = latency_ms {
            service.durations.observe(latency_ms / 1000.0);
        }
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
