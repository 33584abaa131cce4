//! Letters as they read and as they are sent, and what servers say of them.

use std::time::Duration;

use proptest::prelude::*;
use swarmpulse_model::alert::Notification;

use super::script::{Script, ScriptedServer, well};
use super::*;
use crate::examples;
use crate::settings::{Common, Secret, Smarthost as SmarthostSettings};
use crate::summary::Summary;

const PASSWORD: &str = "correct horse battery";

fn settings(host: &str, port: u16) -> EmailSettings {
    EmailSettings {
        common: Common {
            name: "email/0".into(),
            send_resolved: true,
        },
        to: "Anna Ä <anna@example.org>, bert@example.org".into(),
        from: "Swarmpulse <pulse@monitor.example>".into(),
        smarthost: SmarthostSettings {
            host: host.to_owned(),
            port,
        },
        hello: "monitor.example".to_owned(),
        require_tls: false,
        ..EmailSettings::default()
    }
}

fn letter_of(message: &Message<'_>, settings: &EmailSettings) -> Letter {
    Letter::of(message, settings, "monitor.example", &Writer::new(message))
}

fn head_of(email: &Email) -> Head {
    head(&email.settings, &|wording| wording.as_plain().map(str::to_owned)).unwrap()
}

fn bytes(notification: &Notification) -> String {
    let email = Email::new(&settings("mail.example", 25)).unwrap();
    let letter = letter_of(&examples::message(notification), &email.settings);
    String::from_utf8(letter.bytes(&head_of(&email)).unwrap()).unwrap()
}

#[test]
fn letters_read_well() {
    for (name, notification) in examples::all() {
        if name == "long" {
            continue;
        }
        let letter = letter_of(&examples::message(&notification), &EmailSettings::default());
        let shown = format!(
            "Message-ID: {}\nThread: {}\nSubject: {}\n\n{}\n--\n{}",
            letter.message_id, letter.thread_id, letter.subject, letter.text, letter.html
        );
        insta::assert_snapshot!(name, shown);
    }
}

#[test]
fn a_letter_as_it_is_sent() {
    insta::assert_snapshot!("bytes", bytes(&examples::firing()).replace("\r\n", "\n"));
}

#[test]
fn the_same_notification_is_the_same_letter_and_another_is_not() {
    let letter = |n: &Notification| letter_of(&examples::message(n), &EmailSettings::default());
    let (first, again) = (letter(&examples::firing()), letter(&examples::firing()));
    assert_eq!(first, again);
    assert_eq!(bytes(&examples::firing()), bytes(&examples::firing()));
    let mut later = examples::resolved();
    later.at = later.at.plus_s(60.0);
    let end = letter(&later);
    assert_ne!(first.message_id, end.message_id);
    assert_eq!(first.thread_id, end.thread_id, "one incident is one thread");
    assert!(first.message_id.starts_with("<0-4711-2."), "{}", first.message_id);
}

#[test]
fn letters_are_ascii_of_bounded_lines_and_no_text_breaks_out_of_its_place() {
    for (name, notification) in examples::all() {
        let letter = bytes(&notification);
        assert!(letter.is_ascii(), "{name}");
        let longest = letter.lines().map(str::len).max().unwrap();
        assert!(longest <= 998, "{name}: {longest}");
        let head = letter.split("\r\n\r\n").next().unwrap();
        assert!(
            !head.contains("\r\nBcc:") && !head.contains("\r\nbcc:"),
            "{name}: {head}"
        );
    }
    let special = examples::special();
    let html = html::render(&Summary::of(&examples::message(&special), 50, 20));
    for tag in ["<b>\"", "<!channel", "<@U1"] {
        assert!(!html.contains(tag), "{html}");
    }
    // Nothing is loaded from anywhere.
    for loading in ["<img", "<link", "<script", "url(", "src="] {
        assert!(!html.contains(loading), "{html}");
    }
}

