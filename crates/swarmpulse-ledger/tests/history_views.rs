//! What people read of a day with `sqlite3`: views of alerts and of who was told, also in files of earlier releases.
#![expect(clippy::unwrap_used, reason = "tests end where something is refused")]

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use swarmpulse_ledger::SqliteHistory;
use swarmpulse_store::{History, HistoryQuery};

const DAY: &str = "2026-11-22.db";

/// A day that the release before the views wrote: an agent failed and came back; the first message was refused, somebody took
/// the alert in hand, and others were silenced.
fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/history-v1-alerts.db")
}

fn lines(path: &Path, sql: &str) -> Vec<String> {
    let database = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |value: Value| match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Null => "-".to_owned(),
        Value::Blob(bytes) => format!("{bytes:?}"),
    };
    let rows = statement.query_map([], |row| {
        let values = (0..columns).map(|column| row.get(column).map(text));
        values
            .collect::<Result<Vec<_>, _>>()
            .map(|values| values.join("|"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn count(history: &SqliteHistory) -> usize {
    let all = HistoryQuery {
        limit: 100,
        ..HistoryQuery::default()
    };
    history.query(&all).unwrap().rows.len()
}

/// The fixture as a day of a history that was renewed.
fn renewed(folder: &Path) -> PathBuf {
    let path = folder.join(DAY);
    fs::copy(fixture(), &path).unwrap();
    let history = SqliteHistory::open(folder).unwrap();
    assert_eq!(history.renew().unwrap(), []);
    assert_eq!(history.renew().unwrap(), [], "again it changes nothing");
    path
}

#[test]
fn alerts_are_alerts_and_conditions_have_a_view_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    let path = renewed(root.path());
    assert_eq!(
        lines(
            &path,
            "SELECT alert, state, severity, subject_kind, subject, origin, active_at, ended_at, reason, transitions,
                    labels ->> 'agent' FROM alerts"
        ),
        ["agent_down/default/agent/a1|resolved|critical|agent|a1|condition|2026-11-22T13:16:35.227Z|\
          2026-11-22T13:17:07.173Z|it is working now|2|a1"]
    );
    assert_eq!(
        lines(
            &path,
            "SELECT at, name, \"from\", \"to\", reason FROM alert_transitions"
        ),
        [
            "2026-11-22T13:16:35.244Z|agent_down|-|firing|it said that it failed (failed)",
            "2026-11-22T13:17:07.174Z|agent_down|firing|resolved|it is working now",
        ]
    );
    assert_eq!(
        lines(
            &path,
            "SELECT name, subject, severity, active, reason FROM conditions"
        ),
        [
            "agent_down|a1|critical|1|it said that it failed (failed)",
            "agent_down|a1|critical|0|it is working now",
        ]
    );
}

#[test]
fn it_is_seen_who_was_told_and_what_people_said() {
    let root = tempfile::tempdir().unwrap();
    let path = renewed(root.path());
    assert_eq!(
        lines(
            &path,
            "SELECT receiver, channel, reason, firing, resolved, alerts, outcome, attempts, error IS NULL
             FROM notifications JOIN deliveries USING (notification, receiver, channel)"
        ),
        [
            "team|webhook/0|fired|1|0|[\"agent_down/default/agent/a1\"]|dead|1|0",
            "team|webhook/0|resolved|0|1|[\"agent_down/default/agent/a1\"]|delivered|1|1",
        ]
    );
    assert_eq!(
        lines(&path, "SELECT notification FROM notifications"),
        ["0-6-0", "0-22-0"],
        "the id that `swarmpulse notify` shows"
    );
    assert_eq!(
        lines(
            &path,
            "SELECT purpose, namespace, matchers, starts_at, ends_at, author, comment FROM silences"
        ),
        [
            "silence|-|agent=~\"worker-.*\", severity!=\"critical\"|2026-11-22T13:17:07.141Z|2026-11-22T15:17:07.141Z|\
          ada|update"
        ]
    );
    assert_eq!(
        lines(
            &path,
            "SELECT alert, namespace, active, author, comment, until FROM acknowledgements"
        ),
        ["agent_down/default/agent/a1|default|1|ada|looking|-"]
    );
}

#[test]
fn a_day_that_cannot_be_renewed_is_told_and_read_all_the_same() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(DAY);
    fs::copy(fixture(), &path).unwrap();
    // Somebody made a view of that name.
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE VIEW deliveries AS SELECT 1")
        .unwrap();
    let history = SqliteHistory::open(root.path()).unwrap();
    let left = history.renew().unwrap();
    assert_eq!(left.len(), 1);
    assert!(
        left[0].0 == "2026-11-22" && left[0].1.contains("deliveries"),
        "{left:?}"
    );
    assert_eq!(count(&history), 13);
    assert_eq!(
        lines(
            &path,
            "SELECT count(*), (SELECT user_version FROM pragma_user_version) FROM alerts"
        ),
        ["2|1"],
        "it is as it was"
    );
}

#[test]
fn who_only_reads_changes_no_file() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join(DAY);
    fs::copy(fixture(), &path).unwrap();
    let history = SqliteHistory::open(root.path()).unwrap();
    assert_eq!(count(&history), 13);
    drop(history);
    assert_eq!(fs::read(&path).unwrap(), fs::read(fixture()).unwrap());
}
