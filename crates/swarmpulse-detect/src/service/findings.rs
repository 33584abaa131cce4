//! Findings on services: what is true of one, in words and figures.

use swarmpulse_model::{EntityKey, EntityKind, Severity, Text, Timestamp};

use super::alarm::{Against, Alarm, Found};
use super::charts;
use super::history::Minute;
use super::state::ServiceState;
use super::tally::Tally;
use super::usual::Usual;
use crate::finding::{Figure, Finding, Unit};
use crate::wording::{brief, clock, counted, percent};

/// This detector's name.
pub(super) const NAME: &str = "service";
/// A certificate that expires within so many days is worth a warning, where nothing else is declared.
const TLS_DAYS: f64 = 14.0;
/// And within so many days is critical.
const TLS_CRITICAL_DAYS: f64 = 3.0;
/// Whether most of the calls fail is seen from so many, within so many minutes.
const LATEST: (f64, i64) = (30.0, 15);
/// Most of the calls fail, if chance would show as many less often than this at one half.
const MOST_CHANCE: f64 = 1e-3;
const DAY_S: f64 = 86_400.0;

/// A service with its names, at a time.
#[derive(Clone, Copy)]
pub(super) struct Told<'a> {
    pub namespace: &'a Text,
    pub service: &'a Text,
    pub state: &'a ServiceState,
    pub now: Timestamp,
    /// Services that need this one.
    pub dependents: &'a [Text],
    /// Services that this one needs and that are not well.
    pub causes: &'a [Text],
}