#[test]
fn headers_of_the_settings_are_added_or_replace_ours() {
    let mut settings = settings("mail.example", 25);
    for (name, value) in [
        ("X-Team", "Bötter"),
        ("To", "undisclosed-recipients:;"),
        ("subject", "Alarm"),
        ("From", "Wache <wache@monitor.example>"),
    ] {
        settings.headers.push((name.to_owned(), value.into()));
    }
    let email = Email::new(&settings).unwrap();
    let notification = examples::firing();
    let letter = letter_of(&examples::message(&notification), &EmailSettings::default());
    let bytes = String::from_utf8(letter.bytes(&head_of(&email)).unwrap()).unwrap();
    let head = bytes.split("\r\n\r\n").next().unwrap();
    for line in [
        "From: Wache <wache@monitor.example>\r\n",
        "To: undisclosed-recipients:;\r\n",
        "X-Team: =?utf-8?b?",
        "ubject: Alarm\r\n",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!head.contains("agent_down") && !head.contains("anna"), "{head}");
}

proptest! {
    #[test]
    fn any_text_stays_where_it_belongs(text in ".{0,60}[\\r\\n]{0,2}[a-zA-Z]{0,9}: .{0,200}") {
        let letter = bytes(&examples::of_text(&text));
        prop_assert!(letter.is_ascii());
        prop_assert!(letter.lines().all(|line| line.len() <= 998));
        let head = letter.split("\r\n\r\n").next().unwrap();
        let names: Vec<&str> = head
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap())
            .collect();
        prop_assert_eq!(
            names,
            [
                "From",
                "To",
                "Date",
                "Subject",
                "Message-ID",
                "In-Reply-To",
                "References",
                "Auto-Submitted",
                "MIME-Version",
                "Content-Type"
            ]
        );
    }
}

async fn deliver(
    scripts: Vec<Script>,
    change: impl FnOnce(&mut EmailSettings),
) -> (Vec<Result<(), SendError>>, Vec<String>) {
    let server = ScriptedServer::start(scripts.clone()).await;
    let mut settings = settings("127.0.0.1", server.address.port());
    change(&mut settings);
    let email = Email::new(&settings).unwrap();
    assert!(!format!("{email:?}").contains(PASSWORD));
    let notification = examples::firing();
    let mut results = Vec::new();
    for _ in &scripts {
        let sending = email.send(examples::message(&notification));
        results.push(
            tokio::time::timeout(Duration::from_secs(20), sending)
                .await
                .unwrap(),
        );
    }
    drop(email);
    let heard = tokio::time::timeout(Duration::from_secs(20), server.heard())
        .await
        .unwrap();
    for result in &results {
        assert!(!format!("{result:?}").contains(PASSWORD), "{result:?}");
    }
    (results, heard)
}

fn answering(place: usize, reply: &'static str) -> Script {
    let mut script = well();
    script[place].1 = reply;
    script.truncate(place + 1);
    script.push(("QUIT", "221 bye"));
    script
}

#[tokio::test]
async fn a_letter_is_handed_over() {
    let (results, heard) = deliver(vec![well()], |_| {}).await;
    assert_eq!(results, [Ok(())]);
    let said = &heard[0];
    for line in [
        "EHLO monitor.example\r\n",
        "MAIL FROM:<pulse@monitor.example>\r\n",
        "RCPT TO:<anna@example.org>\r\n",
        "RCPT TO:<bert@example.org>\r\n",
        "Subject: [FIRING:1]",
        "Auto-Submitted: auto-generated\r\n",
        "QUIT\r\n",
    ] {
        assert!(said.contains(line), "{line:?} in {said}");
    }
}

/// What the server says at which step, and what that means.
#[tokio::test]
async fn what_a_server_says_is_for_later_or_for_good() {
    for (place, reply, later, words) in [
        (0, "421 too busy", true, "421 too busy"),
        (0, "554 go away", false, "554 go away"),
        (2, "451 try again", true, "MAIL: 451 try again"),
        (2, "550 not you", false, "MAIL: 550 not you"),
        (3, "421 closing", true, "RCPT: 421 closing"),
        (5, "452 disk full", true, "DATA: 452 disk full"),
        (6, "451 later", true, "the letter: 451 later"),
        (6, "554 spam\r\n", false, "the letter: 554 spam"),
        (
            6,
            "552-too big\r\n552 really",
            false,
            "the letter: 552 too big really",
        ),
        (1, "hang up", true, "greeting: "),
        (6, "hang up", true, "the letter: "),
        (2, "what?", true, "MAIL: "),
    ] {
        let mut script = answering(place, reply);
        if reply == "hang up" || place == 0 {
            script.truncate(place + 1);
        }
        let (results, _) = deliver(vec![script], |_| {}).await;
        let error = results[0].clone().unwrap_err();
        assert_eq!(
            matches!(error, SendError::Later { .. }),
            later,
            "{reply}: {error:?}"
        );
        assert!(error.to_string().contains(words), "{reply}: {error}");
        assert!(error.to_string().starts_with("127.0.0.1:"), "{error}");
    }
}

