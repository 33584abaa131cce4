//! The contract of [`History`]: run it on every backend.
#![expect(
    clippy::unwrap_used,
    reason = "a contract suite is test code: a refusal is a failure"
)]

mod sample;

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Effect, Timestamp};

use crate::{Filter, History, HistoryError, HistoryQuery, HistoryRow};
pub use sample::{sample_queries, sample_rows};

/// Midnight before the first of [`sample_rows`].
pub const SAMPLE_DAY: Timestamp = Timestamp(20_500 * DAY_NS);
const DAY_NS: i64 = 86_400 * SECOND_NS;

/// Checks everything that [`History`] promises. `new` gives an empty store, `reopen` closes one and opens it
/// again.
///
/// # Panics
/// If the backend breaks a promise.
pub fn check<H: History>(new: impl Fn() -> H, reopen: impl Fn(H) -> H) {
    begins_empty(&new());
    rows_come_back_unchanged(new(), &reopen);
    repeated_rows_are_stored_once(new(), &reopen);
    order_does_not_depend_on_arrival(&new());
    queries_equal_the_plain_filter(&new());
    pages_join_up(&new());
    new_rows_do_not_disturb_a_walk_to_the_past(&new());
    foreign_cursors_are_refused(&new());
    days_are_retired(new(), &reopen);
}

/// Every row that a query asks for, walked page by page.
///
/// # Panics
/// If the store refuses, or a walk does not end.
pub fn walk(history: &impl History, query: &HistoryQuery) -> Vec<HistoryRow> {
    let mut query = query.clone();
    let mut rows = Vec::new();
    for _ in 0..1_000_000 {
        let page = history.query(&query).unwrap();
        assert!(page.rows.len() <= query.limit, "more rows than asked for");
        rows.extend(page.rows);
        if page.next.is_none() {
            return rows;
        }
        assert_ne!(page.next, query.cursor, "a cursor that does not go on");
        query.cursor = page.next;
    }
    unreachable!("the walk of {query:?} does not end")
}

fn all(ascending: bool) -> HistoryQuery {
    HistoryQuery {
        ascending,
        limit: 1000,
        ..HistoryQuery::default()
    }
}

fn begins_empty(history: &impl History) {
    assert_eq!(history.next_offset().unwrap(), 0);
    assert_eq!(walk(history, &all(false)), []);
    history.append(&[], 5).unwrap();
    assert_eq!(
        history.next_offset().unwrap(),
        5,
        "envelopes without effects count"
    );
    assert_eq!(history.retire(Timestamp::NEVER, 0).unwrap().days, 0);
}

fn rows_come_back_unchanged<H: History>(history: H, reopen: &impl Fn(H) -> H) {
    let rows = sample_rows(1, 300);
    history.append(&rows, 300).unwrap();
    let history = reopen(history);
    assert_eq!(history.next_offset().unwrap(), 300);
    assert_eq!(walk(&history, &all(true)), rows);
    assert!(history.bytes() > 0);
    let page = history.query(&HistoryQuery::default()).unwrap();
    assert_eq!(page.rows, [], "a limit of none gives none");
}

fn repeated_rows_are_stored_once<H: History>(history: H, reopen: &impl Fn(H) -> H) {
    let rows = sample_rows(2, 200);
    history.append(&rows[..150], 150).unwrap();
    let mut again = rows[100..].to_vec();
    again[3].effect = rows[0].effect.clone();
    history.append(&again, 200).unwrap();
    let history = reopen(history);
    history.append(&rows[..200], 200).unwrap();
    history.append(&[rows[9].clone(), rows[9].clone()], 200).unwrap();
    assert_eq!(walk(&history, &all(true)), rows, "the first of an id stays");
}

fn order_does_not_depend_on_arrival(history: &impl History) {
    let rows = sample_rows(3, 400);
    for part in [&rows[250..], &rows[..90], &rows[90..250]] {
        history.append(part, 400).unwrap();
    }
    assert_eq!(walk(history, &all(true)), rows);
    let backwards: Vec<_> = rows.into_iter().rev().collect();
    assert_eq!(walk(history, &all(false)), backwards);
}

fn queries_equal_the_plain_filter(history: &impl History) {
    let rows = sample_rows(4, 3000);
    for batch in rows.chunks(217) {
        let next_offset = batch.last().map_or(0, |row| row.id.position.offset + 1);
        history.append(batch, next_offset).unwrap();
    }
    let mut found_any = 0;
    for query in sample_queries(&rows) {
        let filter = Filter::new(&query);
        let mut expected: Vec<_> = rows
            .iter()
            .filter(|row| filter.accepts_row(row))
            .cloned()
            .collect();
        if !query.ascending {
            expected.reverse();
        }
        found_any += usize::from(!expected.is_empty());
        assert_eq!(walk(history, &query), expected, "{query:?}");
    }
    assert!(found_any > 100, "the queries find something: {found_any}");
}

