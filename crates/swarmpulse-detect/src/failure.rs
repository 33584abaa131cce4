//! Failures: what fails more than usual, more and more, at which times, with what, and with which errors.
//!
//! | Bound | Of |
//! |---|---|
//! | 500 task types, 10,000 agents, 5,000 services, 1,000 hosts | all namespaces together; 550 bytes each, a task type 9 KB: 13 MB |
//! | 500 groups of messages, 1.5 KB each, 100 last failures | each of at most 16 namespaces: 13 MB |
//! | 131,072 tasks that ended of late | all namespaces together: 6 MB |
//! | 200 members compared with each other | each namespace, every five minutes |
//! | 1,000 lines of the log, 200 findings of a condition | a report |
//!
//! What does not fit is counted. Names that nothing ended of for a day make room.

mod blame;
mod book;
mod calendar;
mod cells;
mod class;
mod description;
mod ended;
mod figures;
mod findings;
mod fold;
mod generations;
mod group;
mod high;
mod incident;
mod judge;
mod marks;
mod news;
mod related;
mod rising;
mod tally;
mod together;
mod top;
mod trend;
mod words;

use std::collections::BTreeMap;

use swarmpulse_model::{EntityKey, Record, Text, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

use crate::detector::{Detector, Surroundings};
use crate::finding::Finding;
use crate::report::{Field, Log, LogLine, Published, Report};

use book::{Book, Drops, LINES_MAX};
use cells::Room;
use ended::{EndedTasks, News};
use figures::Judged;
use incident::{Told, read};
use judge::{Asked, Judgement};
use tally::HOUR_NS;

pub use class::ErrorClass;
pub(crate) use description::DESCRIPTION;
pub use figures::{
    FailureFigures, GroupRow as FailureGroup, HourRow as FailureHour, PatternRow as FailurePattern,
    RateRow as FailureRates, RecentFailure, TogetherRow as FailuresTogether,
};
pub use tally::Tally as FailureTally;
pub use trend::{Direction as FailureDirection, Trend as FailureTrend};

/// Namespaces that are remembered.
const NAMESPACES_MAX: usize = 16;
/// How often everything is judged; in between, the same is said again.
const JUDGED_EVERY_NS: i64 = 60 * 1_000_000_000;

/// Since when what is told holds, by condition and subject.
type Since = BTreeMap<(&'static str, EntityKey), Timestamp>;

/// Watches what fails.
#[derive(Debug)]
pub struct FailureWatch {
    books: BTreeMap<Text, (Book, Judgement)>,
    room: Room,
    ended: EndedTasks,
    drops: Drops,
    lines: Vec<LogLine>,
    since: Since,
    judged: Option<Timestamp>,
    swept: i64,
}

impl Default for FailureWatch {
    fn default() -> Self {
        Self::new()
    }
}

impl FailureWatch {
    /// One that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            books: BTreeMap::new(),
            room: Room::default(),
            ended: EndedTasks::new(),
            drops: Drops::default(),
            lines: Vec::new(),
            since: Since::new(),
            judged: None,
            swept: 0,
        }
    }

    /// The namespaces that anything ended in.
    pub fn namespaces(&self) -> impl Iterator<Item = &Text> {
        self.books.keys()
    }

    /// Everything that is known of failures in a namespace; `None` if nothing ended there yet.
    #[must_use]
    pub fn figures(&self, namespace: &str, now: Timestamp) -> Option<FailureFigures> {
        let (namespace, (book, judgement)) = self.books.get_key_value(namespace)?;
        let judged = Judged {
            trends: judgement.trends.as_ref(),
            relations: &judgement.relations,
            patterns: &judgement.patterns,
        };
        Some(figures::figures(namespace, book, &judged, now))
    }

    /// The book of a namespace, a new one if there is room.
    fn book(&mut self, namespace: &Text, at: Timestamp) -> Option<&mut Book> {
        if !self.books.contains_key(namespace) {
            if self.books.len() >= NAMESPACES_MAX {
                self.drops.count("failure_namespaces", 1);
                return None;
            }
            self.books
                .insert(namespace.clone(), (Book::new(at), Judgement::default()));
        }
        self.books.get_mut(namespace).map(|(book, _)| book)
    }

    fn end(&mut self, namespace: &Text, at: Timestamp, ending: &incident::Ending<'_>) {
        let news = self.ended.tell(xxh3_64(namespace.as_bytes()), ending, at);
        if news == News::Known || self.book(namespace, at).is_none() {
            return;
        }
        let Some((book, _)) = self.books.get_mut(namespace) else {
            return;
        };
        match (news, &ending.fault) {
            (News::Explained, Some(fault)) => book.explain(ending, fault, at),
            (News::Explained | News::Known, _) => {}
            (News::New, fault) => {
                book.count(ending, at, &mut self.room, &mut self.drops);
                if let Some(fault) = fault {
                    if self.lines.len() < LINES_MAX {
                        self.lines.push(book::line(namespace, ending, fault, at));
                    } else {
                        self.drops.count("failure_log_lines", 1);
                    }
                }
            }
        }
    }

    /// Closes spans, forgets what is idle, and judges anew if it is time.
    fn judge(&mut self, now: Timestamp, around: &Surroundings<'_>) {
        let due = self
            .judged
            .is_none_or(|judged| now.since(judged) >= JUDGED_EVERY_NS);
        if !due {
            return;
        }
        self.judged = Some(now);
        let mut since = Since::new();
        for (namespace, (book, judgement)) in &mut self.books {
            judge::place_agents(namespace, book, around.graph);
            let closed = book.close(now);
            let asked = Asked {
                namespace,
                book,
                now,
                before: &self.since,
            };
            judgement.renew(&asked, closed, &mut self.drops);
            self.drops
                .count("failure_error_groups", book.groups.take_evicted());
            for finding in &judgement.findings {
                since.insert((finding.condition, finding.subject.clone()), finding.since);
            }
        }
        self.log_new(&since, now);
        self.since = since;
        if now.0.div_euclid(HOUR_NS) != self.swept {
            self.swept = now.0.div_euclid(HOUR_NS);
            for (book, _) in self.books.values_mut() {
                book.sweep(now, &mut self.room);
            }
            self.books.retain(|_, (book, _)| !book.is_idle(now));
        }
    }

    /// A line of the log for each finding that was not there before.
    fn log_new(&mut self, since: &Since, now: Timestamp) {
        let findings = self.books.values().flat_map(|(_, judgement)| &judgement.findings);
        for finding in findings {
            let known = (finding.condition, finding.subject.clone());
            if !self.since.contains_key(&known) && since.contains_key(&known) {
                self.lines.push(event(finding, now));
            }
        }
    }
}