#[tokio::test]
async fn a_recipient_that_is_refused_keeps_nobody_else_from_the_letter() {
    let mut script = well();
    script[3].1 = "550 no such user";
    let (results, heard) = deliver(vec![script], |_| {}).await;
    assert_eq!(results, [Ok(())]);
    assert!(heard[0].contains("DATA\r\n"));
    let mut script = well();
    script[3].1 = "550 no such user";
    script[4].1 = "553 nor this";
    script.truncate(5);
    let (results, _) = deliver(vec![script], |_| {}).await;
    assert!(matches!(&results[0], Err(SendError::Refused { detail }) if detail.contains("550 no such user")));
}

#[tokio::test]
async fn who_has_the_letter_does_not_get_it_again_when_others_must_wait() {
    let mut first = well();
    first[4].1 = "452 mailbox full";
    let mut second = well();
    second.remove(3);
    let (results, heard) = deliver(vec![first, second, well()], |_| {}).await;
    let error = results[0].clone().unwrap_err();
    assert!(matches!(&error, SendError::Later { .. }));
    assert!(
        error
            .to_string()
            .contains("1 of 2 recipients have no letter yet: bert@example.org: 452"),
        "{error}"
    );
    assert_eq!(results[1..], [Ok(()), Ok(())]);
    assert!(heard[0].contains("DATA\r\n"));
    assert!(
        !heard[1].contains("anna@example.org>\r\n") && heard[1].contains("RCPT TO:<bert@example.org>\r\n")
    );
    // When everybody has it and it is sent again, everybody gets it: somebody wants that.
    assert!(heard[2].contains("RCPT TO:<anna@example.org>\r\n"));
}

#[tokio::test]
async fn without_starttls_nothing_is_said_to_the_server() {
    let script = vec![
        ("", "220 mail.example"),
        ("EHLO", "250-mail.example\r\n250 AUTH PLAIN LOGIN"),
        ("QUIT", "221 bye"),
    ];
    let (results, heard) = deliver(vec![script], |settings| {
        settings.require_tls = true;
        settings.auth_username = Some("pulse".to_owned());
        settings.auth_password = Some(Secret::new(PASSWORD));
    })
    .await;
    assert!(
        matches!(&results[0], Err(SendError::Refused { detail }) if detail.contains("STARTTLS")),
        "{results:?}"
    );
    assert_eq!(heard, ["EHLO monitor.example\r\nQUIT\r\n"]);
}

#[tokio::test]
async fn words_slipped_in_before_encryption_are_not_believed_after_it() {
    let script = vec![
        ("", "220 mail.example"),
        ("EHLO", "250-mail.example\r\n250 STARTTLS"),
        ("STARTTLS", "220 go on\r\n250-mail.example\r\n250 AUTH PLAIN"),
    ];
    let (results, heard) = deliver(vec![script], |settings| settings.require_tls = true).await;
    assert!(
        matches!(&results[0], Err(SendError::Later { detail, .. }) if detail.contains("STARTTLS: ")),
        "{results:?}"
    );
    assert!(!heard[0].contains("MAIL"), "{heard:?}");
}

