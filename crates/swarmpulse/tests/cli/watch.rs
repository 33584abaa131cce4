//! `swarmpulse watch`: the command must not notice, the server must know.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::fake_server::{Answers, FakeServer, Request, nowhere, problem};
use crate::program::{Running, swarmpulse, text};

const READ: &str = "echo ready; read line";

fn watch(server: &str, more: &[&str], command: &[&str]) -> Command {
    let mut arguments = vec!["watch", "--name", "bot-1", "--kind", "bot", "--server", server];
    arguments.extend(more);
    arguments.push("--");
    arguments.extend(command);
    swarmpulse(&arguments)
}

fn exits(requests: &[Request]) -> Vec<serde_json::Value> {
    requests
        .iter()
        .filter(|request| request.path == "/api/v1/events")
        .map(Request::json)
        .collect()
}

fn beats(requests: &[Request]) -> Vec<serde_json::Value> {
    requests
        .iter()
        .filter(|request| request.path == "/api/v1/heartbeats")
        .map(Request::json)
        .collect()
}

#[test]
fn output_is_untouched_and_the_exit_code_is_the_commands() {
    let server = FakeServer::start(Answers::new());
    let script = "printf 'out\\0\\033[31mput'; printf err >&2; exit 7";
    let out = watch(&server.address, &[], &["sh", "-c", script])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(out.stdout, b"out\0\x1b[31mput");
    assert_eq!(text(&out.stderr), "err");
    assert_eq!(out.status.code(), Some(7));

    let requests = server.requests();
    let paths: Vec<&str> = requests.iter().map(|request| request.path.as_str()).collect();
    assert_eq!(paths, ["/api/v1/heartbeats", "/api/v1/events"]);
    let (beat, exit) = (&beats(&requests)[0], &exits(&requests)[0]);
    assert_eq!(
        (beat["agent"].as_str(), beat["kind"].as_str()),
        (Some("bot-1"), Some("bot"))
    );
    assert_eq!(beat["attributes"]["watcher"], true);
    assert_eq!(beat["interval_s"], 10.0);
    assert_eq!(exit["type"], "agent.exited");
    assert_eq!(exit["source"], "worker");
    assert_eq!(exit["instance"], beat["instance"]);
    assert_eq!(exit["data"]["pid"], beat["pid"]);
    assert_eq!(exit["data"]["exit_code"], 7);
    assert_eq!(exit["data"]["requested"], false);
}

#[test]
fn the_command_reads_our_input() {
    let server = FakeServer::start(Answers::new());
    let mut running = Running::start(&mut watch(&server.address, &[], &["cat"]));
    running.stdin.as_mut().unwrap().write_all(b"through\n").unwrap();
    assert_eq!(running.line(), "through");
    assert_eq!(running.finish().0.code(), Some(0));
}

#[test]
fn a_signal_sent_to_the_watcher_reaches_the_command() {
    let server = FakeServer::start(Answers::new());
    let script = format!("trap 'echo got; exit 3' TERM; {READ}");
    let mut running = Running::start(&mut watch(&server.address, &[], &["sh", "-c", &script]));
    assert_eq!(running.line(), "ready");
    running.signal(Signal::TERM);
    assert_eq!(running.line(), "got");
    let (status, _, errors) = running.finish();
    assert_eq!((status.code(), errors.as_str()), (Some(3), ""));
    let exit = &exits(&server.requests())[0];
    assert_eq!(exit["data"]["requested"], true);
    assert_eq!(exit["data"]["exit_code"], 3);
}

#[test]
fn signals_that_do_not_ask_to_end_are_passed_on_too() {
    let server = FakeServer::start(Answers::new());
    // A shell that waits runs a trap at once; one that reads would run it only after another line.
    let script = "trap 'echo one' USR1; trap 'echo two' USR2; cat <&0 >/dev/null & reader=$!; echo ready; \
                  while kill -0 $reader 2>/dev/null; do wait $reader; done; exit 4";
    for (signal, word) in [(Signal::USR1, "one"), (Signal::USR2, "two")] {
        let mut running = Running::start(&mut watch(&server.address, &[], &["bash", "-c", script]));
        assert_eq!(running.line(), "ready");
        running.signal(signal);
        assert_eq!(running.line(), word);
        assert_eq!(running.finish().0.code(), Some(4));
    }
}

#[test]
fn the_watcher_dies_of_what_its_command_died_of() {
    let server = FakeServer::start(Answers::new());
    for (name, number) in [("KILL", 9), ("TERM", 15), ("SEGV", 11)] {
        let script = format!("kill -{name} $$");
        let status = watch(&server.address, &[], &["sh", "-c", &script])
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.signal(), Some(number), "{status}");
    }
    let ends: Vec<_> = exits(&server.requests())
        .iter()
        .map(|exit| exit["data"]["signal"].clone())
        .collect();
    assert_eq!(ends, [9, 15, 11]);
}

#[test]
fn a_hang_up_that_was_to_be_ignored_stays_ignored() {
    let server = FakeServer::start(Answers::new());
    let inner = format!("{READ}; echo alive");
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "trap '' HUP; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_swarmpulse"),
        "watch",
        "--name",
        "bot-1",
    ]);
    command.args(["--server", &server.address, "--", "sh", "-c", &inner]);
    let mut running = Running::start(&mut command);
    assert_eq!(running.line(), "ready");
    running.signal(Signal::HUP);
    running.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    assert_eq!(running.line(), "alive");
    assert_eq!(running.finish().0.code(), Some(0));
}

