//! Prometheus' own cases, and ours in the same language.

#![expect(
    clippy::print_stdout,
    reason = "tests tell how many cases passed, and what was skipped"
)]

use std::path::{Path, PathBuf};

use swarmpulse_promql::Options;
use swarmpulse_promql::promqltest::run;
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::MemoryMetrics;

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "test"))
        .collect();
    files.sort();
    files
}

fn all_pass(files: &[PathBuf]) {
    let mut failures = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("a readable file");
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let report = run(&name, &text, &Options::default(), &|| {
            Box::new(MemoryMetrics::default()) as Box<dyn MetricStore>
        });
        println!("{name}: {} of {} passed", report.passed(), report.cases.len());
        assert!(!report.cases.is_empty(), "{name} has no cases");
        failures.extend(report.failures());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A folder of test data: where the environment says, else beside the repository.
fn shared(variable: &str, beside: &str) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests are told where test data is")]
    let told = std::env::var_os(variable);
    told.map_or_else(
        || {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../..")
                .join(beside)
        },
        PathBuf::from,
    )
}

#[test]
fn cases_of_prometheus_pass() {
    let files = files(&shared("SWARMPULSE_SHARED", "shared").join("data/promqltest"));
    if files.is_empty() {
        println!("skipped: no data");
        return;
    }
    all_pass(&files);
}

/// More of them, where `SWARMPULSE_PROMQLTEST` names their folder.
#[test]
fn more_cases_of_prometheus_pass() {
    let folder = shared("SWARMPULSE_PROMQLTEST", "shared/data/promqltest-more");
    let files = if folder.is_file() {
        vec![folder]
    } else {
        files(&folder)
    };
    if files.is_empty() {
        println!("skipped: no data");
        return;
    }
    all_pass(&files);
}

#[test]
fn our_cases_pass() {
    let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases"));
    assert!(!files.is_empty(), "cases are in the repository");
    all_pass(&files);
}

#[test]
fn the_deepest_expressions_fit_the_stack_of_a_thread() {
    let store = MemoryMetrics::default();
    let when = swarmpulse_promql::When::Instant { at_ms: 0 };
    for text in [
        "sum(".repeat(98) + "x" + &")".repeat(98),
        "-(".repeat(48) + "x" + &")".repeat(48),
        vec!["x"; 98].join(" + on (a) "),
        "abs(".repeat(98) + "vector(1)" + &")".repeat(98),
        "sum_over_time(".repeat(45) + "x[1m]" + &")[1m:]".repeat(44) + ")",
    ] {
        let expr = swarmpulse_promql::parse(&text).expect(&text);
        let answer = swarmpulse_promql::evaluate(&store, &text, &expr, when, &Options::default());
        assert!(answer.is_ok(), "{text}: {answer:?}");
    }
}
