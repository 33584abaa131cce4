//! JSONL logs that rotate by size and age.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;
use swarmpulse_model::process::ProcessReport;
use swarmpulse_model::process::ProcessSeen;
use swarmpulse_model::{Effect, Timestamp};
use swarmpulse_store::HistoryRow;

/// Where logs are kept and how long.
#[derive(Clone, Debug, PartialEq)]
pub struct LogOptions {
    /// The folder.
    pub dir: PathBuf,
    /// A file of this size is closed and another begun, in bytes.
    pub max_bytes: u64,
    /// A file of this age is closed and another begun, in hours.
    pub max_hours: f64,
    /// So many closed files are kept of each log.
    pub keep_files: usize,
    /// Closed files older than this go, in days.
    pub keep_days: f64,
}

/// One log: the file being written, and closed ones named by when they were closed.
#[derive(Debug)]
pub(crate) struct LogFile {
    options: LogOptions,
    name: &'static str,
    open: Option<(File, u64, Timestamp)>,
    failing: bool,
}

impl LogFile {
    pub fn new(options: &LogOptions, name: &'static str) -> Self {
        Self {
            options: options.clone(),
            name,
            open: None,
            failing: false,
        }
    }

    /// Writes a line; false if it was lost.
    pub fn write_line<T: Serialize>(&mut self, line: &T, now: Timestamp) -> bool {
        let Ok(mut text) = serde_json::to_vec(line) else {
            return false;
        };
        text.push(b'\n');
        match self.try_write(&text, now) {
            Ok(()) => {
                self.failing = false;
                true
            }
            Err(error) => {
                if !self.failing {
                    tracing::warn!(log = self.name, %error, "lines of a log are lost");
                }
                self.failing = true;
                self.open = None;
                false
            }
        }
    }

    fn try_write(&mut self, text: &[u8], now: Timestamp) -> io::Result<()> {
        let too_old = |since: Timestamp| now.seconds_since(since) > self.options.max_hours * 3600.0;
        if let Some((_, bytes, since)) = &self.open
            && (bytes + text.len() as u64 > self.options.max_bytes || too_old(*since))
        {
            self.open = None;
            self.rotate(now)?;
        }
        if self.open.is_none() {
            std::fs::create_dir_all(&self.options.dir)?;
            let file = OpenOptions::new().create(true).append(true).open(self.path())?;
            let bytes = file.metadata()?.len();
            self.open = Some((file, bytes, now));
        }
        if let Some((file, bytes, _)) = &mut self.open {
            file.write_all(text)?;
            *bytes += text.len() as u64;
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.options.dir.join(self.name)
    }

    fn rotate(&self, now: Timestamp) -> io::Result<()> {
        let stem = self.name.trim_end_matches(".jsonl");
        std::fs::rename(
            self.path(),
            self.options.dir.join(format!("{stem}.{:020}.jsonl", now.0)),
        )?;
        let prefix = format!("{stem}.");
        let mut closed: Vec<PathBuf> = std::fs::read_dir(&self.options.dir)?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                let name = path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .unwrap_or_default();
                name.starts_with(&prefix) && name != self.name
            })
            .collect();
        closed.sort();
        let surplus = closed.len().saturating_sub(self.options.keep_files);
        let keep_from = now.plus_s(-self.options.keep_days * 86_400.0);
        for (number, path) in closed.iter().enumerate() {
            if number < surplus || closed_at(path).is_some_and(|at| at < keep_from) {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// When a closed file was closed, from its name.
fn closed_at(path: &std::path::Path) -> Option<Timestamp> {
    let stem = path.file_stem()?.to_str()?;
    stem.rsplit('.').next()?.parse().ok().map(Timestamp)
}

/// A sample as a line of `bot-process-health.jsonl`: the keys that users' scripts rely on, then more.
#[derive(Debug, Serialize)]
pub(crate) struct ProcessLine<'a> {
    timestamp: String,
    bot_id: &'a str,
    pid: u32,
    memory_mb: f64,
    memory_percent: f64,
    file_descriptors: Option<u64>,
    thread_count: u64,
    cpu_percent: f64,
    state: &'a str,
    fd_limit: Option<u64>,
    thread_limit: Option<u64>,
    vms_mb: f64,
    open_connections: Option<u64>,
    children: u32,
    zombie_children: u32,
    major_faults: u64,
    memory_limit_mb: Option<f64>,
    memory_pressure: Option<f64>,
}

const MEGABYTE: f64 = 1024.0 * 1024.0;

/// The line of a sample; `None` for anything else that was seen.
pub(crate) fn process_line(report: &ProcessReport, now: Timestamp) -> Option<ProcessLine<'_>> {
    let ProcessSeen::Alive(sample) = &report.seen else {
        return None;
    };
    if sample.liveness_only {
        return None;
    }
    Some(ProcessLine {
        timestamp: now.to_string(),
        bot_id: &report.agent,
        pid: report.pid,
        memory_mb: sample.rss_bytes as f64 / MEGABYTE,
        memory_percent: sample.memory_ratio * 100.0,
        file_descriptors: sample.open_fds,
        thread_count: sample.threads,
        cpu_percent: sample.cpu_ratio * 100.0,
        state: sample.state.as_str(),
        fd_limit: sample.fd_limit,
        thread_limit: sample.thread_limit,
        vms_mb: sample.vms_bytes as f64 / MEGABYTE,
        open_connections: sample.connections,
        children: sample.children,
        zombie_children: sample.zombie_children,
        major_faults: sample.major_faults,
        memory_limit_mb: sample.memory_limit_bytes.map(|bytes| bytes as f64 / MEGABYTE),
        memory_pressure: sample.memory_pressure_ratio,
    })
}

/// A verdict or restart as a line of `bot-process-health.jsonl`.
#[derive(Debug, Serialize)]
pub(crate) struct EventLine<'a> {
    timestamp: String,
    event: &'static str,
    bot_id: &'a str,
    details: serde_json::Value,
}

