//! Hosts that fall, and hosts that only seem to: found in time, and never cried wolf.

use std::collections::{BTreeMap, BTreeSet};

use swarmpulse_alert::Routing;
use swarmpulse_model::alert::NotifyReason;

use crate::simulation::{Agent, Simulation};
use crate::{agents, kill, mixed, told};

/// When a host was found to be down, in seconds.
fn found_at_s(simulation: &Simulation, host: &str) -> Option<f64> {
    let view = simulation.desk.alert(&format!("host_down/default/host/{host}"))?;
    let fired_at = view.alert.fired_at?;
    Some(fired_at.seconds_since(crate::simulation::BEGIN))
}

/// Whether any host was ever said to be down.
fn cried_wolf(simulation: &Simulation) -> Vec<String> {
    simulation
        .raised
        .iter()
        .map(|raised| raised.reason.clone())
        .collect()
}

fn silent(agent: &mut Agent, from_s: f64, until_s: f64) {
    agent.silent.push((from_s, until_s));
}

#[test]
fn fast_agents_die_together_beside_slow_ones_and_the_host_is_not_down() {
    for slow in [1, 4, 7, 40, 97] {
        let mut all = agents("h1", 3 + slow, |number| if number < 3 { 10.0 } else { 300.0 });
        kill(&mut all[..3], 1_000.0);
        let mut simulation = Simulation::new(all);
        simulation.run_until(5_000.0);
        assert_eq!(cried_wolf(&simulation), Vec::<String>::new(), "{slow} slow ones");
        let fell: Vec<String> = simulation.notifications.iter().flat_map(told).collect();
        assert_eq!(fell.len(), 3, "{slow} slow ones: {fell:?}");
    }
}

#[test]
fn many_fast_agents_die_together_beside_a_few_slow_ones_and_the_host_is_not_down() {
    for slow in [1, 3, 10] {
        let mut all = agents("h1", 100 + slow, |number| if number < 100 { 10.0 } else { 300.0 });
        kill(&mut all[..100], 1_000.0);
        let mut simulation = Simulation::new(all);
        simulation.run_until(3_000.0);
        assert_eq!(cried_wolf(&simulation), Vec::<String>::new(), "{slow} slow ones");
    }
}

#[test]
fn a_host_of_mixed_intervals_is_found_to_be_down() {
    // How many report how often, and how long it may take to find that all are dead.
    let hosts: [(&[(usize, f64)], f64); 6] = [
        (&[(3, 10.0)], 31.0),
        (&[(40, 10.0)], 31.0),
        (&[(100, 30.0)], 61.0),
        (&[(5, 10.0), (5, 60.0)], 75.0),
        (&[(5, 10.0), (5, 60.0), (5, 300.0)], 362.0),
        (&[(3, 10.0), (1, 300.0)], 362.0),
    ];
    for (kinds, within_s) in hosts {
        let mut all: Vec<Agent> = kinds
            .iter()
            .flat_map(|(count, interval_s)| agents("h1", *count, |_| *interval_s))
            .collect();
        for (number, agent) in all.iter_mut().enumerate() {
            agent.id = format!("a{number}");
        }
        kill(&mut all, 1_000.0);
        let others = agents("h2", 2 * all.len() + 5, |_| 10.0);
        let mut simulation = Simulation::new([all, others].concat());
        simulation.run_until(2_500.0);
        let took_s = found_at_s(&simulation, "h1").map(|found_s| found_s - 1_000.0);
        println!("{kinds:?}: found after {took_s:?} s");
        assert!(
            took_s.is_some_and(|took_s| took_s <= within_s),
            "{kinds:?}: {took_s:?}"
        );
        assert_eq!(simulation.raised.len(), 1);
    }
}

#[test]
fn a_rolling_restart_is_no_host_down() {
    // Each is away for longer than its deadline, a few at a time, all of them in the end.
    let mut all = agents("h1", 30, mixed);
    for (number, agent) in all.iter_mut().enumerate() {
        let from_s = 600.0 + 40.0 * (number / 3) as f64;
        silent(agent, from_s, from_s + 150.0);
    }
    // And a supervisor that restarts its three agents at once.
    let mut three = agents("h2", 10, |_| 10.0);
    three[..3]
        .iter_mut()
        .for_each(|agent| silent(agent, 700.0, 760.0));
    let mut simulation = Simulation::new([all, three, agents("h3", 40, mixed)].concat());
    simulation.run_until(3_600.0);
    assert_eq!(cried_wolf(&simulation), Vec::<String>::new());
}

#[test]
fn agents_in_long_calls_do_not_tell_that_the_host_is_down() {
    // Three that are idle die; ten wait for an answer for five minutes and say nothing meanwhile.
    let mut all = agents("h1", 13, |_| 10.0);
    kill(&mut all[..3], 600.0);
    all[3..].iter_mut().for_each(|agent| silent(agent, 590.0, 880.0));
    let mut simulation = Simulation::new([all, agents("h2", 30, |_| 10.0)].concat());
    simulation.run_until(588.0);
    (3..13).for_each(|number| simulation.open_call(&format!("h1-{number}"), "llm", 400.0));
    simulation.run_until(2_000.0);
    assert_eq!(cried_wolf(&simulation), Vec::<String>::new());
}

