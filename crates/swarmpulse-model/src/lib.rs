//! Ids, records, entities, verdicts and effects: the nouns every other crate speaks.
//!
//! Nothing here reads a clock, does I/O or knows a serialization format; types derive serde's traits so
//! that the crates above can choose one.

pub mod alert;
pub mod attribute;
pub mod condition;
pub mod effect;
pub mod entity;
pub mod envelope;
pub mod evidence;
pub mod position;
pub mod process;
pub mod record;
pub mod series;
pub mod task_status;
pub mod time;
pub mod verdict;

pub use alert::{Alert, AlertState};
pub use attribute::{Attributes, Value};
pub use condition::{Condition, Severity};
pub use effect::Effect;
pub use entity::{EntityKey, EntityKind, IdError};
pub use envelope::{Envelope, Source};
pub use evidence::{Claim, Evidence, EvidenceClass};
pub use position::{EffectId, Position};
pub use record::Record;
pub use series::{Labels, Sample};
pub use task_status::TaskStatus;
pub use time::Timestamp;
pub use verdict::{Health, Verdict};

/// Short text: up to 24 bytes are stored inline, so that ids cost no allocation.
pub type Text = compact_str::CompactString;
