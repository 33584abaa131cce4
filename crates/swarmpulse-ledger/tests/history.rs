//! History in SQLite keeps the contract, survives power cuts and damage, and never serves half a batch.
#![expect(clippy::unwrap_used, reason = "tests end where something is refused")]

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use swarmpulse_ledger::SqliteHistory;
use swarmpulse_model::Timestamp;
use swarmpulse_store::contract::history::{self as contract, SAMPLE_DAY, sample_rows, walk};
use swarmpulse_store::{History, HistoryError, HistoryQuery, HistoryRow};

const DAY_NS: i64 = 86_400_000_000_000;

fn all() -> HistoryQuery {
    HistoryQuery {
        ascending: true,
        limit: 1000,
        ..HistoryQuery::default()
    }
}

fn open(folder: &Path) -> SqliteHistory {
    SqliteHistory::open(folder).unwrap()
}

/// Rows of one day, in batches as the journal gives them: rows and the offset after them.
fn batches(rows: &[HistoryRow], size: usize) -> Vec<(&[HistoryRow], u64)> {
    let after = |batch: &[HistoryRow]| batch.last().map_or(0, |row| row.id.position.offset + 1);
    let mut batches = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        // An envelope's effects stay together.
        let mut end = size.min(rest.len());
        while end < rest.len() && rest[end].id.position == rest[end - 1].id.position {
            end += 1;
        }
        let (batch, later) = rest.split_at(end);
        batches.push((batch, after(batch)));
        rest = later;
    }
    batches
}

fn rows_of_one_day(seed: u64, count: usize) -> Vec<HistoryRow> {
    let mut rows = sample_rows(seed, count);
    for (index, row) in rows.iter_mut().enumerate() {
        row.at = SAMPLE_DAY.plus_ns(index as i64 * 1_000_000);
    }
    rows
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.to_str().unwrap().ends_with(ending));
    files.sort();
    files
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn keeps_the_contract() {
    let folders = RefCell::new(Vec::new());
    let new = || {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path());
        folders.borrow_mut().push(folder);
        history
    };
    let reopen = |history: SqliteHistory| {
        let folder = history.folder().to_owned();
        drop(history);
        open(&folder)
    };
    contract::check(new, reopen);
}

#[test]
fn keeps_the_contract_however_little_work_one_query_may_do() {
    let root = tempfile::tempdir().unwrap();
    let rows = sample_rows(4, 1200);
    let unbounded = open(root.path());
    unbounded.append(&rows, 1200).unwrap();
    for (budget, queries) in [(1, 4), (40, 40), (600, 120)] {
        let history = open(root.path()).with_query_budget(budget);
        for query in contract::sample_queries(&rows).into_iter().take(queries) {
            assert_eq!(
                walk(&history, &query),
                walk(&unbounded, &query),
                "{query:?} with {budget} rows a call"
            );
        }
    }
    let rare = HistoryQuery {
        text: Some("429 ".into()),
        ..all()
    };
    let page = open(root.path()).with_query_budget(40).query(&rare).unwrap();
    assert!(
        page.rows.len() < 40 && page.next.is_some(),
        "one call does little, and says where to go on"
    );
}

#[test]
fn a_power_cut_takes_rows_and_progress_together() {
    let root = tempfile::tempdir().unwrap();
    let live = root.path().join("live");
    let rows = rows_of_one_day(21, 900);
    let history = open(&live);
    for (batch, next_offset) in batches(&rows, 60) {
        history.append(batch, next_offset).unwrap();
    }
    // The log as some writes of it reached the disk: cut anywhere.
    let log = files(&live, ".db-wal").pop().unwrap();
    let log_bytes = fs::metadata(&log).unwrap().len();
    let mut seen = Vec::new();
    for cut in 0..40 {
        let after_cut = root.path().join(format!("cut-{cut}"));
        copy(&live, &after_cut);
        let _index = fs::remove_file(files(&after_cut, ".db-shm").pop().unwrap());
        let cut_log = fs::OpenOptions::new()
            .write(true)
            .open(after_cut.join(log.file_name().unwrap()))
            .unwrap();
        cut_log.set_len(log_bytes * cut / 39).unwrap();

        let history = open(&after_cut);
        let next_offset = history.next_offset().unwrap();
        seen.push(next_offset);
        let expected: Vec<_> = rows
            .iter()
            .filter(|row| row.id.position.offset < next_offset)
            .cloned()
            .collect();
        assert_eq!(walk(&history, &all()), expected, "cut {cut}");

        // The journal gives again what comes after, and a little of what comes before.
        for (batch, next_offset) in batches(&rows[expected.len().saturating_sub(9)..], 100) {
            history.append(batch, next_offset).unwrap();
        }
        assert_eq!(walk(&history, &all()), rows, "cut {cut}");
    }
    seen.dedup();
    assert!(
        seen.len() > 10,
        "the cuts fell between different batches: {seen:?}"
    );
}

