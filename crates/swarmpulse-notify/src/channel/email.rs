//! E-mail, by SMTP to one server: <https://www.rfc-editor.org/rfc/rfc5321>.
//!
//! `STARTTLS` is required unless the settings say otherwise, and begins the connection on port 465. A letter's `Message-ID`
//! comes from the notification, so servers and programs know a repeat; all letters about a group refer to one id, so they are
//! one thread. Whom the server refuses for good does not keep others from their letter.

mod careful;
mod html;
mod letter;
#[cfg(test)]
mod script;
mod smarthost;

use std::collections::BTreeSet;
use std::fmt;

use letter::{Head, Letter};
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Mailboxes};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Identity, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use parking_lot::Mutex;
use smarthost::{Security, Smarthost, Taken};

use super::BuildError;
use crate::http::{Cleanser, base64};
use crate::settings::{EmailSettings, TlsSettings};
use crate::wording::{Wording, Writer};
use crate::{Message, Notifier, SendError, Sending};

/// The port on which TLS begins with the connection.
const PORT_IMPLICIT_TLS: u16 = 465;
/// The most characters of a header that comes of a template.
const HEADER_CHARACTERS_MAX: usize = 250;
/// Headers that are ours alone: threads, repeats and parts depend on them.
const OWN_HEADERS: &[&str] = &[
    "auto-submitted",
    "bcc",
    "content-transfer-encoding",
    "content-type",
    "date",
    "in-reply-to",
    "message-id",
    "mime-version",
    "references",
];

/// Letters to some people by way of one server.
pub struct Email {
    smarthost: Smarthost,
    settings: EmailSettings,
    /// Who has the letter that is on its way: it is not sent to them again when others could not be reached.
    reached: Mutex<Reached>,
}

#[derive(Default)]
struct Reached {
    message_id: String,
    places: BTreeSet<usize>,
}

impl Email {
    /// The letters of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &EmailSettings) -> Result<Self, BuildError> {
        Ok(Self {
            smarthost: smarthost(settings)?,
            settings: checked(settings)?,
            reached: Mutex::default(),
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        // What templates need is not held across the sending.
        let (head, letter) = {
            let writer = Writer::new(&message);
            let head = head(&self.settings, &|wording| writer.write(Some(wording)));
            let head = head.map_err(|error| SendError::Refused {
                detail: error.to_string(),
            })?;
            let letter = Letter::of(&message, &self.settings, head.from.email.domain(), &writer);
            (head, letter)
        };
        let bytes = letter.bytes(&head).map_err(|error| SendError::Refused {
            detail: format!("the letter cannot be written: {error}"),
        })?;
        let left = self.left(&head, &letter.message_id);
        let taken = self.smarthost.deliver(&head.from.email, &left, &bytes).await?;
        self.note(&letter.message_id, &taken);
        if !taken.refused.is_empty() {
            let who: Vec<String> = taken
                .refused
                .iter()
                .map(|(place, words)| named(&head, *place, words))
                .collect();
            tracing::warn!(
                notification = %message.id,
                recipients = taken.refused.len(),
                refused = who.join("; "),
                "the mail server refuses recipients; others have the letter"
            );
        }
        match taken.later.first() {
            Some((place, words)) => Err(SendError::Later {
                detail: format!(
                    "{} of {} recipients have no letter yet: {}",
                    taken.later.len(),
                    left.len(),
                    named(&head, *place, words)
                ),
                after_s: None,
            }),
            None => Ok(()),
        }
    }

    /// Those who have no letter yet, with their places.
    fn left<'a>(&self, head: &'a Head, message_id: &str) -> Vec<(usize, &'a Address)> {
        let reached = self.reached.lock();
        let has = |place: &usize| reached.message_id == message_id && reached.places.contains(place);
        let all = head.to.iter().map(|mailbox| &mailbox.email).enumerate();
        all.filter(|(place, _)| !has(place)).collect()
    }

    /// Remembers who is not to be asked again for this letter.
    fn note(&self, message_id: &str, taken: &Taken) {
        let mut reached = self.reached.lock();
        if reached.message_id != message_id {
            *reached = Reached {
                message_id: message_id.to_owned(),
                places: BTreeSet::new(),
            };
        }
        let refused = taken.refused.iter().map(|(place, _)| *place);
        reached
            .places
            .extend(taken.accepted.iter().copied().chain(refused));
        if taken.later.is_empty() {
            // Whoever sends it again wants everybody to have it again.
            *reached = Reached::default();
        }
    }
}

fn named(head: &Head, place: usize, words: &str) -> String {
    let who = head.to.iter().nth(place);
    who.map_or_else(String::new, |mailbox| format!("{}: {words}", mailbox.email))
}

impl Notifier for Email {
    fn kind(&self) -> &'static str {
        "email"
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({:?})", self.smarthost)
    }
}

/// Settings whose plain parts make a head; of templates it is seen with each letter.
fn checked(settings: &EmailSettings) -> Result<EmailSettings, BuildError> {
    let anybody = |wording: &Wording| Wording::plain(wording.as_plain().unwrap_or("somebody@localhost"));
    let plain = EmailSettings {
        to: anybody(&settings.to),
        from: anybody(&settings.from),
        ..settings.clone()
    };
    head(&plain, &|wording| wording.as_plain().map(str::to_owned))?;
    Ok(settings.clone())
}

