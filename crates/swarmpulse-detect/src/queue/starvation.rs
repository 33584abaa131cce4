//! Starvation: a priority or a user whose tasks wait far longer than the others' in the same queue.

use std::collections::BTreeMap;

use statrs::distribution::{Binomial, DiscreteCDF as _};
use swarmpulse_model::{EntityKey, Severity, Timestamp};

use super::census::{QueueCensus, WaitingClass};
use super::classes::{Classes, NONE, OTHER};
use super::figures::BottleneckKind;
use super::judgement::{Judgement, Scene, depth_chart, figure};
use super::sample::{DurationSample, Seen};
use super::track::QueueTrack;
use crate::statistics::survival::{Lasted, log_rank, median};
use crate::wording::{brief, tasks};
use crate::{Finding, Mark, Unit};

/// The condition.
pub(super) const STARVATION: &str = "starvation";

/// So many of the class wait, the longest for so long, in seconds.
const WAITING_MIN: u32 = 3;
const OLDEST_MIN_S: f64 = 600.0;
/// So many others began in the last hour.
const OTHERS_BEGUN_MIN: usize = 20;
/// The class's share of those that began is less than this part of its share of those that came or wait.
const SERVED_PART: f64 = 1.0 / 3.0;
/// Its median wait is so many times that of the others. A low priority is meant to wait; it is not meant to wait for ever.
const PRIORITY_FACTOR: f64 = 5.0;
const USER_FACTOR: f64 = 3.0;
/// So unlikely if all waited alike, over all classes of the queue.
const P: f64 = 1e-3;
/// From here on it is more than a note, in seconds.
const WARNING_OLDEST_S: f64 = 1800.0;

/// A class of tasks of a queue.
#[derive(Clone, Copy)]
struct Class {
    number: u8,
    by_user: bool,
    waiting: WaitingClass,
}

impl Class {
    fn of_seen(self, seen: &Seen) -> bool {
        self.number == if self.by_user { seen.user } else { seen.priority }
    }
}

/// What is known of a class that starves.
struct Starving {
    class: Class,
    p: f64,
    median_s: f64,
    others_median_s: f64,
    served: f64,
    demanded: f64,
}

/// Judges every queue; at most the worst class of each. Gives how many tasks of it wait, too, by queue.
pub(super) fn starvations(scene: &Scene<'_>) -> (Vec<Judgement>, BTreeMap<u16, u32>) {
    let mut found = Vec::new();
    let mut starving = BTreeMap::new();
    for it in scene.queues {
        let number = usize::from(it.number);
        let (Some(track), Some(census)) = (&scene.book.queues[number], &scene.census.queues[number]) else {
            continue;
        };
        let Some(entity) = it.figures.entity.clone() else {
            continue;
        };
        let worst = candidates(census, scene.now)
            .into_iter()
            .filter_map(|class| judge(scene, it.number, track, census, class))
            .max_by(|a, b| a.median_s.total_cmp(&b.median_s));
        if let Some(worst) = worst {
            found.push(told(&worst, track, entity, scene.now).of_queue(it));
            starving.insert(it.number, worst.class.waiting.count);
        }
    }
    (found, starving)
}

fn candidates(census: &QueueCensus, now: Timestamp) -> Vec<Class> {
    let priorities = census.priorities.iter().map(|(number, waiting)| Class {
        number: *number,
        by_user: false,
        waiting: *waiting,
    });
    let users = census.users.iter().enumerate().filter_map(|(number, waiting)| {
        Some(Class {
            number: number as u8,
            by_user: true,
            waiting: (*waiting)?,
        })
    });
    priorities
        .chain(users)
        .filter(|class| {
            class.number != NONE
                && class.number != OTHER
                && class.waiting.count >= WAITING_MIN
                && now.seconds_since(class.waiting.oldest) >= OLDEST_MIN_S
        })
        .collect()
}

