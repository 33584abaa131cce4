//! Properties that hold whatever happens: a replay comes to the same state, nothing is lost and nothing told twice,
//! wherever the journal refuses and the monitor crashes.

use proptest::prelude::*;

use crate::story::{AGENTS, Fate, NAMES, SEVERITIES, Step, Story};

fn step() -> impl Strategy<Value = Step> {
    let (agent, name) = (|| 0..AGENTS, || 0..NAMES.len());
    prop_oneof![
        4 => (agent(), name(), 0..3_usize).prop_map(|(agent, name, severity)| Step::Raise { agent, name, severity }),
        3 => (agent(), name()).prop_map(|(agent, name)| Step::Clear { agent, name }),
        1 => (agent(), 1..600_u16).prop_map(|(agent, for_s)| Step::Silence { agent, for_s }),
        1 => (agent(), name(), any::<bool>())
            .prop_map(|(agent, name, active)| Step::Acknowledge { agent, name, active }),
        1 => agent().prop_map(|agent| Step::Forget { agent }),
        2 => (agent(), any::<bool>(), ends_s()).prop_map(|(agent, twin, ends_s)| Step::Post { agent, twin, ends_s }),
        1 => Just(Step::Reload),
        3 => (agent(), any::<bool>()).prop_map(|(agent, fires)| Step::Rule { agent, fires }),
        5 => prop_oneof![1..20_u16, 20..4_000_u16].prop_map(|seconds| Step::Wait { seconds }),
    ]
}

fn ends_s() -> impl Strategy<Value = Option<u16>> {
    prop_oneof![
        Just(None),
        Just(Some(0)),
        (1..600_u16).prop_map(Some),
        Just(Some(u16::MAX))
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Journaled),
        1 => Just(Fate::Refused),
        1 => (0..AGENTS, any::<bool>()).prop_map(|(agent, fires)| Fate::Overtaken { agent, fires }),
        1 => (0..AGENTS, 0..NAMES.len(), prop::option::of(0..SEVERITIES.len()))
            .prop_map(|(agent, name, severity)| Fate::Changed { agent, name, severity }),
        1 => (0..AGENTS, any::<bool>(), ends_s())
            .prop_map(|(agent, twin, ends_s)| Fate::Sent { agent, twin, ends_s }),
        2 => (0..4_u8).prop_map(Fate::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_is_lost_and_nothing_is_told_twice(
        steps in prop::collection::vec(step(), 1..60), fates in prop::collection::vec(fate(), 1..40),
    ) {
        Story::play(&steps, fates.into_iter())?;
    }
}

/// A story with `agent_down`, `agent_stuck` and `odd` as 0, 1 and 2, severities likewise from the least.
fn play(steps: &[Step], fates: Vec<Fate>) {
    if let Err(error) = Story::play(steps, fates.into_iter()) {
        panic!("{error}");
    }
}

const fn raise(agent: u8, name: usize, severity: usize) -> Step {
    Step::Raise {
        agent,
        name,
        severity,
    }
}

const fn post(agent: u8, twin: bool, ends_s: Option<u16>) -> Step {
    Step::Post { agent, twin, ends_s }
}

const fn sent(agent: u8, twin: bool, ends_s: Option<u16>) -> Fate {
    Fate::Sent { agent, twin, ends_s }
}

const fn wait(seconds: u16) -> Step {
    Step::Wait { seconds }
}

const fn overtaken(agent: u8, fires: bool) -> Fate {
    Fate::Overtaken { agent, fires }
}

const fn ended(agent: u8, name: usize) -> Fate {
    Fate::Changed {
        agent,
        name,
        severity: None,
    }
}

#[test]
fn a_cause_that_was_told_by_its_own_labels_stays_for_its_symptom_as_it_changes_there_and_back() {
    let steps = [
        raise(3, 0, 2),
        raise(3, 0, 0),
        Step::Rule {
            agent: 0,
            fires: false,
        },
        wait(20),
        raise(3, 0, 2),
    ];
    play(&steps, vec![overtaken(3, true)]);
}

#[test]
fn what_is_told_of_a_cause_after_its_symptom_ended_has_an_end() {
    let begin = [
        raise(0, 0, 0),
        raise(3, 0, 2),
        raise(1, 0, 1),
        wait(10),
        raise(2, 1, 0),
        Step::Rule {
            agent: 4,
            fires: true,
        },
        raise(1, 0, 0),
        raise(4, 1, 2),
        wait(1),
    ];
    let mut fates = vec![Fate::Journaled; 6];
    fates.extend([
        overtaken(2, true),
        Fate::Crash(1),
        Fate::Journaled,
        overtaken(2, true),
    ]);
    fates.extend([
        overtaken(3, true),
        Fate::Journaled,
        Fate::Journaled,
        overtaken(3, false),
    ]);
    play(&begin, fates);
}

#[test]
fn a_cause_told_as_it_was_before_is_no_longer_there_once_that_end_is_told() {
    let steps = [
        raise(4, 0, 2),
        wait(10),
        raise(0, 2, 0),
        raise(0, 0, 0),
        raise(4, 1, 2),
        raise(4, 0, 0),
        raise(0, 2, 1),
    ];
    let mut fates = vec![Fate::Journaled; 5];
    fates.extend([ended(4, 1), Fate::Journaled, Fate::Crash(0)]);
    play(&steps, fates);
}

#[test]
fn what_was_told_to_who_hears_no_ends_is_forgotten_alike_after_a_crash() {
    let steps = [
        raise(2, 0, 0),
        Step::Rule {
            agent: 1,
            fires: true,
        },
        wait(1),
        raise(4, 2, 0),
        raise(2, 0, 1),
        raise(3, 0, 0),
        raise(0, 0, 0),
        raise(0, 0, 1),
        Step::Rule {
            agent: 2,
            fires: true,
        },
    ];
    let mut fates = vec![Fate::Journaled; 4];
    fates.extend([overtaken(2, false), overtaken(2, false), Fate::Crash(1)]);
    fates.extend([
        overtaken(2, false),
        Fate::Journaled,
        Fate::Journaled,
        Fate::Journaled,
    ]);
    fates.extend([overtaken(1, false), Fate::Crash(0)]);
    play(&steps, fates);
}

#[test]
fn what_is_recorded_again_as_it_is_due_is_told_all_the_same() {
    let again = Step::Clear { agent: 0, name: 0 };
    let steps = [
        post(1, false, None),
        again.clone(),
        again.clone(),
        again,
        post(4, true, Some(1)),
    ];
    let fates = vec![
        sent(1, false, Some(u16::MAX)),
        sent(4, true, Some(10)),
        Fate::Crash(0),
    ];
    play(&steps, fates);
}

#[test]
fn an_end_that_was_taken_back_ends_no_later_life() {
    let steps = [
        wait(1),
        raise(0, 1, 0),
        wait(20),
        post(1, true, Some(1)),
        raise(2, 0, 0),
        Step::Forget { agent: 2 },
        Step::Reload,
        post(4, true, Some(1)),
        Step::Clear { agent: 0, name: 2 },
        raise(0, 0, 0),
        raise(0, 0, 0),
    ];
    let mut fates = vec![Fate::Journaled; 4];
    fates.extend([
        Fate::Crash(1),
        sent(4, true, Some(0)),
        Fate::Crash(1),
        Fate::Journaled,
    ]);
    fates.extend([sent(4, true, Some(u16::MAX)), Fate::Journaled, Fate::Crash(0)]);
    play(&steps, fates);
}
