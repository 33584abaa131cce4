//! From the model to the API's shapes. Nothing here decides anything.

mod agent;
mod alert;
mod entity;
mod event;
mod evidence;
mod finding;
mod record;
mod timeline;
mod values;

pub(crate) use agent::{agent, agent_changed, agent_health};
pub(crate) use alert::{alert_id, firing, resolved};
pub(crate) use entity::{sandbox, service, task};
pub(crate) use event::history_event;
pub(crate) use finding::{detector, finding, finding_detail, finding_waiting};
pub(crate) use record::journal_item;
pub(crate) use timeline::timeline_entry;
