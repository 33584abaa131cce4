//! Services and what is known of calls to them.

use serde::{Deserialize, Serialize};
use swarmpulse_model::record::Service;
use swarmpulse_model::{Attributes, Text, Timestamp};

use crate::arena::{Index, Keyed};
use crate::durations::Durations;
use crate::fleet::{Fleet, Step};
use crate::outcomes::Outcomes;

/// A service as the fleet knows it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[expect(
    missing_docs,
    reason = "the fields are those of the record, and counts of calls"
)]
pub struct ServiceEntry {
    pub(crate) namespace: u32,
    pub id: Text,
    pub url: Option<Text>,
    pub kind: Option<Text>,
    pub depends_on: Vec<Text>,
    pub calls: u64,
    pub errors: u64,
    pub open_calls: u64,
    pub last_call_at: Option<Timestamp>,
    pub last_status_code: Option<u16>,
    pub outcomes: Outcomes,
    pub(crate) durations: Durations,
    pub attributes: Attributes,
}

impl Keyed for ServiceEntry {
    fn namespace(&self) -> u32 {
        self.namespace
    }
    fn id(&self) -> &str {
        &self.id
    }
}

impl Fleet {
    pub(crate) fn apply_service(&mut self, step: &mut Step<'_>, record: Service) {
        let Some(index) = self.service(step, &record.service) else {
            return;
        };
        let Some(service) = self.services.get_mut(index) else {
            return;
        };
        if record.url.is_some() {
            service.url = record.url;
        }
        if record.kind.is_some() {
            service.kind = record.kind;
        }
        service.depends_on = record.depends_on;
        service.attributes = record.attributes;
    }

    /// The service of that name, a new one if there is room.
    pub(crate) fn service(&mut self, step: &Step<'_>, name: &str) -> Option<Index> {
        if let Some(index) = self.services.find(step.namespace, name) {
            return Some(index);
        }
        if self.services.len() as u64 >= self.settings.entities_max {
            self.refusals.services += 1;
            return None;
        }
        Some(self.services.insert(ServiceEntry {
            namespace: step.namespace,
            id: name.into(),
            ..ServiceEntry::default()
        }))
    }
}