impl Told<'_> {
    /// Everything that is true of the service, one cause once: what is down is not called failing or slow as well.
    pub fn findings(&self, findings: &mut Vec<Finding>) {
        let state = self.state;
        if let Some(alarm) = &state.down {
            findings.push(self.down(alarm));
        } else if let Some(alarm) = &state.failing {
            findings.push(self.failing(alarm));
        } else if let Some(alarm) = &state.degraded {
            findings.push(self.degraded(alarm));
        }
        findings.extend(self.tls());
    }

    fn finding(
        &self,
        condition: &'static str,
        severity: Severity,
        alarm: &Alarm,
        sentence: String,
    ) -> Finding {
        let key = |service: &Text| EntityKey::new(self.namespace, EntityKind::Service, service);
        let mut advice = Vec::new();
        if !self.causes.is_empty() {
            let names = self.causes.join(", ");
            advice.push(format!(
                "Look at {names} first: {} needs it, and it is not well either.",
                self.service
            ));
        }
        if !self.dependents.is_empty() {
            let names = self.dependents.join(", ");
            advice.push(format!("{names} need {}: expect them to be next.", self.service));
        }
        Finding {
            detector: NAME,
            condition,
            subject: key(self.service),
            severity,
            confidence: alarm.confidence(),
            since: alarm.since,
            sentence,
            figures: Vec::new(),
            charts: Vec::new(),
            related: self.causes.iter().chain(self.dependents).map(key).collect(),
            advice,
        }
    }

    fn down(&self, alarm: &Alarm) -> Finding {
        let run = self.state.down_run();
        let who = if self.state.is_down_by_probe() {
            "probe"
        } else {
            "call"
        };
        let sentence = format!(
            "{} is down since {}: {} in a row failed, the last with: {}",
            self.service,
            clock(alarm.since, self.now),
            counted(u64::from(run.failures), who),
            run.reason,
        );
        let mut finding = self.finding("service_down", Severity::Critical, alarm, sentence);
        finding.figures = vec![
            figure("failures_in_a_row", f64::from(run.failures), Unit::Count),
            figure("usual_error_ratio", alarm.found.usual, Unit::Ratio),
            figure("down_s", self.now.seconds_since(alarm.since), Unit::Seconds),
        ];
        finding.charts = vec![charts::failures(self.state, alarm.since, alarm.found.usual)];
        finding
    }

    fn failing(&self, alarm: &Alarm) -> Finding {
        let (state, found) = (self.state, alarm.found);
        let minutes = self.minutes_since(alarm);
        let (calls, errors, timeouts) = state.history.counts(self.now, minutes);
        let share = f64::from(errors) / f64::from(calls.max(1));
        let latest = state
            .history
            .newest(self.now, LATEST.0, LATEST.1, |cell| &cell.outcomes);
        let is_critical = !state.fails_for_probes_alone() && latest.chance(0.5, 1.0) < MOST_CHANCE;
        let compared = match found.against {
            Against::Usual | Against::Majority => format!("usually at most {}", percent(self.usual_errors())),
            Against::Limit => format!("its limit is {}", percent(found.usual)),
        };
        let in_time = match timeouts {
            0 => String::new(),
            timeouts => format!(", {timeouts} of them for want of an answer in time"),
        };
        let sentence = if state.fails_for_probes_alone() {
            format!(
                "probes of {} fail since {}, {} in a row, the last with: {}; calls by agents go well",
                self.service,
                clock(alarm.since, self.now),
                state.probe_run.failures,
                state.probe_run.reason,
            )
        } else {
            format!(
                "{} fails since {}: {errors} of {calls} calls in {minutes} min failed ({}, {compared}){in_time}; \
                 last: {}",
                self.service,
                clock(alarm.since, self.now),
                percent(share),
                if state.run.failures >= state.probe_run.failures {
                    &state.run.reason
                } else {
                    &state.probe_run.reason
                },
            )
        };
        let severity = if is_critical {
            Severity::Critical
        } else {
            Severity::Warning
        };
        let mut finding = self.finding("service_failing", severity, alarm, sentence);
        finding.figures = vec![
            figure("error_ratio", share, Unit::Ratio),
            figure("usual_error_ratio", self.usual_errors(), Unit::Ratio),
            figure(
                "timeout_ratio",
                f64::from(timeouts) / f64::from(calls.max(1)),
                Unit::Ratio,
            ),
            figure("calls", f64::from(calls), Unit::Count),
        ];
        finding.charts = vec![charts::failures(state, alarm.since, self.usual_errors())];
        finding
    }

    fn usual_errors(&self) -> f64 {
        self.state
            .history
            .tally(self.now, 60, |cell| &cell.failed)
            .usual()
    }

    /// How long it has been so, in minutes: five at least, an hour at most.
    fn minutes_since(&self, alarm: &Alarm) -> i64 {
        let minutes = self.now.seconds_since(alarm.since) / 60.0;
        minutes.clamp(5.0, 60.0).ceil() as i64
    }

    fn degraded(&self, alarm: &Alarm) -> Finding {
        let (state, found) = (self.state, alarm.found);
        let minutes = self.minutes_since(alarm);
        let latencies = state.history.latencies(self.now, minutes);
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| latencies.quantile(share).unwrap_or_default());
        let usual = Usual::of(state);
        let limit_ms = state
            .declared
            .latency_limit_ms
            .filter(|_| found.against == Against::Limit);
        let which: fn(&Minute) -> &Tally = match limit_ms {
            Some(_) => |cell| &cell.over_limit,
            None => |cell| &cell.slow,
        };
        let mut slow = state.history.tally(self.now, minutes, which);
        let under_way = state.slow_under_way(self.now);
        slow.merge(&under_way);
        let mut of_calls = format!(
            "{:.0} of {} in {minutes} min",
            slow.hits,
            counted(slow.trials.round() as u64, "call")
        );
        if under_way.hits > 0.0 {
            of_calls += &format!(", {:.0} of them under way still,", under_way.hits);
        }
        let usually = usual.map_or_else(String::new, |usual| {
            format!(
                "; half take over {} (usually {}) and 5 % over {} (usually {})",
                brief(p50 / 1000.0),
                brief(usual.p50_ms / 1000.0),
                brief(p95 / 1000.0),
                brief(usual.p95_ms / 1000.0)
            )
        });
        let sentence = match limit_ms {
            Some(limit_ms) => format!(
                "{} is slower than its limit since {}: {of_calls} took longer than {} (5 % may){usually}",
                self.service,
                clock(alarm.since, self.now),
                brief(limit_ms / 1000.0),
            ),
            None => format!(
                "{} is slow since {}: {of_calls} were slow ({}, usually at most {}){usually}",
                self.service,
                clock(alarm.since, self.now),
                percent(slow.share()),
                percent(found.usual),
            ),
        };
        let mut finding = self.finding("service_degraded", Severity::Warning, alarm, sentence);
        finding.figures = vec![
            figure("latency_p95_s", p95 / 1000.0, Unit::Seconds),
            figure("latency_p50_s", p50 / 1000.0, Unit::Seconds),
            figure("latency_p99_s", p99 / 1000.0, Unit::Seconds),
            figure("slow_ratio", slow.share(), Unit::Ratio),
            figure("usual_slow_ratio", found.usual, Unit::Ratio),
        ];
        if let Some(usual) = usual {
            finding.figures.push(figure(
                "usual_latency_p95_s",
                usual.p95_ms / 1000.0,
                Unit::Seconds,
            ));
            finding.figures.push(figure(
                "usual_latency_p50_s",
                usual.p50_ms / 1000.0,
                Unit::Seconds,
            ));
        }
        let usual_s = usual.map(|usual| usual.p95_ms / 1000.0);
        finding.charts = vec![charts::latency(state, alarm.since, usual_s)];
        finding
    }

    fn tls(&self) -> Option<Finding> {
        let expires_s = self.state.tls_expires_at?;
        let days = self.state.declared.tls_expiry_days.unwrap_or(TLS_DAYS);
        let left_s = expires_s - self.now.unix_s();
        if left_s > days * DAY_S {
            return None;
        }
        let at = Timestamp::from_unix_s(expires_s);
        let date = at.to_string();
        let date = date.get(..10).unwrap_or_default();
        let sentence = if left_s <= 0.0 {
            format!(
                "the certificate of {} expired {} ago, on {date}",
                self.service,
                brief(-left_s)
            )
        } else {
            format!(
                "the certificate of {} expires in {}, on {date}",
                self.service,
                brief(left_s)
            )
        };
        let severity = if left_s <= TLS_CRITICAL_DAYS * DAY_S {
            Severity::Critical
        } else {
            Severity::Warning
        };
        let found = Found {
            against: Against::Limit,
            minutes: 0,
            trials: 1.0,
            hits: 1.0,
            usual: 0.0,
            chance: 0.0,
        };
        let alarm = Alarm {
            // It has been near since it came so near.
            since: Timestamp::from_unix_s(expires_s - days * DAY_S),
            found,
            least_chance: 0.0,
        };
        let mut finding = self.finding("tls_expiring", severity, &alarm, sentence);
        // The date stands in the certificate.
        finding.confidence = 1.0;
        finding.figures = vec![
            figure("time_to_expiry_s", left_s, Unit::Seconds),
            figure("expires_at_s", expires_s, Unit::Seconds),
        ];
        finding.advice =
            vec!["Renew the certificate, and see that whatever serves it has loaded the new one.".to_owned()];
        finding.related = Vec::new();
        Some(finding)
    }
}

fn figure(name: &'static str, value: f64, unit: Unit) -> Figure {
    Figure {
        name,
        value,
        interval: None,
        unit,
    }
}
