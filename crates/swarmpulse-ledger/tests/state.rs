//! State in SQLite keeps the contract, holds large snapshots, and shows entities and alerts.
#![expect(clippy::unwrap_used, reason = "tests end where something is refused")]

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use swarmpulse_ledger::{Projected, SqliteState};
use swarmpulse_model::alert::{Acknowledgement, AlertOrigin};
use swarmpulse_model::effect::{Joined, Restart, TaskChange, VerdictChange};
use swarmpulse_model::evidence::Claim;
use swarmpulse_model::series::Label;
use swarmpulse_model::{
    Alert, AlertState, Effect, EffectId, EntityKey, EntityKind, Evidence, Position, Severity, TaskStatus,
    Timestamp, Verdict,
};
use swarmpulse_store::contract::{history::sample_rows, state as contract};
use swarmpulse_store::{HistoryRow, Scope, Snapshot, State, StateError, Token};

const START: Timestamp = Timestamp(1_771_200_000_000_000_000);

fn open(path: &Path) -> SqliteState {
    SqliteState::open(path).unwrap()
}

fn row(offset: u64, effect: Effect) -> HistoryRow {
    let id = EffectId {
        position: Position { partition: 0, offset },
        n: 0,
    };
    HistoryRow {
        id,
        at: START.plus_s(offset as f64),
        effect,
    }
}

fn agent(id: &str) -> EntityKey {
    EntityKey::new("default", EntityKind::Agent, id)
}

fn verdict(id: &str, to: Verdict, since_s: f64) -> Effect {
    let claim = Claim::NoContact { limit_s: 30.0 };
    Effect::Verdict(Box::new(VerdictChange {
        agent: agent(id),
        agent_kind: "bot".into(),
        from: None,
        to,
        since: START.plus_s(since_s),
        evidence: vec![Evidence {
            claim,
            at: START,
            record: None,
        }],
    }))
}

fn alert(subject: Option<EntityKey>, state: AlertState, reason: &str) -> Effect {
    let id = match &subject {
        Some(key) => format!("agent_down/{}/{}/{}", key.namespace, key.kind.as_str(), key.id),
        None => "agent_down/monitor".to_owned(),
    };
    Effect::Alert(Box::new(Alert {
        id: id.into(),
        name: "agent_down".into(),
        state,
        severity: Severity::Warning,
        namespace: "default".into(),
        subject,
        origin: AlertOrigin::Condition,
        group: "".into(),
        labels: vec![Label {
            name: "alertname".into(),
            value: "agent_down".into(),
        }],
        annotations: Vec::new(),
        value: None,
        active_at: START,
        fired_at: None,
        ended_at: None,
        reason: reason.into(),
        cause: None,
        flapping: false,
        expires_at: None,
        source_url: None,
        kept_since: None,
    }))
}

/// Every row of a query as text, fields joined by `|`.
fn lines(state: &SqliteState, sql: &str) -> Vec<String> {
    let database = Connection::open(state.path()).unwrap();
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let text = |column| match row.get::<_, rusqlite::types::Value>(column).unwrap() {
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Integer(number) => number.to_string(),
            other => format!("{other:?}"),
        };
        Ok((0..columns).map(text).collect::<Vec<_>>().join("|"))
    };
    statement
        .query_map([], line)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn keeps_the_contract() {
    let root = tempfile::tempdir().unwrap();
    let number = RefCell::new(0);
    let new = || {
        *number.borrow_mut() += 1;
        open(&root.path().join(format!("{}/state.db", number.borrow())))
    };
    let reopen = |state: SqliteState| {
        let path: PathBuf = state.path().to_owned();
        drop(state);
        open(&path)
    };
    contract::check(new, reopen);
}

#[test]
fn snapshots_of_64_mib_are_kept_and_do_not_pile_up() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("state.db");
    let state = open(&path);
    let snapshot = |next_offset: u64| {
        let part: Vec<u8> = (0..1_000_003_u32)
            .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let mut body = part.repeat(68);
        body.truncate(64 << 20);
        body[70_000] ^= next_offset as u8;
        Snapshot {
            next_offset,
            at: START,
            version: 1,
            body,
        }
    };
    for next_offset in 1..=4 {
        state.save_snapshot(&snapshot(next_offset)).unwrap();
    }
    assert!(
        state.snapshot(1, 100).unwrap() == Some(snapshot(4)),
        "it comes back as it was"
    );
    drop(state);
    let bytes = fs::metadata(path).unwrap().len();
    assert!(bytes < (3 * 64 + 80) << 20, "{bytes} bytes for three snapshots");
}

