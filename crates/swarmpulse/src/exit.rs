//! Exit codes, in one place, and what the help of all commands ends with.

use std::process::ExitCode;

/// What `--help` says of the server's address and of exit codes.
pub const HELP: &str = "Commands that ask a server take `--server URL` and `--token-file FILE`, before their name or
after it, or read SWARMPULSE_SERVER, SWARMPULSE_TOKEN and SWARMPULSE_TOKEN_FILE.

Exit codes:
  0    done; for `check`: all well
  1    failed, with the reason on standard error; for `check`: something is down or stuck;
       for `promqltest`: a case failed; for `store check`: something is damaged; for `rules`: a file is wrong or a test failed; for `slo`: a promise does not hold
  2    wrong arguments; for `check`: cannot tell, as the server is away or cannot see; for `slo`: no data to judge by
  N    `watch` exits as its command did; 125 if it failed itself, 126 if the command cannot be run, 127 if there is none";

/// How a command ended, where it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As asked.
    Done,
    /// The answer is no: something is wrong that the command was asked to look for.
    Wrong,
    /// The answer is not known.
    CannotTell,
    /// As another process ended.
    Code(u8),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Wrong => Self::from(1),
            Outcome::CannotTell => Self::from(2),
            Outcome::Code(code) => Self::from(code),
        }
    }
}
