//! What a look at the fleet means: all well, something wrong, or cannot tell.

use swarmpulse_api::{Agent, Alert, Summary};
use swarmpulse_model::Verdict;
use swarmpulse_model::evidence::Duration;

use super::wildcard;
use crate::clock;
use crate::exit::Outcome;

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Act now.
    Critical,
    /// Act soon.
    Warning,
    /// Nobody knows.
    Unclear,
}

impl Severity {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Unclear => "unclear",
        }
    }
}

/// One thing that is not well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// How bad.
    pub severity: Severity,
    /// The agent, where it is about one.
    pub agent: Option<String>,
    /// One sentence.
    pub text: String,
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// One agent by its id.
    pub name: Option<String>,
    /// Agents by a pattern.
    pub pattern: Option<String>,
    /// The agents were narrowed by kind or namespace.
    pub narrowed: bool,
    /// The oldest that a last contact may be, in seconds.
    pub max_age_s: Option<f64>,
    /// Now, in milliseconds of Unix time.
    pub now_ms: i64,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What is not well, the worst first.
    pub problems: Vec<Trouble>,
    /// So many agents were looked at.
    pub checked: usize,
}

impl Answer {
    /// An answer that there is none.
    #[must_use]
    pub fn cannot_tell(reason: String) -> Self {
        Self {
            problems: vec![Trouble {
                severity: Severity::Unclear,
                agent: None,
                text: reason,
            }],
            checked: 0,
        }
    }

    /// The exit code: what is known to be wrong outweighs what is not known.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self
            .problems
            .iter()
            .any(|problem| problem.severity != Severity::Unclear)
        {
            Outcome::Wrong
        } else if self.problems.is_empty() {
            Outcome::Done
        } else {
            Outcome::CannotTell
        }
    }

    /// The same as a word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.outcome() {
            Outcome::Done => "ok",
            Outcome::Wrong => "wrong",
            Outcome::CannotTell | Outcome::Code(_) => "unclear",
        }
    }
}

/// Judges.
#[must_use]
pub fn judge(question: &Question, summary: &Summary, agents: &[Agent], alerts: &[Alert]) -> Answer {
    let wanted: Vec<&Agent> = agents
        .iter()
        .filter(|agent| {
            question
                .pattern
                .as_deref()
                .is_none_or(|pattern| wildcard::matches(pattern, &agent.agent))
        })
        .collect();
    let mut problems: Vec<Trouble> = wanted
        .iter()
        .filter_map(|agent| of_agent(question, agent))
        .collect();
    let whole_fleet = question.name.is_none() && question.pattern.is_none() && !question.narrowed;
    if let Some(name) = question.name.as_ref().or(question.pattern.as_ref())
        && wanted.is_empty()
    {
        let text = format!(
            "no agent `{name}` is known: it never reported, or was forgotten; `swarmpulse pulse` lists those that are"
        );
        problems.push(Trouble {
            severity: Severity::Unclear,
            agent: Some(name.clone()),
            text,
        });
    }
    if let Some(blind) = &summary.monitor_blind {
        let text = format!("the monitor cannot see: {}", blind.reason);
        problems.push(Trouble {
            severity: Severity::Unclear,
            agent: None,
            text,
        });
    }
    if whole_fleet {
        problems.extend(alerts.iter().filter_map(of_alert));
    }
    problems.sort_by_key(|problem| problem.severity);
    Answer {
        problems,
        checked: wanted.len(),
    }
}

fn of_agent(question: &Question, agent: &Agent) -> Option<Trouble> {
    let trouble = |severity, text: String| {
        Some(Trouble {
            severity,
            agent: Some(agent.agent.clone()),
            text,
        })
    };
    let reason = agent
        .evidence
        .first()
        .map(|evidence| format!(": {}", evidence.text))
        .unwrap_or_default();
    let since = since(question.now_ms, &agent.since);
    let says = format!("{} is {}{since}{reason}", agent.agent, agent.verdict);
    match Verdict::parse(&agent.verdict) {
        Some(Verdict::Down) => return trouble(Severity::Critical, says),
        Some(Verdict::Stuck) => return trouble(Severity::Warning, says),
        Some(Verdict::Stopped) if question.name.is_some() => return trouble(Severity::Warning, says),
        Some(Verdict::Unknown) | None => return trouble(Severity::Unclear, says),
        Some(Verdict::Stopped) => return None,
        Some(_) => {}
    }
    let max_age_s = question.max_age_s?;
    let age_s = agent
        .last_contact_at
        .as_deref()
        .and_then(clock::parse_ms)
        .map(|at| (question.now_ms - at) as f64 / 1000.0);
    match age_s {
        Some(age_s) if age_s <= max_age_s => None,
        Some(age_s) => trouble(
            Severity::Warning,
            format!(
                "{} is {}, but was last heard of {} ago",
                agent.agent,
                agent.verdict,
                Duration(age_s.round())
            ),
        ),
        None => trouble(
            Severity::Warning,
            format!("{} is {}, but was never heard of", agent.agent, agent.verdict),
        ),
    }
}

