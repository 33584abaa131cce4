//! Expectations, and what holds in every scenario at every moment.

use std::collections::BTreeSet;

use swarmpulse_fleet::Agent;
use swarmpulse_model::evidence::Duration;
use swarmpulse_model::{Condition, Effect, EntityKey, EntityKind, Evidence, Timestamp, Verdict};

use super::records::subject;
use super::run::Run;
use super::script::{BEGIN, time};

/// Holds at every moment: what was told is what is so.
///
/// # Errors
/// What is not so.
pub fn always(run: &Run) -> Result<(), String> {
    let mut known = 0;
    for (_, agent) in run.fleet.agents_from(0) {
        known += 1;
        let key = EntityKey::new(run.fleet.namespace_of(agent), EntityKind::Agent, agent.id());
        let told = run.told_verdicts().get(&key);
        if told != Some(&agent.verdict()) {
            return Err(format!(
                "{} is {}, but {told:?} was told",
                agent.id(),
                agent.verdict().as_str()
            ));
        }
        if run.fleet.explain(agent, run.now).is_empty() {
            return Err(format!(
                "{} is {} without any evidence",
                agent.id(),
                agent.verdict().as_str()
            ));
        }
    }
    if run.told_verdicts().len() != known || run.fleet.counts().total() != known as u64 {
        return Err(format!(
            "{known} agents are known, {} counted, {} told of",
            run.fleet.counts().total(),
            run.told_verdicts().len()
        ));
    }
    let told = raised(run);
    let held: BTreeSet<_> = run.fleet.conditions(usize::MAX).iter().map(name_of).collect();
    if told != held {
        return Err(format!("conditions told of: {told:?}, held: {held:?}"));
    }
    if run.fleet.conditions_held() != held.len() as u64 {
        return Err(format!(
            "{} conditions are counted, {} held",
            run.fleet.conditions_held(),
            held.len()
        ));
    }
    Ok(())
}

fn name_of(condition: &Condition) -> (String, Option<EntityKey>) {
    (condition.name.to_string(), condition.subject.clone())
}

fn raised(run: &Run) -> BTreeSet<(String, Option<EntityKey>)> {
    let mut raised = BTreeSet::new();
    for effect in &run.said {
        if let Effect::Condition(condition) = effect {
            if condition.active {
                raised.insert(name_of(condition));
            } else {
                raised.remove(&name_of(condition));
            }
        }
    }
    raised
}

/// What an agent tells of its host or sandbox: `heard 5s expected 16s due 18s`, or `never`.
fn sign(run: &Run, name: &str, place: &str, words: &[&str]) -> Result<(), String> {
    let key = subject(name)?;
    let agent = run
        .fleet
        .agent_named(&key.namespace, &key.id)
        .ok_or_else(|| format!("{name} is not known"))?;
    let place = EntityKind::parse(place).ok_or_else(|| format!("`{place}` is no kind"))?;
    let sign = run.fleet.sign_of(agent, place);
    let text = |at: Timestamp| match at {
        Timestamp::NEVER => "never".to_owned(),
        at => format!("{}s", at.seconds_since(BEGIN)),
    };
    let heard = sign.heard_at.map_or_else(|| "never".to_owned(), text);
    let got = format!(
        "heard {heard} expected {} due {}",
        text(sign.expected_at),
        text(sign.due_at)
    );
    wrong_unless(got == words.join(" "), &words.join(" "), &got)
}