#[test]
fn a_snapshot_with_a_part_missing_is_passed_over() {
    let root = tempfile::tempdir().unwrap();
    let state = open(&root.path().join("state.db"));
    let snapshot = |next_offset| Snapshot {
        next_offset,
        at: START,
        version: 1,
        body: vec![7; 3 << 20],
    };
    state.save_snapshot(&snapshot(1)).unwrap();
    state.save_snapshot(&snapshot(2)).unwrap();
    Connection::open(state.path())
        .unwrap()
        .execute("DELETE FROM snapshot_chunks WHERE snapshot = 2 AND chunk = 1", [])
        .unwrap();
    assert_eq!(state.snapshot(1, 10).unwrap(), Some(snapshot(1)));
}

#[test]
fn entities_show_the_newest_that_is_known() {
    let root = tempfile::tempdir().unwrap();
    let state = open(&root.path().join("state.db"));
    let task = Effect::Task(Box::new(TaskChange {
        task: EntityKey::new("default", EntityKind::Task, "t1"),
        task_type: None,
        from: None,
        to: TaskStatus::Failed,
        agent: Some("a1".into()),
        sandbox: None,
        queue: None,
        attempt: None,
        error: Some("out of tokens".into()),
    }));
    let restart = Effect::Restart(Box::new(Restart {
        agent: agent("a1"),
        from_instance: None,
        to_instance: None,
        restarts: 2,
    }));
    let joined = Effect::Joined(Box::new(Joined {
        agent: agent("a1"),
        other: "a2".into(),
        reason: "pid".into(),
    }));
    let rows = [
        row(1, verdict("a1", Verdict::Working, 1.0)),
        row(2, verdict("a2", Verdict::Idle, 2.0)),
        row(3, verdict("a3", Verdict::Idle, 3.0)),
        row(4, task),
        row(5, verdict("a1", Verdict::Down, 4.5)),
        row(6, restart),
        row(7, joined),
        row(8, Effect::Forgotten(Box::new(agent("a3")))),
    ];
    assert_eq!(state.projected(0).unwrap(), None);
    assert_eq!(
        state.apply_projection(&rows).unwrap(),
        Projected {
            applied: 8,
            repeated: 0
        }
    );
    assert_eq!(state.projected(0).unwrap(), Some(rows[7].id));
    let shown = || {
        lines(
            &state,
            "SELECT kind, id, status, since, agent_kind, agent, restarts, evidence, updated_offset FROM entities",
        )
    };
    let expected = [
        "agent|a1|down|2026-02-16T00:00:04.500Z|bot|Null|2|no contact within 30 s|6",
        "task|t1|failed|2026-02-16T00:00:04.000Z|Null|a1|Null|out of tokens|4",
    ];
    assert_eq!(shown(), expected);
    assert_eq!(
        state.apply_projection(&rows[..5]).unwrap(),
        Projected {
            applied: 0,
            repeated: 5
        }
    );
    assert_eq!(shown(), expected, "older effects change nothing");
    state.reset_projection().unwrap();
    assert_eq!(shown(), [""; 0]);
    assert_eq!(state.apply_projection(&rows).unwrap().applied, 8);
    assert_eq!(shown(), expected, "rebuilt");
}

#[test]
fn alerts_open_change_and_close() {
    let root = tempfile::tempdir().unwrap();
    let state = open(&root.path().join("state.db"));
    let a1 = Some(agent("a1"));
    let in_hand = |active| {
        Effect::Acknowledgement(Box::new(Acknowledgement {
            alert: "agent_down/default/agent/a1".into(),
            namespace: "default".into(),
            active,
            author: "ada".into(),
            comment: "looking".into(),
            at: START,
            until: None,
        }))
    };
    let rows = [
        row(1, alert(a1.clone(), AlertState::Pending, "silent for 31 s")),
        row(2, alert(None, AlertState::Firing, "no view")),
        row(3, alert(a1.clone(), AlertState::Firing, "silent for 60 s")),
        row(4, in_hand(true)),
        row(5, alert(a1.clone(), AlertState::Resolved, "back")),
        row(6, in_hand(true)),
        row(7, alert(a1.clone(), AlertState::Firing, "silent for 32 s")),
    ];
    state.apply_projection(&rows).unwrap();
    let shown = || {
        lines(
            &state,
            "SELECT id, state, severity, active_at, resolved_at, reason, acknowledged_by, labels ->> 'alertname'
             FROM alerts ORDER BY alert",
        )
    };
    assert_eq!(
        shown(),
        [
            "agent_down/default/agent/a1|resolved|warning|2026-02-16T00:00:00.000Z|2026-02-16T00:00:05.000Z|back|ada|agent_down",
            "agent_down/monitor|firing|warning|2026-02-16T00:00:00.000Z|Null|no view|Null|agent_down",
            "agent_down/default/agent/a1|firing|warning|2026-02-16T00:00:00.000Z|Null|silent for 32 s|Null|agent_down",
        ]
    );
    state
        .apply_projection(&[row(8, in_hand(true)), row(9, in_hand(false))])
        .unwrap();
    assert!(shown()[2].contains("|Null|agent_down"), "given back");
    assert_eq!(state.retire_alerts(START.plus_s(6.0)).unwrap(), 1);
    assert_eq!(shown().len(), 2);
}

