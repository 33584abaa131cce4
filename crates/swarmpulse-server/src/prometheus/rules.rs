//! `rules` and `alerts`: what is evaluated and what it came to, as Prometheus shows it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::json;
use swarmpulse_model::Alert;
use swarmpulse_model::alert::{AlertOrigin, AlertState};
use swarmpulse_promql::parse_selector;
use swarmpulse_rules::{GroupStatus, RuleKind, RuleStatus};
use swarmpulse_store::metrics::Matcher;

use super::answer::{self, Answer};
use super::failure::Failure;
use super::form::Form;
use super::rule_page::Pages;
use super::rule_shape::{AlertShape, GroupShape, RuleShape};
use crate::access::Access;
use crate::app::App;
use crate::audience::Audience;

/// `GET /prometheus/api/v1/rules`.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, Failure> {
    let form = Form::read(&app, request).await?;
    let wanted = Wanted::of(&form)?;
    let pages = Pages::of(&form)?;
    let board = app.runtime().rules();
    let (groups, next) = answer_of(&board.groups, &wanted, &pages, &access)?;
    let mut data = json!({"groups": groups});
    if let Some(next) = next {
        data["groupNextToken"] = next.into();
    }
    Ok(answer::respond(Answer::of(&data)?.end_of_list(false)))
}

/// `GET /prometheus/api/v1/alerts`: those of rules, of verdicts, detectors and causes, that are pending or fire. What others
/// sent is an Alertmanager's, and shown by whoever evaluates it.
pub(super) async fn alerts(State(app): State<Arc<App>>, access: Access) -> Result<Response, Failure> {
    let (rules, desk) = (app.runtime().rules(), app.runtime().alerting());
    let of_rules = rules
        .groups
        .iter()
        .flat_map(|group| &group.rules)
        .flat_map(|rule| &rule.alerts);
    let others = desk
        .alerts
        .iter()
        .map(|view| &view.alert)
        .filter(|alert| matches!(alert.origin, AlertOrigin::Condition | AlertOrigin::Cause))
        .filter(|alert| alert.state != AlertState::Resolved);
    let shown: Vec<AlertShape<'_>> = of_rules
        .chain(others)
        .filter(|alert| may_see(&access, alert))
        .map(AlertShape::of)
        .collect();
    Ok(answer::respond(
        Answer::of(&json!({"alerts": shown}))?.end_of_list(false),
    ))
}

fn may_see(access: &Access, alert: &Alert) -> bool {
    Audience::of_alert(alert).has(access.namespace.as_deref())
}

/// Which rules are asked for.
#[derive(Debug, Default)]
struct Wanted {
    alerting: bool,
    recording: bool,
    names: Vec<String>,
    groups: Vec<String>,
    files: Vec<String>,
    selectors: Vec<Vec<Matcher>>,
    leaves_alerts_out: bool,
}

impl Wanted {
    fn of(form: &Form) -> Result<Self, Failure> {
        let kind = form.get("type").to_ascii_lowercase();
        let (alerting, recording) = match kind.as_str() {
            "" => (true, true),
            "alert" => (true, false),
            "record" => (false, true),
            _ => {
                return Err(Failure::parameter(
                    "type",
                    format!("not supported value {kind:?}"),
                ));
            }
        };
        let all = |name: &str| form.all(name).map(str::to_owned).collect();
        Ok(Self {
            alerting,
            recording,
            names: all("rule_name[]"),
            groups: all("rule_group[]"),
            files: all("file[]"),
            selectors: selectors(form)?,
            leaves_alerts_out: flag(form, "exclude_alerts")?,
        })
    }

    fn has_group(&self, status: &GroupStatus) -> bool {
        let among = |list: &[String], name: &str| list.is_empty() || list.iter().any(|wanted| wanted == name);
        among(&self.groups, &status.group.name) && among(&self.files, &status.group.file)
    }

    fn has_rule(&self, status: &RuleStatus) -> bool {
        let rule = &status.rule;
        let of_kind = match rule.kind {
            RuleKind::Alert(_) => self.alerting,
            RuleKind::Record(_) => self.recording,
        };
        let value = |name: &str| {
            let label = rule.labels.iter().find(|label| label.name == name);
            label.map_or("", |label| label.value.as_str())
        };
        let passes = |matchers: &Vec<Matcher>| {
            matchers
                .iter()
                .all(|matcher| matcher.matches(value(matcher.name())))
        };
        of_kind
            && (self.names.is_empty() || self.names.iter().any(|name| name == rule.name()))
            && (self.selectors.is_empty() || self.selectors.iter().any(passes))
    }
}

fn selectors(form: &Form) -> Result<Vec<Vec<Matcher>>, Failure> {
    let parsed: Result<Vec<_>, _> = form.all("match[]").map(parse_selector).collect();
    let parsed = parsed.map_err(|error| Failure::bad_data(error.to_string()))?;
    if parsed
        .iter()
        .any(|matchers| matchers.iter().all(Matcher::matches_absent))
    {
        return Err(Failure::bad_data(
            "match[] must contain at least one non-empty matcher",
        ));
    }
    Ok(parsed)
}

/// A flag as Go reads it.
fn flag(form: &Form, name: &str) -> Result<bool, Failure> {
    match form.get(name) {
        "" | "0" | "f" | "F" | "false" | "False" | "FALSE" => Ok(false),
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Ok(true),
        other => Err(Failure::parameter(
            name,
            format!("error converting {name}: strconv.ParseBool: parsing {other:?}: invalid syntax"),
        )),
    }
}

/// The groups of a page with the rules that are asked for, and the token of the next page. A group of which no rule is
/// left is left out.
fn answer_of<'s>(
    all: &'s [Arc<GroupStatus>],
    wanted: &Wanted,
    pages: &Pages,
    access: &Access,
) -> Result<(Vec<GroupShape<'s>>, Option<String>), Failure> {
    let mut groups = Vec::new();
    let asked: Vec<&GroupStatus> = all
        .iter()
        .map(Arc::as_ref)
        .filter(|status| wanted.has_group(status))
        .collect();
    let begin = pages.begin(&asked)?;
    for (place, status) in asked.iter().enumerate().skip(begin) {
        let rules: Vec<RuleShape<'s>> = status
            .rules
            .iter()
            .filter(|rule| wanted.has_rule(rule))
            .map(|rule| {
                let alerts = rule.alerts.iter().filter(|alert| may_see(access, alert));
                RuleShape::of(rule, alerts, wanted.leaves_alerts_out)
            })
            .collect();
        if rules.is_empty() {
            continue;
        }
        if pages.is_full(groups.len()) {
            return Ok((groups, Some(Pages::token(asked[place]))));
        }
        groups.push(GroupShape::of(status, rules));
    }
    Ok((groups, None))
}

#[cfg(test)]
mod tests;
