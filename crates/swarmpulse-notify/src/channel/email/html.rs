//! The letter's HTML: a few lines, readable in light and dark, that load nothing from anywhere.

use std::fmt::Write as _;

use crate::summary::{Line, Summary};

/// The letter as HTML. Everything that is not ours is escaped.
pub(super) fn render(summary: &Summary) -> String {
    let mut html = String::from(concat!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">",
        "<meta name=\"viewport\" content=\"width=device-width\">",
        "<meta name=\"color-scheme\" content=\"light dark\">",
        "<meta name=\"supported-color-schemes\" content=\"light dark\">",
        "</head>\n<body style=\"font-family:sans-serif;font-size:15px;line-height:1.45;margin:16px\">\n",
    ));
    // Colours of frames alone: text keeps the reader's own.
    let _ = write!(
        html,
        "<div style=\"border-left:5px solid #{};padding-left:12px;max-width:44em\">\n\
         <p style=\"font-size:17px;font-weight:bold;margin:0 0 6px\">{}</p>\n<p style=\"margin:0\">{}</p>\n</div>\n",
        summary.color(),
        escaped(&summary.title),
        escaped(&summary.sentence),
    );
    if summary.is_list() {
        html.push_str("<ul style=\"padding-left:20px;max-width:44em\">\n");
        for line in &summary.lines {
            item(&mut html, line);
        }
        if let Some(more) = &summary.more {
            let _ = writeln!(html, "<li>{}</li>", escaped(more));
        }
        html.push_str("</ul>\n");
    } else if let Some(line) = summary.lines.first() {
        // The sentence has said the rest.
        let mut rest = String::new();
        more(&mut rest, line);
        if let Some(rest) = rest.strip_prefix("<br>") {
            let _ = writeln!(html, "<p style=\"max-width:44em\">{rest}</p>");
        }
    }
    let _ = write!(
        html,
        "<p><a href=\"{}\">Show in Swarmpulse</a></p>\n</body></html>\n",
        escaped(&summary.url)
    );
    html
}

fn item(html: &mut String, line: &Line) {
    let _ = write!(
        html,
        "<li style=\"margin:6px 0\"><b>{}</b> <a href=\"{}\">{}</a><br>{}",
        escaped(line.level()),
        escaped(&line.url),
        escaped(&line.head()),
        escaped(&line.detail()),
    );
    more(html, line);
    html.push_str("</li>\n");
}

/// What follows from an alert, and what to do about it.
fn more(html: &mut String, line: &Line) {
    if let Some(symptoms) = &line.symptoms {
        let _ = write!(html, "<br>{}", escaped(symptoms));
    }
    if let Some(runbook) = &line.runbook_url {
        let _ = write!(html, "<br><a href=\"{}\">What to do</a>", escaped(runbook));
    }
}

/// Text as text and as the value of an attribute in double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