fn since(now_ms: i64, since: &str) -> String {
    clock::parse_ms(since)
        .map(|at| format!(" for {}", Duration(((now_ms - at) as f64 / 1000.0).round())))
        .unwrap_or_default()
}

/// Alerts that no agent's verdict tells already.
fn of_alert(alert: &Alert) -> Option<Trouble> {
    // What people silenced, or what follows from another that is told, is no news to whoever runs this.
    let held_back = alert.cause.is_some() || !alert.silenced_by.is_empty() || !alert.inhibited_by.is_empty();
    if held_back || alert.subject_kind == "agent" || alert.name == "monitor_blind" {
        return None;
    }
    let severity = match alert.severity.as_str() {
        "critical" => Severity::Critical,
        "warning" => Severity::Warning,
        _ => return None,
    };
    Some(Trouble {
        severity,
        agent: None,
        text: format!("{}: {}", alert.name, alert.message),
    })
}

#[cfg(test)]
mod tests {
    use swarmpulse_api::{Blindness, Evidence};

    use super::*;

    const NOW_MS: i64 = 1_700_000_100_000;

    fn agent(id: &str, verdict: &str) -> Agent {
        Agent {
            agent: id.into(),
            verdict: verdict.into(),
            since: clock::text(NOW_MS - 90_000),
            last_contact_at: Some(clock::text(NOW_MS - 40_000)),
            evidence: vec![Evidence {
                text: "no contact within 30 s".into(),
                ..Evidence::default()
            }],
            ..Agent::default()
        }
    }

    fn lines(question: Question, agents: &[Agent], alerts: &[Alert], blind: bool) -> (Vec<String>, Outcome) {
        let monitor_blind = blind.then(|| Blindness {
            reason: "it restarted".into(),
            ..Blindness::default()
        });
        let summary = Summary {
            monitor_blind,
            ..Summary::default()
        };
        let question = Question {
            now_ms: NOW_MS,
            ..question
        };
        let answer = judge(&question, &summary, agents, alerts);
        let lines = answer
            .problems
            .iter()
            .map(|problem| format!("{} {}", problem.severity.word(), problem.text));
        (lines.collect(), answer.outcome())
    }

    #[test]
    fn the_worst_comes_first_and_wrong_outweighs_unclear() {
        let agents = [
            agent("a", "stuck"),
            agent("b", "unknown"),
            agent("c", "down"),
            agent("d", "working"),
            agent("e", "stopped"),
        ];
        let (found, outcome) = lines(Question::default(), &agents, &[], true);
        assert_eq!(
            found,
            [
                "critical c is down for 90 s: no contact within 30 s",
                "warning a is stuck for 90 s: no contact within 30 s",
                "unclear b is unknown for 90 s: no contact within 30 s",
                "unclear the monitor cannot see: it restarted",
            ]
        );
        assert_eq!(outcome, Outcome::Wrong);
        assert_eq!(
            lines(Question::default(), &agents[3..], &[], false),
            (vec![], Outcome::Done)
        );
        assert_eq!(
            lines(Question::default(), &agents[3..], &[], true).1,
            Outcome::CannotTell
        );
    }

    #[test]
    fn one_agent_by_name_must_be_known_and_not_stopped() {
        let by_name = || Question {
            name: Some("e".into()),
            ..Question::default()
        };
        assert_eq!(
            lines(by_name(), &[agent("e", "stopped")], &[], false).1,
            Outcome::Wrong
        );
        let (found, outcome) = lines(by_name(), &[], &[], false);
        assert!(found[0].starts_with("unclear no agent `e` is known"), "{found:?}");
        assert_eq!(outcome, Outcome::CannotTell);
    }

    #[test]
    fn a_pattern_and_an_age_narrow_the_question() {
        let agents = [agent("bot-1", "working"), agent("web-1", "down")];
        let question = |max_age_s| Question {
            pattern: Some("bot-*".into()),
            max_age_s: Some(max_age_s),
            ..Question::default()
        };
        assert_eq!(lines(question(60.0), &agents, &[], false).1, Outcome::Done);
        let (found, outcome) = lines(question(30.0), &agents, &[], false);
        assert_eq!(
            found,
            ["warning bot-1 is working, but was last heard of 40 s ago"]
        );
        assert_eq!(outcome, Outcome::Wrong);
    }

    #[test]
    fn alerts_count_for_the_whole_fleet_and_once() {
        let alert = |subject_kind: &str, severity: &str| Alert {
            name: "disk_full".into(),
            severity: severity.into(),
            subject_kind: subject_kind.into(),
            message: "3 % free".into(),
            ..Alert::default()
        };
        let alerts = [
            alert("monitor", "critical"),
            alert("agent", "critical"),
            alert("host", "info"),
            Alert {
                silenced_by: vec!["s1".to_owned()],
                ..alert("host", "critical")
            },
            Alert {
                cause: Some("host_down/default/host/h1".to_owned()),
                ..alert("service", "critical")
            },
        ];
        assert_eq!(
            lines(Question::default(), &[], &alerts, false).0,
            ["critical disk_full: 3 % free"]
        );
        let narrowed = Question {
            narrowed: true,
            ..Question::default()
        };
        assert_eq!(lines(narrowed, &[], &alerts, false).1, Outcome::Done);
    }
}
