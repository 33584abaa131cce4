//! Help, completions, configuration and errors of the command line itself.

use crate::program::{output, swarmpulse, text};

#[test]
fn every_command_helps() {
    let commands = [
        "serve",
        "watch",
        "pulse",
        "check",
        "env",
        "demo",
        "config",
        "token",
        "replay",
        "openapi",
        "metrics",
        "completions",
        "version",
    ];
    let all = text(&output(&["--help"]).stdout);
    for command in commands {
        assert!(
            all.contains(&format!("\n  {command} ")),
            "{command} is not in:\n{all}"
        );
        let out = output(&[command, "--help"]);
        assert!(
            out.status.success() && text(&out.stdout).contains("Usage: swarmpulse"),
            "{command}"
        );
    }
    assert!(all.contains("Exit codes:"), "{all}");
    assert!(!all.contains("demo-agent"), "{all}");
}

#[test]
fn completions_and_version_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            text(&output(&["completions", shell]).stdout).contains("swarmpulse"),
            "{shell}"
        );
    }
    assert_eq!(
        text(&output(&["version"]).stdout),
        format!("swarmpulse {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_configuration_is_checked_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("swarmpulse.toml");
    std::fs::write(&file, "[log]\nformat = \"json\"\n").unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(
        text(&output(&["config", "check", "--config", path]).stdout),
        format!("ok: {path}, 1 of its keys set\n")
    );

    let shown = swarmpulse(&["config", "show"])
        .current_dir(&folder)
        .env("SWARMPULSE_LOG__FILTER", "debug")
        .output()
        .unwrap();
    let shown = text(&shown.stdout);
    assert!(shown.starts_with("# from swarmpulse.toml\n"), "{shown}");
    assert!(
        shown.contains("format = \"json\"  # swarmpulse.toml:2\n"),
        "{shown}"
    );
    assert!(
        shown.contains("filter = \"debug\"  # SWARMPULSE_LOG__FILTER\n"),
        "{shown}"
    );
    assert!(shown.contains("listen = \"127.0.0.1:9870\"\n"), "{shown}");

    std::fs::write(&file, "[log]\nformt = \"json\"\n").unwrap();
    let wrong = output(&["config", "check", "--config", path]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(
        text(&wrong.stderr).contains(&format!(
            "{path}:2: `log.formt`: no such key; did you mean `log.format`?"
        )),
        "{}",
        text(&wrong.stderr)
    );
}

#[test]
fn a_configuration_that_is_shown_can_be_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shown.toml");
    std::fs::write(&file, output(&["config", "show"]).stdout).unwrap();
    let out = output(&["config", "check", "--config", file.to_str().unwrap()]);
    assert!(out.status.success(), "{}", text(&out.stderr));
}

#[test]
fn wrong_arguments_are_two_and_say_so() {
    for arguments in [
        &["watch", "--name", "x"][..],
        &["pulse", "--verdict", "dead"],
        &["watch", "--name", "x", "--interval", "0", "--", "true"],
        &["nonsense"],
    ] {
        let out = output(arguments);
        assert_eq!(out.status.code(), Some(2), "{arguments:?}");
        assert!(text(&out.stderr).starts_with("error: "), "{arguments:?}");
    }
}

#[test]
fn the_demo_lists_what_to_expect() {
    let shown: serde_json::Value = serde_json::from_slice(&output(&["demo", "--json"]).stdout).unwrap();
    assert!(
        shown
            .as_array()
            .unwrap()
            .iter()
            .any(|role| role["verdict"] == "stuck")
    );
}

#[test]
fn tokens_are_made_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let made = output(&[
        "token",
        "create",
        "--scope",
        "read",
        "--comment",
        "grafana",
        "--data",
        data,
    ]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let secret = text(&made.stdout);
    assert!(
        secret.starts_with("swp_") && secret.lines().count() == 1,
        "{secret}"
    );

    let listed = text(&output(&["token", "list", "--data", data]).stdout);
    assert!(
        listed.contains("grafana") && !listed.contains(secret.trim()),
        "{listed}"
    );

    let line = listed.lines().find(|line| line.contains("grafana")).unwrap();
    let id = line.split_whitespace().next().unwrap();
    assert!(output(&["token", "revoke", id, "--data", data]).status.success());
    let again = output(&["token", "revoke", id, "--data", data]);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).contains("`swarmpulse token list` shows"),
        "{}",
        text(&again.stderr)
    );
}
