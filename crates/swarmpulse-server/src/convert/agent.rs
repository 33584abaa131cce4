//! Agents and their processes.

use serde_json::Map;
use swarmpulse_fleet::{Agent, Fleet, ProcessLink};
use swarmpulse_model::effect::VerdictChange;
use swarmpulse_model::process::ProcessOrigin;
use swarmpulse_model::{Text, Timestamp};

use super::{evidence, values};

/// An agent as it is at `now`.
pub(crate) fn agent(fleet: &Fleet, agent: &Agent, now: Timestamp) -> swarmpulse_api::Agent {
    let verdict = agent.verdict();
    let (interval_s, interval_source) = fleet.interval_of(agent);
    let outcomes = agent.outcomes();
    let success_ratio = outcomes.success_ratio();
    swarmpulse_api::Agent {
        namespace: fleet.namespace_of(agent).to_owned(),
        agent: agent.id().to_owned(),
        kind: agent.kind().to_owned(),
        verdict: verdict.as_str().to_owned(),
        health: verdict.standing().health.as_str().to_owned(),
        since: agent.since().to_string(),
        evidence: evidence::all(&fleet.explain(agent, now), now),
        status: agent.status().map(str::to_owned),
        first_seen_at: agent.first_seen_at().to_string(),
        last_contact_at: agent.last_contact_at().map(|at| at.to_string()),
        last_progress_at: agent.last_progress_at().map(|at| at.to_string()),
        interval_s,
        interval_source: interval_source.as_str().to_owned(),
        deadline_s: fleet.deadline_s(agent),
        host: fleet.host_of(agent).map(str::to_owned),
        pid: agent.pid(),
        instance: agent.instance().map(str::to_owned),
        sandbox: agent
            .sandbox()
            .and_then(|index| fleet.sandbox_at(index))
            .map(|sandbox| sandbox.id.to_string()),
        task: task_in_hand(fleet, agent),
        open_tasks: agent.open_tasks().len() as u64,
        open_calls: agent.open_calls().len() as u64,
        restarts: agent.restarts().into(),
        flapping: agent.is_flapping(),
        clock_skew_s: agent.clock_skew_s(),
        lost_reports: agent.lost_reports(),
        response_time_ms: outcomes.latency_ms(),
        success_ratio,
        error_ratio: success_ratio.map(|ratio| 1.0 - ratio),
        process: agent.process().map(process),
        metrics: values::numbers(agent.metrics()),
        attributes: values::attributes(agent.attributes()),
        aliases: agent.aliases().iter().map(Text::to_string).collect(),
    }
}

/// An agent of which only the change of its verdict is left: it was forgotten since.
pub(crate) fn agent_changed(change: &VerdictChange, now: Timestamp) -> swarmpulse_api::Agent {
    swarmpulse_api::Agent {
        namespace: change.agent.namespace.to_string(),
        agent: change.agent.id.to_string(),
        kind: change.agent_kind.to_string(),
        verdict: change.to.as_str().to_owned(),
        health: change.to.standing().health.as_str().to_owned(),
        since: change.since.to_string(),
        evidence: evidence::all(&change.evidence, now),
        first_seen_at: change.since.to_string(),
        interval_source: "default".to_owned(),
        metrics: Map::new(),
        ..swarmpulse_api::Agent::default()
    }
}

/// An agent's health at `now`, as checks by others ask for it.
pub(crate) fn agent_health(fleet: &Fleet, agent: &Agent, now: Timestamp) -> swarmpulse_api::AgentHealth {
    let verdict = agent.verdict();
    let success_ratio = agent.outcomes().success_ratio();
    let evidence = fleet.explain(agent, now);
    swarmpulse_api::AgentHealth {
        namespace: fleet.namespace_of(agent).to_owned(),
        agent: agent.id().to_owned(),
        kind: agent.kind().to_owned(),
        verdict: verdict.as_str().to_owned(),
        health: verdict.standing().health.as_str().to_owned(),
        since: agent.since().to_string(),
        last_contact_at: agent.last_contact_at().map(|at| at.to_string()),
        // Every deadline that passes makes a tick, so the verdict is as of now.
        checked_at: now.to_string(),
        response_time_ms: agent.outcomes().latency_ms(),
        success_ratio,
        error_ratio: success_ratio.map(|ratio| 1.0 - ratio),
        reason: evidence
            .first()
            .map(|evidence| evidence.claim.to_string())
            .unwrap_or_default(),
    }
}

/// The task that it names, else the last of those that were given to it.
fn task_in_hand(fleet: &Fleet, agent: &Agent) -> Option<String> {
    let given = || {
        agent
            .open_tasks()
            .last()
            .and_then(|index| fleet.task_at(*index))
            .map(|task| task.id.as_str())
    };
    agent.task_named().or_else(given).map(str::to_owned)
}

fn process(link: &ProcessLink) -> swarmpulse_api::Process {
    let sample = link.sample();
    let state = if link.has_ended() {
        "exited"
    } else {
        sample.state.as_str()
    };
    let origin = match link.origin() {
        ProcessOrigin::Watched => "watched",
        ProcessOrigin::Announced => "announced",
        ProcessOrigin::Discovered => "discovered",
    };
    swarmpulse_api::Process {
        pid: link.pid(),
        started_at: link.started_at().to_string(),
        origin: origin.to_owned(),
        state: state.to_owned(),
        command: link.command().map(str::to_owned),
        seen_at: link.looked_at().to_string(),
        cpu_ratio: sample.cpu_ratio,
        cpu_seconds: sample.cpu_seconds,
        rss_bytes: sample.rss_bytes,
        vms_bytes: sample.vms_bytes,
        memory_ratio: sample.memory_ratio,
        memory_limit_bytes: sample.memory_limit_bytes,
        cgroup_memory_bytes: sample.cgroup_memory_bytes,
        open_fds: sample.open_fds,
        fd_limit: sample.fd_limit,
        threads: sample.threads,
        thread_limit: sample.thread_limit,
        connections: sample.connections,
        pss_bytes: sample.pss_bytes,
        major_faults: sample.major_faults,
        read_bytes: sample.read_bytes,
        write_bytes: sample.write_bytes,
        memory_pressure_ratio: sample.memory_pressure_ratio,
        children: sample.children,
        zombie_children: sample.zombie_children,
    }
}
