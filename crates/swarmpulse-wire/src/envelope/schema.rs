//! The table of every number in the journal. Numbers are given once and never again; a field that goes
//! leaves its number behind in a comment.

use swarmpulse_model::alert::{
    Acknowledgement, Alert, Delivery, LabelMatcher, Notification, NotifiedAlert, Silence, Symptom,
};
use swarmpulse_model::process::{ProcessExit, ProcessReport, ProcessSample};
use swarmpulse_model::record::{
    Alias, Call, Event, Failure, FleetSettings, Heartbeat, Resources, Sandbox, Service, Task, Usage,
    WorkLimit,
};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Condition, EffectId, EntityKey, Position, Record};

use super::CodecError;
use super::field::{Field, Message, message, read_message};
use super::sum::{put_monitor, take_monitor};
use super::wire::{Fields, Raw, put_message};

/// The numbers of record types, among the envelope's fields.
mod kind {
    pub(super) const HEARTBEAT: u32 = 4;
    pub(super) const TASK: u32 = 5;
    pub(super) const CALL: u32 = 6;
    pub(super) const EVENT: u32 = 7;
    pub(super) const SANDBOX: u32 = 8;
    pub(super) const SERVICE: u32 = 9;
    pub(super) const FAILURE: u32 = 10;
    pub(super) const PROCESS: u32 = 11;
    pub(super) const ALIAS: u32 = 12;
    pub(super) const CONDITION: u32 = 13;
    pub(super) const MONITOR: u32 = 14;
    pub(super) const TICK: u32 = 15;
    pub(super) const SETTINGS: u32 = 16;
    pub(super) const ALERT: u32 = 17;
    pub(super) const SILENCE: u32 = 18;
    pub(super) const ACKNOWLEDGEMENT: u32 = 19;
    pub(super) const NOTIFICATION: u32 = 20;
    pub(super) const DELIVERY: u32 = 21;
}

message!(Heartbeat {
    1 agent, 2 kind, 3 instance, 4 host, 5 pid, 6 sandbox, 7 status, 8 task, 9 interval_s, 10 sequence, 11 at,
    12 metrics, 13 attributes, 14 on_demand,
});
message!(Task {
    1 task, 2 task_type, 3 status, 4 queue, 5 agent, 6 sandbox, 7 priority, 8 user, 9 attempt, 10 queued_at,
    11 assigned_at, 12 started_at, 13 finished_at, 14 timeout_s, 15 error, 16 retryable, 17 attributes,
});
message!(Call {
    1 call, 2 service, 3 operation, 4 agent, 5 task, 6 state, 7 status_code, 8 latency_ms, 9 timeout_s, 10 error,
    11 at, 12 attributes,
});
message!(Event {
    1 event, 2 event_type, 3 source, 4 agent, 5 instance, 6 sandbox, 7 task, 8 at, 9 size_bytes, 10 data,
    11 attributes,
});
message!(Sandbox {
    1 sandbox, 2 provider, 3 state, 4 agent, 5 task, 6 created_at, 7 last_activity_at, 8 resources, 9 usage,
    10 price_per_hour_usd, 11 attributes,
});
message!(Resources { 1 cpu, 2 memory_bytes, 3 disk_bytes });
message!(Usage {
    1 cpu_ratio, 2 memory_bytes, 3 disk_bytes, 4 network_receive_bytes, 5 network_transmit_bytes,
});
message!(Service { 1 service, 2 url, 3 kind, 4 depends_on, 5 attributes });
message!(Failure { 1 task, 2 agent, 3 task_type, 4 error, 5 error_code, 6 at, 7 attributes });
message!(ProcessReport { 1 agent, 2 kind, 3 host, 4 pid, 5 started_at, 6 origin, 7 instance, 8 seen });
message!(ProcessSample {
    1 state, 2 command, 3 cpu_ratio, 4 cpu_seconds, 5 rss_bytes, 6 vms_bytes, 7 memory_ratio, 8 memory_limit_bytes,
    9 cgroup_memory_bytes, 10 open_fds, 11 fd_limit, 12 threads, 13 thread_limit, 14 connections, 15 pss_bytes,
    16 major_faults, 17 read_bytes, 18 write_bytes, 19 memory_pressure_ratio, 20 children, 21 zombie_children,
    22 progress, 23 liveness_only,
});
message!(ProcessExit { 1 exit_code, 2 signal, 3 out_of_memory, 4 pid_reused, 5 requested });
message!(Alias { 1 agent, 2 other, 3 reason });
message!(Condition { 1 name, 2 subject, 3 severity, 4 active, 5 since, 6 reason });
message!(EntityKey { 1 namespace, 2 kind, 3 id });
message!(Position { 1 partition, 2 offset });
message!(EffectId { 1 position, 2 n });
message!(Label { 1 name, 2 value });
message!(Alert {
    1 id, 2 name, 3 state, 4 severity, 5 namespace, 6 subject, 7 origin, 8 group, 9 labels, 10 annotations, 11 value,
    12 active_at, 13 fired_at, 14 ended_at, 15 reason, 16 cause, 17 flapping, 18 expires_at,
    19 source_url, 20 kept_since,
});
message!(LabelMatcher { 1 name, 2 op, 3 value });
message!(Silence {
    1 id, 2 namespace, 3 matchers, 4 starts_at, 5 ends_at, 6 author, 7 comment, 8 purpose, 9 updated_at,
});
message!(Acknowledgement { 1 alert, 2 namespace, 3 active, 4 author, 5 comment, 6 at, 7 until });
message!(Symptom { 1 alert, 2 name, 3 subject, 4 since });
message!(NotifiedAlert { 1 alert, 2 symptoms, 3 symptoms_total });
message!(Notification {
    1 group_key, 2 receiver, 3 channel, 4 reason, 5 group_labels, 6 alerts, 7 omitted, 8 firing, 9 resolved, 10 at,
});
message!(Delivery { 1 notification, 2 receiver, 3 channel, 4 outcome, 5 attempts, 6 error, 7 at });
message!(WorkLimit { 1 name, 2 limit_s });
// Every value is written: a default that a later release changes must not change what was decided by it.
message!(FleetSettings = Self::default() => {
    1 local_host, 2 start_grace_s, 3 default_interval_s, 4 silence_floor_s, 5 silence_intervals, 6 unknown_limit_s,
    7 blind_limit_s, 8 task_limit_s, 9 call_limit_s, 10 provider_claim_s, 11 backoff_hold_s, 12 task_limits,
    13 call_limits, 14 flap_changes, 15 flap_window_s, 16 flap_hold_s, 17 forget_agent_s, 18 forget_task_s,
    19 agents_max, 20 entities_max, 21 claim_limit_s, 22 forget_discovered_s, 23 exit_word_s,
});

