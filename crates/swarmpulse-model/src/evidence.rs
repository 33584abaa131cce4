//! Evidence: what a verdict rests on, how strong it is, and since when.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Position, Text, Timestamp};

/// The four classes of evidence; the stronger wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceClass {
    /// The process exited, its host or sandbox is gone, the sender said so.
    PositiveDeath = 1,
    /// Progress of that very process, or word from that very instance.
    BoundLife = 2,
    /// A claim that it lives, which extends the deadline once.
    ClaimedLife = 3,
    /// Nothing within the deadline.
    Silence = 4,
}

impl EvidenceClass {
    /// Its name in plain words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PositiveDeath => "positive death",
            Self::BoundLife => "process-bound life",
            Self::ClaimedLife => "claimed life",
            Self::Silence => "silence",
        }
    }
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What is claimed.
    pub claim: Claim,
    /// When it was so, by receipt time; its age is counted from here.
    pub at: Timestamp,
    /// The envelope that carries the record behind it.
    pub record: Option<Position>,
}

/// What a piece of evidence claims. Its `Display` is one plain sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the variants are documented, their fields are the sentence's figures"
)]
pub enum Claim {
    /// The process ended.
    ProcessExited {
        pid: u32,
        exit_code: Option<i32>,
        signal: Option<i32>,
        out_of_memory: bool,
        pid_reused: bool,
    },
    /// The sandbox it ran in is gone.
    SandboxGone { sandbox: Text, state: Text },
    /// The machine it ran on is gone.
    HostGone { host: Text },
    /// It said that it stops, or was asked to.
    SaidStopped { how: Text },
    /// It said that it failed.
    SaidFailed { how: Text },
    /// A report came.
    Contact { how: Text },
    /// Work was seen to go on.
    Progress { how: Text },
    /// Its process used the processor or did I/O.
    ProcessProgress { pid: u32, cpu_ratio: f64 },
    /// Its process is there.
    ProcessAlive { pid: u32, state: Text },
    /// It has a task in hand.
    OpenTask { task: Text, limit_s: f64 },
    /// It has a call under way.
    OpenCall { service: Text, limit_s: f64 },
    /// It says that it works.
    SaysWorking { limit_s: f64 },
    /// It says that it waits.
    SaysWaiting,
    /// It reports only while it works, and has no work open.
    QuietOnDemand { quiet_s: f64 },
    /// Its provider says that the sandbox runs.
    ProviderRunning { sandbox: Text, limit_s: f64 },
    /// It is starting up.
    StartGrace { grace_s: f64 },
    /// A service asked it to hold back.
    AskedToBackOff { service: Text, status_code: u16 },
    /// Open work went without progress for longer than its limit.
    NoProgress { work: Text, limit_s: f64 },
    /// Nothing was heard for longer than the deadline.
    NoContact { limit_s: f64 },
    /// A probe could not look.
    ProbeFailed { error: Text },
    /// Deaths by silence are frozen.
    Frozen { reason: Text },
    /// It changes too often; a better verdict must hold first.
    Flapping { changes: u32, window_s: f64 },
    /// It restarted.
    Restarted { restarts: u32 },
}

impl Evidence {
    /// How strong it is.
    #[must_use]
    pub fn class(&self) -> EvidenceClass {
        match self.claim {
            Claim::ProcessExited { .. }
            | Claim::SandboxGone { .. }
            | Claim::HostGone { .. }
            | Claim::SaidStopped { .. }
            | Claim::SaidFailed { .. } => EvidenceClass::PositiveDeath,
            Claim::Contact { .. }
            | Claim::Progress { .. }
            | Claim::ProcessProgress { .. }
            | Claim::ProcessAlive { .. }
            | Claim::SaysWaiting
            | Claim::QuietOnDemand { .. }
            | Claim::StartGrace { .. }
            | Claim::AskedToBackOff { .. }
            | Claim::Flapping { .. }
            | Claim::Restarted { .. } => EvidenceClass::BoundLife,
            Claim::OpenTask { .. }
            | Claim::OpenCall { .. }
            | Claim::SaysWorking { .. }
            | Claim::ProviderRunning { .. } => EvidenceClass::ClaimedLife,
            Claim::NoProgress { .. }
            | Claim::NoContact { .. }
            | Claim::ProbeFailed { .. }
            | Claim::Frozen { .. } => EvidenceClass::Silence,
        }
    }

