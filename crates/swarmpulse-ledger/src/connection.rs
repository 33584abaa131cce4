//! Connections: how each database is opened to write and to read.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, Error, ErrorCode, OpenFlags, ffi};

use crate::files;
use crate::migration::Migrations;

/// How long a statement waits for another connection's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Rows up to this size stay whole on one page; larger ones go on to further pages.
const PAGE_BYTES: i64 = 8192;
/// The log is copied into the database when it has grown to 16 MiB.
const LOG_PAGES: i64 = 2048;
/// What a log that has grown beyond is cut back to.
const LOG_BYTES_KEPT: i64 = 32 << 20;

/// When a commit is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// At once.
    EachCommit,
    /// When the log is copied into the database; until then a power cut may take the last commits, in order.
    EachCheckpoint,
}

/// Opens a database to write, creates it if need be, and brings it to the newest form.
pub(crate) fn open_writer(
    path: &Path,
    migrations: Migrations,
    durability: Durability,
) -> Result<Connection, Error> {
    files::ensure_private_file(path).map_err(|error| cannot_open(&error))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    set_durability(&connection, durability)?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT)?;
    connection.pragma_update(None, "cache_size", -8192)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    migrations.run(&mut connection)?;
    Ok(connection)
}

/// Changes when this connection's commits are on disk.
pub(crate) fn set_durability(connection: &Connection, durability: Durability) -> Result<(), Error> {
    let mode = match durability {
        Durability::EachCommit => "FULL",
        Durability::EachCheckpoint => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", mode)
}

/// A connection that only reads.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The connection.
    pub(crate) connection: Connection,
    /// Whether it reads the file alone, without locks and log, because there is no space for them. What it
    /// says of damage is not to be trusted.
    pub(crate) without_log: bool,
    /// The form of the database; 0 if it is still empty.
    pub(crate) version: i64,
}

impl Reader {
    /// Opens an existing database to read. Reading needs a few KiB beside the file; on a full disk it is read
    /// without its log instead.
    pub(crate) fn open(path: &Path, migrations: Migrations) -> Result<Self, Error> {
        match Self::open_with(path, migrations, false) {
            Err(error) if needs_space(&error) && path.exists() => Self::open_with(path, migrations, true),
            opened => opened,
        }
    }

    fn open_with(path: &Path, migrations: Migrations, without_log: bool) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = if without_log {
            Connection::open_with_flags(immutable_uri(path), flags | OpenFlags::SQLITE_OPEN_URI)?
        } else {
            Connection::open_with_flags(path, flags)?
        };
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", -4096)?;
        let version = migrations.version(&connection)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Self {
            connection,
            without_log,
            version,
        })
    }
}

fn needs_space(error: &Error) -> bool {
    let codes = [
        ErrorCode::CannotOpen,
        ErrorCode::SystemIoFailure,
        ErrorCode::DiskFull,
    ];
    error
        .sqlite_error_code()
        .is_some_and(|code| codes.contains(&code))
}

fn immutable_uri(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for character in path.to_string_lossy().chars() {
        if matches!(character, '%' | '?' | '#') {
            let _infallible = write!(uri, "%{:02x}", u32::from(character));
        } else {
            uri.push(character);
        }
    }
    uri.push_str("?immutable=1");
    uri
}

/// A file system's refusal as the database's.
pub(crate) fn cannot_open(error: &std::io::Error) -> Error {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ffi::SQLITE_FULL,
        _ => ffi::SQLITE_CANTOPEN,
    };
    Error::SqliteFailure(ffi::Error::new(code), Some(error.to_string()))
}
