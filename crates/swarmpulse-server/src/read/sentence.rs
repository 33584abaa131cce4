//! The fleet in one sentence, as it stands on every page: "41 of 43 agents available. 2 down since 14:02, same host."

use std::fmt::Write;

use swarmpulse_model::{Timestamp, Verdict};

/// What the sentence is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    /// Every agent known.
    pub agents: u64,
    /// All that are not stopped.
    pub expected: u64,
    /// Those that count as available.
    pub available: u64,
    /// Those that someone should act on, by verdict.
    pub troubles: Vec<Trouble>,
    /// Why deaths by silence are frozen, and since when.
    pub blind: Option<(String, Timestamp)>,
}

/// Agents of one verdict that someone should act on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Trouble {
    /// The verdict.
    pub verdict: Verdict,
    /// So many agents.
    pub count: u64,
    /// Since when the first of them is so.
    pub first: Timestamp,
    /// Since when the last of them is so.
    pub last: Timestamp,
    /// Where they are.
    pub place: Place,
}

/// Where the agents of one verdict are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nobody has been looked at.
    #[default]
    Nowhere,
    /// All on this host.
    Host(String),
    /// On several hosts, or nobody says.
    Various,
}

impl Place {
    /// Takes in one more agent.
    pub(super) fn add(&mut self, host: Option<&str>) {
        *self = match (std::mem::take(self), host) {
            (Self::Nowhere, Some(host)) => Self::Host(host.to_owned()),
            (Self::Host(known), Some(host)) if known == host => Self::Host(known),
            _ => Self::Various,
        };
    }
}

/// The sentence. Times are UTC.
pub(crate) fn sentence(standing: &Standing, now: Timestamp) -> String {
    let mut text = match standing {
        Standing { agents: 0, .. } => "No agents yet.".to_owned(),
        Standing {
            agents: 1,
            expected: 0,
            ..
        } => "The only agent has stopped.".to_owned(),
        Standing {
            agents, expected: 0, ..
        } => format!("All {agents} agents have stopped."),
        Standing {
            expected: 1,
            available: 1,
            ..
        } => "The only agent is available.".to_owned(),
        Standing { expected: 1, .. } => "The only agent is not available.".to_owned(),
        Standing {
            expected, available, ..
        } if expected == available => {
            format!("All {expected} agents are available.")
        }
        Standing {
            expected, available, ..
        } => format!("{available} of {expected} agents available."),
    };
    let troubles: Vec<String> = standing
        .troubles
        .iter()
        .map(|trouble| clause(trouble, now))
        .collect();
    if !troubles.is_empty() {
        // Writing to a text cannot fail.
        let _ = write!(text, " {}.", troubles.join("; "));
    }
    if let Some((reason, since)) = &standing.blind {
        let _ = write!(
            text,
            " Silence is not judged since {}: {reason}.",
            clock(*since, now)
        );
    }
    text
}

fn clause(trouble: &Trouble, now: Timestamp) -> String {
    let (first, last) = (clock(trouble.first, now), clock(trouble.last, now));
    let mut text = format!("{} {}", trouble.count, trouble.verdict.as_str());
    let _ = if first == last {
        write!(text, " since {first}")
    } else {
        write!(text, ", the first since {first}")
    };
    if trouble.count > 1 && matches!(trouble.place, Place::Host(_)) {
        text.push_str(", same host");
    }
    text
}

/// Hours and minutes; the day too if it was not today.
fn clock(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_string(), now.to_string());
    // `2026-11-22T01:02:03.004Z`: the time of day begins at 11, years of five digits do not occur.
    let (day, minute) = (
        at.get(..10).unwrap_or_default(),
        at.get(11..16).unwrap_or_default(),
    );
    if now.get(..10) == Some(day) {
        minute.to_owned()
    } else {
        format!("{day} {minute}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        swarmpulse_wire::time::parse_rfc3339(text).unwrap()
    }

    fn trouble(verdict: Verdict, count: u64, first: &str, last: &str, hosts: &[&str]) -> Trouble {
        let mut place = Place::default();
        for host in hosts {
            place.add((!host.is_empty()).then_some(host));
        }
        let (first, last) = (
            at(&format!("2026-05-04T{first}:20Z")),
            at(&format!("2026-05-04T{last}:40Z")),
        );
        Trouble {
            verdict,
            count,
            first,
            last,
            place,
        }
    }

    fn said(
        agents: u64,
        expected: u64,
        available: u64,
        troubles: Vec<Trouble>,
        blind: Option<&str>,
    ) -> String {
        let blind = blind.map(|reason| (reason.to_owned(), at("2026-05-04T14:02:01Z")));
        let standing = Standing {
            agents,
            expected,
            available,
            troubles,
            blind,
        };
        sentence(&standing, at("2026-05-04T15:00:00Z"))
    }

    #[test]
    fn the_sentence_says_what_is_so() {
        use Verdict::{Down, Stuck, Unknown};
        let both = || trouble(Down, 2, "14:02", "14:02", &["gpu-3", "gpu-3"]);
        for (sentence, expected) in [
            (said(0, 0, 0, vec![], None), "No agents yet."),
            (said(1, 0, 0, vec![], None), "The only agent has stopped."),
            (said(3, 0, 0, vec![], None), "All 3 agents have stopped."),
            (said(2, 1, 1, vec![], None), "The only agent is available."),
            (said(43, 43, 43, vec![], None), "All 43 agents are available."),
            (
                said(43, 43, 41, vec![both()], None),
                "41 of 43 agents available. 2 down since 14:02, same host.",
            ),
            (
                said(
                    43,
                    43,
                    41,
                    vec![trouble(Down, 2, "13:58", "14:02", &["a", "b"])],
                    None,
                ),
                "41 of 43 agents available. 2 down, the first since 13:58.",
            ),
            (
                said(
                    43,
                    43,
                    41,
                    vec![trouble(Down, 2, "14:02", "14:02", &["a", ""])],
                    None,
                ),
                "41 of 43 agents available. 2 down since 14:02.",
            ),
            (
                said(1, 1, 0, vec![trouble(Down, 1, "14:02", "14:02", &["a"])], None),
                "The only agent is not available. 1 down since 14:02.",
            ),
            (
                said(
                    9,
                    8,
                    5,
                    vec![both(), trouble(Stuck, 1, "13:40", "13:40", &["a"])],
                    None,
                ),
                "5 of 8 agents available. 2 down since 14:02, same host; 1 stuck since 13:40.",
            ),
            (
                said(
                    9,
                    9,
                    3,
                    vec![trouble(Unknown, 6, "14:02", "14:02", &["a", "b"])],
                    Some("the monitor restarted"),
                ),
                "3 of 9 agents available. 6 unknown since 14:02. Silence is not judged since 14:02: the monitor \
                 restarted.",
            ),
        ] {
            assert_eq!(sentence, expected);
        }
    }

    #[test]
    fn what_began_on_another_day_names_it() {
        let troubles = vec![trouble(Verdict::Down, 1, "14:02", "14:02", &[])];
        let standing = Standing {
            agents: 2,
            expected: 2,
            available: 1,
            troubles,
            blind: None,
        };
        let text = sentence(&standing, at("2026-05-05T09:00:00Z"));
        assert_eq!(text, "1 of 2 agents available. 1 down since 2026-05-04 14:02.");
    }
}
