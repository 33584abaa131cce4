//! The rules that an objective is made into: series and labels are named as by Sloth, so that its dashboards work. Each
//! namespace has its own, under the label `namespace`.

use swarmpulse_model::Text;
use swarmpulse_model::series::Label;
use swarmpulse_rules::{AlertRule, RecordRule, Rule, RuleFile, RuleGroup, RuleKind};

use crate::alerting::{BurnAlert, BurnCondition, BurnSeverity};
use crate::burn::{burn_alerts, burn_windows};
use crate::duration::format_duration;
use crate::namespaces::Namespaces;
use crate::objective::Objective;

/// Seconds between evaluations.
const INTERVAL_S: f64 = 60.0;
/// The window from which longer ones are made.
const BASE_S: u64 = 300;
/// The name of alerts on the budget.
const BURN_ALERT: &str = "slo_budget_burn";
/// The name of alerts on a promise that allows no errors, or whose period is too short for rates of burning.
const BROKEN_ALERT: &str = "slo_broken";
/// The name of alerts on an objective that cannot be judged.
const NO_DATA_ALERT: &str = "slo_no_data";

impl Objective {
    /// The rules that record its figures and alert on its budget, as the file `slo/NAME`.
    #[must_use]
    pub fn rules(&self) -> RuleFile {
        let file = format!("slo/{}", self.name);
        let group = |part: &str, rules: Vec<Rule>| RuleGroup {
            name: format!("slo-{part}-{}", self.name),
            file: file.clone(),
            interval_s: Some(INTERVAL_S),
            rules,
            ..RuleGroup::default()
        };
        let parts = [
            ("sli", self.recorded_errors()),
            ("meta", self.recorded_figures()),
            ("alerts", self.alerts()),
        ];
        let groups = parts
            .into_iter()
            .filter(|(_, rules)| !rules.is_empty())
            .map(|(part, rules)| group(part, rules));
        RuleFile {
            groups: groups.collect(),
            name: file.clone(),
        }
    }

    /// The name of the series of errors over a window.
    fn error_series(window_s: u64) -> String {
        format!("slo:sli_error:ratio_rate{}", format_duration(window_s))
    }

    fn selector(&self) -> String {
        format!(
            "{{sloth_id=\"{}\", sloth_service=\"{}\", sloth_slo=\"{}\"}}",
            self.id(),
            self.service,
            self.name
        )
    }

    fn series(&self, name: &str) -> String {
        format!("{name}{}", self.selector())
    }

    fn labels(&self, more: &[(&str, &str)]) -> Vec<Label> {
        let id = self.id();
        let own = [
            ("sloth_id", id.as_str()),
            ("sloth_service", &self.service),
            ("sloth_slo", &self.name),
        ];
        let label = |(name, value): &(&str, &str)| Label {
            name: Text::new(name),
            value: Text::new(value),
        };
        let mut labels = self.labels.clone();
        labels.extend(self.namespaces.label());
        labels.extend(own.iter().map(label));
        labels.extend(more.iter().map(label));
        labels.sort();
        labels
    }

    fn record(&self, name: &str, expr: String, more: &[(&str, &str)]) -> Rule {
        Rule {
            line: 0,
            expr,
            labels: self.labels(more),
            kind: RuleKind::Record(RecordRule { name: name.into() }),
        }
    }

    /// The windows that are recorded besides the period, in order.
    fn windows(&self) -> Vec<u64> {
        let mut windows = burn_windows(self.period.nominal_s());
        windows.extend(
            self.alerting
                .conditions
                .iter()
                .map(|condition| condition.lookback_s),
        );
        windows.sort_unstable();
        windows.dedup();
        windows
    }

    fn recorded_errors(&self) -> Vec<Rule> {
        let period_s = self.period.nominal_s();
        let mut windows = self.windows();
        if !windows.contains(&period_s) {
            windows.push(period_s);
        }
        let rule = |window_s: u64| {
            let window = format_duration(window_s);
            let is_direct = window_s <= BASE_S || (self.counts_events() && window_s != period_s);
            let expr = if is_direct {
                self.error_over(window_s)
            } else {
                // Of the short window's figures: the period is long, and the series would be read whole each minute.
                let base = self.series(&Self::error_series(BASE_S));
                format!("sum_over_time({base}[{window}]) / count_over_time({base}[{window}])")
            };
            self.record(&Self::error_series(window_s), expr, &[("sloth_window", &window)])
        };
        windows.into_iter().map(rule).collect()
    }

    fn recorded_figures(&self) -> Vec<Rule> {
        let budget = self.budget();
        let plain = |name: &str, value: f64| self.record(name, self.constant(value), &[]);
        let mut rules = vec![
            plain("slo:objective:ratio", self.target),
            plain("slo:error_budget:ratio", budget),
            plain("slo:time_period:days", self.period.nominal_s() as f64 / 86_400.0),
        ];
        if budget > 0.0 {
            let over_budget = |window_s: u64| {
                format!(
                    "{} / on(namespace, sloth_id, sloth_slo, sloth_service) group_left {}",
                    self.series(&Self::error_series(window_s)),
                    self.series("slo:error_budget:ratio")
                )
            };
            let burned = over_budget(self.period.nominal_s());
            rules.push(self.without_window("slo:current_burn_rate:ratio", &over_budget(BASE_S)));
            rules.push(self.without_window("slo:period_burn_rate:ratio", &burned));
            let left = format!("1 - {}", self.series("slo:period_burn_rate:ratio"));
            rules.push(self.record("slo:period_error_budget_remaining:ratio", left, &[]));
        }
        let percent = ((self.target * 1e14).round() / 1e12).to_string();
        rules.push(self.record(
            "sloth_slo_info",
            self.constant(1.0),
            &[
                ("sloth_mode", "swarmpulse"),
                ("sloth_objective", &percent),
                ("sloth_version", env!("CARGO_PKG_VERSION")),
            ],
        ));
        rules
    }

