//! Pressure of garbage collection: programs that spend their time on collections instead of work.

mod minutes;
mod pressure;
mod program;
mod telling;

use std::collections::BTreeMap;

use swarmpulse_model::{EntityKey, Timestamp};

use crate::catalogue::{Condition, Description, SeriesInfo};
use crate::detector::{Detector, Subject, SubjectId, Surroundings};
use crate::report::{Field, Log, LogLine, Published, Report, Waiting};
use crate::signal::Signal;
use crate::wording::entity_labels;
use pressure::{Figures, SEEN_MIN_S, Scratch};
use program::Program;

/// Programs that are followed; further ones are left out and counted.
const PROGRAMS_MAX: usize = 20_000;
/// Programs that are named as not to be judged; the others are summed up.
const WAITING_NAMED: usize = 20;
/// Nothing is said of what was not heard of for so long, in seconds.
const SILENT_S: f64 = 900.0;
/// Below this share of time it does not matter what the collections are like.
const DETAIL_RATIO: f64 = 0.01;
const LABELS: &[&str] = &["namespace", "agent", "service", "host", "sandbox"];

/// What it is.
pub(crate) static DESCRIPTION: Description = Description {
    name: "gc",
    summary: "finds programs that spend their time collecting garbage instead of working",
    method: "Reads the collectors' counters of time and number, whatever the runtime calls them (CPython through a heartbeat, Node.js, \
        the JVM, Go, .NET), adds up generations and kinds of collection, and starts anew when a counter falls. The share of time in \
        collection over the last ten minutes is a warning above 10 %, critical above 25 %, if that is so with a probability of 90 % \
        given how much the minutes differ: one long pause is no pressure. It ends below four fifths of that. Where the share or the \
        heap (else the process' memory) rises over the hour, by a median of slopes three standard errors above none, the sentence says \
        so: more collections that free less are how a heap runs out. A counter of collections without their time is not enough. \
        Confidence is that probability.",
    sources: &[
        "Sen 1968: Estimates of the regression coefficient based on Kendall's tau",
        "Java's GC overhead limit and Parallel collector's GCTimeRatio: time in collection as the measure of a heap that is too small",
    ],
    conditions: &[Condition {
        name: "gc_pressure",
        meaning: "A program spends more than a tenth of its time collecting garbage.",
    }],
    series: &[
        SeriesInfo {
            name: "swarmpulse_gc_time_ratio",
            unit: "ratio",
            labels: LABELS,
            help: "Share of time that a program spent on collecting garbage over the last ten minutes.",
        },
        SeriesInfo {
            name: "swarmpulse_gc_pause_seconds",
            unit: "seconds",
            labels: LABELS,
            help: "Mean length of a program's collections over the last ten minutes; only where they take a hundredth of its time.",
        },
        SeriesInfo {
            name: "swarmpulse_gc_collections_per_minute",
            unit: "",
            labels: LABELS,
            help: "Collections of a program a minute, over the last ten minutes; only where they take a hundredth of its time.",
        },
    ],
};

/// Watches collectors.
#[derive(Debug, Default)]
pub(crate) struct GcWatch {
    programs: BTreeMap<EntityKey, Program>,
    /// Whose part a subject is.
    owners: BTreeMap<SubjectId, EntityKey>,
    scratch: Scratch,
    dropped: u64,
}

impl GcWatch {
    /// One that knows nothing yet.
    pub(crate) fn boxed() -> Box<dyn Detector> {
        Box::new(Self::default())
    }

    /// The program of a subject, which a counter of collections makes known.
    fn program(&mut self, id: SubjectId, subject: &Subject, signal: Signal) -> Option<&mut Program> {
        let counts = matches!(signal, Signal::GcSecondsTotal | Signal::GcCollectionsTotal);
        if !self.programs.contains_key(&subject.entity) {
            if !counts {
                return None;
            }
            if self.programs.len() >= PROGRAMS_MAX {
                self.dropped += 1;
                return None;
            }
            let program = Program::new(subject.entity.clone());
            self.programs.insert(subject.entity.clone(), program);
        }
        if counts || signal == Signal::HeapBytes {
            self.owners.entry(id).or_insert_with(|| subject.entity.clone());
        }
        self.programs.get_mut(&subject.entity)
    }
}

