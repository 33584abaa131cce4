//! `swarmpulse store check`.

use anyhow::Context as _;
use serde_json::{Value, json};
use swarmpulse_metrics::{FileCheck, check_store};

use crate::config::{Environment, show_bytes};
use crate::exit::Outcome;
use crate::offline::{DataArgs, data_dir};
use crate::{clock, output};

pub(super) fn run(as_json: bool, data: &DataArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let folder = data_dir(data, environment)?.join("metrics");
    anyhow::ensure!(
        folder.is_dir(),
        "there is no metric store in {}: name the data directory with --data",
        folder.display()
    );
    let mut broken = None;
    let report = check_store(&folder, &mut |file| {
        if !as_json {
            broken = broken.take().or(output::line(&line(file)).err());
        }
    })
    .with_context(|| format!("check {}", folder.display()))?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    let (files, bytes, samples) = report.samples();
    if as_json {
        let all: Vec<Value> = report.files.iter().map(as_value).collect();
        output::json(&json!({
            "sound": report.is_sound(), "files": all,
            "sample_files": files, "sample_bytes": bytes, "samples": samples,
        }))?;
    } else {
        let each = if samples > 0 {
            format!(", {:.2} bytes a sample", bytes as f64 / samples as f64)
        } else {
            String::new()
        };
        let state = if report.is_sound() {
            "all sound"
        } else {
            "damaged: see above"
        };
        output::line(&format!(
            "{files} files with {samples} samples in {}{each}: {state}",
            show_bytes(bytes)
        ))?;
    }
    Ok(if report.is_sound() {
        Outcome::Done
    } else {
        Outcome::Wrong
    })
}

fn kind(file: &FileCheck) -> String {
    file.kind
        .map_or_else(|| "unknown".to_owned(), |kind| format!("{kind:?}").to_lowercase())
}

fn line(file: &FileCheck) -> String {
    let name = file.path.file_name().unwrap_or_default().to_string_lossy();
    let span = file.span_ms.map_or_else(String::new, |(from_ms, to_ms)| {
        format!(", {} to {}", clock::text(from_ms), clock::text(to_ms))
    });
    let each = file
        .bytes_per_sample()
        .map_or_else(String::new, |bytes| format!(", {bytes:.2} bytes a sample"));
    let state = if file.is_sound() {
        "sound".to_owned()
    } else {
        format!("DAMAGED: {}", file.damage.join("; "))
    };
    format!(
        "{name} ({}): {} series, {} chunks, {} samples in {}{each}{span}: {state}",
        kind(file),
        file.series,
        file.chunks,
        file.samples,
        show_bytes(file.bytes)
    )
}

fn as_value(file: &FileCheck) -> Value {
    json!({
        "path": file.path, "kind": kind(file), "bytes": file.bytes, "series": file.series, "chunks": file.chunks,
        "samples": file.samples, "bytes_per_sample": file.bytes_per_sample(),
        "from": file.span_ms.map(|(from_ms, _)| clock::text(from_ms)),
        "to": file.span_ms.map(|(_, to_ms)| clock::text(to_ms)),
        "sound": file.is_sound(), "damaged_chunks": file.damaged_chunks, "damage": file.damage,
    })
}
