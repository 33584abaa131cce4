//! Configuration: raw text from the file, the environment and arguments, to checked values with their origin.

mod alert_settings;
mod bytes;
mod credential;
mod detect_settings;
mod endpoint_form;
mod endpoint_settings;
mod environment;
mod file;
mod form;
mod hiding;
mod keys;
mod load;
mod metric_settings;
mod otlp_settings;
mod problem;
mod render;
mod scrape_form;
mod scrape_settings;
mod settings;
mod ship_form;

pub use alert_settings::ALERTS_FILE;
pub use bytes::show_bytes;
pub use environment::Environment;
pub use file::Setting;
pub use keys::nearest;
pub use load::{argument, load};
pub use problem::{Problem, Problems};
pub use render::{EXAMPLE, example, in_force, in_force_json, reference};
pub use settings::Config;
