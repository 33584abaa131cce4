//! A desk that decides nothing, until the real one takes its place.
#![allow(
    missing_docs,
    clippy::unused_self,
    clippy::needless_pass_by_value,
    clippy::needless_pass_by_ref_mut
)]

use std::sync::Arc;

use swarmpulse_alert::{AlertView, GroupView, Receiver, Routing, SilenceView, Surroundings};
use swarmpulse_model::{Effect, EffectId, Record, Timestamp};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeskOptions;

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Desk {
    changes: u64,
}

pub struct Drops;
impl Drops {
    pub fn named(&self) -> [(&'static str, u64); 0] {
        []
    }
}

impl Desk {
    pub fn new(_: DeskOptions) -> Self {
        Self::default()
    }
    pub fn configure(&mut self, _: DeskOptions) {}
    pub fn route(&mut self, _: Arc<Routing>, _: Vec<Receiver>) {}
    pub fn apply(&mut self, _: EffectId, _: Timestamp, _: &Effect) {}
    pub fn decide(&mut self, _: Timestamp, _: &dyn Surroundings) -> Vec<Record> {
        Vec::new()
    }
    pub fn withdraw(&mut self) {}
    pub fn next_due(&self) -> Timestamp {
        Timestamp::NEVER
    }
    pub fn changes(&self) -> u64 {
        self.changes
    }
    pub fn dropped(&self) -> Drops {
        Drops
    }
    pub fn alerts(&self) -> Vec<AlertView> {
        Vec::new()
    }
    pub fn silences(&self) -> Vec<SilenceView> {
        Vec::new()
    }
    pub fn groups(&self) -> Vec<GroupView> {
        Vec::new()
    }
}
