//! `swarmpulse env`: what a shell makes of it.

use std::process::Command;

use crate::program::{output, swarmpulse, text};

fn evaluated(arguments: &str, script: &str) -> String {
    let line = format!(
        "eval \"$('{}' env {arguments} --shell bash --quiet)\"; {script}",
        env!("CARGO_BIN_EXE_swarmpulse")
    );
    let mut command = Command::new("bash");
    command
        .args(["-c", &line])
        .env("SWARMPULSE_TOKEN", "swp_ä b")
        .env("OTEL_RESOURCE_ATTRIBUTES", "team=x,agent.id=old");
    let out = command.output().unwrap();
    assert!(out.status.success(), "{}", text(&out.stderr));
    text(&out.stdout)
}

#[test]
fn claude_code_is_told_where_and_as_whom_to_report() {
    let script = "printf '%s|%s|%s|%s' \"$CLAUDE_CODE_ENABLE_TELEMETRY\" \"$OTEL_EXPORTER_OTLP_ENDPOINT\" \"$OTEL_RESOURCE_ATTRIBUTES\" $$";
    let shown = evaluated("claude-code", script);
    let parts: Vec<&str> = shown.split('|').collect();
    assert_eq!(parts[..2], ["1", "http://127.0.0.1:9870"]);
    assert!(
        parts[2].starts_with(&format!("team=x,agent.id=claude-code-{}-", parts[3])),
        "{shown}"
    );
}

#[test]
fn the_token_is_never_printed_and_yet_sent() {
    let printed = swarmpulse(&["env", "otel", "--quiet"])
        .env("SWARMPULSE_TOKEN", "swp_hidden")
        .output()
        .unwrap();
    assert!(
        !text(&printed.stdout).contains("hidden"),
        "{}",
        text(&printed.stdout)
    );
    assert_eq!(
        evaluated("otel", "printf %s \"$OTEL_EXPORTER_OTLP_HEADERS\""),
        "Authorization=Bearer%20swp_ä b"
    );
}

#[test]
fn codex_gets_its_exporters_as_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let fake = folder.path().join("codex");
    std::fs::write(&fake, "#!/bin/sh\nprintf '<%s>' \"$@\"\n").unwrap();
    std::fs::set_permissions(&fake, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let script = format!("PATH='{}':$PATH; codex exec 'a b'", folder.path().display());
    let shown = evaluated("codex --name r1", &script);
    assert!(shown.contains("<-c><otel.exporter={otlp-http={endpoint=\"http://127.0.0.1:9870/v1/logs\",protocol=\"binary\",headers={Authorization=\"Bearer swp_ä b\"}}}>"), "{shown}");
    assert!(shown.ends_with("<exec><a b>"), "{shown}");
}

#[test]
fn hints_stay_out_of_what_is_evaluated() {
    let out = output(&["env", "gemini", "--shell", "fish"]);
    assert!(
        text(&out.stdout).lines().all(|line| line.starts_with("set -gx ")),
        "{}",
        text(&out.stdout)
    );
    assert!(text(&out.stderr).starts_with("# "), "{}", text(&out.stderr));
}