/// The line of the log for a finding.
fn event(finding: &Finding, now: Timestamp) -> LogLine {
    LogLine {
        log: Log::FailureAnalysis,
        at: now,
        fields: vec![
            ("event", Field::Text(finding.condition.into())),
            ("subject_kind", Field::Text(finding.subject.kind.as_str().into())),
            ("subject", Field::Text(finding.subject.id.clone())),
            ("severity", Field::Text(finding.severity.as_str().into())),
            ("details", Field::Text(finding.sentence.as_str().into())),
            ("namespace", Field::Text(finding.subject.namespace.clone())),
        ],
    }
}

/// A text of at most so many bytes, cut between characters.
fn shorten(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl Detector for FailureWatch {
    fn name(&self) -> &'static str {
        findings::DETECTOR
    }

    fn observe(&mut self, namespace: &Text, at: Timestamp, record: &Record) {
        match read(record) {
            Told::Ended(ending) => self.end(namespace, at, &ending),
            Told::UnderWay(task, attempt) => {
                self.ended.under_way(xxh3_64(namespace.as_bytes()), task, attempt);
            }
            Told::RunsOn(agent, host) => {
                if let Some((book, _)) = self.books.get_mut(namespace) {
                    book.runs_on(agent, host);
                }
            }
            Told::Nothing => {}
        }
    }

    fn evaluate(&mut self, now: Timestamp, around: &Surroundings<'_>, report: &mut Report) {
        self.judge(now, around);
        for (namespace, (book, judgement)) in &self.books {
            report.findings.extend(judgement.findings.iter().cloned());
            report.waiting.extend(judge::waiting(namespace, book, now));
            judge::publish(namespace, book, judgement, now, &mut |series, labels, value| {
                report.published.push(Published {
                    series,
                    labels,
                    value,
                });
            });
        }
        if self.books.is_empty() {
            report.waiting.push(judge::nothing_yet());
        }
        report.lines.append(&mut self.lines);
        report.dropped.extend(self.drops.take());
    }
}

#[cfg(test)]
mod tests;
