//! Objectives as the API shows them.

use std::collections::BTreeMap;

use swarmpulse_api::{
    Slo, SloBound, SloBudget, SloBurnRate, SloDetail, SloForecast, SloNotObserved, SloRule, SloStanding,
    SloWindow,
};
use swarmpulse_model::series::Label;
use swarmpulse_rules::{Rule, RuleKind};
use swarmpulse_slo::{
    ALL_NAMESPACES, ErrorBudget, Indicator, Objective, Period, SloState, SloStatus, Unit, format_duration,
};

/// A state's name.
pub(super) fn state(state: SloState) -> &'static str {
    match state {
        SloState::Meeting => "meeting",
        SloState::Violating => "violating",
        SloState::NoData => "no_data",
    }
}

/// An objective and how it stands, as the API shows it in its list.
#[must_use]
pub fn slo(objective: &Objective, status: &SloStatus) -> Slo {
    let bound = match &objective.indicator {
        Indicator::Figure { bound, .. } => Some(SloBound {
            op: bound.comparison.as_str().to_owned(),
            value: bound.value,
            unit: bound.unit.as_str().to_owned(),
            text: bound.text(),
        }),
        Indicator::Events { .. } | Indicator::Share { .. } => None,
    };
    let value = status.value.filter(|value| value.is_finite());
    let unit = match &objective.indicator {
        Indicator::Figure { bound, .. } => bound.unit,
        Indicator::Events { .. } | Indicator::Share { .. } => Unit::Ratio,
    };
    let link = link(&objective.name, &status.namespace);
    Slo {
        name: objective.name.to_string(),
        namespace: status.namespace.to_string(),
        title: objective.title.clone(),
        service: objective.service.to_string(),
        description: objective.description.clone(),
        state: state(status.state).to_owned(),
        sentence: status.sentence.clone(),
        promise: objective.promise(),
        objective: status.target,
        sli: status.sli,
        value,
        value_text: value.map(|value| unit.text(value)),
        bound,
        window: window(objective, status),
        error_budget: status.budget.as_ref().map(budget),
        burn_rate: SloBurnRate {
            now: status.burn.now,
            hour: status.burn.hour,
            six_hours: status.burn.six_hours,
        },
        forecast: forecast(status),
        error: status.error.clone(),
        labels: labels(&objective.labels),
        file: objective.file.clone(),
        links: BTreeMap::from([("self".to_owned(), link)]),
    }
}

/// An objective with what its figures come from.
pub(super) fn detail(objective: &Objective, status: &SloStatus, all: Vec<SloStanding>) -> SloDetail {
    let window_s = status
        .span
        .map_or(objective.period.nominal_s(), |span| span.elapsed_s());
    let file = objective.rules();
    let rules = file.groups.iter().flat_map(|group| &group.rules).map(rule);
    SloDetail {
        slo: slo(objective, status),
        error_expression: objective.error_over(window_s),
        line: objective.line,
        rules: rules.collect(),
        namespaces: all,
    }
}

/// Where one is shown by itself. Of all namespaces together it needs no name, and none can be asked for.
fn link(name: &str, namespace: &str) -> String {
    if namespace == ALL_NAMESPACES {
        return format!("/api/v1/slos/{name}");
    }
    let namespace = escaped(namespace);
    format!("/api/v1/slos/{name}?namespace={namespace}")
}

/// A value as it stands in a query.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

fn rule(rule: &Rule) -> SloRule {
    SloRule {
        kind: match rule.kind {
            RuleKind::Alert(_) => "alerting",
            RuleKind::Record(_) => "recording",
        }
        .to_owned(),
        name: rule.name().to_owned(),
        expression: rule.expr.clone(),
        labels: labels(&rule.labels),
    }
}

fn labels(labels: &[Label]) -> BTreeMap<String, String> {
    let pairs = labels
        .iter()
        .map(|label| (label.name.to_string(), label.value.to_string()));
    pairs.collect()
}

fn window(objective: &Objective, status: &SloStatus) -> SloWindow {
    let kind = match objective.period {
        Period::Rolling { .. } => "rolling",
        Period::Calendar { .. } => "calendar",
    };
    SloWindow {
        kind: kind.to_owned(),
        text: objective.period.describe(),
        length_s: status
            .span
            .map_or(objective.period.nominal_s(), |span| span.whole_s),
        from: status.span.map(|span| span.from.to_string()),
        to: status.span.map(|span| span.to.to_string()),
        ends_at: status.span.and_then(|span| span.ends).map(|at| at.to_string()),
        data_since: status.data_since.map(|at| at.to_string()),
        observed_ratio: status.observed_ratio,
        not_observed: status.watch.map(|watch| SloNotObserved {
            since: watch.from.to_string(),
            seconds: watch.unseen_s,
            ratio: watch.unseen_ratio(),
            blind_seconds: watch.blind_s,
        }),
    }
}

fn budget(budget: &ErrorBudget) -> SloBudget {
    SloBudget {
        ratio: budget.ratio,
        remaining_ratio: budget.remaining_ratio,
        minutes: budget.minutes,
        remaining_minutes: budget.remaining_minutes,
        events: budget.events,
        remaining_events: budget.remaining_events,
        total_events: budget.total_events,
    }
}

fn forecast(status: &SloStatus) -> Option<SloForecast> {
    let at = status.forecast.exhausted_at?;
    let window = format_duration(status.forecast.window_s);
    Some(SloForecast {
        exhausted_at: at.to_string(),
        method: format!("a straight line from the rate of burning over the last {window}"),
    })
}