fn judge(
    scene: &Scene<'_>,
    queue: u16,
    track: &QueueTrack,
    census: &QueueCensus,
    class: Class,
) -> Option<Starving> {
    let ended = track.waits.iter().filter(|seen| seen.ended);
    let others_begun = ended.clone().filter(|seen| !class.of_seen(seen)).count();
    if others_begun < OTHERS_BEGUN_MIN {
        return None;
    }
    let begun = ended.clone().count() as f64;
    let served = (begun - others_begun as f64) / begun;
    let waits = waits(scene, queue, &track.waits, class);
    let of_class = waits.iter().filter(|wait| wait.of_group).count() as f64;
    let demanded = of_class / waits.len() as f64;
    if served >= SERVED_PART * demanded {
        return None;
    }
    let (mut mine, mut others) = (Vec::new(), Vec::new());
    for wait in &waits {
        let side = if wait.of_group { &mut mine } else { &mut others };
        side.push(*wait);
    }
    let (median_s, others_median_s) = (median(mine)?, median(others)?);
    let factor = if class.by_user {
        USER_FACTOR
    } else {
        PRIORITY_FACTOR
    };
    if median_s < factor * others_median_s.max(1.0) {
        return None;
    }
    let classes = census.priorities.len() + census.users.iter().flatten().count();
    let found = log_rank(waits)?;
    // The share of those that began must be small by more than chance, too: a class of tasks that have just come has
    // had no turn yet.
    let unserved = Binomial::new(demanded, begun as u64)
        .ok()?
        .cdf((begun - others_begun as f64) as u64);
    let p = found.p.max(unserved) * classes as f64;
    (found.pace < 1.0 && p < P).then_some(Starving {
        class,
        p,
        median_s,
        others_median_s,
        served,
        demanded,
    })
}

/// The waits of the last hour and of now, chosen alike.
fn waits(scene: &Scene<'_>, queue: u16, sample: &DurationSample, class: Class) -> Vec<Lasted> {
    let seen = sample.iter().map(|seen| Lasted {
        seconds: f64::from(seen.duration_s),
        ended: seen.ended,
        of_group: class.of_seen(seen),
    });
    let now = scene
        .book
        .open
        .iter()
        .filter(|task| task.queue == queue && task.waits() && sample.would_keep(task.hash))
        .map(|task| Lasted {
            seconds: scene.now.seconds_since(task.queued_at).max(0.0),
            ended: false,
            of_group: class.number == if class.by_user { task.user } else { task.priority },
        });
    seen.chain(now).collect()
}

fn told(it: &Starving, track: &QueueTrack, entity: EntityKey, now: Timestamp) -> Judgement {
    let names: &Classes = if it.class.by_user {
        &track.users
    } else {
        &track.priorities
    };
    let sort = if it.class.by_user { "user" } else { "priority" };
    let waiting = it.class.waiting;
    let oldest_s = now.seconds_since(waiting.oldest);
    let sentence = format!(
        "{} of {sort} {} wait in queue {}, half of them longer than {}, the longest for {}; half of the others wait less \
         than {}. They are {:.0} % of those that came and {:.0} % of those that began",
        tasks(waiting.count),
        names.name(it.class.number),
        track.name.shown(),
        brief(it.median_s),
        brief(oldest_s),
        brief(it.others_median_s),
        100.0 * it.demanded,
        100.0 * it.served,
    );
    let finding = Finding {
        detector: super::NAME,
        condition: STARVATION,
        subject: entity,
        severity: if oldest_s >= WARNING_OLDEST_S {
            Severity::Warning
        } else {
            Severity::Info
        },
        confidence: 1.0 - it.p,
        since: waiting.oldest.plus_s(OLDEST_MIN_S).min(now),
        sentence,
        figures: vec![
            figure("waiting_count", f64::from(waiting.count), Unit::Count),
            figure("oldest_age_s", oldest_s, Unit::Seconds),
            figure("wait_median_s", it.median_s, Unit::Seconds),
            figure("others_wait_median_s", it.others_median_s, Unit::Seconds),
            figure("demand_share_ratio", it.demanded, Unit::Ratio),
            figure("served_share_ratio", it.served, Unit::Ratio),
        ],
        charts: vec![depth_chart(
            &track.flow,
            now,
            "Tasks that wait",
            vec![Mark {
                at: waiting.oldest,
                label: "the longest waiting of them came".into(),
            }],
        )],
        related: Vec::new(),
        advice: vec![format!(
            "Let the age of a task raise its priority, or keep some workers for this {sort}."
        )],
    };
    Judgement::new(finding, BottleneckKind::WaitTimeHigh)
}
