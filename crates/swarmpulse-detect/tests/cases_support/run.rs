//! Running a case: everything that happens in the order of time, with a round every 15 seconds.

use std::collections::BTreeMap;

use swarmpulse_detect::{
    DETECTORS, Explained, Hour, Report, Signal, Subject, SubjectId, Subjects, Surroundings,
};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Record, Text, Timestamp};

use super::case::Case;
use super::history::Said;
use super::invariant;
use super::series_line::HoursLine;
use super::words::Fault;

/// When every case begins: Monday, 2026-01-05T00:00:00Z.
const START: Timestamp = Timestamp(1_767_571_200 * SECOND_NS);
/// Samples of an hour that is told in short.
const SAMPLES_PER_HOUR: u64 = 240;

/// Something that happens.
enum Happening {
    Hour(SubjectId, Signal, Hour),
    Sample(SubjectId, Signal, f64),
    Record(Text, Record),
    Gone(SubjectId),
}

/// What happens by time since the start; what happens at once keeps its order.
struct World {
    subjects: BTreeMap<Subject, SubjectId>,
    timeline: Vec<(i64, Happening)>,
}

impl World {
    fn of(name: &str, case: &Case) -> Result<Self, Fault> {
        let mut world = Self {
            subjects: BTreeMap::new(),
            timeline: Vec::new(),
        };
        for line in &case.hours {
            world.hours(line);
        }
        for line in &case.series {
            let id = world.id(&line.subject);
            for (n, value) in (0..).zip(line.expression.values()) {
                let at_ns = line.from_ns + n * line.every_ns;
                world
                    .timeline
                    .push((at_ns, Happening::Sample(id, line.signal, value)));
            }
        }
        for (number, line) in &case.records {
            let records = line
                .records(START)
                .map_err(|fault| format!("{name}:{number}: {fault}"))?;
            world.timeline.extend(
                records
                    .into_iter()
                    .map(|(at_ns, record)| (at_ns, Happening::Record(line.namespace.clone(), record))),
            );
        }
        for (at_ns, subject) in &case.gone {
            let id = world.id(subject);
            world.timeline.push((*at_ns, Happening::Gone(id)));
        }
        world.timeline.sort_by_key(|(at_ns, _)| *at_ns);
        Ok(world)
    }

    fn hours(&mut self, line: &HoursLine) {
        let id = self.id(&line.subject);
        for (n, mean) in (1..).zip(line.expression.values()) {
            let end_ns = line.from_ns + n * HoursLine::HOUR_NS;
            let hour = Hour {
                end: START.plus_ns(end_ns),
                count: SAMPLES_PER_HOUR,
                min: mean - line.spread,
                max: mean + line.spread,
                mean,
            };
            self.timeline
                .push((end_ns, Happening::Hour(id, line.signal, hour)));
        }
    }

    fn id(&mut self, subject: &Subject) -> SubjectId {
        let next = SubjectId(self.subjects.len() as u32);
        *self.subjects.entry(subject.clone()).or_insert(next)
    }
}

/// Runs a case and says everything that is not as expected.
pub fn run(name: &str, text: &str) -> Result<(), Vec<Fault>> {
    let one = |fault| vec![fault];
    let case = Case::read(name, text).map_err(one)?;
    let explained = DETECTORS
        .iter()
        .find(|row| row.description.name == case.detector)
        .ok_or_else(|| one(format!("{name}: there is no detector `{}`", case.detector)))?;
    let world = World::of(name, &case).map_err(one)?;
    let (first, faults) = play(name, &case, explained, &world);
    if !faults.is_empty() {
        return Err(faults);
    }
    // Hash seeds differ between the two: what depends on them shows here.
    let (second, _) = play(name, &case, explained, &world);
    match first.iter().zip(&second).find(|(one, other)| one != other) {
        None => Ok(()),
        Some((once, again)) => Err(one(format!(
            "{name}: a second run says something else:\n    {once}\n    {again}"
        ))),
    }
}

/// Everything said at each `eval`, as text, and what is not as expected.
fn play(name: &str, case: &Case, explained: &Explained, world: &World) -> (Vec<String>, Vec<Fault>) {
    let mut detector = (explained.new)();
    let mut subjects = Subjects::default();
    let by_id: BTreeMap<SubjectId, &Subject> = world
        .subjects
        .iter()
        .map(|(subject, id)| (*id, subject))
        .collect();
    for (id, subject) in &by_id {
        subjects.set(*id, Some((*subject).clone()));
    }
    let (mut said, mut told, mut faults) = (Said::default(), Vec::new(), Vec::new());
    let mut happenings = world.timeline.iter().peekable();
    let last_ns = case.evals.last().map_or(0, |eval| eval.at_ns);
    let mut evals = case.evals.iter().peekable();
    let mut now_ns = 0;
    while now_ns <= last_ns {
        while let Some((at_ns, happening)) = happenings.next_if(|(at_ns, _)| *at_ns <= now_ns) {
            let at = START.plus_ns(*at_ns);
            match happening {
                Happening::Hour(id, signal, hour) => detector.hour(*id, by_id[id], *signal, hour),
                Happening::Sample(id, signal, value) => detector.sample(*id, by_id[id], *signal, at, *value),
                Happening::Record(namespace, record) => detector.observe(namespace, at, record),
                Happening::Gone(id) => detector.forget(*id),
            }
        }
        let mut report = Report::default();
        let around = Surroundings {
            subjects: &subjects,
            graph: &case.graph,
        };
        detector.evaluate(START.plus_ns(now_ns), &around, &mut report);
        if let Err(fault) = invariant::check(&report, explained.description) {
            faults.push(format!("{name}: after {} s: {fault}", now_ns / SECOND_NS));
            return (told, faults);
        }
        said.take(now_ns, report);
        if let Some(eval) = evals.next_if(|eval| eval.at_ns == now_ns) {
            told.push(format!("{:?} {:?}", said.now, said.lines));
            for (line, expectation) in &eval.expectations {
                if let Err(fault) = expectation.check(&said, explained.description) {
                    faults.push(format!("{name}:{line}: {fault}"));
                }
            }
        }
        now_ns += Case::ROUND_NS;
    }
    (told, faults)
}