#[test]
fn a_day_is_on_disk_before_the_next_one_says_so() {
    let root = tempfile::tempdir().unwrap();
    let live = root.path().join("live");
    let mut rows = rows_of_one_day(22, 200);
    let history = open(&live);
    history.append(&rows[..150], 150).unwrap();
    for row in &mut rows[150..] {
        row.at = row.at.plus_ns(DAY_NS);
    }
    history.append(&rows[150..], 200).unwrap();
    let [first, second] = files(&live, ".db").try_into().unwrap();
    let old_log = |path: &Path| fs::metadata(format!("{}-wal", path.display())).map_or(0, |log| log.len());
    assert_eq!(old_log(&first), 0, "nothing of the first day is only in its log");
    assert!(old_log(&second) > 0);

    // A batch over both days, then a cut that takes all of the newest day's log.
    let late = sample_rows(23, 4);
    let mut spanning = vec![HistoryRow {
        at: rows[149].at.plus_ns(1),
        ..late[0].clone()
    }];
    spanning[0].id.position.offset = 200;
    spanning.push(HistoryRow {
        at: rows[199].at.plus_ns(1),
        id: spanning[0].id,
        ..late[1].clone()
    });
    spanning[1].id.position.offset = 201;
    history.append(&spanning, 202).unwrap();
    let after_cut = root.path().join("cut");
    copy(&live, &after_cut);
    for log in files(&after_cut, "-wal")
        .into_iter()
        .chain(files(&after_cut, "-shm"))
    {
        if log
            .to_str()
            .unwrap()
            .contains(second.file_name().unwrap().to_str().unwrap())
        {
            fs::remove_file(log).unwrap();
        }
    }
    let history = open(&after_cut);
    assert!(
        history.next_offset().unwrap() <= 150,
        "the newest day's progress went with its rows"
    );
    let kept = walk(&history, &all());
    assert_eq!(kept[..150], rows[..150]);
    assert_eq!(kept[150..], spanning[..1], "the late row was synced by itself");
}

#[test]
fn a_batch_over_midnight_is_split() {
    let root = tempfile::tempdir().unwrap();
    let mut rows = rows_of_one_day(24, 50);
    for row in &mut rows[20..] {
        row.at = row.at.plus_ns(DAY_NS);
    }
    open(root.path()).append(&rows, 50).unwrap();
    let history = open(root.path());
    assert_eq!(files(root.path(), ".db").len(), 2);
    assert_eq!(history.next_offset().unwrap(), 50);
    assert_eq!(walk(&history, &all()), rows);
    let second_day = HistoryQuery {
        from: Some(SAMPLE_DAY.plus_ns(DAY_NS)),
        ..all()
    };
    assert_eq!(walk(&history, &second_day), rows[20..]);
}

#[test]
fn a_damaged_day_is_set_aside_and_the_rest_is_served() {
    let root = tempfile::tempdir().unwrap();
    let mut rows = rows_of_one_day(25, 90);
    for (index, row) in rows.iter_mut().enumerate() {
        row.at = row.at.plus_ns(index as i64 / 30 * DAY_NS);
    }
    let history = open(root.path());
    for (index, batch) in rows.chunks(30).enumerate() {
        history.append(batch, index as u64 * 30 + 30).unwrap();
    }
    drop(history);
    let [_, middle, newest] = files(root.path(), ".db").try_into().unwrap();
    fs::write(
        &middle,
        b"this is not a database, whatever its name says".repeat(100),
    )
    .unwrap();
    fs::write(&newest, b"nor is this").unwrap();

    let history = open(root.path());
    assert_eq!(walk(&history, &all()), rows[..30]);
    assert_eq!(
        history.next_offset().unwrap(),
        30,
        "progress falls back to the newest whole day"
    );
    assert_eq!(history.damaged_days(), 2);
    let reports = history.take_reports();
    assert_eq!(
        reports
            .iter()
            .map(|report| report.day.as_str())
            .collect::<Vec<_>>(),
        ["2026-02-17", "2026-02-18"]
    );
    assert!(
        reports.iter().all(|report| report.moved_to.exists()),
        "{reports:?}"
    );
    assert_eq!(history.take_reports(), []);
    history.append(&rows[30..], 90).unwrap();
    assert_eq!(walk(&history, &all()), rows, "rebuilt from the journal");
    assert_eq!(open(root.path()).next_offset().unwrap(), 90);

    assert_eq!(files(root.path(), ".damaged").len(), 2);
    let retired = history.retire(Timestamp::NEVER, 0).unwrap();
    assert_eq!(retired.days, 4, "what was set aside goes with the days");
    assert_eq!(files(root.path(), ".damaged").len(), 0);
}

