//! Finding agents among the processes of this machine.

use std::collections::HashMap;

use super::entry::command;
use super::files::read_at;
use super::machine::Machine;
use crate::collapse::keep_topmost;
use crate::command::Invocation;
use crate::{AgentPattern, Discovered, ProbeError};
use swarmpulse_model::Text;

/// The most of a command line that is looked at.
const COMMAND_LINE_BYTES_MAX: usize = 16 * 1024;
/// The monitor's own program: it and what it names as arguments are no agents.
const OWN_PROGRAM: &str = "swarmpulse";

/// Lists the processes that match a pattern, the first one that does; processes below one of the same kind
/// belong to it. Looks at every process once; processes that cannot be read are passed over.
///
/// # Errors
/// If the processes cannot be listed.
pub fn discover(machine: &Machine, patterns: &[AgentPattern]) -> Result<Vec<Discovered>, ProbeError> {
    let mut pids = Vec::new();
    machine.each_process(|pid, _| pids.push(pid))?;
    pids.sort_unstable();
    let mut commands = HashMap::new();
    let mut matches = Vec::new();
    for pid in pids {
        // Empty for kernel threads and zombies.
        let line =
            read_at(&machine.proc, &format!("{pid}/cmdline"), COMMAND_LINE_BYTES_MAX).unwrap_or_default();
        if let Some(pattern) = match_line(&line, patterns).filter(|_| pid != std::process::id()) {
            commands.insert(pid, (pattern, command(&line)));
            matches.push((pid, pattern.kind()));
        }
    }
    let kept = keep_topmost(matches, |pid| machine.stat(pid).ok().map(|stat| stat.parent));
    let found = kept.into_iter().filter_map(|(pid, _)| {
        let (pattern, command) = commands.remove(&pid)?;
        let stat = machine.stat(pid).ok().filter(|stat| !stat.ended)?;
        let cwd = rustix::fs::readlinkat(&machine.proc, format!("{pid}/cwd"), Vec::new()).ok();
        Some(Discovered {
            pid,
            started_at: machine.started_at(stat.start_ticks),
            kind: pattern.kind().into(),
            agent: Text::from(format!("{}-{pid}", pattern.name())),
            command,
            cwd: cwd.map(|path| Text::from(path.to_string_lossy().as_ref())),
            parent: stat.parent,
        })
    });
    Ok(found.collect())
}

fn match_line<'p>(line: &[u8], patterns: &'p [AgentPattern]) -> Option<&'p AgentPattern> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches('\0');
    if text.is_empty() {
        return None;
    }
    let arguments: Vec<&str> = text.split('\0').collect();
    let run = Invocation::parse(&arguments)?;
    if run.program == OWN_PROGRAM {
        return None;
    }
    patterns.iter().find(|pattern| pattern.fits(&run))
}
