//! The kinds `AlertPolicy` and `AlertCondition`, within an SLO or beside it.

use super::documents::{Document, Documents};
use crate::alerting::{Alerting, BurnCondition, BurnSeverity};
use crate::duration::parse_duration;
use crate::fields::Fields;

/// How long nothing must have been there before `alertWhenNoData` alerts, in seconds.
const NO_DATA_S: u64 = 900;

/// When the objective alerts: as its policies say, or on the usual burn rates if it has none.
pub(super) fn alerting(known: &Documents<'_>, spec: &Fields<'_>) -> Alerting {
    let policies = spec.list("alertPolicies");
    if policies.is_empty() {
        return Alerting::default();
    }
    let mut alerting = Alerting {
        burn_rates: false,
        ..Alerting::default()
    };
    for (path, node) in policies {
        let Some(fields) = Fields::of(known.faults, node, &path) else {
            continue;
        };
        let document = if fields.has("alertPolicyRef") {
            let name = fields.text("alertPolicyRef");
            fields.refuse_others();
            name.and_then(|name| known.referred("AlertPolicy", &name, &fields, "alertPolicyRef"))
        } else {
            Document::read(known.faults, node, &path, "AlertPolicy")
        };
        if let Some(document) = document {
            policy(known, &document.spec, &mut alerting);
        }
    }
    alerting
}

fn policy(known: &Documents<'_>, spec: &Fields<'_>, alerting: &mut Alerting) {
    let _ = spec.node("description");
    // Who is told follows from labels, by the routes of this installation; that it is over is told as routes say.
    let _ = (spec.node("notificationTargets"), spec.node("alertWhenResolved"));
    if spec.flag("alertWhenNoData").unwrap_or(false) {
        alerting.no_data_s = Some(NO_DATA_S);
    }
    let when_breaching = spec.flag("alertWhenBreaching").unwrap_or(true);
    let conditions = spec.list("conditions");
    spec.refuse_others();
    for (path, node) in conditions {
        let Some(fields) = Fields::of(known.faults, node, &path) else {
            continue;
        };
        let document = if fields.has("conditionRef") {
            let name = fields.text("conditionRef");
            fields.refuse_others();
            name.and_then(|name| known.referred("AlertCondition", &name, &fields, "conditionRef"))
        } else {
            Document::read(known.faults, node, &path, "AlertCondition")
        };
        let condition = document.and_then(|document| condition(&document));
        alerting.conditions.extend(condition.filter(|_| when_breaching));
    }
}

fn condition(document: &Document<'_>) -> Option<BurnCondition> {
    let spec = &document.spec;
    let _ = spec.node("description");
    let severity = spec.required_text("severity", "page or ticket").and_then(|name| {
        let severity = BurnSeverity::parse(&name);
        if severity.is_none() {
            let reason =
                format!("{name:?} is not known: write page (critical), ticket (warning) or notice (info)");
            spec.fault("severity", reason);
        }
        severity
    });
    spec.required("condition", "`kind: burnrate` with its threshold")?;
    let fields = spec.map("condition")?;
    spec.refuse_others();
    if let Some(kind) = fields
        .text("kind")
        .filter(|kind| !kind.eq_ignore_ascii_case("burnrate"))
    {
        fields.fault("kind", format!("{kind:?} is not known: write burnrate"));
    }
    if let Some(op) = fields.text("op").filter(|op| op != "gte" && op != "gt") {
        fields.fault("op", format!("{op:?} is not known of rates of burning: write gt"));
    }
    fields.required("threshold", "a rate of burning such as 2");
    let factor = fields.number("threshold");
    let length = |name: &'static str| -> Option<u64> {
        let text = fields.text(name)?;
        parse_duration(&text)
            .map_err(|reason| fields.fault(name, reason))
            .ok()
    };
    fields.required("lookbackWindow", "a length such as 1h");
    let lookback_s = length("lookbackWindow").filter(|seconds| {
        let is_long = *seconds >= 60;
        if !is_long {
            fields.fault("lookbackWindow", "is too short: figures need 1m at least");
        }
        is_long
    });
    // `0m` is the format's own default.
    let waits = fields.text("alertAfter").is_some_and(|text| text != "0m");
    let after_s = if waits { length("alertAfter") } else { Some(0) };
    fields.refuse_others();
    if factor.is_some_and(|factor| factor <= 0.0) {
        fields.fault("threshold", "must be above 0");
        return None;
    }
    Some(BurnCondition {
        name: document.name.clone(),
        severity: severity?,
        factor: factor?,
        lookback_s: lookback_s?,
        after_s: after_s?,
    })
}