    /// A figure that does not change, for every namespace in which something is measured, so that whoever sees that one
    /// alone sees it, too.
    fn constant(&self, value: f64) -> String {
        if self.namespaces != Namespaces::Each {
            return format!("vector({value})");
        }
        let base = self.series(&Self::error_series(BASE_S));
        format!("vector({value}) or group by (namespace) ({base}) * {value}")
    }

    /// Of an expression whose answer has the label of a window: without it, as the rate's name says which it is.
    fn without_window(&self, name: &str, expr: &str) -> Rule {
        self.record(name, format!("max without (sloth_window) ({expr})"), &[])
    }

    fn alerts(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        if self.alerting.burn_rates {
            let burns = match self.budget() > 0.0 {
                true => burn_alerts(self.period.nominal_s()),
                false => Vec::new(),
            };
            if burns.is_empty() {
                rules.push(self.broken());
            }
            rules.extend(burns.iter().map(|alert| self.burns(alert)));
        }
        rules.extend(
            self.alerting
                .conditions
                .iter()
                .map(|condition| self.own_condition(condition)),
        );
        if let Some(after_s) = self.alerting.no_data_s {
            let summary = format!("nothing to judge {} by", self.name);
            let rule = self.alert(
                NO_DATA_ALERT,
                self.nothing(after_s),
                BurnSeverity::Ticket,
                &summary,
            );
            rules.push(waiting(rule, after_s));
        }
        rules
    }

    /// There is nothing to judge by: nowhere, or in a namespace where there was within the period.
    fn nothing(&self, after_s: u64) -> String {
        let base = self.series(&Self::error_series(BASE_S));
        if self.namespaces != Namespaces::Each {
            return format!("absent({base})");
        }
        let lately = format_duration(self.period.nominal_s().max(after_s.saturating_mul(2)));
        format!(
            "sum by (namespace) (absent({base})) or group by (namespace) (last_over_time({base}[{lately}]) unless {base})"
        )
    }

    fn burns(&self, alert: &BurnAlert) -> Rule {
        let budget = self.budget();
        let windows = alert.windows.iter().map(|window| {
            let above = |window_s: u64| self.above(window_s, window.factor, budget);
            format!("({} and {})", above(window.short_s), above(window.long_s))
        });
        let expr = windows.collect::<Vec<_>>().join(" or ");
        let speed = match alert.severity {
            BurnSeverity::Page => "far too fast",
            BurnSeverity::Ticket | BurnSeverity::Notice => "too fast",
        };
        let summary = format!("the error budget of {} burns {speed}", self.name);
        self.alert(BURN_ALERT, expr, alert.severity, &summary)
    }

    /// The share of errors over a window where it is above a multiple of the budget.
    fn above(&self, window_s: u64, factor: f64, budget: f64) -> String {
        let series = self.series(&Self::error_series(window_s));
        format!("max without (sloth_window) ({series} > ({factor} * {budget}))")
    }

    /// More went badly than may, and it goes on.
    fn broken(&self) -> Rule {
        let budget = self.budget();
        let above = |window_s: u64| self.above(window_s, 1.0, budget);
        let expr = format!("{} and {}", above(BASE_S), above(self.period.nominal_s()));
        let summary = format!("{} does not hold", self.name);
        self.alert(BROKEN_ALERT, expr, self.alerting.broken, &summary)
    }

    fn own_condition(&self, condition: &BurnCondition) -> Rule {
        let expr = self.above(condition.lookback_s, condition.factor, self.budget());
        let summary = format!(
            "{}: the error budget of {} burns too fast",
            condition.name, self.name
        );
        let mut rule = self.alert(BURN_ALERT, expr, condition.severity, &summary);
        rule.labels.push(Label {
            name: "slo_condition".into(),
            value: condition.name.as_str().into(),
        });
        rule.labels.sort();
        waiting(rule, condition.after_s)
    }

    fn alert(&self, name: &str, expr: String, severity: BurnSeverity, summary: &str) -> Rule {
        let annotation = |name: &str, value: String| Label {
            name: name.into(),
            value: value.into(),
        };
        let whose = match &self.namespaces {
            Namespaces::Each => "{{ with $labels.namespace }} (namespace {{ . }}){{ end }}".to_owned(),
            Namespaces::One(name) => format!(" (namespace {name})"),
            Namespaces::Together => " (all namespaces)".to_owned(),
        };
        let promise = format!("{} promises {}", self.service, self.promise());
        let mut description =
            format!("{promise}; the share of errors is {{{{ $value | humanizePercentage }}}}.");
        if name == NO_DATA_ALERT {
            description = format!("{promise}; nothing says whether it is so.");
        }
        Rule {
            line: 0,
            expr,
            labels: self.labels(&[
                ("severity", severity.severity()),
                ("sloth_severity", severity.as_str()),
            ]),
            kind: RuleKind::Alert(AlertRule {
                name: name.into(),
                annotations: vec![
                    annotation("description", description),
                    annotation("summary", format!("SLO of {}{whose}: {summary}", self.service)),
                ],
                ..AlertRule::default()
            }),
        }
    }
}

/// The rule, true only after so many seconds.
fn waiting(mut rule: Rule, after_s: u64) -> Rule {
    if let RuleKind::Alert(alert) = &mut rule.kind {
        alert.for_s = after_s as f64;
    }
    rule
}
