//! What the watcher says of the command: heartbeats while it lives, and its end.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::child::{Child, Ended};
use super::outbox::Backlog;
use crate::clock;

/// One report.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// The command is there; a newer one of the same life replaces it.
    Heartbeat {
        /// Which life of the agent.
        instance: String,
        /// What is sent.
        body: Value,
    },
    /// The command ended; never replaced.
    Exit {
        /// What is sent.
        body: Value,
    },
}

/// What stays the same over all lives of the command.
pub struct Reporter {
    agent: String,
    kind: String,
    host: String,
    interval_s: f64,
}

impl Reporter {
    /// A reporter for an agent.
    ///
    /// # Errors
    /// If the name is no agent id.
    pub fn new(agent: &str, kind: &str, interval_s: f64) -> anyhow::Result<Self> {
        if agent.is_empty() || agent.len() > 200 || agent.chars().any(char::is_control) {
            anyhow::bail!("`--name`: expected 1 to 200 bytes without control characters");
        }
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Ok(Self {
            agent: agent.to_owned(),
            kind: kind.to_owned(),
            host,
            interval_s,
        })
    }

    /// One life of it.
    #[must_use]
    pub fn life(&self, child: &Child) -> Life<'_> {
        self.life_of(child.pid(), child.started_ms())
    }

    fn life_of(&self, pid: u32, started_ms: i64) -> Life<'_> {
        let instance = format!("{}-{pid}-{started_ms}", self.host);
        Life {
            reporter: self,
            pid,
            started_ms,
            instance,
            sequence: AtomicU64::new(0),
        }
    }
}

/// One life of the command: a restart is another.
pub struct Life<'a> {
    reporter: &'a Reporter,
    pid: u32,
    started_ms: i64,
    instance: String,
    sequence: AtomicU64,
}

impl Life<'_> {
    /// It is there, and so many reports of ours are on their way. `watcher` says that this is the wrapper's word, not the
    /// command's: it must not hide a hang.
    #[must_use]
    pub fn heartbeat(&self, backlog: Backlog) -> Report {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let body = json!({
            "agent": self.reporter.agent,
            "kind": self.reporter.kind,
            "instance": self.instance,
            "pid": self.pid,
            "host": self.reporter.host,
            "interval_s": self.reporter.interval_s,
            "sequence": sequence,
            "at": clock::now_text(),
            "attributes": {"watcher": true},
            "metrics": {"reports_waiting": backlog.waiting, "reports_lost_total": backlog.lost},
        });
        Report::Heartbeat {
            instance: self.instance.clone(),
            body,
        }
    }

    /// It ended; `requested` if it was asked to.
    #[must_use]
    pub fn exited(&self, ended: &Ended, requested: bool) -> Report {
        let mut data = json!({
            "pid": self.pid,
            "host": self.reporter.host,
            "started_at": clock::text(self.started_ms),
            "out_of_memory": matches!(ended, Ended::Signalled { out_of_memory: true, .. }),
            "requested": requested,
        });
        match ended {
            Ended::Exited { code } => data["exit_code"] = json!(code),
            Ended::Signalled { signal, .. } => data["signal"] = json!(signal),
        }
        let body = json!({
            "event": format!("{}-exited", self.instance),
            "type": "agent.exited",
            "source": "worker",
            "agent": self.reporter.agent,
            "instance": self.instance,
            "at": clock::now_text(),
            "data": data,
        });
        Report::Exit { body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_carry_what_the_server_reads() {
        let reporter = Reporter::new("bot-1", "bot", 10.0).unwrap();
        let life = reporter.life_of(7, 1_700_000_000_000);
        let _first = life.heartbeat(Backlog::default());
        let backlog = Backlog { waiting: 3, lost: 1 };
        let Report::Heartbeat { instance, body } = life.heartbeat(backlog) else {
            panic!("no heartbeat")
        };
        assert_eq!(body["agent"], "bot-1");
        assert_eq!(
            (&body["pid"], &body["interval_s"], &body["sequence"]),
            (&json!(7), &json!(10.0), &json!(2))
        );
        assert_eq!(body["attributes"]["watcher"], true);
        assert_eq!(
            body["metrics"],
            json!({"reports_waiting": 3, "reports_lost_total": 1})
        );
        let Report::Exit { body } = life.exited(
            &Ended::Signalled {
                signal: 9,
                out_of_memory: true,
            },
            false,
        ) else {
            panic!("no exit")
        };
        assert_eq!(body["instance"], instance.as_str());
        assert_eq!(
            (&body["type"], &body["source"]),
            (&json!("agent.exited"), &json!("worker"))
        );
        let data = &body["data"];
        assert_eq!(
            (&data["signal"], &data["out_of_memory"], &data["requested"]),
            (&json!(9), &json!(true), &json!(false))
        );
        assert_eq!(data["started_at"], "2023-11-14T22:13:20.000Z");
        assert!(data.get("exit_code").is_none());
    }

    #[test]
    fn names_that_no_server_takes_are_refused_before_the_command_runs() {
        for name in ["", "a\nb", &"x".repeat(201)] {
            assert!(Reporter::new(name, "k", 1.0).is_err());
        }
    }
}
