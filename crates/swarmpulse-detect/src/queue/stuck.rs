//! Stuck tasks: those that wait or run for longer than any healthy one of their type.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_model::{EntityKey, EntityKind, Severity, Text, Timestamp};

use super::census::{KNOWN_MIN, Limit, Suspects};
use super::figures::{BottleneckKind, StuckTasks};
use super::judgement::{Judgement, Scene, by_minute, figure};
use super::open_task::OpenTask;
use super::sample::{DurationSample, Seen};
use super::track::TypeTrack;
use crate::wording::{brief, clock, tasks};
use crate::{Chart, Finding, Mark, Unit, Waiting};

/// The condition.
pub(super) const TASK_STUCK: &str = "task_stuck";

/// Tasks that a finding names.
const NAMED_MAX: usize = 20;
/// So many stand still: that is urgent.
const CRITICAL_COUNT: usize = 10;
/// Tasks whose sender says how long they may take have nothing left to doubt but the sender.
const DECLARED_CONFIDENCE: f64 = 0.99;
/// A waiting task is stuck only if so many that came later have begun: in a line that is served in turn none has.
const OVERTAKEN_MIN: usize = 20;
/// Types named that cannot be judged.
const WAITING_MAX: usize = 20;
/// A task that has run for less is not missed, in seconds.
const UNJUDGED_MIN_S: f64 = 300.0;

/// What stands still.
struct Standing<'s> {
    track: &'s TypeTrack,
    suspects: Vec<(Timestamp, &'s OpenTask)>,
    waiting: bool,
    limit_s: f64,
    declared: bool,
    known: u32,
    confidence: f64,
}

/// The lines that tasks wait in.
struct Lines<'s> {
    scene: &'s Scene<'s>,
    /// Queues whose waits have a cause that is told.
    explained: &'s BTreeSet<u16>,
    /// When those came that began in the last hour, in Unix seconds, earliest first; by queue.
    begun_s: BTreeMap<u16, Vec<f64>>,
}

impl Lines<'_> {
    /// Whether many that came after a task have begun, and nothing else explains its wait.
    fn is_passed_over(&mut self, task: &OpenTask) -> bool {
        if self.explained.contains(&task.queue) {
            return false;
        }
        let begun_s = self.begun_s.entry(task.queue).or_insert_with(|| {
            let track = self.scene.book.queues[usize::from(task.queue)].as_ref();
            let begun = track.into_iter().flat_map(|track| track.waits.iter());
            let mut came_s: Vec<f64> = begun.filter(|seen| seen.ended).map(Seen::began_s).collect();
            came_s.sort_by(f64::total_cmp);
            came_s
        });
        let before = begun_s.partition_point(|came_s| *came_s <= task.queued_at.unix_s());
        begun_s.len() - before >= OVERTAKEN_MIN
    }
}

/// Judges every type. Waiting tasks of the queues in `explained` are left out: their wait has a cause that is told.
pub(super) fn stuck(
    scene: &Scene<'_>,
    explained: &BTreeSet<u16>,
) -> (Vec<Judgement>, Vec<StuckTasks>, Vec<Waiting>) {
    let (mut found, mut figures, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    let mut unnamed = 0_usize;
    let mut lines = Lines {
        scene,
        explained,
        begun_s: BTreeMap::new(),
    };
    for (track, census) in scene.book.types.iter().zip(&scene.census.types) {
        let (Some(track), Some(census)) = (track, census) else {
            continue;
        };
        if track.is_rest {
            continue;
        }
        if census.unjudged_s > UNJUDGED_MIN_S {
            if waiting.len() < WAITING_MAX {
                waiting.push(unjudged(track, census.unjudged_s));
            } else {
                unnamed += 1;
            }
        }
        let running = standing(
            track,
            &census.stuck_running,
            &track.usual_executions,
            census.execution_limit,
            None,
        );
        let in_line = standing(
            track,
            &census.stuck_waiting,
            &track.usual_waits,
            census.wait_limit,
            Some(&mut lines),
        );
        // If tasks run without end, others wait for that reason.
        if let Some(standing) = running.or(in_line) {
            found.push(told(&standing, scene.now));
            figures.push(shown(&standing, scene.now));
        }
    }
    if unnamed > 0 {
        waiting.push(Waiting {
            detector: super::NAME,
            subject: None,
            reason: format!("{unnamed} more types have too few ended tasks to tell which are stuck"),
        });
    }
    (found, figures, waiting)
}

fn standing<'s>(
    track: &'s TypeTrack,
    suspects: &Suspects<'s>,
    ended: &DurationSample,
    limit: Option<Limit>,
    lines: Option<&mut Lines<'_>>,
) -> Option<Standing<'s>> {
    let waiting = lines.is_some();
    let mut tasks = suspects.tasks.clone();
    if let Some(lines) = lines {
        tasks.retain(|(_, task)| lines.is_passed_over(task));
    }
    tasks.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
    let (oldest, _) = *tasks.first()?;
    let (limit_s, known, confidence) = match (suspects.declared_s, limit) {
        (Some(declared_s), _) => (declared_s, ended.len() as u32, DECLARED_CONFIDENCE),
        (None, Some(limit)) => {
            // Only what began before the first of them can tell what was usual then; all that do so ended in time.
            let before = ended
                .iter()
                .filter(|seen| seen.ended && seen.began_s() < oldest.unix_s())
                .count() as u32;
            if before < KNOWN_MIN {
                return None;
            }
            (limit.seconds, before, 1.0 - 1.0 / (f64::from(before) + 2.0))
        }
        (None, None) => return None,
    };
    Some(Standing {
        track,
        suspects: tasks,
        waiting,
        limit_s,
        declared: suspects.declared_s.is_some(),
        known,
        confidence,
    })
}

