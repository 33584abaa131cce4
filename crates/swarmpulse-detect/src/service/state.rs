//! One service: what happened lately, what is usual, and what is true of it now.

use swarmpulse_model::record::{Call, CallState};
use swarmpulse_model::{Text, Timestamp};

use super::alarm::{Against, Alarm, Found};
use super::declared::Declared;
use super::history::{History, Minute, minute_of};
use super::hours::DayShape;
use super::judge::Test;
use super::open_calls::OpenCalls;
use super::operation::{Learn, Operation};
use super::outcome::{Outcome, PROBE};
use super::run::Run;
use super::tally::{Dispersion, Tally};

/// The most operations that are told apart; the calls of further ones are one operation together.
pub(super) const OPERATIONS_MAX: usize = 20;
/// What chance makes less often than this is beyond chance: a service-day has about five thousand looks that differ.
const CHANCE_MAX: f64 = 1e-9;
/// The same against fixed limits, which nobody had to learn.
const LIMIT_CHANCE_MAX: f64 = 1e-7;
/// What is less likely than this is not learned from.
const SUSPICIOUS_CHANCE: f64 = 1e-4;
/// Times that have been slow for so long are the usual ones, in seconds: a day.
const BAD_FOR_LONG_S: f64 = 86_400.0;
/// So many probes in a row that fail, and how rare that has to be by chance.
const PROBES_DOWN: (u32, f64) = (3, 1e-8);
/// The same of calls by agents, over so many seconds: too many for a service of which two thirds fail.
const CALLS_DOWN: (u32, f64, f64) = (20, 1e-12, 30.0);
/// A service that nobody called for so long is not held to be bad any more, in seconds.
const QUIET_S: f64 = 1800.0;
/// The share of calls above the limit of the 95th percentile.
const OVER_LIMIT_SHARE: f64 = 0.05;
/// A call under way says nothing of how fast a service is before it is this old, in milliseconds.
const UNDER_WAY_MS: f64 = 60_000.0;
/// Where so many fail as usual, that most do says nothing.
const OFTEN_FAILS: f64 = 0.3;

/// The last call that ended.
#[derive(Clone, Debug, Default)]
pub(super) struct LastCall {
    pub at: Timestamp,
    pub outcome: Outcome,
}

/// How much more bad calls vary than independent ones, from minute to minute and from quarter to quarter of an hour.
#[derive(Clone, Debug, Default)]
struct Spread {
    minutes: Dispersion,
    quarters: Dispersion,
}

impl Spread {
    fn factor(&self) -> f64 {
        self.minutes.factor().max(self.quarters.factor())
    }
}

/// One service.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceState {
    pub declared: Declared,
    pub operations: Vec<Operation>,
    pub history: History,
    open: OpenCalls,
    pub calls: u64,
    /// Calls by agents that failed in a row, and probes.
    pub run: Run,
    pub probe_run: Run,
    last_success_at: [Option<Timestamp>; 2],
    pub last: Option<LastCall>,
    pub last_probe: Option<LastCall>,
    pub tls_expires_at: Option<f64>,
    shape: DayShape,
    slow_spread: Spread,
    failed_spread: Spread,
    pub down: Option<Alarm>,
    down_by_probe: bool,
    pub failing: Option<Alarm>,
    pub degraded: Option<Alarm>,
    failing_ended_at: Option<Timestamp>,
    degraded_ended_at: Option<Timestamp>,
    bad_since: Option<Timestamp>,
    rolled: i64,
}

impl ServiceState {
    /// Takes a call in. What came of it, if it ended; false if a call that begins found no room.
    pub fn observe(&mut self, at: Timestamp, call: &Call) -> Result<Option<Outcome>, ()> {
        let place = self.operation(call.operation.as_ref(), at);
        if call.state == CallState::Open {
            let Some(id) = &call.call else { return Ok(None) };
            let begun = self.open.begin(id, at, u8::try_from(place).unwrap_or(u8::MAX));
            return if begun { Ok(None) } else { Err(()) };
        }
        let opened = call.call.as_ref().and_then(|id| self.open.end(id));
        let outcome = Outcome::of(call, opened.map(|opened| at.seconds_since(opened) * 1000.0));
        self.count(at, place, &outcome, call.operation.as_deref() == Some(PROBE));
        Ok(Some(outcome))
    }

