//! What the engine of cascades is held to, over random graphs: no false alarms, early warnings, the right names.

#[path = "cascade_episodes/episode.rs"]
mod episode;
#[path = "cascade_episodes/replay.rs"]
mod replay;

use episode::{Dice, Episode, Kind};
use proptest::prelude::*;
use replay::{MINUTE_S, Replay, first_high};
use swarmpulse_detect::{CascadeEngine, CascadeOrigin, CascadeRisk};
use swarmpulse_model::{Text, Timestamp};

/// Episodes of each kind. Whoever changes the engine runs more: they are the same for everyone.
const EPISODES: u64 = 16;

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_unix_s(1_700_000_000.0 + seconds)
}

#[test]
fn what_is_no_cascade_is_never_high() {
    for kind in [Kind::Quiet, Kind::Busy, Kind::Single] {
        for seed in 0..EPISODES {
            let replay = Replay::of(&Episode::new(kind, seed));
            let high = first_high(&replay.minutes, 0.0);
            assert!(high.is_none(), "{kind:?} {seed} is high: {high:?}");
        }
    }
}

#[test]
fn one_service_that_fails_alone_is_a_medium_risk() {
    let mut medium = 0;
    for seed in 0..EPISODES {
        let replay = Replay::of(&Episode::new(Kind::Single, seed));
        medium += u32::from(
            replay
                .minutes
                .iter()
                .any(|(t, it)| *t > 1800.0 && it.risk == CascadeRisk::Medium),
        );
        let before = replay.minutes.iter().filter(|(t, _)| *t <= 1800.0);
        assert!(
            before.clone().all(|(_, it)| it.risk == CascadeRisk::Low),
            "{seed}"
        );
    }
    assert!(medium as u64 >= EPISODES / 3, "{medium} of {EPISODES}");
}

#[test]
fn a_type_that_fails_everywhere_is_high_within_three_minutes() {
    for seed in 0..EPISODES {
        let replay = Replay::of(&Episode::new(Kind::OneType, seed));
        let (t, it) = first_high(&replay.minutes, 0.0).expect("it is seen");
        assert!(t > 1800.0 && t <= 1980.0, "{seed}: at {t}");
        assert_eq!(it.root, Some(CascadeOrigin::TaskType("type-0".into())), "{seed}");
        let stays = replay.minutes.iter().filter(|(later, _)| *later >= t);
        assert!(
            stays.clone().all(|(_, it)| it.risk == CascadeRisk::High),
            "{seed}"
        );
    }
}

/// The early share is measured against someone who sees every service go down at the very moment and waits for the second:
/// one service that fails alone is no cascade. He is early in 57 % of the cascades, because the next assessment may be a
/// minute off; even he who knew of the first at once would be in 77 % only.
#[test]
fn cascades_are_seen_early_and_what_is_next_is_named() {
    let (mut cascades, mut early, mut clairvoyant, mut rooted) = (0_u32, 0_u32, 0_u32, 0_u32);
    let mut right = Vec::new();
    for seed in 0..4 * EPISODES {
        let episode = Episode::new(Kind::Cascade, seed);
        if episode.down.len() < 4 {
            continue;
        }
        cascades += 1;
        let mut times: Vec<f64> = episode.down.values().copied().collect();
        times.sort_by(f64::total_cmp);
        let in_time = |t: f64| {
            let down = times.iter().filter(|time| **time <= t).count() as f64;
            u32::from(down <= (times.len() as f64 / 3.0).max(2.0))
        };
        clairvoyant += in_time((times[1] / MINUTE_S).ceil() * MINUTE_S);
        let replay = Replay::of(&episode);
        assert!(
            first_high(&replay.minutes[..20], 0.0).is_none(),
            "{seed} is high before it begins"
        );
        let (t, it) = first_high(&replay.minutes, episode.start_s).expect("every cascade is seen");
        early += in_time(t);
        let root = episode
            .down
            .iter()
            .find(|(_, time)| **time == times[0])
            .map(|(service, _)| *service);
        rooted += u32::from(
            it.root.as_ref().map(|origin| origin.name().as_str()) == root.map(replay::name).as_deref(),
        );
        let named: Vec<&Text> = it.next.iter().take(3).map(|it| &it.service).collect();
        if !named.is_empty() {
            let later = |name: &Text| {
                let service = name.strip_prefix("svc-").and_then(|number| number.parse().ok());
                service
                    .and_then(|service: usize| episode.down.get(&service))
                    .is_some_and(|time| *time > t)
            };
            right.push(named.iter().filter(|name| later(name)).count() as f64 / named.len() as f64);
        }
    }
    let precision = right.iter().sum::<f64>() / right.len() as f64;
    println!(
        "{cascades} cascades: {early} early, {clairvoyant} by a clairvoyant, next {precision:.2}, roots {rooted}"
    );
    assert!(cascades > 20);
    assert!(
        f64::from(early) >= 0.4 * f64::from(clairvoyant),
        "{early} of {clairvoyant}"
    );
    assert!(precision > 0.5, "{precision}");
    assert!(
        f64::from(rooted) >= 0.85 * f64::from(cascades),
        "{rooted} of {cascades}"
    );
}

