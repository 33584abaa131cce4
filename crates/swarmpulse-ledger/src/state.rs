//! State in SQLite: one file, `state.db`, that only its owner may read.
//!
//! Snapshots, cursors, kept states and tokens are on disk when the call returns. Entities and alerts are projections: written
//! without waiting for the disk, and rebuilt from the journal.

mod alerts;
mod entities;
mod projection;
mod snapshots;
mod tokens;

use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use rusqlite::{Connection, Error, OptionalExtension, params};
use swarmpulse_model::{EffectId, Text, Timestamp};
use swarmpulse_store::{HistoryRow, Snapshot, State, StateError, Token};

use crate::connection::{self, Durability};
use crate::fault::state_error;
use crate::history::{offset, stored_offset};
use crate::{files, migration};
pub use projection::Projected;

/// State in SQLite.
pub struct SqliteState {
    path: PathBuf,
    /// Its commits are on disk at once.
    durable: Mutex<Connection>,
    /// Its commits are on disk with the next durable one, or a little later.
    projections: Mutex<Connection>,
}

impl SqliteState {
    /// Opens the file; creates it, and the folders above it, if need be.
    ///
    /// # Errors
    /// If it cannot be opened, is damaged, or a later release wrote it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StateError> {
        let path = path.into();
        let open = |durability| {
            if let Some(folder) = path.parent() {
                files::create_private_folder(folder).map_err(|error| connection::cannot_open(&error))?;
            }
            connection::open_writer(&path, migration::STATE, durability).map(Mutex::new)
        };
        let opened =
            open(Durability::EachCommit).and_then(|durable| Ok((durable, open(Durability::EachCheckpoint)?)));
        let (durable, projections) = opened.map_err(|error| state_error("open", &path, &error))?;
        Ok(Self {
            path,
            durable,
            projections,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Shows what these effects say in `entities` and `alerts`. Effects shown already are passed over, so the same
    /// rows may come again; they must come in order.
    ///
    /// # Errors
    /// If the database refuses; then nothing of them is shown.
    pub fn apply_projection(&self, rows: &[HistoryRow]) -> Result<Projected, StateError> {
        self.project("project effects into", |connection| {
            projection::apply(connection, rows)
        })
    }

    /// The last effect of this partition that is shown; `None` if none is.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn projected(&self, partition: u32) -> Result<Option<EffectId>, StateError> {
        self.project("read", |connection| projection::last_shown(connection, partition))
    }

    /// Empties `entities` and `alerts`, to be shown anew from the journal.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn reset_projection(&self) -> Result<(), StateError> {
        self.project("reset", projection::reset)
    }

    fn durably<T>(
        &self,
        action: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, StateError> {
        work(&mut self.durable.lock()).map_err(|error| state_error(action, &self.path, &error))
    }

    fn project<T>(
        &self,
        action: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, Error>,
    ) -> Result<T, StateError> {
        work(&mut self.projections.lock()).map_err(|error| state_error(action, &self.path, &error))
    }
}

impl State for SqliteState {
    fn identity(&self) -> Result<Text, StateError> {
        self.durably("read the identity from", |connection| {
            let text =
                connection.query_row("SELECT identity FROM identity", [], |row| row.get::<_, String>(0))?;
            Ok(text.into())
        })
    }

    fn project(&self, rows: &[HistoryRow]) -> Result<(), StateError> {
        self.apply_projection(rows).map(drop)
    }

    fn retire_alerts(&self, keep_from: Timestamp) -> Result<u64, StateError> {
        self.project("delete alerts of", |connection| {
            alerts::retire(connection, keep_from)
        })
    }

    fn save_snapshot(&self, snapshot: &Snapshot) -> Result<(), StateError> {
        self.durably("save a snapshot in", |connection| {
            snapshots::save(connection, snapshot)
        })
    }

    fn snapshot(&self, version: u32, limit: u64) -> Result<Option<Snapshot>, StateError> {
        self.durably("read a snapshot from", |connection| {
            snapshots::newest(connection, version, limit)
        })
    }

    fn cursor(&self, consumer: &str) -> Result<u64, StateError> {
        self.durably("read a cursor from", |connection| {
            let mut statement =
                connection.prepare_cached("SELECT next_offset FROM cursors WHERE consumer = ?1")?;
            let stored = statement.query_row([consumer], |row| offset(row, 0)).optional()?;
            Ok(stored.unwrap_or_default())
        })
    }

    fn set_cursor(&self, consumer: &str, next_offset: u64) -> Result<(), StateError> {
        self.durably("save a cursor in", |connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO cursors (consumer, next_offset) VALUES (?1, ?2)
                 ON CONFLICT (consumer) DO UPDATE SET next_offset = ?2",
            )?;
            statement.execute(params![consumer, stored_offset(next_offset)])?;
            Ok(())
        })
    }

    fn keep(&self, name: &str, next_offset: u64, body: &[u8]) -> Result<(), StateError> {
        self.durably("keep a projection in", |connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO kept (name, next_offset, body) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET next_offset = ?2, body = ?3",
            )?;
            statement.execute(params![name, stored_offset(next_offset), body])?;
            Ok(())
        })
    }

    fn kept(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StateError> {
        self.durably("read a projection from", |connection| {
            let mut statement =
                connection.prepare_cached("SELECT next_offset, body FROM kept WHERE name = ?1")?;
            let kept = |row: &rusqlite::Row<'_>| Ok((offset(row, 0)?, row.get(1)?));
            statement.query_row([name], kept).optional()
        })
    }

    fn add_token(&self, token: &Token) -> Result<(), StateError> {
        match self.durably("add a token to", |connection| tokens::add(connection, token))? {
            true => Ok(()),
            false => Err(StateError::TokenTaken {
                id: token.id.to_string(),
            }),
        }
    }

    fn tokens(&self) -> Result<Vec<Token>, StateError> {
        self.durably("read tokens from", |connection| tokens::all(connection))
    }

    fn remove_token(&self, id: &str) -> Result<bool, StateError> {
        self.durably("remove a token from", |connection| tokens::remove(connection, id))
    }
}
