//! Plays an episode to the engine and asks it once a minute.

use swarmpulse_detect::{CascadeAssessment, CascadeEngine, CascadeRisk};
use swarmpulse_model::{Text, Timestamp};

use crate::episode::{Episode, LENGTH_S};

/// Time between assessments.
pub const MINUTE_S: f64 = 60.0;

/// What was held of an episode.
pub struct Replay {
    /// The time of each assessment and what it says.
    pub minutes: Vec<(f64, CascadeAssessment)>,
}

/// The name of a service.
pub fn name(service: usize) -> String {
    format!("svc-{service}")
}

impl Replay {
    /// Of a whole episode.
    pub fn of(episode: &Episode) -> Self {
        let services: Vec<Text> = (0..episode.needs.len())
            .map(|service| name(service).into())
            .collect();
        let graph: Vec<Vec<Text>> = episode
            .needs
            .iter()
            .map(|needs| needs.iter().map(|need| services[*need].clone()).collect())
            .collect();
        let agents: Vec<String> = (0..50).map(|agent| format!("bot-{agent}")).collect();
        let types: Vec<String> = (0..5).map(|number| format!("type-{number}")).collect();
        let mut engine = CascadeEngine::new();
        let mut minutes = Vec::new();
        let mut outcomes = episode.outcomes.iter().peekable();
        let mut t = MINUTE_S;
        while t <= LENGTH_S {
            while let Some(it) = outcomes.next_if(|it| it.at_s < t) {
                engine.observe(
                    Timestamp::from_unix_s(it.at_s),
                    Some(&services[it.service]),
                    Some(&agents[it.agent]),
                    Some(&types[it.task_type]),
                    it.ok,
                );
            }
            let needs = services.iter().zip(graph.iter().map(Vec::as_slice));
            minutes.push((t, engine.assess(Timestamp::from_unix_s(t).plus_ns(-1), needs)));
            t += MINUTE_S;
        }
        Self { minutes }
    }
}

/// The first high assessment from a time on.
pub fn first_high(minutes: &[(f64, CascadeAssessment)], from_s: f64) -> Option<(f64, &CascadeAssessment)> {
    minutes
        .iter()
        .find(|(t, it)| *t >= from_s && it.risk == CascadeRisk::High)
        .map(|(t, it)| (*t, it))
}