fn unjudged(track: &TypeTrack, longest_s: f64) -> Waiting {
    Waiting {
        detector: super::NAME,
        subject: Some(track.entity()),
        reason: format!(
            "{} of this type were done in the last day, {KNOWN_MIN} are needed to tell whether one that has run for {} \
             is stuck",
            tasks(track.usual_executions.len() as u32),
            brief(longest_s)
        ),
    }
}

fn shown(it: &Standing<'_>, now: Timestamp) -> StuckTasks {
    StuckTasks {
        namespace: it.track.namespace.clone(),
        task_type: it.track.name.clone(),
        waiting: it.waiting,
        count: it.suspects.len() as u32,
        tasks: it
            .suspects
            .iter()
            .take(NAMED_MAX)
            .map(|(_, task)| task.id.clone())
            .collect(),
        oldest_s: it
            .suspects
            .first()
            .map_or(0.0, |(since, _)| now.seconds_since(*since)),
        limit_s: it.limit_s,
        declared: it.declared,
        known: it.known,
        confidence: it.confidence,
    }
}

fn told(it: &Standing<'_>, now: Timestamp) -> Judgement {
    let track = it.track;
    let oldest = it.suspects.first().map_or(now, |(since, _)| *since);
    let oldest_s = now.seconds_since(oldest);
    let count = it.suspects.len();
    let subject = match it.suspects.as_slice() {
        [(_, task)] => EntityKey::new(&track.namespace, EntityKind::Task, &task.id),
        _ => track.entity(),
    };
    let executing = track.flow.gauges().running() as usize;
    let all_of_them = count >= 3 && !it.waiting && count >= executing;
    let mut charts = Vec::new();
    if !it.waiting {
        let mean = by_minute(&track.flow, now, "mean execution of those that ended", |counts| {
            (counts.executed > 0).then(|| counts.executed_s / f64::from(counts.executed))
        });
        charts.push(Chart {
            title: "Execution".into(),
            unit: Unit::Seconds,
            lines: vec![mean],
            marks: vec![Mark {
                at: oldest,
                label: "the first of them began".into(),
            }],
            limit: Some(it.limit_s),
        });
    }
    charts.push(super::judgement::depth_chart(
        &track.flow,
        now,
        "Tasks of the type that wait",
        Vec::new(),
    ));
    let finding = Finding {
        detector: super::NAME,
        condition: TASK_STUCK,
        subject,
        severity: if count >= CRITICAL_COUNT || all_of_them {
            Severity::Critical
        } else {
            Severity::Warning
        },
        confidence: it.confidence,
        since: oldest.plus_s(it.limit_s).min(now),
        sentence: sentence(it, oldest, now),
        figures: vec![
            figure("stuck_count", count as f64, Unit::Count),
            figure("oldest_s", oldest_s, Unit::Seconds),
            figure("limit_s", it.limit_s, Unit::Seconds),
            figure("known_count", f64::from(it.known), Unit::Count),
        ],
        charts,
        related: it
            .suspects
            .iter()
            .take(NAMED_MAX)
            .filter(|_| count > 1)
            .map(|(_, task)| EntityKey::new(&track.namespace, EntityKind::Task, &task.id))
            .collect(),
        advice: advice(it),
    };
    let kind = if it.waiting {
        BottleneckKind::WaitTimeHigh
    } else {
        BottleneckKind::ExecutionTimeHigh
    };
    Judgement::new(finding, kind).of_type(&track.name)
}

fn sentence(it: &Standing<'_>, oldest: Timestamp, now: Timestamp) -> String {
    let does = if it.waiting { "waited" } else { "run" };
    let for_s = brief(now.seconds_since(oldest));
    let name = &it.track.name;
    let head = match it.suspects.as_slice() {
        [(_, task)] => format!("task {} ({name}) has {does} for {for_s}", task.id),
        all => format!(
            "{} of type {name} stand still, the longest has {does} for {for_s} (since {})",
            tasks(all.len() as u32),
            clock(oldest, now)
        ),
    };
    if it.declared {
        format!("{head}; its sender allows {} without progress", brief(it.limit_s))
    } else {
        format!(
            "{head}; by the {} others of the last day none should take longer than {}",
            it.known,
            brief(it.limit_s)
        )
    }
}

fn advice(it: &Standing<'_>) -> Vec<String> {
    let mut by_agent = BTreeMap::<&Text, u32>::new();
    for (_, task) in &it.suspects {
        if let Some(agent) = task.agent.as_ref().filter(|_| !it.waiting) {
            *by_agent.entry(agent).or_default() += 1;
        }
    }
    let all = it.suspects.len() as u32;
    let most = by_agent.iter().max_by_key(|(_, count)| **count);
    match most {
        Some((agent, count)) if all > 1 && *count * 2 > all => {
            vec![format!(
                "{count} of the {all} are with {agent}: look there first."
            )]
        }
        Some((agent, _)) if all == 1 => vec![format!("It is with {agent}: see what that waits for.")],
        Some(_) => vec![format!(
            "They are spread over {} workers: look at what all of them need.",
            by_agent.len()
        )],
        None => Vec::new(),
    }
}
