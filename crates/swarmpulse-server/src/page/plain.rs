//! The page of a build without the UI: counts and agents as a table, without scripts.

use std::fmt::Write;

use swarmpulse_fleet::Fleet;
use swarmpulse_model::Verdict;
use swarmpulse_store::Scope;

use crate::access::Access;
use crate::app::App;

/// Agents listed; the API lists all.
const AGENTS_SHOWN: usize = 500;

/// The page. Agents are listed only for those who may see them.
pub(super) fn page(app: &App, access: Option<&Access>) -> String {
    let body = match access.filter(|access| access.require(Scope::Read).is_ok()) {
        Some(access) => app.runtime().fleet(|fleet| table(fleet, access)),
        None => "<p>A token of scope <code>read</code> is needed to see the fleet.</p>".to_owned(),
    };
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Swarmpulse</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"></head>\n\
         <body><h1>Swarmpulse</h1>\n{body}\n\
         <p>This build has no live page: build <code>ui/</code> first. <a href=\"/api\">The API</a> and \
         <code>swarmpulse pulse</code> show everything.</p></body></html>\n"
    )
}

fn table(fleet: &Fleet, access: &Access) -> String {
    let seen = fleet
        .agents_from(0)
        .filter(|(_, agent)| access.sees(fleet.namespace_of(agent)));
    let mut agents: Vec<_> = seen.map(|(_, agent)| agent).collect();
    let total = agents.len();
    // The worst first; the order of verdicts is that of the model, the healthy ones first.
    agents.sort_by_key(|agent| std::cmp::Reverse(severity(agent.verdict())));
    let mut text =
        format!("<p>{total} agents.</p>\n<table><tr><th>agent<th>verdict<th>since<th>last contact</tr>\n");
    for agent in agents.into_iter().take(AGENTS_SHOWN) {
        let contact = agent
            .last_contact_at()
            .map(|at| at.to_string())
            .unwrap_or_default();
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "<tr><td>{}<td>{}<td>{}<td>{contact}</tr>",
            escape(agent.id()),
            agent.verdict().as_str(),
            agent.since(),
        );
    }
    text.push_str("</table>");
    if total > AGENTS_SHOWN {
        let _ = write!(
            text,
            "\n<p>The first {AGENTS_SHOWN} are shown; <code>/api/v1/agents</code> lists all.</p>"
        );
    }
    text
}

fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Stopped => 0,
        other => 1 + other as u8,
    }
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_markup() {
        assert_eq!(
            escape("<img src='x' onerror=\"a&b\">"),
            "&lt;img src=&#39;x&#39; onerror=&quot;a&amp;b&quot;&gt;"
        );
    }

    #[test]
    fn down_comes_first_and_stopped_last() {
        let worst = Verdict::ALL.into_iter().max_by_key(|verdict| severity(*verdict));
        let least = Verdict::ALL.into_iter().min_by_key(|verdict| severity(*verdict));
        assert_eq!((worst, least), (Some(Verdict::Down), Some(Verdict::Stopped)));
    }
}
