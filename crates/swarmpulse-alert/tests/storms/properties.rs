//! Random fleets: whatever dies and whenever, a host is said to be down only if all that were due to be heard are silent.

use proptest::prelude::*;
use swarmpulse_model::Timestamp;

use crate::simulation::{Agent, Raised, Simulation};

const INTERVALS_S: [f64; 6] = [5.0, 10.0, 10.0, 30.0, 60.0, 300.0];
const ENDS_AT_S: f64 = 2_400.0;

/// An agent of one of two hosts: how often it reports, when it dies by itself, when it is away for a while.
fn agent() -> impl Strategy<Value = (bool, usize, Option<f64>, Option<(f64, f64)>)> {
    (
        any::<bool>(),
        0..INTERVALS_S.len(),
        prop::option::weighted(0.4, 100.0..1_500.0_f64),
        prop::option::weighted(0.2, (100.0..1_500.0_f64, 20.0..400.0_f64)),
    )
}

/// When agents of the first host die together, how many in a thousand of them do.
fn together() -> impl Strategy<Value = (f64, usize)> {
    (
        300.0..1_200.0_f64,
        prop_oneof![Just(0_usize), 1..1_000_usize, Just(1_000)],
    )
}

fn check(raised: &Raised) -> Result<(), TestCaseError> {
    let heard = raised.last_heard.iter().filter_map(|agent| agent.at);
    let last = heard.max().unwrap_or(Timestamp(0));
    let (mut fell, mut due, mut waiting) = (0, 0, 0);
    for agent in &raised.last_heard {
        let Some(at) = agent.at else {
            continue;
        };
        let is_missing_at_last = at.plus_s(agent.interval_s + 1.0) < last;
        let is_due = at.plus_s(1.2 * agent.interval_s + 1.0) <= raised.at;
        if is_due && !is_missing_at_last {
            due += 1;
            fell += usize::from(agent.is_down);
        } else if !is_due {
            waiting += 1;
        }
    }
    prop_assert!(fell >= 3, "too few fell after the last sign of life: {raised:?}");
    prop_assert!(due * 3 >= (due + waiting) * 2, "too few were due: {raised:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_place_is_said_to_be_down_only_if_all_that_were_due_are_silent(
        described in prop::collection::vec(agent(), 6..40), (together_at_s, share) in together(),
    ) {
        let agents = (0..).zip(&described).map(|(number, (first, interval, dies_at_s, away)): (usize, _)| {
            let dies_together = *first && (number * 377) % 1_000 < share;
            Agent {
                id: format!("a{number}"),
                host: if *first { "h1" } else { "h2" }.to_owned(),
                interval_s: INTERVALS_S[*interval],
                dies_at_s: if dies_together { Some(together_at_s) } else { *dies_at_s },
                silent: away.map(|(from_s, for_s)| (from_s, from_s + for_s)).into_iter().collect(),
            }
        });
        let mut simulation = Simulation::new(agents.collect());
        simulation.run_until(ENDS_AT_S);
        for raised in &simulation.raised {
            check(raised)?;
        }
    }

    /// Of agents that report alike often enough, one that lives is always heard in time.
    #[test]
    fn a_host_on_which_an_agent_lives_is_never_said_to_be_down(
        count in 4..30_usize, interval_s in 1.0..14.0_f64,
        deaths in prop::collection::vec(prop_oneof![100.0..1_000.0_f64, Just(500.0)], 29),
    ) {
        let agents = (0..count).map(|number| Agent {
            id: format!("a{number}"),
            host: "h1".to_owned(),
            interval_s,
            // The last one lives.
            dies_at_s: deaths.get(number).copied().filter(|_| number + 1 < count),
            silent: Vec::new(),
        });
        let mut simulation = Simulation::new(agents.collect());
        simulation.run_until(1_200.0);
        prop_assert!(simulation.raised.is_empty(), "{:?}", simulation.raised);
    }
}
