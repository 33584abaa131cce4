//! The file `series.log`: which number means which labels. Only appended to, and written anew when most of it is of no use.
//!
//! After a head come blocks, each its length, its checksum, and records: a label (name and value; labels are counted from 0
//! in the order in which they come), or a series (its number's distance from the one before, and its labels by count).

mod load;

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use swarmpulse_store::metrics::MetricError;

use crate::index::Index;
use crate::segment::disk::{failed, sync_folder};
use crate::wal::varint;

pub use load::fuzz_catalogue;
pub(crate) use load::{CatalogueVisitor, Loaded, load};

/// The file's name.
const FILE: &str = "series.log";
/// How the file begins.
const HEAD: &[u8; 8] = b"SWSERIE1";
/// Begins a record of a label.
const LABEL: u8 = 1;
/// Begins a record of a series.
const SERIES: u8 = 2;
/// A block is written when it is longer than this.
const BLOCK_BYTES: usize = 1 << 20;
/// A block longer than this is none.
const BLOCK_BYTES_MAX: usize = 64 << 20;
/// A label that is not in the file.
const UNLISTED: u32 = u32::MAX;

/// Where the catalogue of a store is.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Appends to the catalogue.
pub(crate) struct Catalogue {
    folder: PathBuf,
    file: File,
    /// The number in the file of each label, by its number in memory.
    listed: Vec<u32>,
    labels: u32,
    last_series: u32,
    /// Series in the file.
    series: u64,
    /// Series below this number are in the file.
    next: u32,
    block: Vec<u8>,
    /// A write failed: what is at the end may not be whole.
    broken: bool,
}

impl Catalogue {
    /// Opens the file behind what was loaded from it, or makes it. `length` is how much of it is good; `listed` says which
    /// label of the file is which in memory.
    pub(crate) fn open(folder: &Path, loaded: &Loaded, labels: &[u32]) -> Result<Self, MetricError> {
        let path = path(folder);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| failed("open", &path, &error))?;
        let mut this = Self {
            folder: folder.to_owned(),
            file,
            listed: Vec::new(),
            labels: labels.len() as u32,
            last_series: loaded.last_series,
            series: loaded.series,
            next: if loaded.series > 0 {
                loaded.last_series + 1
            } else {
                0
            },
            block: Vec::new(),
            broken: false,
        };
        for (number, pair) in (0u32..).zip(labels.iter().copied()) {
            this.list(pair, number);
        }
        let cut = this
            .file
            .set_len(loaded.good_bytes)
            .and_then(|()| this.file.seek(SeekFrom::End(0)).map(|_| ()));
        cut.map_err(|error| failed("write", &path, &error))?;
        if loaded.good_bytes == 0 {
            this.write(HEAD)?;
            sync_folder(folder)?;
        }
        Ok(this)
    }

    /// Series in the file, those that were forgotten included.
    pub(crate) fn series(&self) -> u64 {
        self.series
    }

    /// Series below this number need not be appended again.
    pub(crate) fn next(&self) -> u32 {
        self.next
    }

    /// Labels of these numbers mean something else from now on.
    pub(crate) fn unlist(&mut self, pairs: impl IntoIterator<Item = u32>) {
        for pair in pairs {
            if let Some(listed) = self.listed.get_mut(pair as usize) {
                *listed = UNLISTED;
            }
        }
    }

    fn list(&mut self, pair: u32, number: u32) {
        if self.listed.len() <= pair as usize {
            self.listed.resize(pair as usize + 1, UNLISTED);
        }
        self.listed[pair as usize] = number;
    }

    /// Adds the series of one page that are not in the file yet. Durable only after [`Catalogue::sync`].
    pub(crate) fn add_page(&mut self, index: &Index, page: usize) -> Result<(), MetricError> {
        for (series, pairs) in index.table.on_page(page) {
            if series < self.next {
                continue;
            }
            for pair in pairs.iter().copied() {
                if self
                    .listed
                    .get(pair as usize)
                    .is_none_or(|listed| *listed == UNLISTED)
                {
                    let label = index.pairs.at(pair);
                    self.block.push(LABEL);
                    for text in [&index.pairs.name_at(label.name).text, &label.value] {
                        varint::push(&mut self.block, text.len() as u64);
                        self.block.extend_from_slice(text.as_bytes());
                    }
                    let number = self.labels;
                    self.labels += 1;
                    self.list(pair, number);
                }
            }
            self.block.push(SERIES);
            varint::push(&mut self.block, u64::from(series - self.last_series));
            varint::push(&mut self.block, pairs.len() as u64);
            for pair in pairs {
                varint::push(&mut self.block, u64::from(self.listed[*pair as usize]));
            }
            self.last_series = series;
            self.series += 1;
            self.next = series + 1;
        }
        if self.block.len() >= BLOCK_BYTES {
            self.write_block()?;
        }
        Ok(())
    }

    fn write_block(&mut self) -> Result<(), MetricError> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::take(&mut self.block);
        let mut bytes = Vec::with_capacity(block.len() + 8);
        bytes.extend_from_slice(&(block.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&block).to_le_bytes());
        bytes.extend_from_slice(&block);
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MetricError> {
        let path = path(&self.folder);
        let written = self.file.write_all(bytes);
        self.broken |= written.is_err();
        written.map_err(|error| failed("write", &path, &error))
    }

    /// Whether it has to be written anew.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Makes durable what was added.
    pub(crate) fn sync(&mut self) -> Result<(), MetricError> {
        self.write_block()?;
        let path = path(&self.folder);
        let synced = self.file.sync_all();
        self.broken |= synced.is_err();
        synced.map_err(|error| failed("sync", &path, &error))
    }

    /// Begins a new file with nothing in it, to which every series is added again; [`Catalogue::replace`] puts it in the
    /// place of this one.
    pub(crate) fn renew(&self) -> Result<Self, MetricError> {
        let path = temporary(&self.folder);
        let file = File::create(&path).map_err(|error| failed("create", &path, &error))?;
        let mut this = Self {
            folder: self.folder.clone(),
            file,
            listed: Vec::new(),
            labels: 0,
            last_series: 0,
            series: 0,
            next: 0,
            block: Vec::new(),
            broken: false,
        };
        this.write(HEAD)?;
        Ok(this)
    }

    /// Puts this file, which [`Catalogue::renew`] began, in the place of the old one.
    pub(crate) fn replace(mut self) -> Result<Self, MetricError> {
        self.sync()?;
        let (from, to) = (temporary(&self.folder), path(&self.folder));
        fs::rename(&from, &to).map_err(|error| failed("rename", &from, &error))?;
        sync_folder(&self.folder)?;
        Ok(self)
    }
}

/// Keeps a copy of a file that is damaged; gives its path.
pub(crate) fn set_aside(folder: &Path) -> Result<String, MetricError> {
    let (from, to) = (path(folder), folder.join("series.log.damaged"));
    fs::copy(&from, &to).map_err(|error| failed("copy", &from, &error))?;
    Ok(to.display().to_string())
}

fn temporary(folder: &Path) -> PathBuf {
    folder.join("series.tmp")
}

#[cfg(test)]
mod tests;