    fn count(&mut self, at: Timestamp, place: usize, outcome: &Outcome, is_probe: bool) {
        self.calls += 1;
        let operation = &mut self.operations[place];
        let bad_shares = operation.bad_shares();
        let cell = self.history.count(at, outcome);
        if let Some(latency_ms) = outcome.latency_ms.filter(|_| outcome.tells_latency()) {
            if let Some((slow, share)) = operation.slow(latency_ms) {
                cell.slow.add(slow, share);
            }
            if let Some(limit_ms) = self.declared.latency_limit_ms {
                cell.over_limit.add(latency_ms > limit_ms, OVER_LIMIT_SHARE);
            }
        }
        if let Some([failed, timed_out]) = bad_shares {
            cell.failed.add(outcome.failed, failed);
            cell.timed_out.add(outcome.timed_out, timed_out);
        }
        operation.gather(outcome);
        let last = LastCall {
            at,
            outcome: outcome.clone(),
        };
        let share = bad_shares.map(|[failed, _]| failed);
        if is_probe {
            self.probe_run.observe(at, outcome, share);
            self.tls_expires_at = outcome.tls_expires_at.or(self.tls_expires_at);
            self.last_probe = Some(last.clone());
        } else {
            self.run.observe(at, outcome, share);
        }
        if !outcome.failed {
            self.last_success_at[usize::from(is_probe)] = Some(at);
        }
        self.last = Some(last);
    }

    fn operation(&mut self, name: Option<&Text>, at: Timestamp) -> usize {
        let name = name.map_or("", Text::as_str);
        if let Some(place) = self
            .operations
            .iter()
            .position(|operation| operation.name == name)
        {
            return place;
        }
        // The last one is that of all further ones, whatever it is called.
        if self.operations.len() <= OPERATIONS_MAX {
            self.operations.push(Operation::new(name.into(), at));
        }
        self.operations.len() - 1
    }

    /// Lets time pass and judges.
    pub fn judge(&mut self, now: Timestamp) {
        self.roll(now);
        self.open.forget_lost(now);
        self.judge_down(now);
        self.judge_failing(now);
        self.judge_degraded(now);
    }

    fn is_bad(&self) -> bool {
        self.down.is_some() || self.failing.is_some() || self.degraded.is_some()
    }

    fn roll(&mut self, now: Timestamp) {
        let minute = minute_of(now);
        if minute == self.rolled {
            return;
        }
        let is_bad = self.is_bad();
        let (slow, failed) = (&mut self.slow_spread.minutes, &mut self.failed_spread.minutes);
        let closed = self.history.roll(self.rolled, now, |cell| {
            if !is_bad {
                slow.observe(&cell.slow);
                failed.observe(&cell.failed);
            }
        });
        self.rolled = minute;
        if let Some(quarter) = closed {
            self.learn(quarter.start(), now);
        } else if !is_bad {
            // What is not known yet is learned at once.
            for operation in self
                .operations
                .iter_mut()
                .filter(|one| one.bad_shares().is_none())
            {
                operation.learn(now, Learn::Slowly);
            }
        }
    }

    fn learn(&mut self, quarter: Timestamp, now: Timestamp) {
        let end = Timestamp(quarter.0 + 15 * super::history::MINUTE_NS - 1);
        let suspicious = [self.slow_test(end).chance(15), self.failed_test(end).chance(15)]
            .iter()
            .any(|chance| *chance < SUSPICIOUS_CHANCE);
        let slow = self.history.tally(end, 15, |cell| &cell.slow);
        let failed = self.history.tally(end, 15, |cell| &cell.failed);
        self.shape.observe(quarter, &slow);
        if !self.is_bad() {
            self.slow_spread.quarters.observe(&slow);
            self.failed_spread.quarters.observe(&failed);
        }
        let learn = if self.is_bad() || suspicious {
            let since = *self.bad_since.get_or_insert(now);
            // What fails does not become usual, however long it does.
            let may_be_usual = self.down.is_none() && self.failing.is_none();
            if may_be_usual && now.seconds_since(since) >= BAD_FOR_LONG_S {
                Learn::Anew
            } else {
                Learn::Not
            }
        } else {
            self.bad_since = None;
            Learn::Slowly
        };
        for operation in &mut self.operations {
            operation.learn(now, learn);
        }
        if learn == Learn::Anew {
            self.bad_since = None;
            self.degraded = None;
            self.history.forget_usual();
        }
    }