/// The head of a letter. Of headers it leaves out those that `write` has no words for.
fn head(settings: &EmailSettings, write: &dyn Fn(&Wording) -> Option<String>) -> Result<Head, BuildError> {
    let failed = |field| BuildError::field(field, "is a template that fails");
    let mut from = write(&settings.from).ok_or_else(|| failed("from"))?;
    let to = write(&settings.to).ok_or_else(|| failed("to"))?;
    let mut headers = Vec::new();
    for (name, wording) in &settings.headers {
        let wrong = |reason: &str| BuildError::field("headers", format!("{name} {reason}"));
        let is_template = wording.as_plain().is_none();
        let Some(mut value) = write(wording) else { continue };
        if is_template {
            value = crate::summary::plain(&value, HEADER_CHARACTERS_MAX);
        }
        if value.chars().any(char::is_control) {
            return Err(wrong("has control characters in its value"));
        }
        let lower = name.to_ascii_lowercase();
        if OWN_HEADERS.contains(&lower.as_str()) {
            return Err(wrong("is set by every letter itself; leave it out"));
        }
        if lower == "from" {
            from = value;
            continue;
        }
        let is_name = name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        let header = HeaderName::new_from_ascii(name.clone()).ok().filter(|_| is_name);
        let header = header.ok_or_else(|| wrong("is no name of a header"))?;
        headers.push(HeaderValue::new(header, value));
    }
    let to: Result<Vec<Mailbox>, BuildError> =
        addresses(&to).iter().map(|text| mailbox("to", text)).collect();
    let to = Mailboxes::from(to?);
    if to.iter().next().is_none() {
        return Err(BuildError::field(
            "to",
            "names nobody; write addresses with commas between",
        ));
    }
    Ok(Head {
        from: mailbox("from", &from)?,
        to,
        headers,
    })
}

/// Parts between commas that are not within quotes.
fn addresses(text: &str) -> Vec<String> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|address| !address.is_empty())
    .map(str::to_owned)
    .collect()
}

/// `address` or `Name <address>`, on one line.
fn mailbox(field: &'static str, text: &str) -> Result<Mailbox, BuildError> {
    let wrong = || {
        let shown = crate::summary::plain(text, 100);
        BuildError::field(
            field,
            format!("{shown:?} is no address; write name@host or Name <name@host>"),
        )
    };
    if text.chars().any(char::is_control) {
        return Err(wrong());
    }
    text.trim().parse().map_err(|_| wrong())
}

fn smarthost(settings: &EmailSettings) -> Result<Smarthost, BuildError> {
    let host = settings.smarthost.host.clone();
    let port = settings.smarthost.port;
    if host.is_empty() || host.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(BuildError::field(
            "smarthost",
            "names no host; write it as host:port",
        ));
    }
    let implicit = settings.implicit_tls.unwrap_or(port == PORT_IMPLICIT_TLS);
    let security = match (implicit, settings.require_tls) {
        (true, _) => Security::Implicit(tls(&settings.tls, &host)?),
        (false, true) => Security::StartTls(tls(&settings.tls, &host)?),
        (false, false) => Security::None,
    };
    let mut secrets = Vec::new();
    let credentials = match (&settings.auth_username, &settings.auth_password) {
        (Some(name), Some(password)) if !name.is_empty() => {
            let password_said = password.expose();
            // As `AUTH` says it, PLAIN and LOGIN.
            secrets.push(base64(format!("\0{name}\0{password_said}").as_bytes()));
            secrets.push(base64(password_said.as_bytes()));
            secrets.push(password_said.to_owned());
            Some(Credentials::new(name.clone(), password.expose().to_owned()))
        }
        (Some(name), None) if !name.is_empty() => {
            return Err(BuildError::field(
                "auth_password",
                "is missing; auth_username needs it",
            ));
        }
        _ => None,
    };
    let identity = settings.auth_identity.as_deref().unwrap_or_default();
    let name = settings.auth_username.as_deref().unwrap_or_default();
    if !identity.is_empty() && identity != name {
        return Err(BuildError::field(
            "auth_identity",
            "is another than auth_username, and nobody can log in as somebody else here: leave it out",
        ));
    }
    Ok(Smarthost {
        hello: hello(&settings.hello)?,
        host,
        port,
        security,
        credentials,
        cleanser: Cleanser::new(secrets),
    })
}

fn hello(name: &str) -> Result<ClientId, BuildError> {
    let name = if name.trim().is_empty() {
        "localhost"
    } else {
        name.trim()
    };
    let is_name =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']');
    if !name.bytes().all(is_name) {
        return Err(BuildError::field("hello", "is no name of a host"));
    }
    Ok(ClientId::Domain(name.to_owned()))
}

fn tls(settings: &TlsSettings, host: &str) -> Result<TlsParameters, BuildError> {
    let mut builder = TlsParameters::builder(host.trim_matches(['[', ']']).to_owned());
    if let Some(pem) = &settings.ca_pem {
        // Certificates alone: a text without any would be taken for none.
        let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
        let certificate = certificates
            .is_ok_and(|certificates| !certificates.is_empty())
            .then(|| Certificate::from_pem(pem.as_bytes()).ok())
            .flatten()
            .ok_or_else(|| BuildError::field("ca_file", "holds no certificate in PEM"))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(certificate);
    }
    if let Some(pem) = &settings.client_pem {
        let pem = pem.expose().as_bytes();
        let identity = Identity::from_pem(pem, pem).map_err(|_| {
            BuildError::field(
                "cert_file",
                "and key_file do not hold a certificate and its key in PEM",
            )
        })?;
        builder = builder.identify_with(identity);
    }
    if settings.insecure_skip_verify {
        builder = builder
            .certificate_store(CertificateStore::None)
            .dangerous_accept_invalid_certs(true)
            .dangerous_accept_invalid_hostnames(true);
    }
    let built = builder.build();
    built.map_err(|_| {
        BuildError::field(
            "tls_config",
            "makes no client of TLS; are authorities at hand? Name them by ca_file",
        )
    })
}

#[cfg(test)]
mod tests;