/// The line of an effect; `None` for effects that say nothing of a bot's health.
pub(crate) fn process_event_line(row: &HistoryRow) -> Option<EventLine<'_>> {
    let (event, agent, details) = match &row.effect {
        Effect::Verdict(change) => {
            let reason = change.evidence.first().map(|evidence| evidence.claim.to_string());
            let gone = change
                .evidence
                .first()
                .is_some_and(|evidence| evidence.name() == "process_exited");
            let event = if gone { "process_not_found" } else { "verdict" };
            let details = serde_json::json!({
                "from": change.from.map(|verdict| verdict.as_str()),
                "to": change.to.as_str(),
                "health": change.to.standing().health.as_str(),
                "reason": reason,
            });
            (event, &change.agent, details)
        }
        Effect::Restart(restart) => (
            "restarted",
            &restart.agent,
            serde_json::json!({ "restarts": restart.restarts }),
        ),
        _ => return None,
    };
    Some(EventLine {
        timestamp: row.at.to_string(),
        event,
        bot_id: &agent.id,
        details,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_rotate_by_size_and_keep_so_many() {
        let dir = tempfile::tempdir().unwrap();
        let options = LogOptions {
            dir: dir.path().into(),
            max_bytes: 100,
            max_hours: 1.0,
            keep_files: 2,
            keep_days: 1.0,
        };
        let mut log = LogFile::new(&options, "test.jsonl");
        for n in 0..40 {
            assert!(log.write_line(
                &serde_json::json!({ "n": n, "filler": "xxxxxxxxxxxxxxxxxxxx" }),
                Timestamp(n)
            ));
        }
        let mut names: Vec<String> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names.len(), 3, "{names:?}");
        assert!(names.contains(&"test.jsonl".to_owned()));
        let last = std::fs::read_to_string(dir.path().join("test.jsonl")).unwrap();
        assert!(last.contains("\"n\":39") && last.len() <= 100);
    }

    #[test]
    fn logs_rotate_by_age() {
        let dir = tempfile::tempdir().unwrap();
        let options = LogOptions {
            dir: dir.path().into(),
            max_bytes: 1 << 20,
            max_hours: 1.0,
            keep_files: 5,
            keep_days: 1.0,
        };
        let mut log = LogFile::new(&options, "test.jsonl");
        assert!(log.write_line(&1, Timestamp(0)));
        assert!(log.write_line(&2, Timestamp(0).plus_s(7200.0)));
        assert_eq!(
            std::fs::read_to_string(dir.path().join("test.jsonl")).unwrap(),
            "2\n"
        );
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
        let days_later = Timestamp(0).plus_s(10.0 * 86_400.0);
        assert!(log.write_line(&3, days_later));
        assert_eq!(
            std::fs::read_dir(dir.path()).unwrap().count(),
            2,
            "the first was too old to keep"
        );
    }
}