/// Checks one expectation.
///
/// # Errors
/// What is so instead.
pub fn check(run: &Run, words: &[String]) -> Result<(), String> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let expected = || words.join(" ");
    match words.as_slice() {
        ["blind"] => match run.fleet.blindness() {
            Some(_) => Ok(()),
            None => Err("expected to be blind".to_owned()),
        },
        ["blind", "says", text] => {
            let reason = run.fleet.blindness().map(|blind| blind.reason.to_string());
            let right = reason.as_ref().is_some_and(|reason| reason.contains(text));
            wrong_unless(right, &expected(), &format!("{reason:?}"))
        }
        ["not", "blind"] => match run.fleet.blindness() {
            None => Ok(()),
            Some(blind) => Err(format!("expected not to be blind, but: {}", blind.reason)),
        },
        ["condition", name] => has_condition(run, name, None, true),
        ["condition", name, "on", on] => has_condition(run, name, Some(on), true),
        ["no", "condition", name] => has_condition(run, name, None, false),
        ["no", "condition", name, "on", on] => has_condition(run, name, Some(on), false),
        ["no", "agent", name] => {
            let key = subject(name)?;
            let found = run.fleet.agent_named(&key.namespace, &key.id);
            wrong_unless(found.is_none(), &expected(), "it is known")
        }
        ["counts", rest @ ..] => counts(run, rest),
        ["refused", reason, count] => {
            let counts = run.fleet.refusals().named();
            let (_, got) = counts
                .iter()
                .find(|(name, _)| name == reason)
                .ok_or_else(|| format!("nothing is refused as `{reason}`"))?;
            wrong_unless(got.to_string() == *count, &expected(), &got.to_string())
        }
        ["told", count, what @ ..] => {
            let got = told(run, what)?;
            wrong_unless(got.to_string() == *count, &expected(), &got.to_string())
        }
        ["task", name, rest @ ..] => task(run, name, rest),
        ["sandbox", name, rest @ ..] => sandbox(run, name, rest),
        ["service", name, rest @ ..] => service(run, name, rest),
        ["edge", from, relation, to] => {
            let key = subject(from)?;
            let edges = run.fleet.edges(key.kind, &key.namespace, &key.id);
            let wanted = subject(to)?;
            let found = edges
                .iter()
                .any(|edge| edge.relation == *relation && edge.to == wanted);
            wrong_unless(found, &expected(), &format!("{edges:?}"))
        }
        ["sign", name, "of", place, rest @ ..] => sign(run, name, place, rest),
        ["local_pids", pids] => {
            let named = run.fleet.local_pids();
            let got: Vec<String> = named
                .iter()
                .map(|named| format!("{}:{}", named.agent, named.pid))
                .collect();
            let got = if got.is_empty() {
                "none".to_owned()
            } else {
                got.join(",")
            };
            wrong_unless(got == *pids, &expected(), &got)
        }
        [name, rest @ ..] => agent(run, name, rest),
        [] => Err("nothing is expected".to_owned()),
    }
}

fn wrong_unless(right: bool, expected: &str, got: &str) -> Result<(), String> {
    if right {
        Ok(())
    } else {
        Err(format!("expected {expected}, got {got}"))
    }
}

fn has_condition(run: &Run, name: &str, on: Option<&&str>, wanted: bool) -> Result<(), String> {
    let on = on.map(|on| subject(on)).transpose()?;
    let held = raised(run);
    let found = held.contains(&(name.to_owned(), on.clone()));
    let whose = on.map_or_else(String::new, |on| format!(" on {}", on.id));
    let no = if wanted { "" } else { "no " };
    wrong_unless(
        found == wanted,
        &format!("{no}condition {name}{whose}"),
        &format!("{held:?}"),
    )
}

fn counts(run: &Run, words: &[&str]) -> Result<(), String> {
    let counts = run.fleet.counts();
    for word in words {
        let (name, wanted) = word.split_once('=').ok_or("counts are as idle=3")?;
        let got = match name {
            "total" => counts.total(),
            "active" => counts.standing(|standing| standing.active),
            "available" => counts.standing(|standing| standing.available),
            "expected" => counts.standing(|standing| standing.expected),
            verdict => {
                counts.of(Verdict::parse(verdict).ok_or_else(|| format!("there is no verdict `{verdict}`"))?)
            }
        };
        wrong_unless(got.to_string() == wanted, word, &got.to_string())?;
    }
    Ok(())
}

