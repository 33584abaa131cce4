//! Signals that reach the watcher, and which of them the command has not got already.
//!
//! The command shares our process group, so the terminal's own signals (Ctrl-C, Ctrl-\, Ctrl-Z, a resize) reach it
//! without us; a second Ctrl-C means "at once" to many agents and must not be made up. What another process sent to
//! the watcher alone is passed on.

use std::thread;

use rustix::process::{Signal as Raw, getpid, kill_process};
use signal_hook::consts::signal::{
    SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGWINCH,
};
use signal_hook::iterator::SignalsInfo;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::{Cause, Origin};
use tokio::sync::mpsc;

const HANDLED: [i32; 9] = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT,
];

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// To end.
    End,
    /// To stop until continued.
    Stop,
    /// Something the command knows.
    Other,
}

/// A signal that came.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    number: i32,
    by_terminal: bool,
}

impl Signal {
    /// Its number.
    #[must_use]
    pub fn number(self) -> i32 {
        self.number
    }

    /// What it asks for.
    #[must_use]
    pub fn verb(self) -> Verb {
        match self.number {
            SIGINT | SIGTERM | SIGHUP | SIGQUIT => Verb::End,
            SIGTSTP => Verb::Stop,
            _ => Verb::Other,
        }
    }

    /// Whether it asks to end.
    #[must_use]
    pub fn asks_to_end(self) -> bool {
        self.verb() == Verb::End
    }

    /// Whether the command has not got it yet.
    #[must_use]
    pub fn was_sent_to_us_alone(self) -> bool {
        !self.by_terminal
    }
}

impl From<Origin> for Signal {
    fn from(origin: Origin) -> Self {
        // The terminal's driver signals as the kernel; processes signal as themselves.
        Self {
            number: origin.signal,
            by_terminal: matches!(origin.cause, Cause::Kernel),
        }
    }
}

/// The signals as they come.
pub struct Signals {
    queue: mpsc::Receiver<Signal>,
}

impl Signals {
    /// Handles the signals that are passed on; those that our parent chose to ignore (`nohup`) stay ignored, for us
    /// and for the command.
    ///
    /// # Errors
    /// If the handlers cannot be installed.
    pub fn install() -> std::io::Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = ignored_mask(&status);
        let wanted = HANDLED
            .into_iter()
            .filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let mut source = SignalsInfo::<WithOrigin>::new(wanted)?;
        let (sender, queue) = mpsc::channel(64);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for origin in source.forever() {
                if sender.blocking_send(Signal::from(origin)).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { queue })
    }

    /// The next signal.
    pub async fn next(&mut self) -> Option<Signal> {
        self.queue.recv().await
    }
}

/// Stops this process as the shell expects of a job that got Ctrl-Z.
pub fn stop_ourselves() {
    let _ = kill_process(getpid(), Raw::STOP);
}

/// The signals ignored when we began, by the text of `/proc/self/status`.
fn ignored_mask(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminals_signals_are_not_sent_twice() {
        let by_terminal = Signal {
            number: SIGINT,
            by_terminal: true,
        };
        assert!(by_terminal.asks_to_end() && !by_terminal.was_sent_to_us_alone());
        let sent = Signal {
            number: SIGUSR1,
            by_terminal: false,
        };
        assert!(!sent.asks_to_end() && sent.was_sent_to_us_alone());
        assert_eq!(
            Signal {
                number: SIGTSTP,
                by_terminal: true
            }
            .verb(),
            Verb::Stop
        );
    }

    #[test]
    fn ignored_signals_are_read_from_the_kernel() {
        let mask = ignored_mask("SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n");
        assert!(mask & (1 << (SIGHUP - 1)) != 0 && mask & (1 << (SIGINT - 1)) == 0);
        assert_eq!(ignored_mask(""), 0);
    }
}
