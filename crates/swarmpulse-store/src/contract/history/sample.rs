//! Rows of every kind and queries for them, drawn from a seed: the same seed gives the same.

use swarmpulse_model::attribute::Value;
use swarmpulse_model::effect::{
    EventSeen, FailureSeen, Joined, Restart, SandboxChange, TaskChange, VerdictChange,
};
use swarmpulse_model::evidence::Claim;
use swarmpulse_model::record::{Event, EventSource, Failure};
use swarmpulse_model::{
    Attributes, Condition, Effect, EffectId, EntityKey, EntityKind, Evidence, Position, Severity, TaskStatus,
    Text, Verdict,
};

use super::SAMPLE_DAY;
use crate::{Facets, HistoryQuery, HistoryRow};

/// Kinds of subjects. Days in the first form that tests keep were drawn from these six: kinds that came later are not drawn.
const KINDS: [EntityKind; 6] = [
    EntityKind::Agent,
    EntityKind::Process,
    EntityKind::Task,
    EntityKind::Sandbox,
    EntityKind::Service,
    EntityKind::Host,
];

const NAMESPACES: [&str; 3] = ["default", "team", "Team ü"];
const TYPES: [&str; 6] = [
    "agent.tool_use",
    "agent.tool_result",
    "agent.error",
    "worker.started",
    "iteration.completed",
    "plain",
];
const WORDS: [&str; 8] = [
    "timeout",
    "Connection REFUSED",
    "größe",
    "ÄNDERUNG",
    "429",
    "{\"tool\":\"Bash\"}",
    "100%",
    "a'b\"c\\d",
];

/// Xorshift: small, and the same everywhere.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn maybe<T>(&mut self, value: T) -> Option<T> {
        (self.below(3) > 0).then_some(value)
    }

    fn name(&mut self, prefix: &str, count: usize) -> Text {
        let number = self.below(count);
        format!("{prefix}-{number}").into()
    }
}

/// So many rows in order, over two to three days, several to an envelope and many at one time.
#[must_use]
pub fn sample_rows(seed: u64, count: usize) -> Vec<HistoryRow> {
    let mut draw = Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let step_ns = 2 * 86_400_000_000_000 / count.max(1) as i64;
    let mut at = SAMPLE_DAY.plus_ns(draw.below(1_000_000_007) as i64);
    let mut id = EffectId::default();
    let mut rows = Vec::with_capacity(count);
    for _ in 0..count {
        if draw.below(3) == 0 {
            id = EffectId {
                position: Position {
                    offset: id.position.offset + 1,
                    ..id.position
                },
                n: 0,
            };
            at = if draw.below(4) == 0 {
                at
            } else {
                at.plus_ns(draw.below(6) as i64 * step_ns)
            };
        } else {
            id.n += 1;
        }
        rows.push(HistoryRow {
            id,
            at,
            effect: effect(&mut draw),
        });
    }
    rows
}

fn effect(draw: &mut Draw) -> Effect {
    let namespace = draw.of(&NAMESPACES);
    let agent = draw.name("agent", 40);
    let task = draw.name("task", 300);
    let sandbox = draw.name("sandbox", 25);
    let word: Text = draw.of(&WORDS).into();
    let key = |kind, id: &Text| EntityKey::new(namespace, kind, id);
    match draw.below(16) {
        0 => Effect::Verdict(Box::new(VerdictChange {
            agent: key(EntityKind::Agent, &agent),
            agent_kind: "bot".into(),
            from: draw.maybe(Verdict::Working),
            to: draw.of(&Verdict::ALL),
            since: SAMPLE_DAY,
            evidence: vec![Evidence {
                claim: Claim::ProbeFailed { error: word },
                at: SAMPLE_DAY,
                record: draw.maybe(Position {
                    partition: 0,
                    offset: 7,
                }),
            }],
        })),
        1 | 2 => Effect::Task(Box::new(TaskChange {
            task: key(EntityKind::Task, &task),
            task_type: draw.maybe("build".into()),
            from: draw.maybe(TaskStatus::Running),
            to: draw.of(&TaskStatus::ALL),
            agent: draw.maybe(agent),
            sandbox: draw.maybe(sandbox),
            queue: draw.maybe("Main".into()),
            attempt: draw.maybe(2),
            error: draw.maybe(word),
        })),
        3 => Effect::Sandbox(Box::new(SandboxChange {
            sandbox: key(EntityKind::Sandbox, &sandbox),
            provider: draw.maybe("docker".into()),
            from: draw.maybe("running".into()),
            to: "Stopped".into(),
            agent: draw.maybe(agent),
        })),
        4 => Effect::Restart(Box::new(Restart {
            agent: key(EntityKind::Agent, &agent),
            from_instance: draw.maybe("i1".into()),
            to_instance: draw.maybe("i2".into()),
            restarts: 3,
        })),
        5 => Effect::Failure(Box::new(FailureSeen {
            namespace: namespace.into(),
            failure: Failure {
                task: draw.maybe(task),
                agent: draw.maybe(agent),
                error: draw.maybe(word),
                error_code: draw.maybe("E17".into()),
                ..Failure::default()
            },
        })),
        6 => {
            let subject = draw.of(&KINDS);
            Effect::Condition(Box::new(Condition {
                name: "memory_leak".into(),
                subject: draw.maybe(key(subject, &agent)),
                severity: Severity::Warning,
                active: draw.below(2) == 0,
                since: SAMPLE_DAY,
                reason: word,
            }))
        }
        7 => Effect::Joined(Box::new(Joined {
            agent: key(EntityKind::Agent, &agent),
            other: "x".into(),
            reason: word,
        })),
        8 => Effect::Forgotten(Box::new(key(draw.of(&KINDS), &agent))),
        _ => {
            let event = event(draw, agent, task, sandbox, &word);
            Effect::Event(Box::new(EventSeen {
                namespace: namespace.into(),
                event,
            }))
        }
    }
}