    /// The claim's name in snake case, for programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.claim {
            Claim::ProcessExited { .. } => "process_exited",
            Claim::SandboxGone { .. } => "sandbox_gone",
            Claim::HostGone { .. } => "host_gone",
            Claim::SaidStopped { .. } => "said_stopped",
            Claim::SaidFailed { .. } => "said_failed",
            Claim::Contact { .. } => "contact",
            Claim::Progress { .. } => "progress",
            Claim::ProcessProgress { .. } => "process_progress",
            Claim::ProcessAlive { .. } => "process_alive",
            Claim::OpenTask { .. } => "open_task",
            Claim::OpenCall { .. } => "open_call",
            Claim::SaysWorking { .. } => "says_working",
            Claim::SaysWaiting => "says_waiting",
            Claim::QuietOnDemand { .. } => "quiet_on_demand",
            Claim::ProviderRunning { .. } => "provider_running",
            Claim::StartGrace { .. } => "start_grace",
            Claim::AskedToBackOff { .. } => "asked_to_back_off",
            Claim::NoProgress { .. } => "no_progress",
            Claim::NoContact { .. } => "no_contact",
            Claim::ProbeFailed { .. } => "probe_failed",
            Claim::Frozen { .. } => "frozen",
            Claim::Flapping { .. } => "flapping",
            Claim::Restarted { .. } => "restarted",
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProcessExited {
                pid,
                out_of_memory: true,
                ..
            } => {
                write!(f, "process {pid} was killed for want of memory")
            }
            Self::ProcessExited {
                pid,
                signal: Some(signal),
                ..
            } => {
                write!(
                    f,
                    "process {pid} was ended by signal {signal}{}",
                    signal_name(*signal)
                )
            }
            Self::ProcessExited {
                pid,
                exit_code: Some(code),
                ..
            } => {
                write!(f, "process {pid} exited with code {code}")
            }
            Self::ProcessExited {
                pid,
                pid_reused: true,
                ..
            } => {
                write!(f, "process {pid} is gone, its pid belongs to another process now")
            }
            Self::ProcessExited { pid, .. } => write!(f, "process {pid} is gone"),
            Self::SandboxGone { sandbox, state } => write!(f, "its sandbox {sandbox} is {state}"),
            Self::HostGone { host } => write!(f, "its host {host} is gone"),
            Self::SaidStopped { how } => write!(f, "it said that it stops ({how})"),
            Self::SaidFailed { how } => write!(f, "it said that it failed ({how})"),
            Self::Contact { how } => write!(f, "last contact by {how}"),
            Self::Progress { how } => write!(f, "last progress by {how}"),
            Self::ProcessProgress { pid, cpu_ratio } => {
                write!(f, "process {pid} is busy at {:.0} % of a core", cpu_ratio * 100.0)
            }
            Self::ProcessAlive { pid, state } => write!(f, "process {pid} is there, {state}"),
            Self::OpenTask { task, limit_s } => {
                write!(f, "task {task} is open, limit {}", Duration(*limit_s))
            }
            Self::OpenCall { service, limit_s } => {
                write!(f, "a call of {service} is open, limit {}", Duration(*limit_s))
            }
            Self::SaysWorking { limit_s } => write!(f, "it says that it works, limit {}", Duration(*limit_s)),
            Self::SaysWaiting => f.write_str("it says that it waits for input"),
            Self::QuietOnDemand { quiet_s } => write!(
                f,
                "it reports only while it works, has none open, and counts as over after {} of quiet",
                Duration(*quiet_s)
            ),
            Self::ProviderRunning { sandbox, limit_s } => {
                write!(
                    f,
                    "its provider says that sandbox {sandbox} runs, believed for {}",
                    Duration(*limit_s)
                )
            }
            Self::StartGrace { grace_s } => write!(f, "it is starting, grace {}", Duration(*grace_s)),
            Self::AskedToBackOff { service, status_code } => write!(f, "{service} answered {status_code}"),
            Self::NoProgress { work, limit_s } => {
                write!(f, "{work} shows no progress within {}", Duration(*limit_s))
            }
            Self::NoContact { limit_s } => write!(f, "no contact within {}", Duration(*limit_s)),
            Self::ProbeFailed { error } => write!(f, "the probe could not look: {error}"),
            Self::Frozen { reason } => write!(f, "silence is not judged: {reason}"),
            Self::Flapping { changes, window_s } => {
                write!(
                    f,
                    "it fell {changes} times within {}, a recovery must hold first",
                    Duration(*window_s)
                )
            }
            Self::Restarted { restarts: 1 } => f.write_str("it restarted once"),
            Self::Restarted { restarts } => write!(f, "it restarted {restarts} times"),
        }
    }
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        1 => " (SIGHUP)",
        2 => " (SIGINT)",
        3 => " (SIGQUIT)",
        4 => " (SIGILL)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        8 => " (SIGFPE)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        13 => " (SIGPIPE)",
        15 => " (SIGTERM)",
        _ => "",
    }
}

/// Seconds as a person says them: `45 s`, `2 min`, `1 h 30 min`.
pub struct Duration(pub f64);

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.max(0.0);
        if total < 10.0 && total.fract() != 0.0 {
            return write!(f, "{total:.1} s");
        }
        let whole = total.round() as u64;
        let (units, small) = match whole {
            0..120 => return write!(f, "{whole} s"),
            120..7200 => ((whole / 60, "min"), (whole % 60, "s")),
            7200..172_800 => ((whole / 3600, "h"), (whole % 3600 / 60, "min")),
            _ => ((whole / 86_400, "d"), (whole % 86_400 / 3600, "h")),
        };
        write!(f, "{} {}", units.0, units.1)?;
        if small.0 > 0 {
            write!(f, " {} {}", small.0, small.1)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_say_them() {
        let read = |seconds: f64| Duration(seconds).to_string();
        assert_eq!(read(1.5), "1.5 s");
        assert_eq!(read(30.0), "30 s");
        assert_eq!(read(150.0), "2 min 30 s");
        assert_eq!(read(300.0), "5 min");
        assert_eq!(read(9000.0), "2 h 30 min");
        assert_eq!(read(200_000.0), "2 d 7 h");
    }

    #[test]
    fn claims_are_sentences_with_figures() {
        let exit = Claim::ProcessExited {
            pid: 7,
            exit_code: None,
            signal: Some(9),
            out_of_memory: false,
            pid_reused: false,
        };
        assert_eq!(exit.to_string(), "process 7 was ended by signal 9 (SIGKILL)");
        assert_eq!(
            Claim::NoContact { limit_s: 30.0 }.to_string(),
            "no contact within 30 s"
        );
    }
}
