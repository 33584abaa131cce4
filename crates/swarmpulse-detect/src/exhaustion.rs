//! Exhaustion: memory, file descriptors, threads, disks, connections and queues that run towards their real limits.

mod growth;
mod parts;
mod resource;
mod telling;
mod track;
mod turns;
mod window;

use std::collections::BTreeMap;

use swarmpulse_model::{EntityKey, Text, Timestamp};

use crate::catalogue::{Condition, Description, SeriesInfo};
use crate::detector::{Detector, Subject, SubjectId, Subjects, Surroundings};
use crate::report::{Field, Log, LogLine, Published, Report, Waiting};
use crate::signal::Signal;
use crate::wording::entity_labels;
use growth::Scratch;
use parts::Wholes;
use resource::{Resource, Role};
use telling::Fired;
use track::{MINUTES_NEEDED, Track};

/// Resources of subjects that are followed; further ones are left out and counted.
const TRACKS_MAX: usize = 65_536;
/// Subjects that are named as not to be judged; the others are summed up.
const WAITING_NAMED: usize = 20;
/// Use below this part of the limit is not published.
const PUBLISHED_SHARE: f64 = 0.5;
/// A time to the limit above this is not published, in seconds.
const PUBLISHED_S: f64 = 6.0 * 3600.0;
/// Labels of what is published, whatever kind of entity it is of.
const LABELS: &[&str] = &[
    "namespace",
    "agent",
    "service",
    "host",
    "sandbox",
    "resource",
    "part",
];

/// What it is.
pub(crate) static DESCRIPTION: Description = Description {
    name: "exhaustion",
    summary: "foretells when memory, file descriptors, threads, disk space, connections or queue places run out",
    method: "Compares use with the real limit: of the control group, the process, the machine, the server or the queue. \
        Without a known limit it says so and nothing else; it never guesses one. The least use of every minute of the last hour \
        makes windows of 60, 30, 15 and, towards the end, 8 minutes. A growth is the median of slopes in a window, at least four \
        standard errors above none (errors allow for neighbouring minutes that err alike), that goes on in the window's last third, \
        does not slow down so much that it ends before the limit, and is above what the same resource came down from by itself in \
        the last day or two (by a third of its swing where it often swings), so that saw-teeth, fills, steps and peaks are none; of \
        a saw the crests are followed. It is a warning when the limit is reached within an hour (15 minutes while the process or the \
        watch is younger than 45 minutes, and caches fill) with a probability of 90 %, critical when within 10 minutes or when more \
        than 95 % is in use for two minutes, whatever it does; nothing is foretold further ahead than twice the time it was watched. \
        It ends after 10 minutes without. Confidence \
        is that probability if growth goes on as measured.",
    sources: &[
        "Sen 1968: Estimates of the regression coefficient based on Kendall's tau",
        "Marriott and Pope 1954: Bias in the estimation of autocorrelations",
        "Garg, van Moorsel, Vaidyanathan, Trivedi 1998: A methodology for detection and estimation of software aging",
    ],
    conditions: &[
        Condition {
            name: "memory_exhaustion",
            meaning: "Memory reaches its limit within an hour, or is nearly there.",
        },
        Condition {
            name: "fd_exhaustion",
            meaning: "Open file descriptors reach their limit within an hour, or are nearly there.",
        },
        Condition {
            name: "thread_exhaustion",
            meaning: "Threads reach their limit within an hour, or are nearly there.",
        },
        Condition {
            name: "disk_exhaustion",
            meaning: "A file system is full within an hour, or is nearly full.",
        },
        Condition {
            name: "connection_exhaustion",
            meaning: "Connections reach their limit within an hour, or are nearly there.",
        },
        Condition {
            name: "queue_exhaustion",
            meaning: "A queue is full within an hour, or is nearly full.",
        },
    ],
    series: &[
        SeriesInfo {
            name: "swarmpulse_exhaustion_time_seconds",
            unit: "seconds",
            labels: LABELS,
            help: "Time until a resource reaches its limit if it goes on growing as in the last hour; only where it grows and that is within 6 hours.",
        },
        SeriesInfo {
            name: "swarmpulse_exhaustion_used_ratio",
            unit: "ratio",
            labels: LABELS,
            help: "Part of a resource's limit that is in use; only where it is half or more.",
        },
    ],
};