fn event(draw: &mut Draw, agent: Text, task: Text, sandbox: Text, word: &str) -> Event {
    let value = match draw.below(6) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::Integer(-7),
        3 => Value::Number(0.25),
        4 => Value::Json("[1,\"two\"]".into()),
        _ => Value::Text(word.into()),
    };
    let number = draw.below(100_000);
    Event {
        event: draw.maybe(format!("event-{number}").into()),
        event_type: draw.of(&TYPES).into(),
        source: draw.of(&[EventSource::Agent, EventSource::Worker, EventSource::System]),
        agent: draw.maybe(agent),
        instance: draw.maybe("i1".into()),
        sandbox: draw.maybe(sandbox),
        task: draw.maybe(task),
        at: draw.maybe(SAMPLE_DAY),
        size_bytes: draw.maybe(u64::from(u32::MAX) * 2),
        data: draw.maybe(format!("{{\"said\":\"{word} {number}\"}}").into()),
        attributes: if draw.below(2) == 0 {
            Attributes::default()
        } else {
            Attributes(vec![("name".into(), value)])
        },
    }
}

/// Queries of every sort, most of which find some of these rows.
#[must_use]
pub fn sample_queries(rows: &[HistoryRow]) -> Vec<HistoryQuery> {
    let mut draw = Draw(7);
    let mut queries = vec![HistoryQuery {
        limit: 10_000,
        ..HistoryQuery::default()
    }];
    let up_to_a_day = |draw: &mut Draw| draw.below(100_000) as i64 * 1_000_000_000;
    for _ in 0..300 {
        let row = &rows[draw.below(rows.len())];
        let facets = Facets::of(&row.effect);
        let own = |draw: &mut Draw, facet: Option<&str>| facet.filter(|_| draw.below(4) == 0).map(Text::from);
        let event_type = own(&mut draw, facets.event_type).map(|exact| match draw.below(3) {
            0 => exact,
            1 => format!("{}*", exact.split_inclusive('.').next().unwrap_or_default()).into(),
            _ => format!("{}*", &exact[..exact.len() - 2]).into(),
        });
        let kinds = match draw.below(6) {
            0 => vec![facets.kind.into()],
            1 => vec!["verdict".into(), "task".into(), facets.kind.into()],
            _ => Vec::new(),
        };
        queries.push(HistoryQuery {
            namespace: own(&mut draw, Some(facets.namespace)),
            kinds,
            agent: own(&mut draw, facets.agent),
            task: own(&mut draw, facets.task),
            sandbox: own(&mut draw, facets.sandbox),
            event_type,
            text: (draw.below(3) == 0).then(|| text_of(&mut draw, &facets)),
            from: (draw.below(4) == 0).then(|| row.at.plus_ns(-up_to_a_day(&mut draw))),
            to: (draw.below(4) == 0).then(|| row.at.plus_ns(up_to_a_day(&mut draw) + 1)),
            ascending: draw.below(2) == 0,
            limit: [20, 100, 1000, 10_000][draw.below(4)],
            cursor: None,
        });
    }
    let nothing = HistoryQuery {
        limit: 10,
        ..HistoryQuery::default()
    };
    queries.push(HistoryQuery {
        agent: Some("nobody".into()),
        ..nothing.clone()
    });
    queries.push(HistoryQuery {
        text: Some("never said".into()),
        ..nothing.clone()
    });
    queries.push(HistoryQuery {
        event_type: Some("*".into()),
        limit: 1000,
        ..nothing.clone()
    });
    queries.push(HistoryQuery {
        from: Some(rows[9].at),
        to: Some(rows[9].at),
        ..nothing
    });
    queries
}

/// A part of one of the row's texts, sometimes in another case, sometimes a character off.
fn text_of(draw: &mut Draw, facets: &Facets<'_>) -> String {
    let texts: Vec<&str> = facets.texts().collect();
    let characters: Vec<char> = texts[draw.below(texts.len())].chars().collect();
    let start = draw.below(characters.len());
    let length = 1 + draw.below(12);
    let mut part: String = characters[start..].iter().take(length).collect();
    match draw.below(8) {
        0 | 1 => part = part.to_uppercase(),
        2 => part = part.to_lowercase(),
        3 => part.push('~'),
        _ => {}
    }
    part
}
