//! The server that takes letters: one conversation of SMTP for each.

use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::careful::Careful;
use crate::SendError;
use crate::http::Cleanser;

/// So long a server may take to say goodbye. Waiting for longer could have the letter sent twice.
const GOODBYE: Duration = Duration::from_secs(2);

/// How the conversation is kept from being overheard.
#[derive(Clone)]
pub(super) enum Security {
    /// It is encrypted from its first byte.
    Implicit(TlsParameters),
    /// It is encrypted by `STARTTLS`; a server that offers none is refused.
    StartTls(TlsParameters),
    /// It is not.
    None,
}

/// The server. Shows neither names nor passwords.
pub(super) struct Smarthost {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) hello: ClientId,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
    pub(super) cleanser: Cleanser,
}

/// What became of one letter's recipients.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Those for whom the server took the letter, by their places in the list.
    pub(super) accepted: Vec<usize>,
    /// Those that it never will take letters for, and why.
    pub(super) refused: Vec<(usize, String)>,
    /// Those that it does not take letters for at the moment, and why.
    pub(super) later: Vec<(usize, String)>,
}

impl Smarthost {
    /// Hands a letter over for these recipients, whom `to` names with their places in the list.
    ///
    /// # Errors
    /// If the server takes it for nobody. Recipients that are refused while others are not are no error.
    pub(super) async fn deliver(
        &self,
        from: &Address,
        to: &[(usize, &Address)],
        letter: &[u8],
    ) -> Result<Taken, SendError> {
        let mut connection = self.connect().await?;
        let taken = self.converse(&mut connection, from, to, letter).await;
        // The letter is taken or not: nothing that is said now changes it, and nothing that is not said.
        let _ = timeout(GOODBYE, connection.command(Quit)).await;
        taken
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let server = (self.host.as_str(), self.port);
        if let Security::Implicit(tls) = &self.security {
            let connecting =
                AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, Some(tls.clone()), None);
            return connecting.await.map_err(|error| self.failed("connect", &error));
        }
        let stream = TcpStream::connect(server).await;
        let stream = stream.map_err(|error| self.later("connect", &error.to_string()))?;
        let greeting =
            AsyncSmtpConnection::connect_with_transport(Box::new(Careful::new(stream)), &self.hello);
        let mut connection = greeting.await.map_err(|error| self.failed("greeting", &error))?;
        if let Security::StartTls(tls) = &self.security {
            if !connection.can_starttls() {
                let _ = timeout(GOODBYE, connection.command(Quit)).await;
                return Err(self.refused(
                    "STARTTLS",
                    "the server does not offer it, so nothing was said to it; is somebody between? Only for a server \
                     without encryption, set require_tls: false",
                ));
            }
            let upgrading = connection.starttls(tls.clone(), &self.hello).await;
            upgrading.map_err(|error| self.failed("STARTTLS", &error))?;
        }
        Ok(connection)
    }

    async fn converse(
        &self,
        connection: &mut AsyncSmtpConnection,
        from: &Address,
        to: &[(usize, &Address)],
        letter: &[u8],
    ) -> Result<Taken, SendError> {
        self.authenticate(connection).await?;
        let is_ascii = |address: &Address| address.to_string().is_ascii();
        let parameters = if is_ascii(from) && to.iter().all(|(_, address)| is_ascii(address)) {
            vec![]
        } else if connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            vec![MailParameter::SmtpUtfEight]
        } else {
            return Err(self.refused(
                "MAIL",
                "an address is not ASCII, and the server does not take such (SMTPUTF8)",
            ));
        };
        let mail = Mail::new(Some(from.clone()), parameters);
        let answer = connection.command(mail).await;
        answer.map_err(|error| self.failed("MAIL", &error))?;
        let mut taken = Taken::default();
        for (place, address) in to {
            match connection.command(Rcpt::new((*address).clone(), vec![])).await {
                Ok(_) => taken.accepted.push(*place),
                Err(error) if error.is_permanent() => taken.refused.push((*place, self.words(&error))),
                // 421: it ends the conversation.
                Err(error) if error.is_transient() && !says(&error, 421) => {
                    taken.later.push((*place, self.words(&error)));
                }
                Err(error) => return Err(self.failed("RCPT", &error)),
            }
        }
        if taken.accepted.is_empty() {
            return match (taken.later.first(), taken.refused.first()) {
                (Some((_, words)), _) => Err(self.later("RCPT", words)),
                (None, Some((_, words))) => Err(self.refused("RCPT", words)),
                (None, None) => Ok(taken),
            };
        }
        let answer = connection.command(Data).await;
        answer.map_err(|error| self.failed("DATA", &error))?;
        let answer = connection.message(letter).await;
        answer.map_err(|error| self.failed("the letter", &error))?;
        Ok(taken)
    }

    async fn authenticate(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let Some(credentials) = &self.credentials else {
            return Ok(());
        };
        if !connection.is_encrypted() && !self.is_here() {
            return Err(self.refused(
                "AUTH",
                "the connection is not encrypted, so no password was sent; set require_tls: true",
            ));
        }
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
            return Err(self.refused("AUTH", "the server offers neither PLAIN nor LOGIN"));
        }
        // What the server says of it is not told: it may quote what it was given.
        match connection.auth(&mechanisms, credentials).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(self.refused(
                "AUTH",
                &format!(
                    "the server does not take the user name and password{}; do they still hold?",
                    code(&error)
                ),
            )),
            Err(error) if error.is_transient() => Err(self.later(
                "AUTH",
                &format!("the server cannot check the password now{}", code(&error)),
            )),
            Err(error) => Err(self.failed("AUTH", &error)),
        }
    }

    /// Whether nobody can be between.
    fn is_here(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// 5xx never goes better; everything else may.
    fn failed(&self, step: &str, error: &Error) -> SendError {
        if error.is_permanent() {
            self.refused(step, &self.words(error))
        } else {
            self.later(step, &self.words(error))
        }
    }

    fn words(&self, error: &Error) -> String {
        let mut cause: &dyn std::error::Error = error;
        while let Some(next) = cause.source() {
            cause = next;
        }
        let said = match (error.status(), error.source()) {
            (Some(code), Some(said)) => format!("{code} {said}"),
            (Some(code), None) => code.to_string(),
            (None, _) => cause.to_string(),
        };
        self.cleanser.clean(&said)
    }

    fn later(&self, step: &str, words: &str) -> SendError {
        SendError::Later {
            detail: self.detail(step, words),
            after_s: None,
        }
    }

    fn refused(&self, step: &str, words: &str) -> SendError {
        SendError::Refused {
            detail: self.detail(step, words),
        }
    }

    fn detail(&self, step: &str, words: &str) -> String {
        format!("{}:{}: {step}: {words}", self.host, self.port)
    }
}

fn says(error: &Error, number: u16) -> bool {
    error.status().is_some_and(|code| u16::from(code) == number)
}

fn code(error: &Error) -> String {
    error
        .status()
        .map_or_else(String::new, |code| format!(" ({code})"))
}

impl fmt::Debug for Smarthost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smarthost({}:{})", self.host, self.port)
    }
}
