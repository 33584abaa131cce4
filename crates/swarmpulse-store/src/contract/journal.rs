//! What every [`Journal`] does, whatever it is kept in.

#![expect(
    clippy::unwrap_used,
    reason = "a contract suite is test code: what fails is to stop it"
)]

use swarmpulse_model::Timestamp;

use crate::{Entry, Journal, JournalError, JournalReader, MAX_ENTRY_BYTES, Retention};

/// Keeps everything.
const KEEP_ALL: Retention = Retention {
    keep_from: Timestamp(i64::MIN),
    max_bytes: u64::MAX,
    needed_from: u64::MAX,
};

/// Runs every check on a journal of its own; `open` gives a new, empty one each time.
///
/// # Panics
/// If the journal does not keep the contract.
pub fn suite(open: &dyn Fn() -> Box<dyn Journal>) {
    let checks: &[fn(Box<dyn Journal>)] = &[
        an_empty_journal_holds_nothing,
        entries_are_numbered_and_read_back,
        only_what_is_synced_is_seen,
        an_iterator_ends_where_the_journal_ended_when_it_was_made,
        an_earlier_time_is_raised,
        entries_are_found_by_time,
        an_entry_too_long_is_refused_and_leaves_nothing,
        closing_makes_segments,
        retirement_by_time_takes_whole_closed_segments,
        retirement_by_size_takes_the_oldest,
        what_is_needed_is_never_retired,
        retirement_under_a_reader_is_reported_to_it,
        readers_on_other_threads_see_a_growing_whole,
    ];
    for check in checks {
        check(open());
    }
}

fn body(number: u64) -> Vec<u8> {
    let length = [0, 1, 17, 300, 5000][(number % 5) as usize];
    (0..length)
        .map(|at: u64| (at.wrapping_mul(31) ^ number) as u8)
        .collect()
}

fn append(journal: &mut dyn Journal, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let offset = journal
            .append(Timestamp(number as i64 * 10), &body(number))
            .unwrap();
        assert_eq!(offset, number);
    }
    journal.sync().unwrap();
}

fn read(reader: &dyn JournalReader, from: u64) -> Vec<Entry> {
    reader.read_from(from).unwrap().map(Result::unwrap).collect()
}

fn assert_holds(reader: &dyn JournalReader, numbers: std::ops::Range<u64>) {
    assert_eq!(
        (reader.first_offset(), reader.next_offset()),
        (numbers.start, numbers.end)
    );
    let expected = |number: u64| Entry {
        offset: number,
        received_at: Timestamp(number as i64 * 10),
        body: body(number),
    };
    assert_eq!(
        read(reader, numbers.start),
        numbers.map(expected).collect::<Vec<_>>()
    );
}

/// Three closed segments of ten entries each, and an open one of five.
fn four_segments(journal: &mut dyn Journal) {
    for segment in 0..3 {
        append(journal, segment * 10..segment * 10 + 10);
        journal.roll().unwrap();
    }
    append(journal, 30..35);
}

fn an_empty_journal_holds_nothing(mut journal: Box<dyn Journal>) {
    let reader = journal.reader();
    assert_eq!(
        (journal.next_offset(), reader.first_offset(), reader.next_offset()),
        (0, 0, 0)
    );
    assert_eq!(reader.segments(), Vec::new());
    assert_eq!(read(&*reader, 0), Vec::new());
    assert!(matches!(
        reader.read_from(1),
        Err(JournalError::OutOfRange {
            asked: 1,
            first: 0,
            next: 0
        })
    ));
    assert_eq!(reader.offset_at(Timestamp(5)).unwrap(), 0);
    journal.sync().unwrap();
    journal.roll().unwrap();
    assert_eq!(journal.retire(KEEP_ALL).unwrap(), 0);
    append(&mut *journal, 0..1);
    assert_holds(&*reader, 0..1);
}

