//! What a record tells of work that ended: whose, how, and what went wrong.

use swarmpulse_model::record::{Call, CallState, Event, Failure, Task};
use swarmpulse_model::{Record, TaskStatus, Text, Value};

use super::class::{ErrorClass, error_type};

/// What sort of record says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A task's state.
    Task,
    /// A report of a failure.
    Report,
    /// An event that says that a task failed.
    Notice,
    /// A call of a service.
    Call,
    /// An event that is about no task's end.
    Event,
}

/// What went wrong, as the record says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault<'a> {
    pub(super) text: Option<&'a str>,
    pub(super) code: Option<&'a str>,
    pub(super) class: ErrorClass,
    /// Whether another attempt makes sense, where that is said or known.
    pub(super) retryable: Option<bool>,
}

impl<'a> Fault<'a> {
    fn new(text: Option<&'a str>, code: Option<&'a str>, status: Option<u16>, said: Option<bool>) -> Self {
        let by_status = status
            .or_else(|| code?.parse().ok())
            .and_then(ErrorClass::of_status);
        let by_text = || match (code, text) {
            (None, None) => ErrorClass::Other,
            (code, text) => [code, text]
                .into_iter()
                .flatten()
                .map(ErrorClass::of_text)
                .find(|class| *class != ErrorClass::Other)
                .unwrap_or(ErrorClass::Other),
        };
        let class = by_status.unwrap_or_else(by_text);
        Self {
            text: text.filter(|text| !text.trim().is_empty()),
            code,
            class,
            retryable: said.or(class.is_retryable()),
        }
    }

    /// What it is called.
    pub(super) fn name(&self) -> &'a str {
        error_type(self.code, self.text, self.class)
    }
}

/// Work that ended, or an error on its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending<'a> {
    pub(super) origin: Origin,
    pub(super) task: Option<&'a Text>,
    pub(super) task_type: Option<&'a Text>,
    pub(super) agent: Option<&'a Text>,
    pub(super) service: Option<&'a Text>,
    pub(super) attempt: Option<u32>,
    /// `None` if it went well.
    pub(super) fault: Option<Fault<'a>>,
}

/// What a record tells.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told<'a> {
    /// Something ended.
    Ended(Ending<'a>),
    /// A task is under way, perhaps again.
    UnderWay(&'a Text, Option<u32>),
    /// An agent runs on a machine.
    RunsOn(&'a Text, &'a Text),
    /// Nothing of interest here.
    Nothing,
}

/// Reads a record.
pub(super) fn read(record: &Record) -> Told<'_> {
    match record {
        Record::Task(task) => of_task(task),
        Record::Failure(failure) => Told::Ended(of_failure(failure)),
        Record::Call(call) => of_call(call),
        Record::Event(event) => of_event(event),
        Record::Heartbeat(beat) => match &beat.host {
            Some(host) => Told::RunsOn(&beat.agent, host),
            None => Told::Nothing,
        },
        _ => Told::Nothing,
    }
}

fn of_task(task: &Task) -> Told<'_> {
    let fault = || {
        Fault::new(
            task.error.as_deref(),
            text_of(&task.attributes.0, &["error_code", "error_type"]),
            None,
            task.retryable,
        )
    };
    let fault = match task.status {
        TaskStatus::Completed => None,
        TaskStatus::Failed => Some(fault()),
        // An attempt failed; that it will be tried again is said as well.
        TaskStatus::Retrying if task.error.is_some() => Some(Fault {
            retryable: task.retryable.or(Some(true)),
            ..fault()
        }),
        // Called off is neither.
        TaskStatus::Cancelled => return Told::Nothing,
        _ => return Told::UnderWay(&task.task, task.attempt),
    };
    Told::Ended(Ending {
        origin: Origin::Task,
        task: Some(&task.task),
        task_type: task.task_type.as_ref(),
        agent: task.agent.as_ref(),
        service: None,
        attempt: task.attempt,
        fault,
    })
}

fn of_failure(failure: &Failure) -> Ending<'_> {
    let said = match failure
        .attributes
        .get("retryable")
        .or_else(|| failure.attributes.get("is_retryable"))
    {
        Some(Value::Bool(said)) => Some(*said),
        _ => None,
    };
    Ending {
        origin: Origin::Report,
        task: failure.task.as_ref(),
        task_type: failure.task_type.as_ref(),
        agent: failure.agent.as_ref(),
        service: None,
        attempt: None,
        fault: Some(Fault::new(
            failure.error.as_deref(),
            failure.error_code.as_deref(),
            None,
            said,
        )),
    }
}

