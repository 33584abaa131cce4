//! Letters by a real mail server, with STARTTLS and with TLS from the first byte, logged in with a password.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what fails here fails the test, one that is skipped says so"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use swarmpulse_model::alert::{Alert, AlertOrigin, AlertState, Notification, NotifiedAlert, NotifyReason};
use swarmpulse_model::series::Label;
use swarmpulse_model::{EffectId, Severity, Timestamp};
use swarmpulse_notify::settings::{ChannelSettings, Common, EmailSettings, Secret, Smarthost, TlsSettings};
use swarmpulse_notify::{Message, Remarks, SendError, build};

const PASSWORD: &str = "correct horse battery";

/// The interpreter that has the mail server; `scripts/install-test-python` makes it.
fn python() -> Option<PathBuf> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/install-test-python");
    let told = Command::new(script).arg("--path").output().ok()?;
    let path = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim());
    let has_server = Command::new(&path).args(["-c", "import aiosmtpd"]).output();
    if has_server.is_ok_and(|output| output.status.success()) {
        return Some(path);
    }
    println!("skipped: no aiosmtpd; scripts/install-test-python installs it");
    None
}

struct MailServer {
    child: Child,
    said: BufReader<ChildStdout>,
    port: u16,
    authority: String,
    _folder: tempfile::TempDir,
}

impl MailServer {
    fn start(python: &Path, mode: &str) -> Self {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, certified.cert.pem()).unwrap();
        std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/server.py"))
            .args([certificate.as_os_str(), key.as_os_str()])
            .args([PASSWORD, mode])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        said.read_line(&mut port).unwrap();
        Self {
            child,
            said,
            port: port.trim().parse().unwrap(),
            authority: certified.cert.pem(),
            _folder: folder,
        }
    }

    fn settings(&self) -> EmailSettings {
        EmailSettings {
            common: Common {
                name: "email/0".into(),
                send_resolved: true,
            },
            to: "Anna Ä <anna@example.org>, bert@example.org".into(),
            from: "Swarmpulse <pulse@monitor.example>".into(),
            smarthost: Smarthost {
                host: "localhost".to_owned(),
                port: self.port,
            },
            hello: "monitor.example".to_owned(),
            auth_username: Some("pulse".to_owned()),
            auth_password: Some(Secret::new(PASSWORD)),
            require_tls: true,
            tls: TlsSettings {
                ca_pem: Some(self.authority.clone()),
                ..TlsSettings::default()
            },
            ..EmailSettings::default()
        }
    }

    fn letter(&mut self) -> Value {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn label(name: &str, value: &str) -> Label {
    Label {
        name: name.into(),
        value: value.into(),
    }
}

fn notification() -> Notification {
    let alert = Alert {
        id: "QueueBacklog/0123456789abcdef".into(),
        name: "QueueBacklog".into(),
        state: AlertState::Firing,
        severity: Severity::Warning,
        namespace: "default".into(),
        subject: None,
        origin: AlertOrigin::Rule,
        group: "queues".into(),
        labels: vec![label("alertname", "QueueBacklog"), label("queue", "mail")],
        annotations: Vec::new(),
        value: Some(512.0),
        active_at: Timestamp(1_795_344_300_000_000_000),
        fired_at: Some(Timestamp(1_795_344_310_000_000_000)),
        ended_at: None,
        reason: "Die Warteschlange <b>mail</b> hält 512 Aufgaben\r\n.\r\nMAIL FROM:<x@example.com>".into(),
        cause: None,
        flapping: false,
        expires_at: None,
        source_url: None,
        kept_since: None,
    };
    Notification {
        group_key: "{}:{alertname=\"QueueBacklog\"}".into(),
        receiver: "on-call".into(),
        channel: "email/0".into(),
        reason: NotifyReason::Fired,
        group_labels: vec![label("alertname", "QueueBacklog")],
        alerts: vec![NotifiedAlert {
            alert,
            symptoms: Vec::new(),
            symptoms_total: 0,
        }],
        omitted: 0,
        firing: vec![1],
        resolved: Vec::new(),
        at: Timestamp(1_795_344_320_000_000_000),
    }
}

fn send(settings: EmailSettings) -> Result<(), SendError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let channel = build(&ChannelSettings::Email(settings)).unwrap();
    let notification = notification();
    let remarks = Remarks::default();
    let message = Message {
        id: EffectId::default(),
        identity: "8d7f6c5b4a39281706f5e4d3c2b1a090",
        notification: &notification,
        external_url: "https://pulse.example",
        now: Timestamp(1_795_344_330_000_000_000),
        remarks: &remarks,
    };
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(30), channel.send(message))
            .await
            .unwrap()
    })
}

fn check(letter: &Value, hello: &str) {
    assert_eq!(letter["from"], "pulse@monitor.example");
    assert_eq!(
        letter["to"],
        serde_json::json!(["anna@example.org", "bert@example.org"])
    );
    assert_eq!(letter["user"], "pulse");
    assert_eq!(letter["hello"], hello);
    let text = letter["letter"].as_str().unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    for line in [
        "Subject: [FIRING:1] QueueBacklog",
        "Auto-Submitted: auto-generated",
        "Message-ID: <0-0-0.",
        "Content-Type: multipart/alternative",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    let html = text.replace("=\r\n", "");
    let html = html.split("text/html").nth(1).unwrap();
    assert!(
        html.contains("&lt;b&gt;mail") && !html.contains("<b>mail"),
        "{html}"
    );
}

#[test]
fn a_real_server_takes_letters_by_starttls() {
    let Some(python) = python() else { return };
    let mut server = MailServer::start(&python, "starttls");
    assert_eq!(send(server.settings()), Ok(()));
    let letter = server.letter();
    check(&letter, "monitor.example");
    assert_eq!(letter["encrypted"], true);

    let wrong = EmailSettings {
        auth_password: Some(Secret::new("another horse battery")),
        ..server.settings()
    };
    let error = send(wrong).unwrap_err();
    assert!(matches!(&error, SendError::Refused { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("AUTH: the server does not take the user name and password (535)"),
        "{error}"
    );
    assert!(!error.to_string().contains("another horse"), "{error}");

    // An authority that did not sign the server's certificate, and a name that is not in it.
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .unwrap()
        .cert
        .pem();
    let mut strange = server.settings();
    strange.tls.ca_pem = Some(other);
    let mut renamed = server.settings();
    renamed.smarthost.host = "127.0.0.1".to_owned();
    for settings in [strange, renamed] {
        let error = send(settings).unwrap_err();
        assert!(matches!(&error, SendError::Later { .. }), "{error:?}");
        assert!(error.to_string().contains("STARTTLS: "), "{error}");
    }

    // Without TLS this server takes nothing.
    let plain = EmailSettings {
        require_tls: false,
        auth_username: None,
        ..server.settings()
    };
    let error = send(plain).unwrap_err();
    assert!(matches!(&error, SendError::Refused { .. }), "{error:?}");
}

#[test]
fn a_real_server_takes_letters_by_tls_from_the_first_byte() {
    let Some(python) = python() else { return };
    let mut server = MailServer::start(&python, "implicit");
    let settings = EmailSettings {
        implicit_tls: Some(true),
        ..server.settings()
    };
    assert_eq!(send(settings), Ok(()));
    check(&server.letter(), "monitor.example");
}