fn pages_join_up(history: &impl History) {
    let rows = sample_rows(5, 50);
    history.append(&rows, 50).unwrap();
    for limit in [1, 7, 49, 50, 51] {
        assert_eq!(
            walk(history, &HistoryQuery { limit, ..all(true) }),
            rows,
            "{limit} a page"
        );
    }
    let exact = history
        .query(&HistoryQuery {
            limit: 50,
            ..all(true)
        })
        .unwrap();
    assert_eq!(
        (exact.rows.len(), exact.next),
        (50, None),
        "the last page says so"
    );
    let huge = history
        .query(&HistoryQuery {
            limit: usize::MAX,
            ..all(true)
        })
        .unwrap();
    assert_eq!(huge.rows, rows);
}

fn new_rows_do_not_disturb_a_walk_to_the_past(history: &impl History) {
    let rows = sample_rows(6, 60);
    history.append(&rows[..30], 30).unwrap();
    let first = history
        .query(&HistoryQuery {
            limit: 10,
            ..all(false)
        })
        .unwrap();
    history.append(&rows[30..], 60).unwrap();
    let rest = walk(
        history,
        &HistoryQuery {
            cursor: first.next,
            ..all(false)
        },
    );
    let expected: Vec<_> = rows[..20].iter().rev().cloned().collect();
    assert_eq!(rest, expected);
}

fn foreign_cursors_are_refused(history: &impl History) {
    let rows = sample_rows(7, 20);
    history.append(&rows, 20).unwrap();
    let next = history
        .query(&HistoryQuery {
            limit: 3,
            ..all(false)
        })
        .unwrap()
        .next
        .unwrap();
    for cursor in [
        "",
        "0-1-2",
        "' OR 1=1",
        &next[1..],
        &format!("{next} "),
        &"0".repeat(57),
    ] {
        let refused = history.query(&HistoryQuery {
            cursor: Some(cursor.to_owned()),
            ..all(false)
        });
        assert!(
            matches!(refused, Err(HistoryError::Cursor)),
            "{cursor}: {refused:?}"
        );
    }
    let other_order = history.query(&HistoryQuery {
        cursor: Some(next),
        ..all(true)
    });
    assert!(
        matches!(other_order, Err(HistoryError::Cursor)),
        "a cursor is of one order"
    );
}

fn days_are_retired<H: History>(history: H, reopen: &impl Fn(H) -> H) {
    let days = |history: &H| -> Vec<i64> {
        let mut days: Vec<_> = walk(history, &all(true)).iter().map(day_of).collect();
        days.dedup();
        days
    };
    let mut rows = sample_rows(8, 500);
    let count = rows.len() as i64;
    for (index, row) in rows.iter_mut().enumerate() {
        row.at = SAMPLE_DAY.plus_ns(index as i64 * 5 * DAY_NS / count);
    }
    history.append(&rows, 500).unwrap();
    assert_eq!(days(&history), [0, 1, 2, 3, 4]);

    let nothing = history.retire(SAMPLE_DAY.plus_ns(DAY_NS - 1), u64::MAX).unwrap();
    assert_eq!(
        (nothing.days, nothing.bytes),
        (0, 0),
        "the first day had not ended"
    );
    let before = history.bytes();
    let aged = history.retire(SAMPLE_DAY.plus_ns(2 * DAY_NS), u64::MAX).unwrap();
    assert_eq!(aged.days, 2, "days that ended before go by age");
    assert!(aged.bytes > 0 && history.bytes() < before);
    assert_eq!(days(&history), [2, 3, 4]);
    let sized = history.retire(SAMPLE_DAY, history.bytes() - 1).unwrap();
    assert_eq!(sized.days, 1, "the oldest goes by size");
    let history = reopen(history);
    assert_eq!(days(&history), [3, 4]);
    assert_eq!(
        history.retire(Timestamp::NEVER, 0).unwrap().days,
        1,
        "the newest stays"
    );
    assert_eq!(days(&history), [4]);
    assert_eq!(history.next_offset().unwrap(), 500);
    let late = HistoryRow {
        effect: Effect::clone(&rows[0].effect),
        ..rows[0].clone()
    };
    history.append(&[late], 501).unwrap();
    assert_eq!(days(&history), [0, 4], "a late row is stored");
    assert_eq!(reopen(history).next_offset().unwrap(), 501);
}

fn day_of(row: &HistoryRow) -> i64 {
    row.at.since(SAMPLE_DAY).div_euclid(DAY_NS)
}
