//! The metric store's files: segments, the catalogue of series, and what lies beside them.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use swarmpulse_metrics::{BesideCheck, BesideKind, FileCheck, StoreCheck, check_store};

use super::advice::Part;
use super::{Findings, state};
use crate::clock;
use crate::config::show_bytes;

/// Looks through the metric store in this folder, if there is one; gives what is shown as JSON.
pub(super) fn look(folder: &Path, findings: &mut Findings) -> anyhow::Result<Map<String, Value>> {
    let report = if folder.is_dir() {
        check_store(folder, &mut |file| findings.line(&line(file)))
            .with_context(|| format!("check {}", folder.display()))?
    } else {
        StoreCheck::default()
    };
    for file in report.files.iter().filter(|file| !file.is_sound()) {
        findings.damaged(part(file));
    }
    for file in &report.beside {
        findings.line(&line_beside(file));
        if file.damage.is_some() {
            findings.damaged(match file.holds {
                BesideKind::Catalogue { .. } => Part::Catalogue,
                BesideKind::State => Part::State,
                BesideKind::Metadata => Part::Metadata,
            });
        }
    }
    let (files, bytes, samples) = report.samples();
    let each = if samples > 0 {
        format!(", {:.2} bytes a sample", bytes as f64 / samples as f64)
    } else {
        String::new()
    };
    findings.line(&format!(
        "{files} files with {samples} samples in {}{each}",
        show_bytes(bytes)
    ));
    let all: Vec<Value> = report.files.iter().map(as_value).collect();
    let beside: Vec<Value> = report.beside.iter().map(beside_as_value).collect();
    let mut shown = Map::new();
    for (name, value) in [
        ("files", json!(all)),
        ("beside", json!(beside)),
        ("sample_files", json!(files)),
        ("sample_bytes", json!(bytes)),
        ("samples", json!(samples)),
    ] {
        shown.insert(name.to_owned(), value);
    }
    Ok(shown)
}

/// What is to blame for what is wrong with a file.
fn part(file: &FileCheck) -> Part {
    if file.path.extension().is_some_and(|ending| ending == "damaged") {
        Part::SetAside
    } else if file.nameless_series > 0 && file.damage.len() == 1 {
        Part::Catalogue
    } else {
        Part::Segment
    }
}

fn kind(file: &FileCheck) -> String {
    file.kind
        .map_or_else(|| "unknown".to_owned(), |kind| format!("{kind:?}").to_lowercase())
}

fn name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

fn line(file: &FileCheck) -> String {
    let span = file.span_ms.map_or_else(String::new, |(from_ms, to_ms)| {
        format!(", {} to {}", clock::text(from_ms), clock::text(to_ms))
    });
    let each = file
        .bytes_per_sample()
        .map_or_else(String::new, |bytes| format!(", {bytes:.2} bytes a sample"));
    format!(
        "{} ({}): {} series, {} chunks, {} samples in {}{each}{span}: {}",
        name(&file.path),
        kind(file),
        file.series,
        file.chunks,
        file.samples,
        show_bytes(file.bytes),
        state(&file.damage)
    )
}

fn line_beside(file: &BesideCheck) -> String {
    let holds = match file.holds {
        BesideKind::Catalogue { series } => format!("catalogue: {series} series"),
        BesideKind::State => "from where the journal is needed".to_owned(),
        BesideKind::Metadata => "what metrics are".to_owned(),
    };
    format!(
        "{} ({holds}) in {}: {}",
        name(&file.path),
        show_bytes(file.bytes),
        state(file.damage.as_slice())
    )
}

fn as_value(file: &FileCheck) -> Value {
    json!({
        "path": file.path, "kind": kind(file), "bytes": file.bytes, "series": file.series, "chunks": file.chunks,
        "samples": file.samples, "bytes_per_sample": file.bytes_per_sample(),
        "from": file.span_ms.map(|(from_ms, _)| clock::text(from_ms)),
        "to": file.span_ms.map(|(_, to_ms)| clock::text(to_ms)),
        "sound": file.is_sound(), "damaged_chunks": file.damaged_chunks,
        "nameless_series": file.nameless_series, "damage": file.damage,
    })
}

fn beside_as_value(file: &BesideCheck) -> Value {
    let (holds, series) = match file.holds {
        BesideKind::Catalogue { series } => ("catalogue", Some(series)),
        BesideKind::State => ("state", None),
        BesideKind::Metadata => ("metadata", None),
    };
    json!({
        "path": file.path, "holds": holds, "bytes": file.bytes, "series": series,
        "sound": file.damage.is_none(), "damage": file.damage,
    })
}