/// Appends a record as a field of its envelope.
#[inline]
pub(super) fn put_record(record: &Record, out: &mut Vec<u8>) {
    match record {
        Record::Heartbeat(record) => record.as_ref().put_always(kind::HEARTBEAT, out),
        Record::Task(record) => record.as_ref().put_always(kind::TASK, out),
        Record::Call(record) => record.as_ref().put_always(kind::CALL, out),
        Record::Event(record) => record.as_ref().put_always(kind::EVENT, out),
        Record::Sandbox(record) => record.as_ref().put_always(kind::SANDBOX, out),
        Record::Service(record) => record.as_ref().put_always(kind::SERVICE, out),
        Record::Failure(record) => record.as_ref().put_always(kind::FAILURE, out),
        Record::Process(record) => record.as_ref().put_always(kind::PROCESS, out),
        Record::Alias(record) => record.as_ref().put_always(kind::ALIAS, out),
        Record::Condition(record) => record.as_ref().put_always(kind::CONDITION, out),
        Record::Monitor(event) => put_message(kind::MONITOR, out, |out| put_monitor(event, out)),
        Record::Tick => put_message(kind::TICK, out, |_| {}),
        Record::Settings(record) => record.as_ref().put_always(kind::SETTINGS, out),
        Record::Alert(record) => record.as_ref().put_always(kind::ALERT, out),
        Record::Silence(record) => record.as_ref().put_always(kind::SILENCE, out),
        Record::Acknowledgement(record) => record.as_ref().put_always(kind::ACKNOWLEDGEMENT, out),
        Record::Notification(record) => record.as_ref().put_always(kind::NOTIFICATION, out),
        Record::Delivery(record) => record.as_ref().put_always(kind::DELIVERY, out),
    }
}

/// The record that an envelope's field of that number holds.
#[inline]
pub(super) fn take_record(number: u32, raw: Raw<'_>) -> Result<Record, CodecError> {
    Ok(match number {
        kind::HEARTBEAT => Record::Heartbeat(boxed(raw)?),
        kind::TASK => Record::Task(boxed(raw)?),
        kind::CALL => Record::Call(boxed(raw)?),
        kind::EVENT => Record::Event(boxed(raw)?),
        kind::SANDBOX => Record::Sandbox(boxed(raw)?),
        kind::SERVICE => Record::Service(boxed(raw)?),
        kind::FAILURE => Record::Failure(boxed(raw)?),
        kind::PROCESS => Record::Process(boxed(raw)?),
        kind::ALIAS => Record::Alias(boxed(raw)?),
        kind::CONDITION => Record::Condition(boxed(raw)?),
        kind::MONITOR => Record::Monitor(monitor(raw)?),
        kind::TICK => Record::Tick,
        kind::SETTINGS => Record::Settings(boxed(raw)?),
        kind::ALERT => Record::Alert(boxed(raw)?),
        kind::SILENCE => Record::Silence(boxed(raw)?),
        kind::ACKNOWLEDGEMENT => Record::Acknowledgement(boxed(raw)?),
        kind::NOTIFICATION => Record::Notification(boxed(raw)?),
        kind::DELIVERY => Record::Delivery(boxed(raw)?),
        _ => return Err(CodecError::UnknownWord),
    })
}

#[inline]
fn boxed<M: Message>(raw: Raw<'_>) -> Result<Box<M>, CodecError> {
    let mut message = Box::new(M::blank());
    read_message(&mut *message, raw)?;
    Ok(message)
}

/// The last of its fields counts, and there must be one.
fn monitor(raw: Raw<'_>) -> Result<swarmpulse_model::record::MonitorEvent, CodecError> {
    let Raw::Bytes(bytes) = raw else {
        return Err(CodecError::Sort);
    };
    let mut fields = Fields::new(bytes);
    let mut event = None;
    while let Some((number, raw)) = fields.next()? {
        event = Some(take_monitor(number, raw)?);
    }
    event.ok_or(CodecError::UnknownWord)
}
