//! Read connections to day files: a few are kept open, the one used least recently is closed first.

use std::path::Path;

use parking_lot::Mutex;
use rusqlite::Error;

use crate::connection::Reader;
use crate::day::Day;
use crate::migration;

/// Connections kept open when nobody reads.
const IDLE_MAX: usize = 6;

/// Read connections to day files.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    pool: Mutex<Pool>,
}

#[derive(Debug, Default)]
struct Pool {
    idle: Vec<(Day, Reader)>,
    /// Counts the files that went; connections from before are not kept.
    generation: u64,
}

/// A connection on loan.
pub(crate) struct Loan {
    /// The connection.
    pub(crate) reader: Reader,
    day: Day,
    generation: u64,
}

impl Readers {
    /// A connection to the day's file at `path`.
    pub(crate) fn borrow(&self, day: Day, path: &Path) -> Result<Loan, Error> {
        let (idle, generation) = {
            let mut pool = self.pool.lock();
            let found = pool.idle.iter().rposition(|(other, _)| *other == day);
            (found.map(|index| pool.idle.remove(index).1), pool.generation)
        };
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(path, migration::HISTORY)?,
        };
        Ok(Loan {
            reader,
            day,
            generation,
        })
    }

    /// Takes a connection back.
    pub(crate) fn give_back(&self, loan: Loan) {
        if loan.reader.without_log || loan.reader.version == 0 {
            return;
        }
        let mut pool = self.pool.lock();
        if loan.generation != pool.generation {
            return;
        }
        pool.idle.push((loan.day, loan.reader));
        let surplus = pool.idle.len().saturating_sub(IDLE_MAX);
        let closed: Vec<_> = pool.idle.drain(..surplus).collect();
        drop(pool);
        drop(closed);
    }

    /// Forgets every connection to this day, whose file goes.
    pub(crate) fn forget(&self, day: Day) {
        let mut pool = self.pool.lock();
        pool.generation += 1;
        pool.idle.retain(|(other, _)| *other != day);
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;

    use super::*;
    use crate::connection::{self, Durability};

    #[test]
    fn few_connections_stay_open_and_none_to_a_file_that_went() {
        let folder = tempfile::tempdir().unwrap();
        let days: Vec<Day> = (0..20)
            .map(|day| Day::of(Timestamp(day * 86_400_000_000_000)))
            .collect();
        let path = |day: Day| folder.path().join(day.to_string());
        for day in &days {
            connection::open_writer(&path(*day), migration::HISTORY, Durability::EachCheckpoint).unwrap();
        }
        let readers = Readers::default();
        let idle = || {
            readers
                .pool
                .lock()
                .idle
                .iter()
                .map(|(day, _)| *day)
                .collect::<Vec<_>>()
        };
        for day in &days {
            readers.give_back(readers.borrow(*day, &path(*day)).unwrap());
        }
        assert_eq!(idle(), days[14..], "the ones used last");
        let loans = [
            readers.borrow(days[15], &path(days[15])).unwrap(),
            readers.borrow(days[3], &path(days[3])).unwrap(),
        ];
        readers.forget(days[16]);
        loans.into_iter().for_each(|loan| readers.give_back(loan));
        assert_eq!(
            idle(),
            [days[14], days[17], days[18], days[19]],
            "loans from before are closed"
        );
    }
}