#[test]
fn background_is_not_high_in_ten_thousand_evaluations() {
    for (report_good, seed) in [(false, 1), (true, 2)] {
        let mut dice = Dice::new(seed);
        let mut engine = CascadeEngine::new();
        let mut failure_s = dice.wait(60.0);
        let mut good_s = dice.wait(10.0);
        for minute in 1..=10_000 {
            let end_s = f64::from(minute) * MINUTE_S;
            while failure_s < end_s {
                let (agent, work) = (
                    format!("bot-{}", dice.below(10)),
                    format!("type-{}", dice.below(5)),
                );
                engine.observe(at(failure_s), None, Some(&agent), Some(&work), false);
                failure_s += dice.wait(60.0);
            }
            while report_good && good_s < end_s {
                let (agent, work) = (
                    format!("bot-{}", dice.below(10)),
                    format!("type-{}", dice.below(5)),
                );
                engine.observe(at(good_s), None, Some(&agent), Some(&work), true);
                good_s += dice.wait(10.0);
            }
            let it = engine.assess(at(end_s), []);
            assert_eq!(it.risk, CascadeRisk::Low, "minute {minute}: {it:?}");
        }
    }
}

#[test]
fn two_hundred_failures_on_fifty_bots_are_high_even_for_a_newcomer() {
    let mut engine = CascadeEngine::new();
    for number in 0..200 {
        engine.observe(
            at(f64::from(number)),
            None,
            Some(&format!("bot-{}", number % 50)),
            Some("ingest"),
            false,
        );
    }
    let it = engine.assess(at(201.0), []);
    assert_eq!(it.risk, CascadeRisk::High, "{it:?}");
    assert_eq!(it.root, Some(CascadeOrigin::TaskType("ingest".into())));
    assert_eq!(it.agents, 50);
    let mut engine = CascadeEngine::new();
    for number in 0..200 {
        engine.observe(
            at(f64::from(number)),
            None,
            Some(&format!("bot-{}", number % 3)),
            Some("ingest"),
            false,
        );
    }
    assert!(
        engine.assess(at(201.0), []).risk < CascadeRisk::High,
        "three bots are three bots"
    );
}

