//! A command of this machine: its arguments are taken as they are, without a shell.
//!
//! It reads what a webhook would be sent, as JSON, from its standard input. Of our environment it gets nothing; `PATH`, and what
//! the notification is in `SWARMPULSE_NOTIFICATION` (the id, the same in every attempt), `SWARMPULSE_STATUS`,
//! `SWARMPULSE_RECEIVER`, `SWARMPULSE_TITLE` and `SWARMPULSE_GROUP_KEY`. Exit code 0 is success, 75 (`EX_TEMPFAIL`) "try again",
//! every other a refusal. When its time is over all of its process group is killed.

mod process;

use std::ffi::OsStr;

use super::BuildError;
use super::webhook::payload;
use crate::http::Cleanser;
use crate::settings::CommandSettings;
use crate::summary::{Summary, plain};
use crate::{Message, Notifier, SendError, Sending};

use process::{Outcome, Task};

/// How long it may take if nothing is said of it, in seconds: below the time that the caller allows for an attempt.
const TIMEOUT_S: f64 = 25.0;
/// The exit code that asks for another attempt: `EX_TEMPFAIL` of sysexits.h.
const TRY_AGAIN: i32 = 75;

/// A command.
#[derive(Debug)]
pub struct Command {
    settings: CommandSettings,
    cleanser: Cleanser,
}

impl Command {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &CommandSettings) -> Result<Self, BuildError> {
        let Some(program) = settings.command.first().filter(|program| !program.is_empty()) else {
            return Err(BuildError::field("command", "is empty: name a program"));
        };
        let parts = settings
            .command
            .iter()
            .chain(settings.env.iter().map(|(_, value)| value));
        if parts.into_iter().any(|part| part.expose().contains('\0')) {
            return Err(BuildError::field("command", "holds a NUL, which no argument may"));
        }
        if !settings.timeout_s.unwrap_or(TIMEOUT_S).is_finite() {
            return Err(BuildError::field("timeout", "is no number of seconds"));
        }
        // The program itself is no secret: without its name nobody finds what failed.
        let program = program.expose();
        let hidden = settings.command.iter().skip(1).map(|argument| argument.expose());
        // Of `--token=...` and `Authorization: Bearer ...` the end alone may be said, too.
        let ends = hidden.clone().flat_map(|argument| {
            let value = argument.split_once('=').map(|(_, value)| value);
            let word = argument.rsplit_once(char::is_whitespace).map(|(_, word)| word);
            value.into_iter().chain(word)
        });
        let hidden = hidden
            .chain(ends)
            .chain(settings.env.iter().map(|(_, value)| value.expose()));
        let hidden = hidden.filter(|secret| !program.contains(secret));
        Ok(Self {
            cleanser: Cleanser::new(hidden.map(str::to_owned)),
            settings: settings.clone(),
        })
    }

    fn program(&self) -> &str {
        let program = self.settings.command.first();
        program.map_or("", |program| program.expose())
    }

    async fn run(&self, message: Message<'_>) -> Result<(), SendError> {
        let input = serde_json::to_vec(&payload(&message, 0)).map_err(|error| SendError::Refused {
            detail: format!("write the input: {error}"),
        })?;
        let own: Vec<(String, String)> = variables(&message);
        let task = Task {
            program: OsStr::new(self.program()),
            arguments: self
                .settings
                .command
                .iter()
                .skip(1)
                .map(|argument| argument.expose())
                .collect(),
            variables: own
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .chain(
                    self.settings
                        .env
                        .iter()
                        .map(|(name, value)| (name.as_str(), value.expose())),
                )
                .collect(),
            input: &input,
            timeout_s: self.settings.timeout_s.unwrap_or(TIMEOUT_S),
        };
        self.judge(process::run(task).await)
    }

    fn judge(&self, outcome: Outcome) -> Result<(), SendError> {
        let program = plain(self.program(), 200);
        let later = |detail: String| SendError::Later {
            detail,
            after_s: None,
        };
        match outcome {
            Outcome::Exited { code: 0, .. } => Ok(()),
            Outcome::Exited { code, output } => {
                let said = self.cleanser.clean_bytes(&output);
                let said = if said.is_empty() {
                    said
                } else {
                    format!(": {said}")
                };
                let detail = format!("{program} ended with exit code {code}{said}");
                Err(if code == TRY_AGAIN {
                    later(detail)
                } else {
                    SendError::Refused { detail }
                })
            }
            Outcome::Killed { signal } => Err(later(format!("{program} was ended by signal {signal}"))),
            Outcome::TimedOut { after_s } => Err(later(format!(
                "{program} had not ended after {after_s} s and was killed"
            ))),
            Outcome::NotStarted { reason, passes } => {
                let detail = format!("{program} cannot be started: {reason}");
                Err(if passes {
                    later(detail)
                } else {
                    SendError::Refused { detail }
                })
            }
        }
    }
}

impl Notifier for Command {
    fn kind(&self) -> &'static str {
        "command"
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.run(message))
    }
}

/// What the environment says of a notification.
fn variables(message: &Message<'_>) -> Vec<(String, String)> {
    let notification = message.notification;
    let summary = Summary::of(message, 0, 0);
    [
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        ),
        ("SWARMPULSE_NOTIFICATION", message.id.to_string()),
        ("SWARMPULSE_STATUS", notification.state().as_str().to_owned()),
        ("SWARMPULSE_RECEIVER", plain(&notification.receiver, 1000)),
        ("SWARMPULSE_GROUP_KEY", plain(&notification.group_key, 4000)),
        ("SWARMPULSE_TITLE", summary.title),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
