//! The file `state`: from where the journal is needed, and which numbers series have had.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use swarmpulse_store::metrics::MetricError;

use crate::segment::disk::{failed, sync_folder};

/// The file's name.
pub(crate) const FILE: &str = "state";

/// What is remembered from one opening to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoreState {
    /// Entries of the journal before this are in segments.
    pub(crate) needed_from: u64,
    /// New series get numbers from here on.
    pub(crate) next_series: u32,
}

impl StoreState {
    /// Reads the file of a store; `None` if there is none or it is not whole.
    pub(crate) fn load(folder: &Path) -> Result<Option<Self>, MetricError> {
        let path = folder.join(FILE);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
            Err(error) => Err(failed("read", &path, &error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (body, checksum) = text.trim_end().rsplit_once("checksum ")?;
        if format!("{:08x}", crc32fast::hash(body.as_bytes())) != checksum {
            return None;
        }
        let field = |name: &str| {
            let line = body.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().parse::<u64>().ok()
        };
        (field("version ")? == 1).then_some(())?;
        Some(Self {
            needed_from: field("journal_from ")?,
            next_series: u32::try_from(field("next_series ")?).ok()?,
        })
    }

    /// Writes the file of a store, durably and at once.
    pub(crate) fn save(self, folder: &Path) -> Result<(), MetricError> {
        let body = format!(
            "version 1\njournal_from {}\nnext_series {}\n",
            self.needed_from, self.next_series
        );
        let checksum = crc32fast::hash(body.as_bytes());
        let text = format!("{body}checksum {checksum:08x}\n");
        replace(folder, FILE, text.as_bytes())
    }
}

/// Puts bytes in the place of a file, durably: after a crash either the old or the new are there.
pub(crate) fn replace(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), MetricError> {
    let temporary = folder.join(format!("{name}.tmp"));
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| failed("write", &temporary, &error))?;
    let path = folder.join(name);
    fs::rename(&temporary, &path).map_err(|error| failed("rename", &temporary, &error))?;
    sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_or_is_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(StoreState::load(folder.path()), Ok(None));
        let state = StoreState {
            needed_from: 17,
            next_series: 400,
        };
        state.save(folder.path()).unwrap();
        assert_eq!(StoreState::load(folder.path()), Ok(Some(state)));
        let path = folder.path().join(FILE);
        let bytes = fs::read(&path).unwrap();
        for place in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[place] ^= 1;
            fs::write(&path, &wrong).unwrap();
            let loaded = StoreState::load(folder.path()).unwrap();
            assert!(loaded.is_none() || loaded == Some(state), "{place}");
        }
    }
}
