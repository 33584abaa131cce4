//! Real processes: killed, stopped, ended well, restarted.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use swarmpulse_testkit::clock;
use swarmpulse_testkit::server::Server;

use crate::PROGRAM;
use crate::start::{server, setup};

const SOON: Duration = Duration::from_secs(20);

/// A process that is ended with the test.
struct Process(Child);

impl Process {
    fn start(program: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::run(command)
    }

    fn run(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Self(
            command
                .spawn()
                .unwrap_or_else(|error| panic!("start {command:?}: {error}")),
        )
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn watch(server: &Server, name: &str, arguments: &[&str]) -> Process {
    let mut command = Command::new(PROGRAM);
    command.env("SWARMPULSE_SERVER", format!("http://{}", server.address()));
    command.args(["watch", "--name", name]).args(arguments);
    Process::run(command)
}

fn pid_of(server: &Server, agent: &str) -> Pid {
    let pid = clock::wait_for(SOON, || server.agent(agent)["process"]["pid"].as_i64());
    Pid::from_raw(
        i32::try_from(pid.unwrap_or_else(|| panic!("{agent} has no process: {}", server.said()))).unwrap(),
    )
    .unwrap()
}

#[test]
fn e2e_a_killed_process_is_down_within_two_seconds_and_the_page_says_why() {
    let (_folder, server) = server();
    let _watch = watch(&server, "bot-1", &["--", "sleep", "600"]);
    let pid = pid_of(&server, "bot-1");
    server
        .wait_for_verdict("bot-1", &["idle", "starting"], SOON)
        .unwrap();
    let killed = clock::now();
    kill_process(pid, Signal::KILL).unwrap();
    let agent = server.wait_for_verdict("bot-1", &["down"], SOON).unwrap();
    let took = killed.elapsed();
    assert!(
        took < Duration::from_secs(4),
        "took {took:?}, on a machine that may be busy"
    );
    assert_eq!(agent["evidence"][0]["class"], 1);
    let text = agent["evidence"][0]["text"].as_str().unwrap();
    assert!(text.contains("signal 9 (SIGKILL)"), "{text}");
    assert_eq!(agent["health"], "down");
}

#[test]
fn e2e_a_process_that_ends_well_is_stopped_and_one_that_fails_is_down() {
    let (_folder, server) = server();
    let mut good = watch(&server, "good", &["--", "sh", "-c", "exit 0"]);
    assert!(good.0.wait().unwrap().success());
    server.wait_for_verdict("good", &["stopped"], SOON).unwrap();
    let mut bad = watch(&server, "bad", &["--", "sh", "-c", "exit 3"]);
    assert_eq!(
        bad.0.wait().unwrap().code(),
        Some(3),
        "the exit code is the program's"
    );
    let agent = server.wait_for_verdict("bad", &["down"], SOON).unwrap();
    assert!(
        agent["evidence"][0]["text"]
            .as_str()
            .unwrap()
            .contains("exited with code 3"),
        "{agent:#}"
    );
}

#[test]
fn e2e_asked_to_end_a_watched_process_is_stopped() {
    let (_folder, server) = server();
    let mut watch = watch(&server, "polite", &["--", "sleep", "600"]);
    pid_of(&server, "polite");
    watch.signal(Signal::TERM);
    let status = watch.0.wait().unwrap();
    assert!(
        status.signal() == Some(15) || status.code() == Some(143),
        "{status}"
    );
    server.wait_for_verdict("polite", &["stopped"], SOON).unwrap();
}

#[test]
fn e2e_an_announced_pid_that_dies_is_down() {
    let (_folder, server) = server();
    let process = Process::start("sleep", &["600"]);
    let body = format!(
        "{{\"agent\":\"a1\",\"pid\":{},\"interval_s\":300,\"status\":\"idle\"}}",
        process.0.id()
    );
    assert_eq!(server.post("/api/v1/heartbeats", &body).unwrap().status, 202);
    pid_of(&server, "a1");
    drop(process);
    let agent = server.wait_for_verdict("a1", &["down"], SOON).unwrap();
    assert_eq!(agent["evidence"][0]["claim"], "process_exited");
}

#[test]
fn e2e_a_busy_process_works_and_a_stopped_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path())
        .with("fleet.silence_floor_s", "6")
        .with("fleet.default_interval_s", "1")
        .with("probe.sample_s", "1")
        .start()
        .unwrap();
    let watch = watch(&server, "busy", &["--", "sh", "-c", "while :; do :; done"]);
    server.wait_for_verdict("busy", &["working"], SOON).unwrap();
    let pid = pid_of(&server, "busy");
    kill_process(pid, Signal::STOP).unwrap();
    let agent = server
        .wait_for_verdict("busy", &["down", "stuck"], Duration::from_secs(60))
        .unwrap();
    assert_eq!(agent["process"]["state"], "stopped", "{agent:#}");
    kill_process(pid, Signal::CONT).unwrap();
    server
        .wait_for_verdict("busy", &["working", "idle"], Duration::from_secs(60))
        .unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    drop(watch);
}

