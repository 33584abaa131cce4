//! Real processes that look like agents, found by their command lines.
#![cfg(all(target_os = "linux", not(feature = "portable")))]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

#[path = "support/children.rs"]
mod support;

use std::path::Path;

use support::{Kept, now, table, target, until};
use swarmpulse_probe::{AgentPattern, Machine, discover};

fn place(folder: &Path, name: &str) -> String {
    let path = folder.join(name);
    let sleep = ["/bin/sleep", "/usr/bin/sleep"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .unwrap();
    std::fs::copy(sleep, &path).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_running_agent_is_found_with_what_there_is_to_know() {
    let folder = tempfile::tempdir().unwrap();
    let agent = Kept::spawn(&place(folder.path(), "claude"), &["1000"]);
    let bystander = Kept::shell(": claude; sleep 1000");
    let machine = Machine::here().unwrap();
    let mut patterns = vec![AgentPattern::own("nap", "bot", Some("sleep"), Some("999")).unwrap()];
    patterns.extend(AgentPattern::shipped());
    let nap = Kept::spawn("sleep", &["999"]);
    let found = until("both agents", || {
        let found = discover(&machine, &patterns).unwrap();
        [&agent, &nap]
            .iter()
            .all(|child| found.iter().any(|one| one.pid == child.pid()))
            .then_some(found)
    });
    let claude = found.iter().find(|found| found.pid == agent.pid()).unwrap();
    assert_eq!(claude.kind, "claude-code");
    assert_eq!(claude.agent, format!("claude-{}", agent.pid()));
    assert!(claude.command.ends_with("/claude 1000"), "{}", claude.command);
    assert_eq!(claude.cwd.as_deref(), std::env::current_dir().unwrap().to_str());
    assert_eq!(claude.parent, std::process::id());
    assert_eq!(
        found.iter().find(|found| found.pid == nap.pid()).unwrap().kind,
        "bot"
    );
    assert!(found.iter().all(|found| found.pid != bystander.pid()));

    // What was found can be watched, and is the same process.
    let mut watched = target(&claude.agent, claude.pid);
    watched.started_at = Some(claude.started_at);
    assert_eq!(table().watch(watched, now()).unwrap(), claude.started_at);
}

#[test]
fn children_of_an_agent_belong_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(folder.path(), "codex");
    // A copy of the shell, named as the agent, runs the agent's own program below itself.
    let agent_shell = folder.path().join("claude");
    std::fs::copy("/bin/sh", &agent_shell).unwrap();
    let claude = place(&folder.path().join("."), "claude-inner");
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::rename(claude, inner.join("claude")).unwrap();
    let script = format!("{}/claude 1000 & {path} 1000 & echo ready; wait", inner.display());
    let mut outer = Kept::spawn(agent_shell.to_str().unwrap(), &["-c", &script]);
    outer.ready();
    let machine = Machine::here().unwrap();
    let ours = |text: &str| text.contains(folder.path().to_str().unwrap());
    let found = until("both programs below the agent", || {
        let found: Vec<_> = discover(&machine, &AgentPattern::shipped()).unwrap();
        let found: Vec<_> = found.into_iter().filter(|found| ours(&found.command)).collect();
        found.iter().any(|found| found.kind == "codex").then_some(found)
    });
    let mut kinds: Vec<_> = found
        .iter()
        .map(|found| (found.kind.as_str(), found.pid == outer.pid()))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [("claude-code", true), ("codex", false)]);
    for found in found {
        let pid = rustix::process::Pid::from_raw(found.pid.cast_signed()).unwrap();
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}
