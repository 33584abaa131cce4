//! E-mail by SMTP.

use swarmpulse_yaml::{Fields, Place};

use super::entry::Common;
use super::global::Global;
use super::http::{HttpSettings, TlsSettings};
use super::reader::{Reader, secret_keys};
use super::secret::Secret;
use crate::wording::Wording;

/// E-mail.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EmailSettings {
    /// What every channel has.
    pub common: Common,
    /// Who gets it: each `address` or `Name <address>`, with commas between.
    pub to: Wording,
    /// Who sends it.
    pub from: Wording,
    /// The server that takes it.
    pub smarthost: Smarthost,
    /// What we call ourselves there.
    pub hello: String,
    /// The name to log in with; nobody logs in without it.
    pub auth_username: Option<String>,
    /// The password to log in with.
    pub auth_password: Option<Secret>,
    /// On whose behalf, in `AUTH PLAIN`.
    pub auth_identity: Option<String>,
    /// Whether nothing is sent without TLS.
    pub require_tls: bool,
    /// Whether TLS begins with the connection: `Some` if it is said, else it is so on port 465.
    pub implicit_tls: Option<bool>,
    /// How the server is known.
    pub tls: TlsSettings,
    /// Further headers, or others in place of ours.
    pub headers: Vec<(String, Wording)>,
    /// The letter as text; `None`: ours.
    pub text: Option<Wording>,
    /// The letter as HTML; `None`: ours.
    pub html: Option<Wording>,
}

/// A mail server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Smarthost {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl Smarthost {
    /// Reads `host:port`.
    pub(super) fn read(text: &str, at: Place, key: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let parsed = text.rsplit_once(':').and_then(|(host, port)| {
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let port = port.parse().ok().filter(|port| *port > 0)?;
            (!host.is_empty()).then(|| Self {
                host: host.to_owned(),
                port,
            })
        });
        if parsed.is_none() {
            let message = format!("{key} must be host:port, such as smtp.example.org:587");
            reader.faults.error(at, message);
        }
        parsed
    }
}

impl EmailSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        _: HttpSettings,
        global: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let to = fields.required("to", &mut reader.faults);
        let to = to.and_then(|text| reader.wording_of("to", text, fields.place("to")));
        let from = reader
            .wording(fields, "from")
            .or_else(|| global.smtp_from.clone());
        if from.is_none() {
            reader.faults.error(
                fields.at(),
                "an e-mail channel needs `from`, or `smtp_from` under `global`",
            );
        }
        let smarthost = smarthost(fields, global, reader);
        let auth_password = reader
            .secret(fields, &secret_keys!("auth_password"))
            .or_else(|| global.smtp_auth_password.clone());
        let own_tls = fields
            .filled("tls_config")
            .map(|node| TlsSettings::read(node, reader));
        let settings = Self {
            common,
            to: Wording::default(),
            from: Wording::default(),
            smarthost: Smarthost::default(),
            hello: reader
                .exact(fields, "hello")
                .unwrap_or_else(|| global.smtp_hello.clone()),
            auth_username: reader
                .exact(fields, "auth_username")
                .or_else(|| global.smtp_auth_username.clone()),
            auth_password,
            auth_identity: reader
                .exact(fields, "auth_identity")
                .or_else(|| global.smtp_auth_identity.clone()),
            require_tls: fields
                .boolean("require_tls", &mut reader.faults)
                .unwrap_or(global.smtp_require_tls),
            implicit_tls: fields
                .boolean("force_implicit_tls", &mut reader.faults)
                .or(global.smtp_force_implicit_tls),
            tls: own_tls.unwrap_or_else(|| global.smtp_tls.clone()),
            headers: headers(fields, reader),
            text: reader.wording(fields, "text"),
            html: reader.wording(fields, "html").map(Wording::as_html),
        };
        fields.unused(
            &["threading"],
            "letters about a group are one thread",
            &mut reader.faults,
        );
        fields.unused(
            &["auth_secret", "auth_secret_file"],
            "CRAM-MD5 is not used: write auth_password",
            &mut reader.faults,
        );
        Some(Self {
            to: to?,
            from: from?,
            smarthost: smarthost?,
            ..settings
        })
    }
}

fn smarthost(fields: &mut Fields<'_>, global: &Global, reader: &mut Reader<'_>) -> Option<Smarthost> {
    match reader.exact(fields, "smarthost") {
        Some(text) => Smarthost::read(&text, fields.place("smarthost"), "smarthost", reader),
        None => {
            if global.smtp_smarthost.is_none() {
                let message = "an e-mail channel needs `smarthost`, or `smtp_smarthost` under `global`";
                reader.faults.error(fields.at(), message);
            }
            global.smtp_smarthost.clone()
        }
    }
}

fn headers(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Vec<(String, Wording)> {
    let mut headers: Vec<(String, Wording)> = Vec::new();
    for (name, value, at) in fields.text_map("headers", &mut reader.faults) {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        if !is_name {
            reader
                .faults
                .error(at, format!("headers: {name:?} is no name of a header"));
        } else if value.contains(['\r', '\n']) {
            reader
                .faults
                .error(at, format!("headers: `{name}` has more than one line"));
        } else if headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            reader
                .faults
                .error(at, format!("headers has `{name}` twice: remove one"));
        } else if let Some(wording) = reader.wording_of(&format!("headers.{name}"), value, at) {
            headers.push((name.to_owned(), wording));
        }
    }
    headers
}