impl Detector for GcWatch {
    fn name(&self) -> &'static str {
        DESCRIPTION.name
    }

    fn sample(&mut self, id: SubjectId, subject: &Subject, signal: Signal, at: Timestamp, value: f64) {
        let known = match signal {
            Signal::GcSecondsTotal | Signal::GcCollectionsTotal | Signal::HeapBytes => true,
            Signal::MemoryBytes | Signal::StartTimeSeconds => subject.part.is_empty(),
            _ => false,
        };
        if !known {
            return;
        }
        if let Some(program) = self.program(id, subject, signal)
            && !program.push(id, signal, at, value)
        {
            self.dropped += 1;
            self.owners.remove(&id);
        }
    }

    fn forget(&mut self, id: SubjectId) {
        if let Some(entity) = self.owners.remove(&id)
            && let Some(program) = self.programs.get_mut(&entity)
            && program.forget(id)
        {
            self.programs.remove(&entity);
        }
    }

    fn evaluate(&mut self, now: Timestamp, _: &Surroundings<'_>, report: &mut Report) {
        let mut unnamed = 0;
        for program in self.programs.values_mut() {
            if now.seconds_since(program.heard_at) > SILENT_S {
                program.pressure.held = None;
                continue;
            }
            program.pressure.judge(now, &program.minutes, &mut self.scratch);
            match program.pressure.figures {
                Some(figures) => tell(program, &figures, now, report),
                None if report.waiting.len() < WAITING_NAMED => report.waiting.push(waiting(program)),
                None => unnamed += 1,
            }
        }
        if unnamed > 0 {
            report.waiting.push(Waiting {
                detector: DESCRIPTION.name,
                subject: None,
                reason: format!("{unnamed} other programs have told of too few minutes in collection"),
            });
        }
        if self.dropped > 0 {
            let dropped = std::mem::take(&mut self.dropped);
            report.dropped.push(("gc_programs", dropped));
        }
    }
}

fn waiting(program: &Program) -> Waiting {
    let seen: f32 = program.minutes.closed().map(|(_, cell)| cell.seen_s).sum();
    let reason = if program.has_seconds {
        format!(
            "{:.0} minutes of time in collection, {:.0} are needed",
            seen / 60.0,
            SEEN_MIN_S / 60.0
        )
    } else {
        "collections are counted, but how long they take is not told".to_owned()
    };
    Waiting {
        detector: DESCRIPTION.name,
        subject: Some(program.entity.clone()),
        reason,
    }
}

fn tell(program: &mut Program, figures: &Figures, now: Timestamp, report: &mut Report) {
    let mut publish = |series, value: f64| {
        report.published.push(Published {
            series,
            labels: entity_labels(&program.entity),
            value,
        });
    };
    publish("swarmpulse_gc_time_ratio", figures.ratio);
    if figures.ratio >= DETAIL_RATIO {
        if program.has_collections {
            publish(
                "swarmpulse_gc_collections_per_minute",
                figures.collections_per_minute,
            );
        }
        if let Some(pause) = figures.pause_s {
            publish("swarmpulse_gc_pause_seconds", pause);
        }
    }
    let Some(held) = program.pressure.held else { return };
    report.findings.push(telling::finding(program, held, figures));
    if held.logged.is_none_or(|logged| logged < held.severity) {
        report.lines.push(line(&program.entity, held, figures, now));
        if let Some(held) = &mut program.pressure.held {
            held.logged = Some(held.severity);
        }
    }
}

fn line(entity: &EntityKey, held: pressure::Held, figures: &Figures, now: Timestamp) -> LogLine {
    let details = vec![
        ("severity".into(), Field::Text(held.severity.as_str().into())),
        ("gc_time_ratio".into(), Field::Number(figures.ratio)),
        (
            "collections_per_minute".into(),
            Field::Number(figures.collections_per_minute),
        ),
        (
            "mean_pause_seconds".into(),
            figures.pause_s.map_or(Field::Null, Field::Number),
        ),
        ("memory_grows".into(), Field::Bool(figures.memory_bytes.is_some())),
    ];
    LogLine {
        log: Log::ProcessHealth,
        at: now,
        fields: vec![
            ("event", Field::Text("gc_pressure".into())),
            ("bot_id", Field::Text(entity.id.clone())),
            ("details", Field::Object(details)),
        ],
    }
}