#[test]
fn any_batching_shows_the_same() {
    let mut rows = sample_rows(51, 3000);
    for row in &mut rows {
        if let Effect::Condition(condition) = &row.effect {
            let state = match condition.active {
                true => AlertState::Firing,
                false => AlertState::Resolved,
            };
            row.effect = alert(condition.subject.clone(), state, &condition.reason);
        }
    }
    let shown = |batch: usize| {
        let root = tempfile::tempdir().unwrap();
        let state = open(&root.path().join("state.db"));
        for part in rows.chunks(batch) {
            state.apply_projection(part).unwrap();
            state.apply_projection(&part[part.len() / 2..]).unwrap();
        }
        let alerts = "SELECT id, name, namespace, subject_kind, subject, state, active_at, resolved_at, reason FROM alerts";
        (lines(&state, "SELECT * FROM entities"), lines(&state, alerts))
    };
    let whole = shown(3000);
    assert!(whole.0.len() > 100 && whole.1.len() > 20);
    assert_eq!(shown(7), whole);
    assert_eq!(shown(501), whole);
}

#[test]
fn a_state_of_the_first_form_can_be_read_and_written() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("state.db");
    fs::copy(fixture(), &path).unwrap();
    let state = open(&path);
    assert_eq!(state.cursor("notify").unwrap(), 12);
    assert_eq!(state.tokens().unwrap(), [fixture_token()]);
    assert_eq!(state.snapshot(1, 100).unwrap().unwrap().body, b"a state");
    assert_eq!(lines(&state, "SELECT id, status FROM entities"), ["a1|working"]);
    state.set_cursor("notify", 13).unwrap();
    let identity = state.identity().unwrap();
    assert_eq!(identity.len(), 32, "it is given one");
    drop(state);
    assert_eq!(open(&path).identity().unwrap(), identity, "and keeps it");
}

#[test]
fn alerts_of_others_are_shown_and_those_from_before_stay() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("state.db");
    fs::copy(fixture(), &path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            &(include_str!("../migrations/state/0002_alerts.sql").to_owned()
                + "PRAGMA user_version = 2;
                   INSERT INTO alerts VALUES (7, 'a/monitor', 'a', 'default', '', '', 'rule', 'firing', 'warning', '{}',
                                              1.5, 'x', 'x', NULL, 'why', NULL, 'ada', 'x', 3);"),
        )
        .unwrap();
    let state = open(&path);
    let external = match alert(Some(agent("a1")), AlertState::Firing, "of another") {
        Effect::Alert(alert) => Effect::Alert(Box::new(Alert {
            origin: AlertOrigin::External,
            ..*alert
        })),
        other => other,
    };
    state.apply_projection(&[row(50, external)]).unwrap();
    assert_eq!(
        lines(
            &state,
            "SELECT alert, origin, reason, acknowledged_by FROM alerts ORDER BY alert"
        ),
        ["7|rule|why|ada", "8|external|of another|Null"]
    );
}

/// Writes the fixture of the current form; run it once when a form is added, and commit its file.
#[test]
#[ignore = "writes a fixture"]
fn write_fixture() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("state.db");
    let state = open(&path);
    state.set_cursor("notify", 12).unwrap();
    state.add_token(&fixture_token()).unwrap();
    state
        .save_snapshot(&Snapshot {
            next_offset: 12,
            at: START,
            version: 1,
            body: b"a state".to_vec(),
        })
        .unwrap();
    state
        .apply_projection(&[row(1, verdict("a1", Verdict::Working, 1.0))])
        .unwrap();
    drop(state);
    fs::copy(path, fixture()).unwrap();
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/state-v1.db")
}

fn fixture_token() -> Token {
    Token {
        id: "t1".into(),
        hash: [9; 32],
        scope: Scope::Ingest,
        namespace: Some("team".into()),
        comment: "bots".into(),
        created_at: START,
    }
}

#[test]
fn what_cannot_be_opened_is_refused_with_the_way_out() {
    let root = tempfile::tempdir().unwrap();
    let damaged = root.path().join("damaged.db");
    fs::write(&damaged, b"not a database".repeat(100)).unwrap();
    let refused = SqliteState::open(&damaged).err().unwrap();
    assert!(matches!(refused, StateError::Database { .. }));
    assert!(
        refused.to_string().contains("restore it from a backup"),
        "{refused}"
    );
    let newer = root.path().join("newer.db");
    open(&newer);
    Connection::open(&newer)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = SqliteState::open(&newer).err().unwrap().to_string();
    assert!(refused.contains("later release"), "{refused}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let state = open(&root.path().join("data/state.db"));
    state.set_cursor("notify", 1).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&root.path().join("data")), 0o700);
    for entry in fs::read_dir(root.path().join("data")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
