//! Rules and alerts in the shapes of Prometheus.

use serde_json::{Value, json};
use swarmpulse_model::series::Label;
use swarmpulse_model::{EntityKey, EntityKind, Severity, Text, Timestamp};
use swarmpulse_rules::{AlertRule, RecordRule, Rule, RuleGroup, RuleHealth};

use super::*;

fn label(name: &str, value: &str) -> Label {
    Label {
        name: name.into(),
        value: value.into(),
    }
}

fn alert(namespace: &str, state: AlertState) -> Alert {
    Alert {
        id: "Slow/0000000000000001".into(),
        name: "Slow".into(),
        state,
        severity: Severity::Critical,
        namespace: namespace.into(),
        subject: Some(EntityKey::new(namespace, EntityKind::Agent, "a1")),
        origin: AlertOrigin::Rule,
        group: "g1".into(),
        labels: vec![
            label("agent", "a1"),
            label("alertname", "Slow"),
            label("severity", "page"),
        ],
        annotations: vec![label("summary", "a1 took 3 s")],
        value: Some(3.0),
        active_at: Timestamp::from_unix_s(60.0),
        fired_at: None,
        ended_at: None,
        reason: "a1 took 3 s".into(),
        cause: None,
        flapping: false,
        expires_at: None,
        source_url: None,
        kept_since: None,
    }
}

fn status(rule: Rule, alerts: Vec<Alert>) -> RuleStatus {
    RuleStatus {
        rule,
        health: RuleHealth::Ok,
        error: None,
        no_data: false,
        alerts,
        resolved: Vec::new(),
        evaluated_at: Some(Timestamp::from_unix_s(89.5)),
        took_s: 0.5,
    }
}

fn alerting(name: &str, severity: &str) -> Rule {
    Rule {
        line: 4,
        expr: "latency > 2".to_owned(),
        labels: vec![label("severity", severity)],
        kind: RuleKind::Alert(AlertRule {
            name: Text::from(name),
            for_s: 120.0,
            keep_firing_for_s: 60.0,
            annotations: vec![label("summary", "{{ $labels.agent }} took {{ $value }} s")],
            overridden: None,
        }),
    }
}

fn group(name: &str, file: &str, rules: Vec<RuleStatus>) -> GroupStatus {
    GroupStatus {
        group: RuleGroup {
            name: name.to_owned(),
            file: file.to_owned(),
            limit: 3,
            ..RuleGroup::default()
        },
        interval_s: 15.0,
        evaluated_at: Some(Timestamp::from_unix_s(90.0)),
        took_s: 1.0,
        missed: 0,
        rules,
    }
}

fn board() -> Vec<Arc<GroupStatus>> {
    let mut failing = status(
        Rule {
            line: 9,
            expr: "sum(x)".to_owned(),
            labels: Vec::new(),
            kind: RuleKind::Record(RecordRule { name: "x:sum".into() }),
        },
        Vec::new(),
    );
    failing.health = RuleHealth::Error;
    failing.error = Some("too many samples".to_owned());
    let slow = vec![
        alert("default", AlertState::Pending),
        Alert {
            kept_since: Some(Timestamp::from_unix_s(80.0)),
            ..alert("team", AlertState::Firing)
        },
    ];
    let groups = vec![
        group(
            "g1",
            "a.yaml",
            vec![status(alerting("Slow", "page"), slow), failing],
        ),
        group("empty", "a.yaml", Vec::new()),
        group(
            "g2",
            "b.yaml",
            vec![status(alerting("Never", "info"), Vec::new())],
        ),
    ];
    groups.into_iter().map(Arc::new).collect()
}

fn ask(query: &str, access: &Access) -> Result<(Value, Option<String>), Failure> {
    let form = Form::of(query)?;
    let (wanted, pages) = (Wanted::of(&form)?, Pages::of(&form)?);
    let board = board();
    let (groups, next) = answer_of(&board, &wanted, &pages, access)?;
    Ok((json!(groups), next))
}

