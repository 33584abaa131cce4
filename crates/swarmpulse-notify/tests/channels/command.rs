//! Commands: what they are given, how they end, and that nothing of them is left when their time is over.

use std::path::{Path, PathBuf};

use swarmpulse_notify::{Notifier, SendError, build};

use crate::case::{Nothing, SECRET, read};
use crate::examples;

/// A command that runs a script of the shell, with a secret as its argument and one in its environment.
fn channel(script: &str) -> Box<dyn Notifier> {
    let entry = serde_json::json!({
        "command": ["/bin/sh", "-c", script, "name", SECRET],
        "env": {"TOKEN": SECRET},
    });
    let file = format!("receivers: [{{name: r, command_configs: [{entry}]}}]");
    build(&read(&file, &Nothing)[0].channels[0]).ok().unwrap()
}

async fn run(script: &str) -> Result<(), SendError> {
    let notification = examples::storm();
    channel(script).send(examples::message(&notification)).await
}

#[tokio::test]
async fn the_value_of_an_argument_is_not_told_by_itself_either() {
    for argument in [
        format!("--token={SECRET}"),
        format!("Authorization: Bearer {SECRET}"),
    ] {
        let script = "echo \"no ${1##*[= ]}\"; exit 1";
        let entry = serde_json::json!({"command": ["/bin/sh", "-c", script, "name", argument]});
        let file = format!("receivers: [{{name: r, command_configs: [{entry}]}}]");
        let channel = build(&read(&file, &Nothing)[0].channels[0]).ok().unwrap();
        let notification = examples::firing();
        let error = channel.send(examples::message(&notification)).await.unwrap_err();
        assert!(error.to_string().ends_with("no <secret>"), "{error}");
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("command-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn it_is_given_the_notification_and_no_environment_of_ours() {
    let folder = Folder::new("given");
    let (input, variables) = (folder.file("input"), folder.file("variables"));
    assert_eq!(run(&format!("cat > {input}; env > {variables}")).await, Ok(()));
    let input: serde_json::Value = serde_json::from_slice(&std::fs::read(input).unwrap()).unwrap();
    assert_eq!(
        (&input["version"], &input["status"]),
        (&"4".into(), &"firing".into())
    );
    assert_eq!(input["alerts"][0]["annotations"]["symptoms_total"], "200");
    let variables = std::fs::read_to_string(variables).unwrap();
    for line in variables.lines() {
        let (name, value) = line.split_once('=').unwrap();
        match name {
            "SWARMPULSE_NOTIFICATION" => assert_eq!(value, "0-4711-2"),
            "SWARMPULSE_STATUS" => assert_eq!(value, "firing"),
            "SWARMPULSE_RECEIVER" => assert_eq!(value, "on-call"),
            "SWARMPULSE_TITLE" => assert_eq!(value, "[FIRING:1] host_down: host h1, 200 follow from it"),
            "TOKEN" => assert_eq!(value, SECRET),
            // The last three are the shell's own.
            "SWARMPULSE_GROUP_KEY" | "PATH" | "PWD" | "SHLVL" | "_" => {}
            other => panic!("{other} is in its environment"),
        }
    }
}

#[tokio::test]
async fn its_exit_code_says_what_became_of_it() {
    assert_eq!(run("exit 0").await, Ok(()));
    let refused = run("echo out; echo wrong \"$1\" \"$TOKEN\" >&2; exit 3")
        .await
        .unwrap_err();
    let detail = "/bin/sh ended with exit code 3: wrong <secret> <secret> out".to_owned();
    assert_eq!(refused, SendError::Refused { detail });
    let later = run("exit 75").await.unwrap_err();
    let detail = "/bin/sh ended with exit code 75".to_owned();
    assert_eq!(
        later,
        SendError::Later {
            detail,
            after_s: None
        }
    );
    let killed = run("kill -9 $$").await.unwrap_err();
    let detail = "/bin/sh was ended by signal 9".to_owned();
    assert_eq!(
        killed,
        SendError::Later {
            detail,
            after_s: None
        }
    );
}

#[tokio::test]
async fn what_it_says_is_bounded() {
    let script = "i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; i=$((i+1)); done; exit 1";
    let error = run(script).await.unwrap_err().to_string();
    assert!(error.chars().count() < 400, "{error}");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told() {
    let file = "receivers: [{name: r, command_configs: [{command: [/nowhere/page]}]}]";
    let channel = build(&read(file, &Nothing)[0].channels[0]).ok().unwrap();
    let notification = examples::firing();
    let error = channel.send(examples::message(&notification)).await.unwrap_err();
    assert!(matches!(error, SendError::Refused { .. }));
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/page cannot be started: No such file"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn its_time_is_bounded() {
    let error = run("exec sleep 1000").await.unwrap_err();
    let detail = "/bin/sh had not ended after 25 s and was killed".to_owned();
    assert_eq!(
        error,
        SendError::Later {
            detail,
            after_s: None
        }
    );
}

/// Until something holds, for a minute at most.
async fn until(mut holds: impl FnMut() -> bool) {
    for _ in 0..6000 {
        if holds() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it does not become true");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn its_children_end_with_it() {
    let folder = Folder::new("children");
    let (child, whole) = (folder.file("child"), folder.file("whole"));
    // The child would outlive its parent by far.
    let script = format!("sleep 1000 & echo $! > {child}; mv {child} {whole}; wait");
    let channel = channel(&script);
    let notification = examples::firing();
    let mut sending = channel.send(examples::message(&notification));
    tokio::select! {
        outcome = &mut sending => panic!("{outcome:?}"),
        () = until(|| Path::new(&whole).exists()) => {}
    }
    let pid = std::fs::read_to_string(&whole).unwrap().trim().to_owned();
    assert!(is_alive(&pid));
    drop(sending);
    until(|| !is_alive(&pid)).await;
}

/// Whether a process is there and no mere remains of one.
#[cfg(target_os = "linux")]
fn is_alive(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status
        .rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}