/// How often something was told: `agent_down raised on a1`, `verdict down on a1`, `restart on a1`, `event`.
fn told(run: &Run, what: &[&str]) -> Result<usize, String> {
    let (what, on) = match what {
        [what @ .., "on", on] => (what, Some(subject(on)?)),
        what => (what, None),
    };
    let is_of = |key: Option<&EntityKey>| on.is_none() || key == on.as_ref();
    let count = |wanted: &dyn Fn(&Effect) -> bool| run.said.iter().filter(|effect| wanted(effect)).count();
    Ok(match what {
        [name, way @ ("raised" | "cleared")] => count(&|effect| match effect {
            Effect::Condition(condition) => {
                condition.name == *name
                    && condition.active == (*way == "raised")
                    && is_of(condition.subject.as_ref())
            }
            _ => false,
        }),
        ["verdict", to] => count(&|effect| match effect {
            Effect::Verdict(change) => change.to.as_str() == *to && is_of(Some(&change.agent)),
            _ => false,
        }),
        ["restart"] => {
            count(&|effect| matches!(effect, Effect::Restart(restart) if is_of(Some(&restart.agent))))
        }
        ["task", to] => count(&|effect| match effect {
            Effect::Task(change) => change.to.as_str() == *to && is_of(Some(&change.task)),
            _ => false,
        }),
        ["forgotten"] => count(&|effect| matches!(effect, Effect::Forgotten(key) if is_of(Some(key)))),
        [kind] => count(&|effect| effect.type_name() == *kind),
        other => return Err(format!("nothing is told as `{}`", other.join(" "))),
    })
}

fn task(run: &Run, name: &str, words: &[&str]) -> Result<(), String> {
    let key = subject(&format!("task:{name}"))?;
    let found = run.fleet.task_named(&key.namespace, &key.id);
    if words == ["forgotten"] {
        return wrong_unless(found.is_none(), "it to be forgotten", "it is known");
    }
    let task = found.ok_or_else(|| format!("there is no task {name}"))?;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().copied().unwrap_or_default();
        match *word {
            "stuck" | "moving" => {
                let stuck = run.fleet.task_stuck(task, run.now);
                wrong_unless(stuck == (*word == "stuck"), word, &format!("stuck: {stuck}"))?;
            }
            "agent" => {
                let got = run
                    .fleet
                    .edges(EntityKind::Task, &key.namespace, &key.id)
                    .into_iter()
                    .find(|edge| edge.relation == "worked_on_by")
                    .map_or_else(|| "nobody".into(), |edge| edge.to.id);
                let wanted = value();
                wrong_unless(got == wanted, &format!("agent {wanted}"), &got)?;
            }
            "limit" => {
                let (limit_s, source) = run.fleet.task_limit(task);
                let got = format!("{limit_s} {}", source.as_str());
                let wanted = format!("{} {}", value(), value());
                wrong_unless(got == wanted, &format!("limit {wanted}"), &got)?;
            }
            status => {
                let got = task.status.as_str();
                wrong_unless(got == status, &format!("task {name} {status}"), got)?;
            }
        }
    }
    Ok(())
}

fn sandbox(run: &Run, name: &str, words: &[&str]) -> Result<(), String> {
    let key = subject(&format!("sandbox:{name}"))?;
    let found = run.fleet.sandbox_named(&key.namespace, &key.id);
    if words == ["forgotten"] {
        return wrong_unless(found.is_none(), "it to be forgotten", "it is known");
    }
    let sandbox = found.ok_or_else(|| format!("there is no sandbox {name}"))?;
    for pair in words.chunks(2) {
        let [what, wanted] = pair else {
            return Err("a sandbox is expected as: state running events 3".to_owned());
        };
        let got = match *what {
            "state" => sandbox.state.as_str().to_owned(),
            "events" => sandbox.events.to_string(),
            "agents" => sandbox.agents().len().to_string(),
            "last_event" => sandbox.last_event_type.clone().unwrap_or_default().to_string(),
            other => return Err(format!("a sandbox has no `{other}`")),
        };
        wrong_unless(got == *wanted, &format!("{what} {wanted}"), &got)?;
    }
    Ok(())
}

fn service(run: &Run, name: &str, words: &[&str]) -> Result<(), String> {
    let key = subject(&format!("service:{name}"))?;
    let service = run
        .fleet
        .service_named(&key.namespace, &key.id)
        .ok_or_else(|| format!("there is no service {name}"))?;
    for pair in words.chunks(2) {
        let [what, wanted] = pair else {
            return Err("a service is expected as: calls 3 errors 1".to_owned());
        };
        let got = match *what {
            "calls" => service.calls,
            "errors" => service.errors,
            "open" => service.open_calls,
            other => return Err(format!("a service has no `{other}`")),
        };
        wrong_unless(
            got.to_string() == *wanted,
            &format!("{what} {wanted}"),
            &got.to_string(),
        )?;
    }
    Ok(())
}