#[test]
fn one_interrupt_from_the_terminal_is_one_interrupt() {
    let server = FakeServer::start(Answers::new());
    let inner = "trap 'echo INT' INT; echo ready; read line; read line; echo end";
    let line = format!(
        "'{}' watch --name bot-1 --server {} -- bash -c \"{inner}\"",
        env!("CARGO_BIN_EXE_swarmpulse"),
        server.address
    );
    // `script` gives the command a terminal of its own.
    let mut running = Running::start(
        Command::new("script")
            .args(["-qefc", &line, "/dev/null"])
            .env("SHELL", "/bin/sh"),
    );
    assert_eq!(running.line(), "ready");
    running.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    let mut seen = running.line();
    while !seen.contains("INT") {
        seen = running.line();
    }
    running.stdin.as_mut().unwrap().write_all(b"\n\n").unwrap();
    while !seen.contains("end") {
        seen.push_str(&running.line());
    }
    assert_eq!(seen.matches("INT").count(), 1, "{seen:?}");
    server.wait_for(|requests| !exits(requests).is_empty());
    running.finish();
}

#[test]
fn a_server_that_is_away_disturbs_nothing() {
    let out = watch(&nowhere(), &[], &["sh", "-c", "echo out; exit 5"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(
        (text(&out.stdout).as_str(), out.status.code()),
        ("out\n", Some(5))
    );
    let errors = text(&out.stderr);
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(
        errors.starts_with("swarmpulse watch: 2 reports were not delivered: no server at http://127.0.0.1:"),
        "{errors}"
    );
    let quiet = watch(&nowhere(), &["--quiet"], &["true"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!((text(&quiet.stderr).as_str(), quiet.status.code()), ("", Some(0)));
}

#[test]
fn a_server_that_refuses_is_told_at_the_end_and_not_asked_again() {
    let refuse = || problem(401, "no token");
    let server = FakeServer::start(Answers::from([
        ("/api/v1/heartbeats", refuse()),
        ("/api/v1/events", refuse()),
    ]));
    let out = watch(&server.address, &[], &["true"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(0));
    let errors = text(&out.stderr);
    assert!(
        errors.contains("2 reports were not delivered") && errors.contains("token create --scope ingest"),
        "{errors}"
    );
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn the_token_goes_to_the_server_and_nowhere_else() {
    let server = FakeServer::start(Answers::new());
    let mut command = watch(&server.address, &[], &["true"]);
    let out = command
        .env("SWARMPULSE_TOKEN", "swp_hidden")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(out.stdout.is_empty() && out.stderr.is_empty());
    let head = server.requests()[0].head.to_ascii_lowercase();
    assert!(head.contains("authorization: bearer swp_hidden\r\n"), "{head}");
}

#[test]
fn commands_that_cannot_run_exit_as_in_a_shell() {
    let server = FakeServer::start(Answers::new());
    let no_program = tempfile::NamedTempFile::new().unwrap();
    let no_program = no_program.path().to_str().unwrap();
    for (command, code, reason) in [
        ("/no/such/bot", 127, "there is no such command"),
        (no_program, 126, "ermission denied"),
    ] {
        let out = watch(&server.address, &[], &[command])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(code));
        assert!(text(&out.stderr).contains(reason), "{}", text(&out.stderr));
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_restart_is_a_new_life_of_the_same_agent() {
    let server = FakeServer::start(Answers::new());
    let marker = tempfile::tempdir().unwrap();
    let file = marker.path().join("ran");
    let script = format!(
        "if [ -e '{0}' ]; then exit 0; else touch '{0}'; exit 9; fi",
        file.display()
    );
    let more = ["--restart", "on-failure"];
    let status = watch(&server.address, &more, &["sh", "-c", &script])
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0));
    let requests = server.requests();
    let ends: Vec<_> = exits(&requests)
        .iter()
        .map(|exit| exit["data"]["exit_code"].clone())
        .collect();
    assert_eq!(ends, [9, 0]);
    let lives: Vec<_> = exits(&requests)
        .iter()
        .map(|exit| exit["instance"].clone())
        .collect();
    assert_ne!(lives[0], lives[1]);
    assert_eq!(beats(&requests).len(), 2);
}

#[test]
fn heartbeats_go_on_while_the_command_runs() {
    let server = FakeServer::start(Answers::new());
    let mut running = Running::start(&mut watch(
        &server.address,
        &["--interval", "0.5"],
        &["sh", "-c", READ],
    ));
    let requests = server.wait_for(|requests| beats(requests).len() >= 3);
    let sequences: Vec<_> = beats(&requests)
        .iter()
        .map(|beat| beat["sequence"].as_u64().unwrap())
        .collect();
    assert!(
        sequences.windows(2).all(|pair| pair[0] < pair[1]),
        "{sequences:?}"
    );
    assert_eq!(running.line(), "ready");
    assert_eq!(running.finish().0.code(), Some(1));
}
