//! kill -9 of a process that appends, at random moments, again and again on the same journal.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use swarmpulse_journal::Options;
use swarmpulse_model::Timestamp;
use swarmpulse_store::Journal;

use crate::support::{MANUAL, Random, body, open, read_all, read_beside};

const ROUNDS: u64 = 40;
const OPTIONS: Options = Options {
    segment_bytes: 24 << 10,
    ..MANUAL
};

/// Appends until it is killed; prints the journal's end after each sync. Its folder and seed come on standard input;
/// without them there is nothing to do.
#[test]
#[ignore = "started by the test below"]
fn appends_until_killed() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let Some((seed, dir)) = line.trim().split_once(' ') else {
        return;
    };
    let mut random = Random(seed.parse().unwrap());
    let (mut journal, _) = open(dir.as_ref(), OPTIONS);
    let housekeeper = journal.housekeeper();
    std::thread::spawn(move || {
        while housekeeper
            .compress_closed(&|| false)
            .and_then(|_| housekeeper.prepare_spare())
            .is_ok()
        {
            std::thread::yield_now();
        }
    });
    let mut out = std::io::stdout();
    loop {
        for _ in 0..1 + random.below(20) {
            let offset = journal.next_offset();
            journal
                .append(Timestamp(offset as i64 * 10), &body(offset))
                .unwrap();
        }
        journal.sync().unwrap();
        writeln!(out, "synced {}", journal.next_offset()).unwrap();
    }
}

#[test]
fn no_synced_entry_is_lost_by_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random(7);
    let acknowledged = Cell::new(0);
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "crash::appends_until_killed",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let folder = dir.path().display();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(format!("{round} {folder}\n").as_bytes())
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let syncs = random.below(150);
        let mut seen = 0;
        let mut note = |line: &str| {
            if let Some((_, end)) = line.split_once("synced ") {
                acknowledged.set(end.parse().unwrap());
                seen += 1;
            }
            seen
        };
        while note(&lines.next().expect("it ended by itself").unwrap()) <= syncs {}
        let beside = swarmpulse_journal::open_reader(dir.path()).unwrap();
        assert!(beside.next_offset() >= acknowledged.get(), "round {round}");
        let (entries, damaged) = read_all(&*beside);
        assert_eq!(
            (entries.len() as u64, damaged),
            (beside.next_offset(), vec![]),
            "round {round}, while it appends"
        );
        child.kill().unwrap();
        // What it told before it died counts as well; only a whole line does.
        for line in lines
            .map_while(Result::ok)
            .filter(|line| line.len() >= "synced 0".len())
        {
            note(&line);
        }
        child.wait().unwrap();

        let beside = read_beside(dir.path());
        let (journal, report) = open(dir.path(), OPTIONS);
        assert_eq!(beside, read_all(&*journal.reader()), "round {round}");
        assert_eq!(report.damage, vec![], "round {round}");
        assert!(
            journal.next_offset() >= acknowledged.get(),
            "round {round}: {report:?}"
        );
        let mut next = 0;
        for entry in journal.reader().read_from(0).unwrap() {
            assert_eq!(entry.unwrap(), crate::support::entry(next), "round {round}");
            next += 1;
        }
        assert_eq!(next, journal.next_offset(), "round {round}");
    }
    let acknowledged = acknowledged.get();
    assert!(acknowledged > 10_000, "only {acknowledged} entries were appended");
}