    fn judge_down(&mut self, now: Timestamp) {
        let (probes, chance) = PROBES_DOWN;
        let [by_agents, by_probe] = self.last_success_at;
        let since = |run: &Run, success: Option<Timestamp>| success.is_none_or(|at| at < run.since);
        let found = |run: &Run| Found {
            against: Against::Usual,
            minutes: 0,
            trials: f64::from(run.failures),
            hits: f64::from(run.failures),
            usual: (run.log_chance / f64::from(run.failures.max(1))).exp(),
            chance: run.log_chance.exp(),
        };
        let run = &self.probe_run;
        if run.stands(probes, chance) && since(run, by_agents) {
            Alarm::raise(&mut self.down, run.since, found(run));
            self.down_by_probe = true;
        }
        let (calls, chance, seconds) = CALLS_DOWN;
        let run = &self.run;
        let lasts = run.last_at.seconds_since(run.since) >= seconds;
        if run.stands(calls, chance) && lasts && since(run, by_probe) {
            // Before anyone but a probe says so it is the probe's word.
            self.down_by_probe &= self.down.is_some();
            Alarm::raise(&mut self.down, run.since, found(run));
        }
        let run = self.down_run();
        // Where most calls still fail, one that does not makes the service a failing one.
        let is_other = !self.down_by_probe && run.successes > 0 && self.failing.is_some();
        if self.down.is_some() && (run.is_over() || is_other || self.is_quiet(now)) {
            self.down = None;
        }
    }

    /// The failures that it is held to be down for.
    pub fn down_run(&self) -> &Run {
        if self.down_by_probe {
            &self.probe_run
        } else {
            &self.run
        }
    }

    /// Whether it is a probe that finds it down.
    pub fn is_down_by_probe(&self) -> bool {
        self.down_by_probe
    }

    /// Whether probes fail while agents' calls go well.
    pub fn fails_for_probes_alone(&self) -> bool {
        let (probes, chance) = PROBES_DOWN;
        self.down.is_none() && self.probe_run.stands(probes, chance)
    }

    fn is_quiet(&self, now: Timestamp) -> bool {
        self.last
            .as_ref()
            .is_none_or(|last| now.seconds_since(last.at) >= QUIET_S)
    }

    fn judge_failing(&mut self, now: Timestamp) {
        let failed = self.failed_test(now);
        let timed_out = Test {
            which: |cell: &Minute| &cell.timed_out,
            ..failed
        };
        let limit = Test {
            which: |cell: &Minute| &cell.outcomes,
            against: Against::Limit,
            share: self.declared.error_ratio_limit,
            odds: 1.0,
            share_min: 0.0,
            chance_max: LIMIT_CHANCE_MAX,
            ..failed
        };
        let most = Test {
            which: |cell: &Minute| &cell.outcomes,
            against: Against::Majority,
            share: Some(0.5),
            odds: 1.0,
            share_min: 0.5,
            chance_max: LIMIT_CHANCE_MAX,
            ..failed
        };
        let usually = self.history.tally(now, 60, |cell| &cell.failed);
        let mut tests = vec![failed, timed_out];
        if limit.share.is_some() {
            tests.push(limit);
        }
        if usually.usual() < OFTEN_FAILS {
            tests.push(most);
        }
        let mut found = first_found(&tests);
        let mut calm = tests.iter().all(Test::is_calm);
        if self.fails_for_probes_alone() {
            let run = &self.probe_run;
            let alone = Found {
                against: Against::Usual,
                minutes: 0,
                trials: f64::from(run.failures),
                hits: f64::from(run.failures),
                usual: (run.log_chance / f64::from(run.failures.max(1))).exp(),
                chance: run.log_chance.exp(),
            };
            found = found.or(Some((run.since, alone)));
            calm = false;
        }
        if settle(&mut self.failing, found, calm) {
            self.failing_ended_at = Some(now);
        }
    }