fn agent(run: &Run, name: &str, words: &[&str]) -> Result<(), String> {
    let key = subject(name)?;
    let agent = run
        .fleet
        .agent_named(&key.namespace, &key.id)
        .ok_or_else(|| format!("there is no agent {name}"))?;
    let evidence = run.fleet.explain(agent, run.now);
    let mut left = words;
    while let Some((word, rest)) = left.split_first() {
        left = rest;
        let right = if let Some(verdict) = Verdict::parse(word) {
            agent.verdict() == verdict
        } else if *word == "flapping" {
            agent.is_flapping()
        } else if *word == "steady" {
            !agent.is_flapping()
        } else {
            let (value, rest) = left.split_first().ok_or_else(|| unknown(word))?;
            left = rest;
            matches_word(run, agent, &evidence, word, value)?
        };
        if !right {
            return Err(describe(run, name, words, agent, &evidence));
        }
    }
    Ok(())
}

fn unknown(word: &str) -> String {
    format!("`{word}` is no verdict and no other thing to expect of an agent")
}

fn matches_word(
    run: &Run,
    agent: &Agent,
    evidence: &[Evidence],
    word: &str,
    value: &str,
) -> Result<bool, String> {
    let first = evidence.first();
    let is = |got: String| got == value;
    Ok(match word {
        "because" => first.is_some_and(|first| first.name() == value),
        "class" => first.is_some_and(|first| is((first.class() as u8).to_string())),
        "also" => evidence.iter().skip(1).any(|evidence| evidence.name() == value),
        "without" => evidence.iter().all(|evidence| evidence.name() != value),
        "says" => first.is_some_and(|first| first.claim.to_string().contains(value)),
        "from" => first.is_some_and(|first| Ok(first.at) == time(value)),
        "health" => agent.verdict().standing().health.as_str() == value,
        "since" => agent.since() == time(value)?,
        "restarts" => is(agent.restarts().to_string()),
        "lost" => is(agent.lost_reports().to_string()),
        "named" => is(agent.id().to_owned()),
        "kind" => is(agent.kind().to_owned()),
        "instance" => agent.instance() == Some(value),
        "task" => agent.task_named() == Some(value),
        "pid" => is(agent
            .pid()
            .map_or_else(|| "none".to_owned(), |pid| pid.to_string())),
        "skew" => {
            let wanted_s: f64 = value
                .parse()
                .map_err(|_| format!("`{value}` is no skew in seconds"))?;
            agent
                .clock_skew_s()
                .is_some_and(|got_s| (got_s - wanted_s).abs() < 1.0)
        }
        "interval" => {
            let (interval_s, source) = run.fleet.interval_of(agent);
            is(format!("{interval_s}/{}", source.as_str()))
        }
        "deadline" => is(run.fleet.deadline_s(agent).to_string()),
        _ => return Err(unknown(word)),
    })
}

fn describe(run: &Run, name: &str, words: &[&str], agent: &Agent, evidence: &[Evidence]) -> String {
    let now = run.now;
    let evidence: Vec<String> = evidence
        .iter()
        .map(|evidence| {
            let age = Duration(now.seconds_since(evidence.at));
            format!("{}: {} ({age} ago)", evidence.name(), evidence.claim)
        })
        .collect();
    let mut got = agent.verdict().as_str().to_owned();
    let (interval_s, source) = run.fleet.interval_of(agent);
    for (word, value) in [
        ("restarts", agent.restarts().to_string()),
        ("lost", agent.lost_reports().to_string()),
        ("since", format!("{}s", agent.since().seconds_since(BEGIN))),
        ("skew", format!("{:?}", agent.clock_skew_s())),
        ("instance", format!("{:?}", agent.instance())),
        ("pid", format!("{:?}", agent.pid())),
        ("interval", format!("{interval_s}/{}", source.as_str())),
        ("deadline", run.fleet.deadline_s(agent).to_string()),
        ("task", format!("{:?}", agent.task_named())),
        ("named", agent.id().to_owned()),
        ("kind", agent.kind().to_owned()),
    ] {
        if words.contains(&word) {
            got = format!("{got} {word} {value}");
        }
    }
    format!(
        "expected {name} {}, got {got}; evidence: {}",
        words.join(" "),
        evidence.join("; ")
    )
}