#[tokio::test]
async fn passwords_go_over_encrypted_connections_or_to_this_machine() {
    let login = |settings: &mut EmailSettings| {
        settings.auth_username = Some("pulse".to_owned());
        settings.auth_password = Some(Secret::new(PASSWORD));
    };
    let with_auth = |reply: &'static str| {
        let mut script = well();
        script[1].1 = "250-mail.example\r\n250 AUTH LOGIN PLAIN";
        script.insert(2, ("AUTH PLAIN ", reply));
        script
    };
    let (results, _) = deliver(vec![with_auth("235 welcome")], login).await;
    assert_eq!(results, [Ok(())]);
    // A server that quotes what it was given.
    let mut refused = with_auth("535 5.7.8 wrong: correct horse battery");
    refused.truncate(3);
    let (results, _) = deliver(vec![refused], login).await;
    let error = results[0].clone().unwrap_err();
    assert!(matches!(&error, SendError::Refused { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .ends_with("the server does not take the user name and password (535); do they still hold?")
    );
    let mut later = with_auth("454 directory is down");
    later.truncate(3);
    let (results, _) = deliver(vec![later], login).await;
    assert!(matches!(&results[0], Err(SendError::Later { .. })), "{results:?}");
    let mut neither = well();
    neither[1].1 = "250-mail.example\r\n250 AUTH CRAM-MD5";
    neither.truncate(2);
    let (results, _) = deliver(vec![neither], login).await;
    assert!(
        matches!(&results[0], Err(SendError::Refused { detail }) if detail.contains("neither PLAIN nor LOGIN"))
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_for_later() {
    let server = ScriptedServer::start(Vec::new()).await;
    let port = server.address.port();
    server.heard().await;
    let email = Email::new(&settings("127.0.0.1", port)).unwrap();
    let notification = examples::firing();
    let error = email.send(examples::message(&notification)).await.unwrap_err();
    assert!(matches!(&error, SendError::Later { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .contains(&format!("127.0.0.1:{port}: connect: ")),
        "{error}"
    );
}

#[tokio::test]
async fn tls_to_a_port_without_it_is_for_later() {
    let (results, _) = deliver(vec![vec![("", "220 mail.example")]], |settings| {
        settings.implicit_tls = Some(true);
    })
    .await;
    assert!(
        matches!(&results[0], Err(SendError::Later { detail, .. }) if detail.contains(": connect: ")),
        "{results:?}"
    );
}

#[tokio::test]
async fn a_server_without_an_end_is_left() {
    let (results, _) = deliver(vec![answering(2, "chatter")], |_| {}).await;
    assert!(
        matches!(&results[0], Err(SendError::Later { detail, .. }) if detail.contains("says more than a mail server")),
        "{results:?}"
    );
}

/// The caller bounds the time: what is dropped leaves nothing open.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_left() {
    let server = ScriptedServer::start(vec![vec![("", "silence")]]).await;
    let email = Email::new(&settings("127.0.0.1", server.address.port())).unwrap();
    let notification = examples::firing();
    let sending = email.send(examples::message(&notification));
    assert!(
        tokio::time::timeout(Duration::from_secs(30), sending)
            .await
            .is_err()
    );
    assert_eq!(server.heard().await, [""]);
}

/// The words that it is told in, the field, and what makes the settings wrong.
type Wrong = (&'static str, &'static str, fn(&mut EmailSettings));

#[test]
fn settings_that_make_no_channel_are_told_with_their_field() {
    let wrong: Vec<Wrong> = vec![
        ("to \"nobody\" is no address", "to", |s| {
            s.to = "nobody".into();
        }),
        ("to names nobody", "to", |s| s.to = Wording::default()),
        ("from \"x\" is no address", "from", |s| s.from = "x".into()),
        ("from \"a@b.example Bcc: x@y.example\" is", "from", |s| {
            s.from = "a@b.example\r\nBcc: x@y.example".into();
        }),
        ("smarthost names no host", "smarthost", |s| {
            s.smarthost.host = String::new();
        }),
        ("hello is no name", "hello", |s| s.hello = "a b".to_owned()),
        ("auth_password is missing", "auth", |s| {
            s.auth_username = Some("x".to_owned());
        }),
        ("auth_identity is another", "auth", |s| {
            s.auth_identity = Some("x".to_owned());
        }),
        ("headers X-A has control", "headers", |s| {
            s.headers = vec![("X-A".to_owned(), "a\r\nBcc: x@y.example".into())];
        }),
        ("headers Message-ID is set by", "headers", |s| {
            s.headers = vec![("Message-ID".to_owned(), "a".into())];
        }),
        ("headers X: A is no name", "headers", |s| {
            s.headers = vec![("X: A".to_owned(), "a".into())];
        }),
        ("ca_file holds no certificate", "tls", |s| {
            s.require_tls = true;
            s.tls.ca_pem = Some("none".to_owned());
        }),
    ];
    for (words, field, change) in wrong {
        let mut settings = settings("mail.example", 25);
        change(&mut settings);
        let error = Email::new(&settings).unwrap_err().to_string();
        assert!(error.starts_with(words), "{field}: {error}");
    }
}

/// Time is virtual, and nothing else waits for it.
#[tokio::test(start_paused = true)]
async fn a_letter_that_is_taken_is_delivered_though_nobody_says_goodbye() {
    let mut script = well();
    script[7].1 = "silence";
    let server = ScriptedServer::start(vec![script]).await;
    let email = Email::new(&settings("127.0.0.1", server.address.port())).unwrap();
    let notification = examples::firing();
    assert_eq!(email.send(examples::message(&notification)).await, Ok(()));
    assert!(server.heard().await[0].ends_with("QUIT\r\n"));
}

fn worded(
    text: &str,
    settings: &mut EmailSettings,
) -> impl Fn(&Notification) -> (String, Option<String>) + use<> {
    let wording = |key: &str| Wording::parse(key, text, &crate::wording::library()).unwrap();
    settings.text = Some(wording("text"));
    settings.html = Some(wording("html").as_html());
    settings.headers = vec![("Subject".to_owned(), wording("headers.Subject"))];
    let settings = settings.clone();
    move |notification| {
        let remarks = crate::Remarks::default();
        let message = examples::message_with(notification, &remarks);
        let writer = Writer::new(&message);
        let head = head(&settings, &|wording| writer.write(Some(wording))).unwrap();
        let letter = Letter::of(&message, &settings, "d.example", &writer);
        let bytes = String::from_utf8(letter.bytes(&head).unwrap()).unwrap();
        (bytes, remarks.told())
    }
}

#[test]
fn letters_are_in_peoples_words_and_html_is_escaped() {
    let mut settings = settings("mail.example", 25);
    let said = worded("<b>{{ (index .Alerts 0).Labels.agent }}</b>\n", &mut settings);
    let mut notification = examples::firing();
    for label in &mut notification.alerts[0].alert.labels {
        if label.name == "agent" {
            label.value = "a1 <script>".into();
        }
    }
    let (letter, remark) = said(&notification);
    assert_eq!(remark, None);
    assert!(letter.contains("Subject: <b>a1 <script></b>\r\n"), "{letter}");
    assert!(
        letter.contains("\r\n\r\n<b>a1 <script></b>\r\n"),
        "as text: {letter}"
    );
    assert!(
        letter.contains("\r\n\r\n<b>a1 &lt;script&gt;</b>\r\n"),
        "as HTML: {letter}"
    );
}

#[test]
fn a_letter_whose_templates_fail_is_ours_and_one_without_html_has_none() {
    let mut settings = settings("mail.example", 25);
    let (letter, remark) = worded("{{ index .Alerts 7 }}", &mut settings)(&examples::firing());
    assert_eq!(
        letter.matches("agent_down").count(),
        bytes(&examples::firing()).matches("agent_down").count()
    );
    let remark = remark.unwrap();
    for key in ["text", "html", "headers.Subject"] {
        assert!(remark.contains(&format!("{key} is in our own words")), "{remark}");
    }
    let said = worded("{{ .Status }}", &mut settings);
    settings.html = Some("".into());
    drop(said);
    let letter = letter_of(&examples::message(&examples::firing()), &settings);
    assert_eq!(letter.html, "");
    let bytes = String::from_utf8(letter.bytes(&head_of(&Email::new(&settings).unwrap())).unwrap()).unwrap();
    assert!(
        !bytes.contains("text/html") && bytes.contains("text/plain"),
        "{bytes}"
    );
}

#[test]
fn whom_a_letter_goes_to_may_be_a_template() {
    let mut settings = settings("mail.example", 25);
    let wording = |text: &str| Wording::parse("to", text, &crate::wording::library()).unwrap();
    settings.to = wording("{{ (index .Alerts 0).Labels.agent }}@example.org, b@example.org");
    let remarks = crate::Remarks::default();
    let notification = examples::firing();
    let message = examples::message_with(&notification, &remarks);
    let writer = Writer::new(&message);
    let to = |settings: &EmailSettings| {
        head(settings, &|wording| writer.write(Some(wording))).map(|head| head.to.to_string())
    };
    assert!(Email::new(&settings).is_ok());
    assert_eq!(to(&settings).unwrap(), "a1@example.org, b@example.org");
    settings.to = wording("{{ index .Alerts 7 }}");
    assert_eq!(
        to(&settings).unwrap_err().to_string(),
        "to is a template that fails"
    );
}
