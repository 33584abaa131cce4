//! A notification as a letter: what stands in it, and its bytes as they are sent.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lettre::address::Envelope;
use lettre::message::header::{
    ContentType, HeaderName, HeaderValue, InReplyTo, MessageId, References, Subject,
};
use lettre::message::{Mailbox, Mailboxes, MultiPart, SinglePart, header};
use swarmpulse_model::Timestamp;

use super::html;
use crate::settings::EmailSettings;
use crate::summary::{Summary, plain};
use crate::wording::Writer;
use crate::{Message, digest};

/// The most characters of a subject.
const SUBJECT_CHARACTERS_MAX: usize = 250;
/// The most alerts that are told one by one.
const ALERTS_MAX: usize = 50;
/// The most alerts that are named as following from one.
const SYMPTOMS_MAX: usize = 20;

/// Who writes to whom, and what else stands in the head of every letter.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) from: Mailbox,
    pub(super) to: Mailboxes,
    pub(super) headers: Vec<HeaderValue>,
}

/// A letter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Letter {
    /// The same in every attempt.
    pub(super) message_id: String,
    /// The same in every letter about the group: programs show those as one thread.
    pub(super) thread_id: String,
    pub(super) at: Timestamp,
    pub(super) subject: String,
    /// Empty if people want none.
    pub(super) text: String,
    /// Empty if people want none.
    pub(super) html: String,
}

impl Letter {
    /// What is to be said: in people's words where they have some. `domain` is the sender's.
    pub(super) fn of(
        message: &Message<'_>,
        settings: &EmailSettings,
        domain: &str,
        writer: &Writer<'_>,
    ) -> Self {
        let told = message.notification;
        let summary = Summary::of(message, ALERTS_MAX, SYMPTOMS_MAX);
        let own_text = || format!("{}\n\n{}\n", summary.title, summary.text());
        let text = writer.write(settings.text.as_ref()).unwrap_or_else(own_text);
        let html = writer.write(settings.html.as_ref());
        let html = html.unwrap_or_else(|| html::render(&summary));
        let both_empty = text.trim().is_empty() && html.trim().is_empty();
        Self {
            message_id: format!("<{}.{}@{domain}>", message.id, digest::notification(message)),
            thread_id: format!("<incident.{}@{domain}>", digest::incident(&told.group_key)),
            at: told.at,
            subject: plain(&summary.title, SUBJECT_CHARACTERS_MAX),
            text: if both_empty { own_text() } else { text },
            html,
        }
    }

    /// The letter as it is sent: ASCII, lines of bounded length. The same letter gives the same bytes.
    ///
    /// # Errors
    /// If the sender or the recipients cannot be written.
    pub(super) fn bytes(&self, head: &Head) -> Result<Vec<u8>, lettre::error::Error> {
        let mut builder = lettre::Message::builder()
            .mailbox(header::From::from(Mailboxes::from(head.from.clone())))
            .mailbox(header::To::from(head.to.clone()))
            .date(system_time(self.at))
            .header(Subject::from(self.subject.clone()))
            .header(MessageId::from(self.message_id.clone()))
            .header(InReplyTo::from(self.thread_id.clone()))
            .header(References::from(self.thread_id.clone()))
            .header(AutoSubmitted);
        for value in &head.headers {
            builder = builder.raw_header(value.clone());
        }
        // Said here, so that it is not read out of a head that the settings may have changed.
        let to = head.to.iter().map(|mailbox| mailbox.email.clone()).collect();
        let envelope = Envelope::new(Some(head.from.email.clone()), to)?;
        let builder = builder.envelope(envelope);
        let letter = match (self.text.trim().is_empty(), self.html.trim().is_empty()) {
            (false, false) => {
                let parts = MultiPart::alternative()
                    .boundary(format!("swarmpulse-{}", digest::incident(&self.message_id)))
                    .singlepart(part(ContentType::TEXT_PLAIN, &self.text))
                    .singlepart(part(ContentType::TEXT_HTML, &self.html));
                builder.multipart(parts)?
            }
            (true, _) => builder.singlepart(part(ContentType::TEXT_HTML, &self.html))?,
            (false, true) => builder.singlepart(part(ContentType::TEXT_PLAIN, &self.text))?,
        };
        Ok(letter.formatted())
    }
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).body(text.to_owned())
}

fn system_time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(at.unix_ms()).unwrap_or_default())
}

/// Tells programs that answer letters by themselves not to answer this one.
#[derive(Clone, Copy)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