/// Watches resources run out.
#[derive(Debug, Default)]
pub(crate) struct ExhaustionWatch {
    tracks: BTreeMap<(SubjectId, Resource), Track>,
    starts: BTreeMap<SubjectId, f64>,
    wholes: Wholes,
    scratch: Scratch,
    dropped: u64,
}

impl ExhaustionWatch {
    /// One that knows nothing yet.
    pub(crate) fn boxed() -> Box<dyn Detector> {
        Box::new(Self::default())
    }

    fn track(&mut self, id: SubjectId, resource: Resource) -> Option<&mut Track> {
        let full = self.tracks.len() >= TRACKS_MAX && !self.tracks.contains_key(&(id, resource));
        if full {
            self.dropped += 1;
            return None;
        }
        Some(self.tracks.entry((id, resource)).or_default())
    }

    /// Another start time is another life.
    fn started(&mut self, id: SubjectId, start_s: f64) {
        // Exporters compute it from a clock that is adjusted now and then.
        const SAME_S: f64 = 5.0;
        let before = match self.starts.get(&id) {
            None if self.starts.len() >= TRACKS_MAX => return,
            None => None,
            Some(before) => Some(*before),
        };
        self.starts.insert(id, start_s);
        if before.is_some_and(|before| (before - start_s).abs() > SAME_S) {
            for (_, track) in self
                .tracks
                .range_mut((id, Resource::Memory)..=(id, Resource::Queue))
            {
                track.restart();
            }
        }
    }
}

impl Detector for ExhaustionWatch {
    fn name(&self) -> &'static str {
        DESCRIPTION.name
    }

    fn sample(&mut self, id: SubjectId, subject: &Subject, signal: Signal, at: Timestamp, value: f64) {
        if signal == Signal::StartTimeSeconds {
            self.started(id, value);
            return;
        }
        let Some((resource, role)) = Resource::of(signal) else {
            return;
        };
        if let Some(track) = self.track(id, resource) {
            track.push(role, at, value);
        }
        if resource != Resource::Connections {
            return;
        }
        if role == Role::Limit && subject.part.is_empty() {
            self.wholes.limited(id, &subject.entity);
        } else if role == Role::Used && !subject.part.is_empty() {
            let sum = self.wholes.sum(id, &subject.entity, at, value);
            if let Some((whole, sum)) = sum
                && let Some(track) = self.track(whole, resource)
            {
                track.push(role, at, sum);
            }
        }
    }

    fn forget(&mut self, id: SubjectId) {
        self.starts.remove(&id);
        self.wholes.forget(id);
        let keys: Vec<_> = self
            .tracks
            .range((id, Resource::Memory)..=(id, Resource::Queue))
            .map(|(key, _)| *key)
            .collect();
        for key in keys {
            self.tracks.remove(&key);
        }
    }

    fn evaluate(&mut self, now: Timestamp, around: &Surroundings<'_>, report: &mut Report) {
        for ((id, resource), track) in &mut self.tracks {
            track.judge(now, &mut self.scratch);
            if let Some(subject) = around.subjects.get(*id) {
                log(track, subject, *resource, now, report);
                publish(track, subject, *resource, now, report);
            }
        }
        tell(&self.tracks, around.subjects, now, report);
        wait(&self.tracks, around.subjects, now, report);
        let dropped = std::mem::take(&mut self.dropped) + self.wholes.take_dropped();
        if dropped > 0 {
            report.dropped.push(("exhaustion_tracks", dropped));
        }
    }
}

/// Adds the findings, one for each resource of an entity.
fn tell(
    tracks: &BTreeMap<(SubjectId, Resource), Track>,
    subjects: &Subjects,
    now: Timestamp,
    report: &mut Report,
) {
    let mut firing: BTreeMap<(&EntityKey, Resource), Vec<Fired<'_>>> = BTreeMap::new();
    for ((id, resource), track) in tracks {
        if let (Some(held), Some(limit), Some(used), Some(subject)) =
            (track.held, track.limit(), track.in_use(), subjects.get(*id))
        {
            let fired = Fired {
                part: &subject.part,
                track,
                held,
                limit,
                used,
            };
            firing
                .entry((&subject.entity, *resource))
                .or_default()
                .push(fired);
        }
    }
    for ((entity, resource), mut parts) in firing {
        parts.sort_by(|a, b| {
            let urgency = b.held.severity.cmp(&a.held.severity);
            let sooner = a.minutes_left().total_cmp(&b.minutes_left());
            let fuller = (b.used / b.limit).total_cmp(&(a.used / a.limit));
            urgency.then(sooner).then(fuller).then(a.part.cmp(b.part))
        });
        report
            .findings
            .extend(telling::finding(entity, resource, &parts, now));
    }
}

