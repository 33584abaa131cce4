//! Storms: a real fleet falls in parts, and one message says so.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod around;
mod hosts;
mod properties;
mod simulation;

use swarmpulse_model::alert::{Notification, NotifyReason};
use swarmpulse_model::{AlertState, EntityKind, Severity};

use simulation::{Agent, Simulation};

/// Names and subjects of what a notification tells.
fn told(notification: &Notification) -> Vec<String> {
    let alerts = notification.alerts.iter();
    alerts
        .map(|told| {
            let subject = told
                .alert
                .subject
                .as_ref()
                .map_or("monitor", |subject| &subject.id);
            format!("{} {subject}", told.alert.name)
        })
        .collect()
}

fn agents(host: &str, count: usize, interval_s: impl Fn(usize) -> f64) -> Vec<Agent> {
    (0..count)
        .map(|number| Agent {
            id: format!("{host}-{number}"),
            host: host.to_owned(),
            interval_s: interval_s(number),
            dies_at_s: None,
            silent: Vec::new(),
        })
        .collect()
}

/// Intervals from 10 to 60 s, in no order.
fn mixed(number: usize) -> f64 {
    10.0 + ((number * 37) % 51) as f64
}

fn kill(agents: &mut [Agent], at_s: f64) {
    for agent in agents {
        agent.dies_at_s = Some(at_s);
    }
}

#[test]
fn a_host_with_200_agents_dies_and_one_message_says_so() {
    let mut dying = agents("h1", 200, mixed);
    kill(&mut dying, 300.0);
    let mut simulation = Simulation::new([dying, agents("h2", 250, mixed)].concat());
    simulation.run_until(1_800.0);
    let [only] = simulation.notifications.as_slice() else {
        panic!("{} notifications", simulation.notifications.len());
    };
    assert_eq!(
        (only.reason, told(only)),
        (NotifyReason::Fired, vec!["host_down h1".to_owned()])
    );
    let first = &only.alerts[0];
    assert!(
        first.alert.reason.contains("of 200 agents on host h1"),
        "{}",
        first.alert.reason
    );
    assert!(first.symptoms_total >= 25, "{}", first.symptoms_total);
    assert!(
        only.at.seconds_since(simulation::BEGIN) < 300.0 + 75.0,
        "told late"
    );
    let view = simulation.desk.alert("host_down/default/host/h1").unwrap();
    assert_eq!(view.symptoms, 200);
    assert_eq!(view.alert.reason, "200 of 200 agents on host h1 are down");
}

#[test]
fn they_come_back_and_one_message_says_so() {
    let mut dying = agents("h1", 60, |_| 10.0);
    kill(&mut dying, 300.0);
    let mut simulation = Simulation::new([dying, agents("h2", 70, |_| 10.0)].concat());
    simulation.run_until(900.0);
    simulation.revive();
    simulation.run_until(1_800.0);
    let said: Vec<_> = simulation
        .notifications
        .iter()
        .map(|said| (said.reason, told(said)))
        .collect();
    let host = || vec!["host_down h1".to_owned()];
    assert_eq!(
        said,
        [(NotifyReason::Fired, host()), (NotifyReason::Resolved, host())]
    );
    let firing = simulation
        .desk
        .alerts()
        .into_iter()
        .filter(|view| view.alert.state == AlertState::Firing);
    assert_eq!(firing.count(), 0);
}

#[test]
fn two_hosts_die_at_once_and_one_message_names_both() {
    let mut one = agents("h1", 100, |_| 10.0);
    let mut other = agents("h2", 100, |_| 10.0);
    kill(&mut one, 300.0);
    kill(&mut other, 301.0);
    let mut simulation = Simulation::new([one, other, agents("h3", 250, mixed)].concat());
    simulation.run_until(1_500.0);
    let [only] = simulation.notifications.as_slice() else {
        panic!("{} notifications", simulation.notifications.len());
    };
    let mut hosts = told(only);
    hosts.sort();
    assert_eq!(hosts, ["host_down h1", "host_down h2"]);
    let symptoms: u64 = only.alerts.iter().map(|told| told.symptoms_total).sum();
    assert_eq!(symptoms, 200);
}

#[test]
fn unrelated_deaths_have_no_cause_in_common() {
    let mut all: Vec<Agent> = (0..8)
        .flat_map(|host| agents(&format!("h{host}"), 40, mixed))
        .collect();
    // 40 of 320 over an hour; five of each host.
    for (death, agent) in all.iter_mut().step_by(8).enumerate() {
        agent.dies_at_s = Some(300.0 + 90.0 * death as f64);
    }
    let mut simulation = Simulation::new(all);
    simulation.run_until(4_500.0);
    let alerts = simulation.desk.alerts();
    assert!(
        alerts
            .iter()
            .all(|view| view.alert.name == "agent_down" && view.alert.cause.is_none())
    );
    assert_eq!(alerts.len(), 40);
    let fell: usize = simulation
        .notifications
        .iter()
        .flat_map(|said| &said.alerts)
        .map(|told| told.alert.id.clone())
        .collect::<std::collections::BTreeSet<_>>()
        .len();
    assert_eq!(fell, 40, "every one of them was told");
}

#[test]
fn a_provider_overloaded_for_500_agents_is_one_message() {
    let mut simulation = Simulation::new(agents("h1", 500, |_| 30.0));
    simulation.run_until(60.0);
    for number in 0..500 {
        simulation.call(&format!("h1-{number}"), "llm", 529);
    }
    for number in 0..250 {
        simulation.condition(
            "failure_rate_high",
            EntityKind::Agent,
            &format!("h1-{number}"),
            Severity::Warning,
        );
    }
    simulation.run_until(75.0);
    simulation.condition("service_failing", EntityKind::Service, "llm", Severity::Critical);
    simulation.run_until(90.0);
    for number in 250..500 {
        simulation.condition(
            "failure_rate_high",
            EntityKind::Agent,
            &format!("h1-{number}"),
            Severity::Warning,
        );
    }
    simulation.run_until(1_800.0);
    let [only] = simulation.notifications.as_slice() else {
        let all: Vec<_> = simulation
            .notifications
            .iter()
            .map(told)
            .map(|told| told.len())
            .collect();
        panic!("notifications of so many alerts: {all:?}");
    };
    assert_eq!(told(only), ["service_failing llm"]);
    assert_eq!(
        (only.alerts[0].symptoms_total, only.alerts[0].symptoms.len()),
        (500, 500)
    );
}