#[test]
fn it_is_over_when_they_work_again() {
    let mut engine = CascadeEngine::new();
    let graph: Vec<(Text, Vec<Text>)> = ["api", "web", "search"]
        .map(|name| (name.into(), vec!["db".into()]))
        .into();
    let mut dice = Dice::new(3);
    let mut risks = Vec::new();
    for second in 0..9000 {
        let t = f64::from(second);
        for (delay_s, name) in [(0.0, "db"), (60.0, "api"), (100.0, "web"), (160.0, "search")] {
            let failing = t >= 3000.0 + delay_s && t < 6000.0;
            let ok = dice.unit() >= if failing { 0.7 } else { 0.01 };
            if second % 5 == 0 {
                engine.observe(at(t), Some(name), Some("a"), None, ok);
            }
        }
        if second % 60 == 0 {
            let needs = graph.iter().map(|(name, needs)| (name, needs.as_slice()));
            let it = engine.assess(at(t), needs);
            risks.push((t, it.risk, it.root, it.affected.len(), it.since));
        }
    }
    for (t, risk, root, affected, since) in risks {
        match t {
            t if t <= 3000.0 => assert_eq!(risk, CascadeRisk::Low, "{t}"),
            t if (3300.0..6000.0).contains(&t) => {
                assert_eq!(risk, CascadeRisk::High, "{t}");
                assert_eq!(root, Some(CascadeOrigin::Service("db".into())), "{t}");
                assert_eq!(affected, 4, "{t}");
                let since = since.map_or(0.0, |since| since.seconds_since(at(3000.0)));
                assert!(since.abs() < 31.0, "{t}: {since}");
            }
            t if t > 6300.0 => assert_eq!(risk, CascadeRisk::Low, "{t}"),
            _ => {}
        }
    }
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    let mut engine = CascadeEngine::new();
    for number in 0..swarmpulse_detect::CASCADE_SERVICES_MAX + 3 {
        engine.observe(at(0.0), Some(&format!("s{number}")), None, None, true);
    }
    for number in 0..swarmpulse_detect::CASCADE_TYPES_MAX + 2 {
        engine.observe(
            at(0.0),
            None,
            Some(&format!("a{number}")),
            Some(&format!("t{number}")),
            true,
        );
    }
    engine.observe(at(10_000.0), Some("s1"), None, None, true);
    engine.observe(at(0.0), Some("s1"), None, None, true);
    let dropped = engine.dropped();
    assert_eq!(
        (dropped.services, dropped.types, dropped.agents, dropped.late),
        (3, 2, 0, 1)
    );
}

#[derive(Clone, Debug)]
enum Step {
    Outcome(Option<u8>, Option<u8>, Option<u8>, bool),
    Wait(u32),
    Assess,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (prop::option::of(0..12_u8), prop::option::of(0..8_u8), prop::option::of(0..3_u8), any::<bool>())
            .prop_map(|(service, agent, work, ok)| Step::Outcome(service, agent, work, ok)),
        5 => (1..40_u32).prop_map(Step::Wait),
        1 => (1000..200_000_u32).prop_map(Step::Wait),
        2 => Just(Step::Assess),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happens, figures are figures, names fit together, and the same gives the same.
    #[test]
    fn assessments_are_sound(steps in prop::collection::vec(step(), 1..300), edges in prop::collection::vec((0..12_u8, 0..12_u8), 0..30)) {
        let mut graph = std::collections::BTreeMap::<Text, Vec<Text>>::new();
        for (service, need) in edges {
            graph.entry(format!("s{service}").into()).or_default().push(format!("s{need}").into());
        }
        let (mut engine, mut twin) = (CascadeEngine::new(), CascadeEngine::new());
        let mut now = 0.0;
        for step in steps {
            match step {
                Step::Wait(seconds) => now += f64::from(seconds),
                Step::Outcome(service, agent, work, ok) => {
                    let [service, agent, work] = [(service, "s"), (agent, "a"), (work, "t")]
                        .map(|(number, kind)| number.map(|number| format!("{kind}{number}")));
                    for engine in [&mut engine, &mut twin] {
                        engine.observe(at(now), service.as_deref(), agent.as_deref(), work.as_deref(), ok);
                    }
                }
                Step::Assess => {
                    let mut both = [&mut engine, &mut twin]
                        .map(|engine| engine.assess(at(now), graph.iter().map(|(name, needs)| (name, needs.as_slice()))));
                    let it = &mut both[0];
                    prop_assert!((0.0..=1.0).contains(&it.score), "{it:?}");
                    prop_assert_eq!(it.risk, CascadeRisk::of(it.score));
                    prop_assert!(it.branching_ratio.is_finite() && it.branching_ratio >= 0.0, "{it:?}");
                    if let Some((low, high)) = it.interval {
                        prop_assert!(low <= high && low >= 0.0 && high.is_finite(), "{it:?}");
                    }
                    prop_assert_eq!(it.root.is_some(), it.risk > CascadeRisk::Low);
                    if let Some(CascadeOrigin::Service(root)) = &it.root {
                        prop_assert_eq!(it.path.first(), Some(root));
                    }
                    prop_assert!(it.next.iter().all(|next| it.affected.iter().all(|one| one.service != next.service)));
                    prop_assert!(it.cut.iter().all(|cut| graph[&cut.dependent].contains(&cut.need)));
                    prop_assert_eq!(&both[0], &both[1]);
                }
            }
        }
    }
}