#[test]
fn a_host_that_comes_and_goes_is_damped() {
    let mut all = agents("h1", 20, |_| 10.0);
    for agent in &mut all {
        for turn in 0..10 {
            let from_s = 600.0 + 180.0 * f64::from(turn);
            silent(agent, from_s, from_s + 80.0);
        }
    }
    let mut simulation = Simulation::new([all, agents("h2", 30, |_| 10.0)].concat());
    simulation.run_until(6_000.0);
    let said: Vec<(NotifyReason, f64)> = simulation
        .notifications
        .iter()
        .filter(|said| told(said).contains(&"host_down h1".to_owned()))
        .map(|said| (said.reason, said.at.seconds_since(crate::simulation::BEGIN)))
        .collect();
    println!("{} times down, told: {said:?}", simulation.raised.len());
    // Ten times down; once it is known to flap, nothing until it has been up for ten minutes.
    let last_s = 680.0 + 180.0 * 9.0;
    let (reason, at_s) = *said.last().unwrap();
    assert_eq!(reason, NotifyReason::Resolved);
    assert!(at_s >= last_s + 600.0 && at_s <= last_s + 680.0, "{at_s}");
    let fired = said
        .iter()
        .filter(|(reason, _)| *reason == NotifyReason::Fired)
        .count();
    assert!(fired <= 3, "{said:?}");
}

const TEAMS: &str = "
route:
  receiver: ops
  routes:
    - matchers: ['agent=~\"h1-[0-9]\"']
      receiver: team-a
    - matchers: ['agent=~\"h1-1[0-9]\"']
      receiver: team-b
receivers:
  - name: ops
  - name: team-a
  - name: team-b
";

#[test]
fn two_teams_on_one_host_are_each_told_of_theirs_once() {
    let mut all = agents("h1", 30, |_| 10.0);
    all.iter_mut().for_each(|agent| silent(agent, 600.0, 1_200.0));
    let routing = Routing::parse(TEAMS, &|_| None).unwrap().routing;
    let mut simulation = Simulation::routed([all, agents("h2", 40, |_| 10.0)].concat(), routing);
    simulation.run_until(3_600.0);
    let mut said: Vec<(String, NotifyReason, Vec<String>)> = simulation
        .notifications
        .iter()
        .map(|said| (said.receiver.to_string(), said.reason, told(said)))
        .collect();
    said.sort_by(|a, b| (a.1 != NotifyReason::Fired, &a.0).cmp(&(b.1 != NotifyReason::Fired, &b.0)));
    let host = || vec!["host_down h1".to_owned()];
    let expected: Vec<_> = [NotifyReason::Fired, NotifyReason::Resolved]
        .into_iter()
        .flat_map(|reason| ["ops", "team-a", "team-b"].map(|receiver| (receiver.to_owned(), reason, host())))
        .collect();
    assert_eq!(said, expected);
    let fired = simulation
        .notifications
        .iter()
        .filter(|said| said.reason == NotifyReason::Fired);
    let totals: BTreeMap<&str, u64> = fired
        .map(|said| (said.receiver.as_str(), said.alerts[0].symptoms_total))
        .collect();
    assert_eq!(
        totals,
        BTreeMap::from([("ops", 30), ("team-a", 10), ("team-b", 10)])
    );
}

#[test]
fn a_host_of_2000_agents_of_200_teams_falls_and_each_team_is_told_once() {
    let mut text = String::from("route:\n  receiver: ops\n  group_by: [alertname]\n  routes:\n");
    let mut receivers = String::from("receivers:\n  - name: ops\n");
    for team in 0..200 {
        text.push_str(&format!(
            "    - matchers: ['agent=~\"h1-[0-9]*-t{team}\"']\n      receiver: t{team}\n"
        ));
        receivers.push_str(&format!("  - name: t{team}\n"));
    }
    let routing = Routing::parse(&(text + &receivers), &|_| None).unwrap().routing;
    let mut all = agents("h1", 2_000, |_| 60.0);
    for (number, agent) in all.iter_mut().enumerate() {
        agent.id = format!("h1-{number}-t{}", number % 200);
    }
    kill(&mut all, 300.0);
    let mut simulation = Simulation::routed([all, agents("h2", 2_500, |_| 60.0)].concat(), routing);
    simulation.run_until(700.0);
    let receivers: BTreeSet<&str> = simulation
        .notifications
        .iter()
        .map(|said| said.receiver.as_str())
        .collect();
    assert_eq!((receivers.len(), simulation.notifications.len()), (201, 201));
    assert!(
        simulation
            .notifications
            .iter()
            .all(|said| told(said) == ["host_down h1"])
    );
}
