//! Tasks, sandboxes and services.

use swarmpulse_fleet::{Fleet, SandboxEntry, ServiceEntry, TaskEntry};
use swarmpulse_model::{Text, Timestamp};

use super::evidence::age_s;
use super::values;

fn text(text: Option<&Text>) -> Option<String> {
    text.map(Text::to_string)
}

/// A task as it is at `now`.
pub(crate) fn task(fleet: &Fleet, task: &TaskEntry, now: Timestamp) -> swarmpulse_api::Task {
    let (limit_s, limit_source) = fleet.task_limit(task);
    swarmpulse_api::Task {
        namespace: fleet.namespace_of_task(task).to_owned(),
        task: task.id.to_string(),
        task_type: text(task.task_type.as_ref()),
        status: task.status.as_str().to_owned(),
        since: task.since.to_string(),
        age_s: age_s(task.since, now),
        queue: text(task.queue.as_ref()),
        agent: text(task.agent_name.as_ref()),
        sandbox: text(task.sandbox.as_ref()),
        priority: text(task.priority.as_ref()),
        user: text(task.user.as_ref()),
        attempt: task.attempt,
        first_seen_at: task.first_seen_at.to_string(),
        last_progress_at: task.progress_at.to_string(),
        limit_s,
        limit_source: limit_source.as_str().to_owned(),
        stuck: fleet.task_stuck(task, now),
        error: text(task.error.as_ref()),
        attributes: values::attributes(&task.attributes),
    }
}

/// A sandbox as it is at `now`.
pub(crate) fn sandbox(fleet: &Fleet, sandbox: &SandboxEntry, now: Timestamp) -> swarmpulse_api::Sandbox {
    let inside = sandbox.agents().first().and_then(|index| fleet.agent_at(*index));
    let agent = inside.map(|agent| agent.id().to_owned());
    swarmpulse_api::Sandbox {
        namespace: fleet.namespace_of_sandbox(sandbox).to_owned(),
        sandbox: sandbox.id.to_string(),
        provider: text(sandbox.provider.as_ref()),
        state: sandbox.state.as_str().to_owned(),
        provider_state: text(sandbox.provider_state.as_ref()),
        since: sandbox.since.to_string(),
        agent: agent.or_else(|| text(sandbox.agent_name.as_ref())),
        task: text(sandbox.task.as_ref()),
        created_at: sandbox.created_at.map(|at| at.to_string()),
        age_s: age_s(sandbox.created_at.unwrap_or(sandbox.first_seen_at), now),
        last_event_at: sandbox.last_event_at.map(|at| at.to_string()),
        last_event_type: text(sandbox.last_event_type.as_ref()),
        events: sandbox.events,
        resources: values::present([
            ("cpu", sandbox.resources.cpu),
            ("memory_bytes", sandbox.resources.memory_bytes),
            ("disk_bytes", sandbox.resources.disk_bytes),
        ]),
        usage: values::present([
            ("cpu_ratio", sandbox.usage.cpu_ratio),
            ("memory_bytes", sandbox.usage.memory_bytes),
            ("disk_bytes", sandbox.usage.disk_bytes),
            ("network_receive_bytes", sandbox.usage.network_receive_bytes),
            ("network_transmit_bytes", sandbox.usage.network_transmit_bytes),
        ]),
        price_per_hour_usd: sandbox.price_per_hour_usd,
        attributes: values::attributes(&sandbox.attributes),
    }
}

/// A service.
pub(crate) fn service(fleet: &Fleet, service: &ServiceEntry) -> swarmpulse_api::Service {
    swarmpulse_api::Service {
        namespace: fleet.namespace_of_service(service).to_owned(),
        service: service.id.to_string(),
        url: text(service.url.as_ref()),
        kind: text(service.kind.as_ref()),
        depends_on: service.depends_on.iter().map(Text::to_string).collect(),
        calls: service.calls,
        errors: service.errors,
        open_calls: service.open_calls,
        last_call_at: service.last_call_at.map(|at| at.to_string()),
        last_status_code: service.last_status_code,
        response_time_ms: service.outcomes.latency_ms(),
        error_ratio: service.outcomes.success_ratio().map(|ratio| 1.0 - ratio),
        attributes: values::attributes(&service.attributes),
    }
}
