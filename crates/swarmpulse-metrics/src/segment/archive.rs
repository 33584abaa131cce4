//! All segment files of a store: opening them, adding to them, and keeping them in good order.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};
use swarmpulse_store::metrics::MetricError;

use super::disk::{failed, remove, sync_folder};
use super::salvage::salvage;
use super::{Segment, SegmentKind, SegmentWriter, Shelf, Shelved};
use crate::cold::Packing;
use crate::{MetricOptions, SetAside, retention};

/// The file that is locked while the folder is in use.
const LOCK_FILE: &str = "lock";

/// How much there is of segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ArchiveFigures {
    pub(crate) segments: u64,
    pub(crate) bytes: u64,
    pub(crate) samples: u64,
    pub(crate) rollup_bytes: u64,
    pub(crate) damaged_files: u64,
}

/// All segment files of a store.
pub(crate) struct Archive {
    folder: PathBuf,
    _lock: File,
    shelf: RwLock<Arc<Shelf>>,
    kept_from_ms: AtomicI64,
    next_sequence: AtomicU64,
    damaged_files: AtomicU64,
    aside: Mutex<Vec<SetAside>>,
    packing: Mutex<Packing>,
}

impl Archive {
    /// Opens the files of a folder, or makes the folder. What is damaged is set aside and told.
    ///
    /// # Errors
    /// If the folder cannot be read, or another process uses it.
    pub(crate) fn open(folder: &Path) -> Result<(Self, Vec<SetAside>), MetricError> {
        fs::create_dir_all(folder).map_err(|error| failed("create", folder, &error))?;
        let lock = lock(folder)?;
        let (mut segments, mut aside, mut next_sequence, mut damaged_files) = (Vec::new(), Vec::new(), 1, 0);
        for path in files(folder)? {
            next_sequence = next_sequence.max(sequence_of(&path) + 1);
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("tmp") => remove(&path)?,
                Some("damaged") => damaged_files += 1,
                Some("seg") => match Segment::open(&path) {
                    Ok(segment) => segments.push(Arc::new(segment)),
                    Err(MetricError::Damaged { detail, .. }) => aside.push(set_aside(&path, detail)?),
                    Err(error) => return Err(error),
                },
                _ => {}
            }
        }
        let highest = segments.iter().map(|segment| segment.footer().sequence).max();
        let archive = Self {
            folder: folder.to_owned(),
            _lock: lock,
            shelf: RwLock::default(),
            kept_from_ms: AtomicI64::new(i64::MIN),
            next_sequence: AtomicU64::new(next_sequence.max(highest.map_or(0, |highest| highest + 1))),
            damaged_files: AtomicU64::new(damaged_files + aside.len() as u64),
            aside: Mutex::default(),
            packing: Mutex::default(),
        };
        archive.rearrange(|all| *all = segments)?;
        Ok((archive, aside))
    }

    /// The segments as of now.
    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read())
    }

    /// Begins a segment; it is seen once it is committed.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub(crate) fn begin(&self, kind: SegmentKind) -> Result<SegmentWriter, MetricError> {
        SegmentWriter::create(
            &self.folder,
            kind,
            self.next_sequence.fetch_add(1, Ordering::Relaxed),
        )
    }

    /// Makes segments durable and has them seen, all at once. What they absorbed goes.
    ///
    /// # Errors
    /// If a file cannot be written; what was written before it is seen.
    pub(crate) fn commit(&self, writers: Vec<SegmentWriter>) -> Result<(), MetricError> {
        let (mut written, mut result) = (Vec::new(), Ok(()));
        for writer in writers {
            match writer.finish() {
                Ok(segment) => written.push(Arc::new(segment)),
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        self.rearrange(|all| all.extend(written))?;
        result
    }

    /// Changes which segments there are, and removes the files of those that are of no more use.
    pub(crate) fn rearrange(&self, change: impl FnOnce(&mut Vec<Arc<Segment>>)) -> Result<(), MetricError> {
        let obsolete = {
            let mut shelf = self.shelf.write();
            let mut all: Vec<_> = shelf.all().cloned().collect();
            change(&mut all);
            let (next, obsolete) = Shelf::of(&all, self.kept_from_ms.load(Ordering::Relaxed));
            *shelf = Arc::new(next);
            obsolete
        };
        for segment in &obsolete {
            if segment.is_damaged() {
                let detail = "a chunk does not match its checksum; the others were kept".to_owned();
                self.aside.lock().push(set_aside(segment.path(), detail)?);
                self.damaged_files.fetch_add(1, Ordering::Relaxed);
            } else {
                remove(segment.path())?;
            }
        }
        if !obsolete.is_empty() {
            sync_folder(&self.folder)?;
        }
        Ok(())
    }

    /// Removes segments and their files.
    pub(crate) fn remove(&self, sequences: &[u64]) -> Result<(), MetricError> {
        let mut gone = Vec::new();
        self.rearrange(|all| {
            all.retain(|segment| {
                let goes = sequences.contains(&segment.footer().sequence);
                if goes {
                    gone.push(Arc::clone(segment));
                }
                !goes
            });
        })?;
        gone.iter().try_for_each(|segment| remove(segment.path()))
    }

    /// Does some of what is due: sets aside what is damaged, removes what is too old or too much, repacks. Gives what it set
    /// aside, and whether more is due at once.
    ///
    /// # Errors
    /// If files cannot be read or written; what was there is still there.
    pub(crate) fn maintain(
        &self,
        now_ms: i64,
        options: &MetricOptions,
    ) -> Result<(Vec<SetAside>, bool), MetricError> {
        let aside = self.set_aside_damaged()?;
        let kept_from_ms = now_ms.saturating_sub(options.limits.raw_retention_ms);
        self.kept_from_ms.fetch_max(kept_from_ms, Ordering::Relaxed);
        let is_old = |shelved: &Shelved| shelved.segment.footer().max_ms < kept_from_ms;
        if self.shelf().samples.iter().any(is_old) {
            self.rearrange(|_| {})?;
        }
        let expired = retention::expired(&self.shelf(), now_ms, options);
        if !expired.is_empty() {
            self.remove(&expired)?;
        }
        let more = self.packing.lock().step(self, now_ms, options)?;
        Ok((aside, more))
    }

    /// Packs every day that is over, and everything in few files, at once.
    ///
    /// # Errors
    /// As [`Archive::maintain`].
    pub(crate) fn compact(
        &self,
        now_ms: i64,
        options: &MetricOptions,
        mut progress: impl FnMut(&ArchiveFigures),
    ) -> Result<Vec<SetAside>, MetricError> {
        let mut aside = self.set_aside_damaged()?;
        self.packing.lock().force();
        loop {
            let (more_aside, more) = self.maintain(now_ms, options)?;
            aside.extend(more_aside);
            progress(&self.figures());
            if !more {
                return Ok(aside);
            }
        }
    }

    /// Sets aside files in which something was found damaged, after writing anew what is left of them.
    fn set_aside_damaged(&self) -> Result<Vec<SetAside>, MetricError> {
        let shelf = self.shelf();
        // One index a call, if it was too large to be checked when it was opened.
        let unchecked = shelf.all().find(|segment| !segment.is_checked());
        if let Some(segment) = unchecked
            && segment.check_index().is_err()
        {
            segment.mark_damaged();
        }
        for segment in shelf.all().filter(|segment| segment.is_damaged()) {
            let mut writer = self.begin(segment.footer().kind)?;
            salvage(segment, &mut writer)?;
            self.commit(vec![writer])?;
        }
        Ok(std::mem::take(&mut *self.aside.lock()))
    }

    /// How much there is.
    pub(crate) fn figures(&self) -> ArchiveFigures {
        let mut figures = ArchiveFigures {
            damaged_files: self.damaged_files.load(Ordering::Relaxed),
            ..ArchiveFigures::default()
        };
        for segment in self.shelf().all() {
            if segment.footer().kind.is_samples() {
                figures.segments += 1;
                figures.bytes += segment.bytes();
                figures.samples += segment.footer().samples;
            } else {
                figures.rollup_bytes += segment.bytes();
            }
        }
        figures
    }
}

fn lock(folder: &Path) -> Result<File, MetricError> {
    let path = folder.join(LOCK_FILE);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = file.map_err(|error| failed("open", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(MetricError::Io {
            action: "lock",
            path: path.display().to_string(),
            detail: "another process uses this store; stop the server first".to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(failed("lock", &path, &error)),
    }
}

/// The files of a folder, sorted by name.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, MetricError> {
    let entries = fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
    });
    let mut paths = entries.map_err(|error| failed("list", folder, &error))?;
    paths.sort_unstable();
    Ok(paths)
}

/// The number in a file's name: the last run of digits before the extension; 0 without.
fn sequence_of(path: &Path) -> u64 {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.rsplit('-')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

fn set_aside(path: &Path, detail: String) -> Result<SetAside, MetricError> {
    let aside = PathBuf::from(format!("{}.damaged", path.display()));
    fs::rename(path, &aside).map_err(|error| failed("rename", path, &error))?;
    Ok(SetAside {
        path: aside.display().to_string(),
        detail,
    })
}