/// A call failed if its answer says so (5xx, 429, 408), if it says what went wrong, or if it took longer than it may.
fn of_call(call: &Call) -> Told<'_> {
    if call.state == CallState::Open {
        return Told::Nothing;
    }
    let too_long = match (call.latency_ms, call.timeout_s) {
        (Some(latency_ms), Some(timeout_s)) => latency_ms >= timeout_s * 1000.0,
        _ => false,
    };
    let bad = call
        .status_code
        .is_some_and(|code| code >= 500 || code == 429 || code == 408);
    let said = call.error.as_deref().is_some_and(|error| !error.is_empty());
    let fault = (bad || said || too_long).then(|| {
        let text = call.error.as_deref().filter(|error| !error.is_empty());
        let text = text.or_else(|| call.status_code.filter(|_| bad).map(status_text));
        let fault = Fault::new(text, None, call.status_code, None);
        match call.status_code {
            None if too_long && !said => Fault {
                class: ErrorClass::Timeout,
                retryable: Some(true),
                ..fault
            },
            _ => fault,
        }
    });
    Told::Ended(Ending {
        origin: Origin::Call,
        task: call.task.as_ref(),
        task_type: None,
        agent: call.agent.as_ref(),
        service: Some(&call.service),
        attempt: None,
        fault,
    })
}

/// What a code is called where the caller says nothing else.
fn status_text(code: u16) -> &'static str {
    match code {
        408 => "HTTP 408 (request timeout)",
        429 => "HTTP 429 (too many requests)",
        500 => "HTTP 500 (internal error)",
        502 => "HTTP 502 (bad gateway)",
        503 => "HTTP 503 (unavailable)",
        504 => "HTTP 504 (gateway timeout)",
        529 => "HTTP 529 (overloaded)",
        _ => "HTTP 5xx",
    }
}

/// `task.failed` and `task_failed` end a task; other errors stand for themselves.
fn of_event(event: &Event) -> Told<'_> {
    let name = event.short_type();
    let ends_task = matches!(&*event.event_type, "task.failed" | "task_failed") && event.task.is_some();
    let is_error = name == "error" || name == "stream_error" || name == "failed" || name.ends_with("_failed");
    if !is_error {
        return Told::Nothing;
    }
    let text = text_of(&event.attributes.0, &["error", "error_message", "message"]);
    let code = text_of(&event.attributes.0, &["error_code", "error_type"]);
    Told::Ended(Ending {
        origin: if ends_task { Origin::Notice } else { Origin::Event },
        task: event.task.as_ref(),
        task_type: None,
        agent: event.agent.as_ref(),
        service: None,
        attempt: None,
        fault: Some(Fault::new(text.or(Some(&event.event_type)), code, None, None)),
    })
}

fn text_of<'a>(attributes: &'a [(Text, Value)], names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| {
        attributes.iter().rev().find_map(|(key, value)| match value {
            Value::Text(text) if key == name && !text.is_empty() => Some(text.as_str()),
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(record: &Record) -> Option<(ErrorClass, Option<bool>)> {
        match read(record) {
            Told::Ended(ending) => ending.fault.map(|fault| (fault.class, fault.retryable)),
            _ => None,
        }
    }

    fn call(status_code: Option<u16>, error: Option<&str>, latency_ms: f64) -> Record {
        Record::Call(Box::new(Call {
            service: "db".into(),
            status_code,
            error: error.map(Text::from),
            latency_ms: Some(latency_ms),
            timeout_s: Some(5.0),
            ..Call::default()
        }))
    }

    #[test]
    fn calls_fail_by_code_by_word_and_by_time() {
        assert_eq!(fault(&call(Some(200), None, 20.0)), None);
        assert_eq!(
            fault(&call(Some(404), None, 20.0)),
            None,
            "an answer, not a failure"
        );
        assert_eq!(
            fault(&call(Some(429), None, 20.0)),
            Some((ErrorClass::RateLimited, Some(true)))
        );
        assert_eq!(
            fault(&call(Some(502), None, 20.0)),
            Some((ErrorClass::Unavailable, Some(true)))
        );
        assert_eq!(
            fault(&call(None, None, 5000.0)),
            Some((ErrorClass::Timeout, Some(true)))
        );
        assert_eq!(
            fault(&call(Some(403), Some("denied"), 1.0)),
            Some((ErrorClass::Permission, Some(false)))
        );
    }

    #[test]
    fn only_events_that_say_error_are_failures() {
        let event = |event_type: &str| {
            Record::Event(Box::new(Event {
                event_type: event_type.into(),
                task: Some("t".into()),
                ..Event::default()
            }))
        };
        let origin = |record: &Record| match read(record) {
            Told::Ended(ending) => Some(ending.origin),
            _ => None,
        };
        assert_eq!(origin(&event("agent.tool_use")), None);
        assert_eq!(origin(&event("agent.stream_error")), Some(Origin::Event));
        assert_eq!(origin(&event("validation_failed")), Some(Origin::Event));
        assert_eq!(origin(&event("task.failed")), Some(Origin::Notice));
    }
}