fn entries_are_numbered_and_read_back(mut journal: Box<dyn Journal>) {
    append(&mut *journal, 0..50);
    append(&mut *journal, 50..120);
    let reader = journal.reader();
    assert_holds(&*reader, 0..120);
    for from in 0..=120 {
        let found: Vec<u64> = read(&*reader, from).iter().map(|entry| entry.offset).collect();
        assert_eq!(found, (from..120).collect::<Vec<_>>());
    }
    assert!(matches!(
        reader.read_from(121),
        Err(JournalError::OutOfRange {
            asked: 121,
            first: 0,
            next: 120
        })
    ));
}

fn only_what_is_synced_is_seen(mut journal: Box<dyn Journal>) {
    append(&mut *journal, 0..3);
    let reader = journal.reader();
    journal.append(Timestamp(30), &body(3)).unwrap();
    assert_eq!((journal.next_offset(), reader.next_offset()), (4, 3));
    assert_holds(&*reader, 0..3);
    assert!(reader.read_from(4).is_err());
    journal.sync().unwrap();
    assert_holds(&*reader, 0..4);
}

fn an_iterator_ends_where_the_journal_ended_when_it_was_made(mut journal: Box<dyn Journal>) {
    append(&mut *journal, 0..5);
    let mut entries = journal.reader().read_from(2).unwrap();
    assert_eq!(entries.next().unwrap().unwrap().offset, 2);
    append(&mut *journal, 5..9);
    journal.roll().unwrap();
    assert_eq!(
        entries.map(|entry| entry.unwrap().offset).collect::<Vec<_>>(),
        vec![3, 4]
    );
}

fn an_earlier_time_is_raised(mut journal: Box<dyn Journal>) {
    for at in [50, 20, 60, -7] {
        journal.append(Timestamp(at), b"").unwrap();
        journal.sync().unwrap();
    }
    let times: Vec<i64> = read(&*journal.reader(), 0)
        .iter()
        .map(|entry| entry.received_at.0)
        .collect();
    assert_eq!(times, vec![50, 50, 60, 60]);
}

fn entries_are_found_by_time(mut journal: Box<dyn Journal>) {
    four_segments(&mut *journal);
    let reader = journal.reader();
    for number in 0..35 {
        assert_eq!(reader.offset_at(Timestamp(number * 10)).unwrap(), number as u64);
        assert_eq!(
            reader.offset_at(Timestamp(number * 10 - 9)).unwrap(),
            number as u64
        );
    }
    assert_eq!(reader.offset_at(Timestamp(341)).unwrap(), 35);
    assert_eq!(reader.offset_at(Timestamp(i64::MIN)).unwrap(), 0);
}

fn an_entry_too_long_is_refused_and_leaves_nothing(mut journal: Box<dyn Journal>) {
    append(&mut *journal, 0..2);
    let long = vec![0; MAX_ENTRY_BYTES + 1];
    let refused = journal.append(Timestamp(20), &long);
    assert!(matches!(
        refused,
        Err(JournalError::TooLarge {
            limit: MAX_ENTRY_BYTES,
            ..
        })
    ));
    append(&mut *journal, 2..4);
    assert_holds(&*journal.reader(), 0..4);
}

fn closing_makes_segments(mut journal: Box<dyn Journal>) {
    four_segments(&mut *journal);
    journal.append(Timestamp(350), &body(35)).unwrap();
    journal.roll().unwrap();
    journal.roll().unwrap();
    let reader = journal.reader();
    let segments: Vec<_> = reader
        .segments()
        .iter()
        .map(|s| (s.first_offset, s.next_offset, s.closed))
        .collect();
    assert_eq!(
        segments,
        vec![(0, 10, true), (10, 20, true), (20, 30, true), (30, 36, true)]
    );
    for segment in reader.segments() {
        assert_eq!(segment.first_at, Timestamp(segment.first_offset as i64 * 10));
        assert_eq!(segment.last_at, Timestamp(segment.next_offset as i64 * 10 - 10));
        assert!(segment.bytes > 0);
    }
    assert_holds(&*reader, 0..36);
    append(&mut *journal, 36..40);
    assert_holds(&*reader, 0..40);
    assert!(!reader.segments().last().unwrap().closed);
}