#[test]
fn damage_found_while_running_sends_the_writer_back() {
    let root = tempfile::tempdir().unwrap();
    let rows = rows_of_one_day(26, 4000);
    open(root.path()).append(&rows, 4000).unwrap();
    let path = files(root.path(), ".db").pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[8192 * 12..middle].fill(0xa5);
    fs::write(&path, bytes).unwrap();

    let history = open(root.path());
    assert_eq!(history.next_offset().unwrap(), 4000, "nothing is known yet");
    let served = walk(&history, &all());
    assert!(served.len() < rows.len());
    assert_eq!(history.take_reports().len(), 1);
    let refused = history.append(&rows[3999..], 4001);
    assert!(
        matches!(&refused, Err(HistoryError::Database { detail, .. }) if detail.contains("from offset 0"))
    );
    assert_eq!(history.next_offset().unwrap(), 0);
    history.append(&rows, 4000).unwrap();
    assert_eq!(walk(&history, &all()), rows);
}

#[test]
fn a_row_of_unknown_form_is_passed_over_and_counted() {
    let root = tempfile::tempdir().unwrap();
    let rows = rows_of_one_day(27, 20);
    open(root.path()).append(&rows, 20).unwrap();
    let path = files(root.path(), ".db").pop().unwrap();
    let database = rusqlite::Connection::open(path).unwrap();
    database
        .execute(
            "UPDATE effects SET body = '{\"dreamt\":{}}', kind = 'dreamt' WHERE row = 7",
            [],
        )
        .unwrap();
    let history = open(root.path());
    assert_eq!(walk(&history, &all()).len(), 19);
    assert_eq!(history.unreadable_rows(), 1);
}

#[test]
fn a_later_releases_day_is_refused_by_name() {
    let root = tempfile::tempdir().unwrap();
    open(root.path()).append(&rows_of_one_day(28, 5), 5).unwrap();
    let path = files(root.path(), ".db").pop().unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    let refused = SqliteHistory::open(root.path()).err().unwrap().to_string();
    assert!(
        refused.contains("2026-02-16.db") && refused.contains("later release"),
        "{refused}"
    );
    assert!(path.exists(), "it is not taken for damaged");
}

#[test]
fn readers_and_the_writer_do_not_wait_for_each_other() {
    let root = tempfile::tempdir().unwrap();
    let history = open(root.path());
    let rows = rows_of_one_day(29, 6000);
    let parts = batches(&rows, 50);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for (batch, next_offset) in &parts {
                history.append(batch, *next_offset).unwrap();
            }
        });
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = 0;
                    while seen < rows.len() {
                        let found = walk(&history, &all());
                        assert!(found.len() >= seen, "rows do not vanish");
                        assert_eq!(found, rows[..found.len()], "a whole number of batches, in order");
                        assert!(
                            parts.iter().any(|(batch, _)| found.last() == batch.last()) || found.is_empty()
                        );
                        seen = found.len();
                    }
                })
            })
            .collect();
        writer.join().unwrap();
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn a_day_of_the_first_form_can_be_read_and_written() {
    let root = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/history-v1.db");
    fs::copy(fixture, root.path().join("2026-02-16.db")).unwrap();
    let rows = rows_of_one_day(30, 60);
    let history = open(root.path());
    assert_eq!(history.next_offset().unwrap(), 40);
    assert_eq!(walk(&history, &all()), rows[..40]);
    let nothing = HistoryQuery {
        text: Some("never said".into()),
        ..all()
    };
    assert_eq!(walk(&history, &nothing), []);
    history.append(&rows[30..], 60).unwrap();
    assert_eq!(walk(&history, &all()), rows);
}

/// Writes the fixture of the current form; run it once when a form is added, and commit its file.
#[test]
#[ignore = "writes a fixture"]
fn write_fixture() {
    let root = tempfile::tempdir().unwrap();
    open(root.path())
        .append(&rows_of_one_day(30, 60)[..40], 40)
        .unwrap();
    let database = files(root.path(), ".db").pop().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/history-v1.db");
    fs::copy(database, fixture).unwrap();
}

#[test]
fn the_views_read_as_their_names_say() {
    let root = tempfile::tempdir().unwrap();
    let rows = rows_of_one_day(31, 500);
    open(root.path()).append(&rows, 500).unwrap();
    let database = rusqlite::Connection::open(files(root.path(), ".db").pop().unwrap()).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    for (view, kind) in [
        ("events", "event"),
        ("verdict_transitions", "verdict"),
        ("task_transitions", "task"),
        ("conditions", "condition"),
    ] {
        let expected = rows.iter().filter(|row| row.effect.type_name() == kind).count();
        assert_eq!(count(&format!("SELECT count(*) FROM {view}")), expected, "{view}");
    }
    assert_eq!(
        count("SELECT count(*) FROM verdict_transitions WHERE \"to\" IS NULL OR agent IS NULL"),
        0
    );
    assert_eq!(
        count("SELECT count(*) FROM task_transitions WHERE \"to\" IS NULL OR task IS NULL"),
        0
    );
    assert_eq!(
        count("SELECT count(*) FROM alerts WHERE name IS NULL OR severity <> 'warning' OR reason IS NULL"),
        0
    );
    assert_eq!(
        count("SELECT count(*) FROM events WHERE source IS NULL OR at NOT LIKE '2026-02-16T00:00:__.___Z'"),
        0
    );
}
