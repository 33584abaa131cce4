//! Migrations: numbered SQL files, each run once, in one transaction with the number in `user_version`.

use rusqlite::{Connection, Error, TransactionBehavior, ffi};

/// The forms that a database has had; the form of number n comes of the first n scripts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migrations(pub(crate) &'static [&'static str]);

/// History's day files.
pub(crate) const HISTORY: Migrations = Migrations(&[
    include_str!("../migrations/history/0001_initial.sql"),
    include_str!("../migrations/history/0002_alerts.sql"),
]);
/// `state.db`.
pub(crate) const STATE: Migrations = Migrations(&[
    include_str!("../migrations/state/0001_initial.sql"),
    include_str!("../migrations/state/0002_alerts.sql"),
    include_str!("../migrations/state/0003_external_alerts.sql"),
    include_str!("../migrations/state/0004_identity.sql"),
]);

impl Migrations {
    /// The form that this release writes.
    pub(crate) fn newest(self) -> i64 {
        self.0.len() as i64
    }

    /// The form of a database; 0 if it has none yet.
    ///
    /// # Errors
    /// If it cannot be read, or is of a form that a later release wrote.
    pub(crate) fn version(self, connection: &Connection) -> Result<i64, Error> {
        let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if (0..=self.newest()).contains(&version) {
            Ok(version)
        } else {
            Err(self.too_new(version))
        }
    }

    /// Brings a database to the newest form.
    ///
    /// # Errors
    /// If it refuses a script, and then it is as before; or if it is of a form that a later release wrote.
    pub(crate) fn run(self, connection: &mut Connection) -> Result<(), Error> {
        if self.version(connection)? == self.newest() {
            return Ok(());
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = self.version(&transaction)?;
        for script in self.0.iter().skip(usize::try_from(version).unwrap_or_default()) {
            transaction.execute_batch(script)?;
        }
        transaction.pragma_update(None, "user_version", self.newest())?;
        transaction.commit()
    }

    fn too_new(self, version: i64) -> Error {
        let known = self.newest();
        let detail = format!(
            "it was written by a later release (its form is {version}, this release knows 1 to {known}); run that release"
        );
        Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_SCHEMA), Some(detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE a (x); INSERT INTO a VALUES (1);";
    const SECOND: &str = "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1;";

    fn version(connection: &Connection) -> i64 {
        connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap()
    }

    #[test]
    fn each_script_runs_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        Migrations(&[FIRST]).run(&mut connection).unwrap();
        Migrations(&[FIRST]).run(&mut connection).unwrap();
        assert_eq!(version(&connection), 1);
        Migrations(&[FIRST, SECOND]).run(&mut connection).unwrap();
        assert_eq!(version(&connection), 2);
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        assert_eq!(
            connection.query_row("SELECT x, y FROM a", [], row).unwrap(),
            (1, 2)
        );
    }

    #[test]
    fn a_failed_script_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        Migrations(&[FIRST]).run(&mut connection).unwrap();
        assert!(
            Migrations(&[FIRST, SECOND, "NONSENSE"])
                .run(&mut connection)
                .is_err()
        );
        assert_eq!(version(&connection), 1);
        assert!(
            connection.prepare("SELECT y FROM a").is_err(),
            "the second script was rolled back"
        );
    }

    #[test]
    fn a_later_releases_form_is_refused_and_named() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        let refused = HISTORY.run(&mut connection).unwrap_err().to_string();
        assert!(
            refused.contains("its form is 7, this release knows 1 to 2"),
            "{refused}"
        );
    }
}
