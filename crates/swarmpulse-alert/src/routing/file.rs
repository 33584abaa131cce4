//! Alertmanager's configuration file, as far as it says who is told what when.

use swarmpulse_model::Text;
use swarmpulse_yaml::{Fault, Faults, Fields, Node, parse};

use super::interval_text::{Zones, named};
use super::tree::{Known, routes};
use super::{Routing, inhibition};

/// What is wrong with a file, with line and column.
pub type ConfigError = Fault;

/// A file that holds.
#[derive(Clone, Debug)]
pub struct RoutingFile {
    /// The routes and what belongs to them.
    pub routing: Routing,
    /// Names of the receivers, in the file's order; what their channels are is read elsewhere.
    pub receivers: Vec<Text>,
    /// After how long an alert that was pushed without an end is over.
    pub resolve_timeout_s: f64,
    /// What is accepted and has no effect.
    pub warnings: Vec<ConfigError>,
}

/// The same where the file does not say, in seconds.
pub const RESOLVE_TIMEOUT_S: f64 = 300.0;

impl Routing {
    /// Reads a file in Alertmanager's format. `zones` knows the time zones of this machine by name.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn parse(
        text: &str,
        zones: &dyn Fn(&str) -> Option<jiff::tz::TimeZone>,
    ) -> Result<RoutingFile, Vec<ConfigError>> {
        let document = parse(text).map_err(|fault| vec![fault])?;
        let mut faults = Faults::default();
        let read = file(&document, zones, &mut faults);
        let warnings = faults.finish()?;
        // Without errors there is a file: whatever stands in its way is one.
        let mut read = read.ok_or_else(|| vec![Fault::new(document.at, "the file holds no route")])?;
        read.warnings = warnings;
        Ok(read)
    }
}

fn file(document: &Node, zones: Zones<'_>, faults: &mut Faults) -> Option<RoutingFile> {
    let mut fields = Fields::of(document, "the file", faults)?;
    let resolve_timeout_s = global(fields.filled("global"), faults);
    // Read with the receivers, whose texts they are for.
    let _ = fields.node("templates");
    let receivers = receivers(fields.list("receivers", faults), faults);
    let mut intervals = Vec::new();
    for key in ["mute_time_intervals", "time_intervals"] {
        named(fields.list(key, faults), zones, &mut intervals, faults);
    }
    let inhibit_rules = inhibition::rules(fields.list("inhibit_rules", faults), faults);
    let known = Known {
        receivers: &receivers,
        intervals: &intervals,
    };
    let routes = match fields.filled("route") {
        Some(root) => routes(root, &known, faults),
        None => {
            let message =
                "the file needs a `route` with a `receiver`: alerts that no other route takes go there";
            faults.error(fields.place("route"), message);
            Vec::new()
        }
    };
    fields.finish(faults);
    (!routes.is_empty()).then_some(RoutingFile {
        routing: Routing {
            routes,
            inhibit_rules,
            intervals,
        },
        receivers,
        resolve_timeout_s,
        warnings: Vec::new(),
    })
}

/// What of `global` is about alerts; the rest is about channels and read with them.
fn global(node: Option<&Node>, faults: &mut Faults) -> f64 {
    node.and_then(|node| Fields::of(node, "global", faults))
        .and_then(|mut fields| fields.duration_s("resolve_timeout", faults))
        .unwrap_or(RESOLVE_TIMEOUT_S)
}

fn receivers(nodes: &[Node], faults: &mut Faults) -> Vec<Text> {
    let mut names: Vec<Text> = Vec::new();
    for node in nodes {
        let Some(mut fields) = Fields::of(node, "a receiver", faults) else {
            continue;
        };
        let Some(name) = fields.required("name", faults) else {
            continue;
        };
        if names.iter().any(|known| known == name) {
            faults.error(
                fields.place("name"),
                format!("receiver `{name}` is there twice: rename one, or put its channels together"),
            );
        } else {
            names.push(Text::from(name));
        }
    }
    names
}
