//! Exits of processes that their parents report as events.

use swarmpulse_model::process::{ProcessExit, ProcessOrigin, ProcessReport, ProcessSeen};
use swarmpulse_model::record::{Event, EventSource};
use swarmpulse_model::{Text, Timestamp};

use super::fault::Fault;
use super::input::Input;
use super::reader::Reader;

/// The report that stands in for an event of type `agent.exited` or `process.exited` about an agent, from a
/// worker or the system, whose data are `{pid, host, started_at, exit_code, signal, out_of_memory,
/// requested}`; only `pid` is needed. `None` for any other event. A start that is not given is the epoch,
/// a host that is not given is empty: the process is then known by its pid alone.
pub(super) fn report<'a>(
    input: &mut Input<'a, '_>,
    event: &Event,
    raw_data: &'a str,
) -> Result<Option<ProcessReport>, Fault> {
    let is_exit = matches!(event.event_type.as_str(), "agent.exited" | "process.exited");
    let Some(agent) = event
        .agent
        .clone()
        .filter(|_| is_exit && event.source != EventSource::Agent)
    else {
        return Ok(None);
    };
    let mut data = Reader::new(raw_data, input.limits.nesting);
    if data.peek()? != b'{' {
        return Ok(None);
    }
    let mut input = Input {
        json: &mut data,
        ..input.reborrow()
    };
    let (mut pid, mut host, mut kind) = (None, None, None);
    let mut started_at = Timestamp::default();
    let mut exit = ProcessExit::default();
    let mut fields = input.item()?;
    while let Some(key) = fields.next(&mut input)? {
        match &*key {
            "pid" => pid = input.whole_u32("data.pid", 1)?,
            "host" => host = input.id("data.host")?,
            "kind" => kind = input.id("data.kind")?,
            "started_at" => started_at = input.time("data.started_at")?.unwrap_or_default(),
            "exit_code" => exit.exit_code = code(&mut input, "data.exit_code")?,
            "signal" => exit.signal = code(&mut input, "data.signal")?,
            "out_of_memory" => exit.out_of_memory = input.boolean("data.out_of_memory")?.unwrap_or_default(),
            "requested" => exit.requested = input.boolean("data.requested")?.unwrap_or_default(),
            _ => drop(input.json.skip()?),
        }
    }
    let instance = event.instance.clone();
    let host = host.unwrap_or_else(Text::default);
    let seen = ProcessSeen::Exited(exit);
    let origin = ProcessOrigin::Watched;
    Ok(pid.map(|pid| ProcessReport {
        agent,
        kind,
        host,
        pid,
        started_at,
        origin,
        instance,
        seen,
    }))
}

fn code(input: &mut Input<'_, '_>, field: &str) -> Result<Option<i32>, Fault> {
    let fits = |code: f64| code.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&code);
    Ok(input
        .number(field, "a whole number", fits)?
        .map(|code| code as i32))
}