#[test]
fn shapes_are_prometheus_own() {
    let (groups, next) = ask("", &Access::open()).unwrap();
    assert_eq!(next, None);
    let expected = json!([
        {
            "name": "g1", "file": "a.yaml",
            "rules": [
                {
                    "state": "firing", "name": "Slow", "query": "latency > 2", "duration": 120.0,
                    "keepFiringFor": 60.0, "labels": {"severity": "page"},
                    "annotations": {"summary": "{{ $labels.agent }} took {{ $value }} s"},
                    "alerts": [
                        {
                            "labels": {"agent": "a1", "alertname": "Slow", "severity": "page"},
                            "annotations": {"summary": "a1 took 3 s"}, "state": "pending",
                            "activeAt": "1970-01-01T00:01:00.000Z", "value": "3e+00",
                        },
                        {
                            "labels": {"agent": "a1", "alertname": "Slow", "severity": "page"},
                            "annotations": {"summary": "a1 took 3 s"}, "state": "firing",
                            "activeAt": "1970-01-01T00:01:00.000Z",
                            "keepFiringSince": "1970-01-01T00:01:20.000Z", "value": "3e+00",
                        },
                    ],
                    "health": "ok", "evaluationTime": 0.5, "lastEvaluation": "1970-01-01T00:01:29.500Z",
                    "type": "alerting",
                },
                {
                    "name": "x:sum", "query": "sum(x)", "labels": {}, "health": "err",
                    "lastError": "too many samples", "evaluationTime": 0.5,
                    "lastEvaluation": "1970-01-01T00:01:29.500Z", "type": "recording",
                },
            ],
            "interval": 15.0, "limit": 3, "evaluationTime": 1.0, "lastEvaluation": "1970-01-01T00:01:30.000Z",
        },
        {
            "name": "g2", "file": "b.yaml",
            "rules": [{
                "state": "inactive", "name": "Never", "query": "latency > 2", "duration": 120.0,
                "keepFiringFor": 60.0, "labels": {"severity": "info"},
                "annotations": {"summary": "{{ $labels.agent }} took {{ $value }} s"}, "alerts": [],
                "health": "ok", "evaluationTime": 0.5, "lastEvaluation": "1970-01-01T00:01:29.500Z",
                "type": "alerting",
            }],
            "interval": 15.0, "limit": 3, "evaluationTime": 1.0, "lastEvaluation": "1970-01-01T00:01:30.000Z",
        },
    ]);
    assert_eq!(groups, expected);
}

#[test]
fn rules_are_chosen_by_kind_name_group_file_and_labels() {
    let names = |query: &str| -> Vec<String> {
        let (groups, _) = ask(query, &Access::open()).unwrap();
        let groups = groups.as_array().unwrap().iter();
        let rules = groups.flat_map(|group| group["rules"].as_array().unwrap().clone());
        rules
            .map(|rule| rule["name"].as_str().unwrap().to_owned())
            .collect()
    };
    for (query, expected) in [
        ("type=alert", vec!["Slow", "Never"]),
        ("type=RECORD", vec!["x:sum"]),
        ("rule_name[]=x:sum&rule_name[]=Never", vec!["x:sum", "Never"]),
        ("rule_group[]=g2", vec!["Never"]),
        ("file[]=a.yaml&type=alert", vec!["Slow"]),
        ("match[]={severity=\"page\"}", vec!["Slow"]),
        (
            "match[]={severity=~\"p.*\"}&match[]={severity=\"info\"}",
            vec!["Slow", "Never"],
        ),
        ("rule_group[]=nope", vec![]),
    ] {
        assert_eq!(names(query), expected, "{query}");
    }
    let (groups, _) = ask("exclude_alerts=true", &Access::open()).unwrap();
    assert_eq!(groups[0]["rules"][0]["alerts"], Value::Null);
    assert_eq!(groups[0]["rules"][0]["state"], "firing");
}

#[test]
fn pages_of_groups_follow_each_other() {
    let (first, next) = ask("group_limit=1", &Access::open()).unwrap();
    assert_eq!(
        (first.as_array().unwrap().len(), &first[0]["name"]),
        (1, &json!("g1"))
    );
    let (second, end) = ask(
        &format!("group_limit=1&group_next_token={}", next.unwrap()),
        &Access::open(),
    )
    .unwrap();
    assert_eq!((&second[0]["name"], end), (&json!("g2"), None));
    assert_eq!(ask("group_limit=2", &Access::open()).unwrap().1, None);
}

#[test]
fn a_token_of_a_namespace_sees_the_alerts_of_that_alone() {
    let team = Access {
        namespace: Some("default".into()),
        ..Access::open()
    };
    let (groups, _) = ask("rule_name[]=Slow", &team).unwrap();
    let rule = &groups[0]["rules"][0];
    assert_eq!(rule["state"], "pending");
    assert_eq!(rule["alerts"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_is_refused_in_prometheus_words() {
    for (query, expected) in [
        (
            "type=foo",
            "invalid parameter \"type\": not supported value \"foo\"",
        ),
        (
            "group_limit=x",
            "invalid parameter \"group_limit\": group_limit needs to be a valid number: strconv.ParseInt: parsing \"x\": \
             invalid syntax",
        ),
        (
            "group_limit=0",
            "invalid parameter \"group_limit\": group_limit needs to be greater than 0",
        ),
        (
            "group_next_token=abc",
            "invalid parameter \"group_next_token\": group_limit needs to be present in order to paginate over the groups",
        ),
        (
            "group_limit=1&group_next_token=abc",
            "invalid parameter \"group_next_token\": invalid group_next_token 'abc'. were rule groups changed?",
        ),
        (
            "exclude_alerts=maybe",
            "invalid parameter \"exclude_alerts\": error converting exclude_alerts: strconv.ParseBool: parsing \"maybe\": \
             invalid syntax",
        ),
        (
            "match[]={a=\"\"}",
            "match[] must contain at least one non-empty matcher",
        ),
    ] {
        let failure = ask(query, &Access::open()).unwrap_err();
        assert_eq!(failure.message(), expected);
    }
}