#[test]
fn e2e_figures_of_a_process_are_the_kernels() {
    let (folder, server) = server();
    let script = "import os,sys,time\nhold=[open(os.devnull) for _ in range(806)]\nmemory=bytearray(64<<20)\nprint('ready',flush=True)\ntime.sleep(600)";
    let _watch = watch(&server, "holder", &["--", "python3", "-c", script]);
    let seen = clock::wait_for(Duration::from_secs(60), || {
        let agent = server.agent("holder");
        let process = &agent["process"];
        (process["open_fds"].as_u64()? >= 806 && process["rss_bytes"].as_u64()? >= 64 << 20).then_some(agent)
    });
    let agent = seen.unwrap_or_else(|| panic!("{:#}", server.agent("holder")));
    let pid = agent["process"]["pid"].as_u64().unwrap();
    let counted = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count() as u64;
    assert_eq!(agent["process"]["open_fds"], counted);
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let limit = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))
        .unwrap();
    assert_eq!(
        agent["process"]["fd_limit"].to_string(),
        limit.split_whitespace().nth(3).unwrap()
    );
    let log = folder.path().join("data/logs/bot-process-health.jsonl");
    let line = clock::wait_for(SOON, || {
        let log = std::fs::read_to_string(&log).ok()?;
        log.lines()
            .find(|line| line.contains("\"holder\"") && line.contains("memory_mb"))
            .map(str::to_owned)
    });
    let line: serde_json::Value = serde_json::from_str(&line.expect("a line in the log")).unwrap();
    for key in [
        "timestamp",
        "bot_id",
        "pid",
        "memory_mb",
        "memory_percent",
        "file_descriptors",
        "thread_count",
        "cpu_percent",
    ] {
        assert!(!line[key].is_null(), "{key} in {line}");
    }
}

#[test]
fn e2e_a_restart_is_another_life_and_a_crash_loop_stays_down() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path()).start().unwrap();
    let _watch = watch(
        &server,
        "loop",
        &["--restart", "always", "--", "sh", "-c", "sleep 0.3; exit 1"],
    );
    let agent = clock::wait_for(Duration::from_secs(90), || {
        let agent = server.agent("loop");
        (agent["flapping"] == true && agent["verdict"] == "down").then_some(agent)
    });
    let agent = agent.unwrap_or_else(|| panic!("{:#}", server.agent("loop")));
    assert!(agent["restarts"].as_u64().unwrap() >= 3, "{agent:#}");
}

#[test]
fn e2e_agents_on_this_machine_are_discovered_and_the_monitor_is_one_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("claude");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let server = setup(folder.path())
        .with("probe.discover", "true")
        .with("probe.discover_s", "1")
        .start()
        .unwrap();
    let process = Process::start(program.to_str().unwrap(), &["600"]);
    let name = format!("claude-{}", process.0.id());
    server
        .wait_for_verdict(&name, &["idle", "starting", "working"], SOON)
        .unwrap();
    server
        .wait_for_verdict("swarmpulse", &["idle", "working"], SOON)
        .unwrap();
    process.signal(Signal::TERM);
    let agent = server.wait_for_verdict(&name, &["stopped"], SOON).unwrap();
    assert_eq!(agent["kind"], "claude-code");
}