fn retirement_by_time_takes_whole_closed_segments(mut journal: Box<dyn Journal>) {
    four_segments(&mut *journal);
    let reader = journal.reader();
    let before: u64 = reader.segments().iter().map(|segment| segment.bytes).sum();
    let freed = journal
        .retire(Retention {
            keep_from: Timestamp(150),
            ..KEEP_ALL
        })
        .unwrap();
    let after: u64 = reader.segments().iter().map(|segment| segment.bytes).sum();
    assert_eq!(freed, before - after);
    assert_holds(&*reader, 10..35);
    assert!(matches!(
        reader.read_from(9),
        Err(JournalError::OutOfRange {
            asked: 9,
            first: 10,
            next: 35
        })
    ));
    assert_eq!(reader.offset_at(Timestamp(0)).unwrap(), 10);
    journal
        .retire(Retention {
            keep_from: Timestamp::NEVER,
            ..KEEP_ALL
        })
        .unwrap();
    assert_holds(&*reader, 30..35);
    append(&mut *journal, 35..36);
    assert_holds(&*reader, 30..36);
}

fn retirement_by_size_takes_the_oldest(mut journal: Box<dyn Journal>) {
    four_segments(&mut *journal);
    let reader = journal.reader();
    let total: u64 = reader.segments().iter().map(|segment| segment.bytes).sum();
    assert_eq!(
        journal
            .retire(Retention {
                max_bytes: total,
                ..KEEP_ALL
            })
            .unwrap(),
        0
    );
    assert!(
        journal
            .retire(Retention {
                max_bytes: total - 1,
                ..KEEP_ALL
            })
            .unwrap()
            > 0
    );
    assert_holds(&*reader, 10..35);
    journal
        .retire(Retention {
            max_bytes: 0,
            ..KEEP_ALL
        })
        .unwrap();
    assert_holds(&*reader, 30..35);
}

fn what_is_needed_is_never_retired(mut journal: Box<dyn Journal>) {
    four_segments(&mut *journal);
    let greedy = Retention {
        keep_from: Timestamp::NEVER,
        max_bytes: 0,
        needed_from: 19,
    };
    journal.retire(greedy).unwrap();
    assert_holds(&*journal.reader(), 10..35);
    journal
        .retire(Retention {
            needed_from: 20,
            ..greedy
        })
        .unwrap();
    assert_holds(&*journal.reader(), 20..35);
}

fn retirement_under_a_reader_is_reported_to_it(mut journal: Box<dyn Journal>) {
    four_segments(&mut *journal);
    let reader = journal.reader();
    let late = reader.read_from(0).unwrap();
    journal
        .retire(Retention {
            keep_from: Timestamp::NEVER,
            ..KEEP_ALL
        })
        .unwrap();
    let found: Vec<_> = late.collect();
    assert!(
        matches!(
            found.as_slice(),
            [Err(JournalError::OutOfRange {
                asked: 0,
                first: 30,
                next: 35
            })]
        ),
        "{found:?}"
    );
}

fn readers_on_other_threads_see_a_growing_whole(mut journal: Box<dyn Journal>) {
    let reader = journal.reader();
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            for group in 0..100 {
                append(&mut *journal, group * 4..group * 4 + 4);
                if group % 10 == 0 {
                    journal.roll().unwrap();
                }
            }
            // It must outlive the reading: what it is kept in may go with it.
            journal
        });
        let mut next = 0;
        loop {
            let ended = writer.is_finished();
            for entry in reader.read_from(next).unwrap() {
                let entry = entry.unwrap();
                assert_eq!((entry.offset, entry.body), (next, body(next)));
                next += 1;
            }
            if ended {
                break;
            }
            std::thread::yield_now();
        }
        let _journal = writer.join().unwrap();
        assert_eq!(next, 400);
    });
}
