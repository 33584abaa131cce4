//! The machine's own durability: how long a small synced write takes.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use serde_json::json;
use swarmpulse_testkit::clock;

use crate::report;

/// Writes of 64 KiB, each made durable.
const WRITES: usize = 200;

pub fn run(dir: &Path) -> anyhow::Result<()> {
    let file = tempfile::Builder::new().tempfile_in(dir)?;
    let mut writer: File = file.reopen()?;
    let block = vec![7_u8; 64 << 10];
    let mut took = report::histogram()?;
    // Laid out first, as the journal does, so that only data is synced.
    for _ in 0..WRITES {
        writer.write_all(&block)?;
    }
    writer.sync_all()?;
    std::io::Seek::rewind(&mut writer)?;
    for _ in 0..WRITES {
        let start = clock::now();
        writer.write_all(&block)?;
        writer.sync_data()?;
        took.saturating_record(u64::try_from(start.elapsed().as_micros())?);
    }
    report::print(&json!({ "measured": "fdatasync of 64 KiB", "ms": report::quantiles_ms(&took) }));
    Ok(())
}
