//! Templates that people's own ones expect to be there: the names are Alertmanager's, the words are ours.

use std::sync::LazyLock;

use swarmpulse_template::Library;

use super::FUNCTIONS;

/// The files, each with its name.
const FILES: [(&str, &str); 2] = [
    ("default.tmpl", include_str!("defaults/default.tmpl")),
    ("email.tmpl", include_str!("defaults/email.tmpl")),
];

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let mut library = Library::default();
    for (name, text) in FILES {
        if let Err(error) = library.add(name, text, FUNCTIONS) {
            // A test reads them all: this cannot happen in a build that passed it.
            tracing::error!(%error, "a template that comes with the program is none");
        }
    }
    library
});

/// The templates that are always there.
#[must_use]
pub fn library() -> Library {
    LIBRARY.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;
    use crate::wording::{Remarks, Wording, Writer};

    #[test]
    fn all_of_them_are_templates_and_call_each_other_alone() {
        for (name, text) in FILES {
            Library::default().add(name, text, FUNCTIONS).unwrap();
        }
        assert_eq!(library().undefined(), [""; 0]);
    }

    #[test]
    fn every_one_says_something_about_every_example() {
        let library = library();
        let called: Vec<&str> = library.names().filter(|name| !name.ends_with(".tmpl")).collect();
        assert!(called.len() > 30, "{called:?}");
        for (name, notification) in examples::all() {
            if name == "long" {
                // More than a text may be: it is said in our words, which other tests see.
                continue;
            }
            let remarks = Remarks::default();
            let message = examples::message_with(&notification, &remarks);
            let writer = Writer::new(&message);
            for called in &called {
                let dot = match *called {
                    // Alertmanager's files hand these a list, as `.Alerts.Firing`.
                    "__text_alert_list" | "__text_alert_list_markdown" | "pagerduty.default.instances" => {
                        ".Alerts"
                    }
                    "__text_alert" | "__html_alert" if name == "empty" => continue,
                    "__text_alert" | "__html_alert" => "(index .Alerts 0)",
                    _ => ".",
                };
                let text = format!("{{{{ template {called:?} {dot} }}}}");
                let wording = Wording::parse("text", &text, &library).unwrap();
                let came = writer.write(Some(&wording));
                assert_eq!(remarks.told(), None, "{name}: {called}");
                let is_empty = came.unwrap().trim().is_empty();
                let may_be = name == "empty" || EMPTY.contains(called);
                assert!(may_be || !is_empty, "{name}: {called} says nothing");
            }
        }
    }

    /// Alertmanager has them empty as well.
    const EMPTY: [&str; 9] = [
        "__description",
        "discord.default.content",
        "opsgenie.default.tags",
        "opsgenie.default.teams",
        "slack.default.callbackid",
        "slack.default.footer",
        "slack.default.iconemoji",
        "slack.default.iconurl",
        "slack.default.pretext",
    ];

    #[test]
    fn what_they_say_is_as_it_was() {
        let library = library();
        let notification = examples::storm();
        let remarks = Remarks::default();
        let message = examples::message_with(&notification, &remarks);
        let writer = Writer::new(&message);
        let said = |name: &str| {
            let text = format!("{{{{ template {name:?} . }}}}");
            let wording = Wording::parse("html", &text, &library).unwrap();
            let is_html = name == "email.default.html";
            let wording = if is_html { wording.as_html() } else { wording };
            writer.write(Some(&wording)).unwrap()
        };
        insta::assert_snapshot!("subject", said("__subject"));
        insta::assert_snapshot!("message", said("discord.default.message"));
        insta::assert_snapshot!("html", said("email.default.html"));
    }
}
