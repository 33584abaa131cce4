//! Reading the catalogue.

use std::io;
use std::path::Path;

use swarmpulse_store::metrics::MetricError;

use super::{BLOCK_BYTES_MAX, HEAD, LABEL, SERIES, path};
use crate::segment::disk::failed;
use crate::wal::varint;

/// What was found in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loaded {
    /// So many bytes from the start are good.
    pub(crate) good_bytes: u64,
    /// How many series.
    pub(crate) series: u64,
    /// The number of the last.
    pub(crate) last_series: u32,
    /// What is wrong with what comes after, if anything.
    pub(crate) damage: Option<String>,
}

/// Takes what the catalogue holds.
pub(crate) trait CatalogueVisitor {
    /// The next label.
    fn label(&mut self, name: &str, value: &str);
    /// A series, with its labels by their count; false if that cannot be.
    fn series(&mut self, series: u32, labels: &[u32]) -> bool;
}

/// Reads the catalogue of a store; nothing if there is none.
pub(crate) fn load(folder: &Path, visitor: &mut dyn CatalogueVisitor) -> Result<Loaded, MetricError> {
    let path = path(folder);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Loaded::default()),
        Err(error) => return Err(failed("read", &path, &error)),
    };
    Ok(read(&bytes, visitor))
}

/// Reads a catalogue from bytes. A block that is not good ends it.
fn read(bytes: &[u8], visitor: &mut dyn CatalogueVisitor) -> Loaded {
    let mut loaded = Loaded::default();
    let Some(mut rest) = bytes.strip_prefix(HEAD) else {
        if !bytes.is_empty() {
            loaded.damage = Some("it does not begin as a catalogue of series does".to_owned());
        }
        return loaded;
    };
    let mut labels = 0;
    loaded.good_bytes = HEAD.len() as u64;
    while !rest.is_empty() {
        let Some((block, after)) = take_block(rest) else {
            loaded.damage = Some(format!(
                "{} bytes from {} on are not whole",
                rest.len(),
                loaded.good_bytes
            ));
            return loaded;
        };
        if read_block(block, &mut labels, &mut loaded, visitor).is_none() {
            loaded.damage = Some(format!("the block at {} makes no sense", loaded.good_bytes));
            return loaded;
        }
        loaded.good_bytes += (rest.len() - after.len()) as u64;
        rest = after;
    }
    loaded
}

fn take_block(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (crc, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > BLOCK_BYTES_MAX {
        return None;
    }
    let (block, rest) = rest.split_at_checked(length)?;
    (crc32fast::hash(block) == u32::from_le_bytes(*crc)).then_some((block, rest))
}

fn read_block(
    mut rest: &[u8],
    labels: &mut u32,
    loaded: &mut Loaded,
    visitor: &mut dyn CatalogueVisitor,
) -> Option<()> {
    let mut numbers = Vec::with_capacity(16);
    while let Some((kind, after)) = rest.split_first() {
        rest = after;
        match *kind {
            LABEL => {
                let name = std::str::from_utf8(varint::take_bytes(&mut rest)?).ok()?;
                let value = std::str::from_utf8(varint::take_bytes(&mut rest)?).ok()?;
                visitor.label(name, value);
                *labels += 1;
            }
            SERIES => {
                let distance = u32::try_from(varint::take(&mut rest)?).ok()?;
                let series = loaded.last_series.checked_add(distance)?;
                let count = varint::take(&mut rest)?;
                numbers.clear();
                for _ in 0..count {
                    let number = u32::try_from(varint::take(&mut rest)?).ok()?;
                    numbers.push(Some(number).filter(|number| number < labels)?);
                }
                visitor.series(series, &numbers).then_some(())?;
                loaded.last_series = series;
                loaded.series += 1;
            }
            _ => return None,
        }
    }
    Some(())
}

/// Reads any bytes as a catalogue of series: for fuzzing. Never panics.
pub fn fuzz_catalogue(bytes: &[u8]) {
    struct Count(u32);
    impl CatalogueVisitor for Count {
        fn label(&mut self, _name: &str, _value: &str) {
            self.0 += 1;
        }
        fn series(&mut self, _series: u32, labels: &[u32]) -> bool {
            assert!(
                labels.iter().all(|label| *label < self.0),
                "a label that was not told"
            );
            true
        }
    }
    let loaded = read(bytes, &mut Count(0));
    assert!(loaded.good_bytes <= bytes.len() as u64);
    // The same as one good block: past the checksum, which a fuzzer does not guess.
    let mut whole = HEAD.to_vec();
    whole.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    whole.extend_from_slice(&crc32fast::hash(bytes).to_le_bytes());
    whole.extend_from_slice(bytes);
    read(&whole, &mut Count(0));
}