/// Writes a line when it begins, and another when it becomes worse.
fn log(track: &mut Track, subject: &Subject, resource: Resource, now: Timestamp, report: &mut Report) {
    let (Some(limit), Some(used)) = (track.limit(), track.in_use()) else {
        return;
    };
    let left = track.growth.as_ref().map(|growth| 60.0 * growth.minutes_left().0);
    let Some(held) = &mut track.held else { return };
    if held.logged.is_some_and(|logged| logged >= held.severity) {
        return;
    }
    held.logged = Some(held.severity);
    let details = vec![
        ("resource".into(), Field::Text(resource.name().into())),
        ("part".into(), Field::Text(subject.part.clone())),
        ("severity".into(), Field::Text(held.severity.as_str().into())),
        ("used".into(), Field::Number(used)),
        ("limit".into(), Field::Number(limit)),
        ("used_ratio".into(), Field::Number(used / limit)),
        (
            "time_to_limit_seconds".into(),
            left.map_or(Field::Null, Field::Number),
        ),
    ];
    report.lines.push(LogLine {
        log: Log::ProcessHealth,
        at: now,
        fields: vec![
            ("event", Field::Text("exhaustion_foretold".into())),
            ("bot_id", Field::Text(subject.entity.id.clone())),
            ("details", Field::Object(details)),
        ],
    });
}

fn publish(track: &Track, subject: &Subject, resource: Resource, now: Timestamp, report: &mut Report) {
    let (Some(limit), Some(used)) = (track.limit(), track.in_use()) else {
        return;
    };
    if !track.is_heard(now) {
        return;
    }
    let mut add = |series, value: f64| {
        let mut labels = entity_labels(&subject.entity);
        labels.extend([Text::const_new(resource.name()), subject.part.clone()]);
        report.published.push(Published {
            series,
            labels,
            value,
        });
    };
    let ratio = used / limit;
    if ratio >= PUBLISHED_SHARE {
        add("swarmpulse_exhaustion_used_ratio", ratio);
    }
    if let Some(growth) = &track.growth {
        let seconds = 60.0 * growth.minutes_left().0;
        if seconds <= PUBLISHED_S {
            add("swarmpulse_exhaustion_time_seconds", seconds);
        }
    }
}

/// Says who cannot be judged: those without a limit, and those that are new.
fn wait(
    tracks: &BTreeMap<(SubjectId, Resource), Track>,
    subjects: &Subjects,
    now: Timestamp,
    report: &mut Report,
) {
    let mut more = 0;
    for ((id, resource), track) in tracks {
        let Some(reason) = lacks(track, *resource, now) else {
            continue;
        };
        let named = report.waiting.len() < WAITING_NAMED;
        match subjects.get(*id).filter(|_| named) {
            Some(subject) => report.waiting.push(Waiting {
                detector: DESCRIPTION.name,
                subject: Some(subject.entity.clone()),
                reason,
            }),
            None => more += 1,
        }
    }
    if more > 0 {
        report.waiting.push(Waiting {
            detector: DESCRIPTION.name,
            subject: None,
            reason: format!("{more} other resources have no known limit or too few samples"),
        });
    }
}

fn lacks(track: &Track, resource: Resource, now: Timestamp) -> Option<String> {
    if track.limit().is_none() {
        return track
            .is_told()
            .then(|| format!("no limit of {} is known", resource.things()));
    }
    let minutes = track.minutes();
    (track.is_heard(now) && track.held.is_none() && minutes < MINUTES_NEEDED).then(|| {
        format!(
            "{minutes} minutes of samples of {}, {MINUTES_NEEDED} are needed for a forecast",
            resource.things()
        )
    })
}

#[cfg(test)]
mod tests;
