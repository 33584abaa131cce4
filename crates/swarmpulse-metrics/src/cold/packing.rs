//! Packing as far as it has come: some work a call, and a pause after a failure.

use swarmpulse_store::metrics::MetricError;

use super::day::DayJob;
use super::merge::MergeJob;
use super::plan::{Arrivals, Plan, next};
use crate::MetricOptions;
use crate::retention::hot_from_ms;
use crate::segment::{Archive, SegmentWriter};

/// So many samples are packed in one call: some tenths of a second.
const SAMPLES_A_CALL: usize = 3_000_000;
/// After failures so many calls at most pass without work.
const PAUSE_MAX: u32 = 64;

enum Job {
    Day(Box<DayJob>),
    Merge(Box<MergeJob>),
}

/// Packing as far as it has come.
#[derive(Default)]
pub(crate) struct Packing {
    job: Option<Job>,
    forced: bool,
    arrivals: Arrivals,
    failures: u32,
    pause: u32,
}

impl Job {
    fn begin(archive: &Archive, plan: Plan, raw_from_ms: i64) -> Result<Self, MetricError> {
        match plan {
            Plan::Day {
                end_ms,
                inputs,
                rollups,
                absorbed,
            } => DayJob::begin(archive, end_ms, &inputs, &rollups, &absorbed)
                .map(|job| Self::Day(Box::new(job))),
            Plan::Merge {
                kind,
                inputs,
                samples,
            } => MergeJob::begin(archive, kind, &inputs, &samples, raw_from_ms)
                .map(|job| Self::Merge(Box::new(job))),
        }
    }

    fn step(&mut self) -> Result<bool, MetricError> {
        match self {
            Self::Day(job) => job.step(SAMPLES_A_CALL),
            Self::Merge(job) => job.step(SAMPLES_A_CALL),
        }
    }

    fn is_damaged(&self) -> bool {
        match self {
            Self::Day(job) => job.is_damaged(),
            Self::Merge(job) => job.is_damaged(),
        }
    }

    fn into_writers(self) -> Vec<SegmentWriter> {
        match self {
            Self::Day(job) => job.into_writers(),
            Self::Merge(job) => job.into_writers(),
        }
    }
}

impl Packing {
    /// From now on days that just ended and small numbers of files are packed, too, until nothing is left to do.
    pub(crate) fn force(&mut self) {
        (self.forced, self.pause) = (true, 0);
    }

    /// Does some work; whether there is more to do at once.
    pub(crate) fn step(
        &mut self,
        archive: &Archive,
        now_ms: i64,
        options: &MetricOptions,
    ) -> Result<bool, MetricError> {
        if self.pause > 0 {
            self.pause -= 1;
            return Ok(false);
        }
        let worked = self.work(archive, now_ms, options);
        if worked.is_err() {
            self.job = None;
            self.forced = false;
            self.failures = self.failures.saturating_add(1);
            self.pause = 1u32
                .checked_shl(self.failures)
                .unwrap_or(PAUSE_MAX)
                .min(PAUSE_MAX);
        } else {
            self.failures = 0;
        }
        worked
    }

    fn work(&mut self, archive: &Archive, now_ms: i64, options: &MetricOptions) -> Result<bool, MetricError> {
        let mut job = match self.job.take() {
            Some(job) => job,
            None => {
                let Some(plan) = next(&archive.shelf(), now_ms, self.forced, &mut self.arrivals) else {
                    self.forced = false;
                    return Ok(false);
                };
                Job::begin(archive, plan, hot_from_ms(now_ms, options))?
            }
        };
        if !job.step()? {
            self.job = Some(job);
        } else if !job.is_damaged() {
            archive.commit(job.into_writers())?;
        }
        // With a damaged input the work is given up; the file is set aside, and the rest planned anew.
        Ok(true)
    }
}
