//! From the model to the API's shapes. Nothing here decides anything.

mod address;
mod agent;
mod alert;
mod entity;
mod event;
mod evidence;
mod finding;
mod notification;
mod record;
mod rule;
mod silence;
mod timeline;
mod values;

pub(crate) use agent::{agent, agent_changed, agent_health};
pub(crate) use alert::{acknowledgement, alert, alert_symptom, alert_told, alert_transition, alert_view};
pub(crate) use entity::{sandbox, service, task};
pub(crate) use event::history_event;
pub(crate) use finding::{detector, finding, finding_detail, finding_waiting};
pub(crate) use notification::{Fate, notification};
pub(crate) use record::journal_item;
pub(crate) use rule::rule_group;
pub(crate) use silence::silence;
pub(crate) use timeline::timeline_entry;