    fn judge_degraded(&mut self, now: Timestamp) {
        let slow = self.slow_test(now);
        let limit = Test {
            which: |cell: &Minute| &cell.over_limit,
            against: Against::Limit,
            share: Some(OVER_LIMIT_SHARE),
            under_way: Tally::default(),
            odds: 2.0,
            share_min: 0.0,
            chance_max: LIMIT_CHANCE_MAX,
            ..slow
        };
        let mut tests = vec![slow];
        if self.declared.latency_limit_ms.is_some() {
            tests.push(limit);
        }
        let (found, calm) = (first_found(&tests), tests.iter().all(Test::is_calm));
        if settle(&mut self.degraded, found, calm) {
            self.degraded_ended_at = Some(now);
        }
    }

    fn slow_test(&self, now: Timestamp) -> Test<'_> {
        Test {
            history: &self.history,
            now,
            ended_at: self.degraded_ended_at,
            which: |cell| &cell.slow,
            under_way: self.slow_under_way(now),
            dispersion: self.slow_spread.factor(),
            against: Against::Usual,
            share: None,
            expected_now: DayShape::expected,
            shape: &self.shape,
            odds: 3.0,
            share_min: 0.15,
            hits_min: 5.0,
            trials_min: 10.0,
            chance_max: CHANCE_MAX,
        }
    }

    fn failed_test(&self, now: Timestamp) -> Test<'_> {
        Test {
            ended_at: self.failing_ended_at,
            which: |cell| &cell.failed,
            under_way: Tally::default(),
            dispersion: self.failed_spread.factor(),
            expected_now: |_, _, usual| usual,
            share_min: 0.05,
            hits_min: 4.0,
            ..self.slow_test(now)
        }
    }

    /// Calls under way that take longer than usual already, and more than a minute: how long they will take is not known,
    /// that it is too long is.
    pub fn slow_under_way(&self, now: Timestamp) -> Tally {
        let mut tally = Tally::default();
        for (age_ms, place) in self
            .open
            .ages_ms(now)
            .filter(|(age_ms, _)| *age_ms >= UNDER_WAY_MS)
        {
            let operation = self.operations.get(usize::from(place));
            if let Some((true, share)) = operation.and_then(|operation| operation.slow(age_ms)) {
                tally.add(true, share);
            }
        }
        tally
    }
}

/// The least likely of what the tests find, and since when.
fn first_found(tests: &[Test<'_>]) -> Option<(Timestamp, Found)> {
    tests
        .iter()
        .filter_map(|test| Some((test.began(), test.find()?)))
        .min_by(|(_, one), (_, other)| one.chance.total_cmp(&other.chance))
}

/// Begins, goes on with, or ends an alarm; true if it ended. What was found is over only when all tests are calm.
fn settle(alarm: &mut Option<Alarm>, found: Option<(Timestamp, Found)>, calm: bool) -> bool {
    match found {
        Some((since, found)) => {
            Alarm::raise(alarm, since, found);
            false
        }
        None => calm && alarm.take().is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of a service after a day of so many calls a minute of so many operations, with latencies over a wide span.
    fn bytes(calls: u32, operations: u32) -> usize {
        let mut state = ServiceState::default();
        let mut now = Timestamp(1_767_571_200_000_000_000);
        let mut number = 0_u32;
        for _ in 0..24 * 60 {
            for _ in 0..calls {
                number = number.wrapping_add(1);
                let scattered = number.wrapping_mul(2_654_435_761) >> 16;
                let call = Call {
                    operation: Some(format!("o{}", number % operations).into()),
                    latency_ms: Some((f64::from(scattered) / 5000.0).exp()),
                    ..Call::default()
                };
                assert!(state.observe(now, &call).is_ok());
            }
            now = now.plus_s(60.0);
            state.judge(now);
        }
        let operations: usize = state.operations.iter().map(Operation::heap_bytes).sum();
        assert!(state.operations.len() <= OPERATIONS_MAX + 1);
        size_of::<ServiceState>()
            + state.operations.capacity() * size_of::<Operation>()
            + operations
            + state.history.heap_bytes()
    }

    #[test]
    fn memory_is_bounded_as_documented() {
        let (quiet, busy) = (bytes(4, 1), bytes(120, 40));
        assert!(quiet < 24 << 10, "{quiet}");
        assert!(busy < 120 << 10, "{busy}");
    }
}
