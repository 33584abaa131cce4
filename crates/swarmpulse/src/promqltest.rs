//! `swarmpulse promqltest`: files of cases in the language of Prometheus' own tests, run on the embedded store.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::Timestamp;
use swarmpulse_promql::Options;
use swarmpulse_promql::promqltest::{Report, run as run_cases};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::{MemoryJournal, MemoryMetrics};

use crate::exit::Outcome;
use crate::output;

const EXAMPLES: &str = "Examples:
  swarmpulse promqltest cases/*.test
  swarmpulse promqltest --json aggregators.test

Every `clear` begins with a new store. Exit code 1 if a case fails; each is named with file and line.";

/// Bytes of a journal in memory; no file of cases comes near.
const JOURNAL_BYTES: u64 = 64 << 20;

/// Runs files of cases.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct PromqltestArgs {
    /// Files of cases.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Print every case as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Runs the files, and tells which cases failed.
///
/// # Errors
/// If a file cannot be read, or a store not be made.
pub fn run(args: &PromqltestArgs) -> anyhow::Result<Outcome> {
    let stores = Stores::new()?;
    let mut reports = Vec::with_capacity(args.files.len());
    for file in &args.files {
        let text = std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
        let name = file.to_string_lossy();
        let report = run_cases(&name, &text, &Options::default(), &|| stores.fresh());
        if let Some(error) = stores.failed.borrow_mut().take() {
            return Err(error).context("make a store for the cases");
        }
        if !args.json {
            show(&report)?;
        }
        reports.push(report);
    }
    if args.json {
        output::json(&serde_json::to_value(&reports).context("write the reports")?)?;
    }
    let failed = reports.iter().any(|report| report.passed() < report.cases.len());
    Ok(if failed { Outcome::Wrong } else { Outcome::Done })
}

fn show(report: &Report) -> std::io::Result<()> {
    for failure in report.failures() {
        output::line(&failure)?;
    }
    let (passed, all) = (report.passed(), report.cases.len());
    output::line(&format!("{}: {passed} of {all} cases passed", report.file))
}

/// Stores in a folder that goes with the run.
struct Stores {
    folder: tempfile::TempDir,
    made: Cell<u64>,
    failed: RefCell<Option<anyhow::Error>>,
}

impl Stores {
    fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("swarmpulse-promqltest-")
            .tempdir()
            .context("make a temporary folder")?;
        Ok(Self {
            folder,
            made: Cell::new(0),
            failed: RefCell::new(None),
        })
    }

    /// A new store. One that cannot be made is told after the file; until then its cases run in memory.
    fn fresh(&self) -> Box<dyn MetricStore> {
        let number = self.made.get();
        self.made.set(number + 1);
        match open(&self.folder.path().join(number.to_string())) {
            Ok(store) => Box::new(store),
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error);
                Box::new(MemoryMetrics::default())
            }
        }
    }
}

fn open(folder: &Path) -> anyhow::Result<EmbeddedMetrics> {
    std::fs::create_dir(folder).with_context(|| format!("make {}", folder.display()))?;
    let journal = Box::new(MemoryJournal::new(JOURNAL_BYTES));
    let (store, _) = EmbeddedMetrics::open(folder, journal, MetricOptions::unlimited(), Timestamp(0))?;
    Ok(store)
}
