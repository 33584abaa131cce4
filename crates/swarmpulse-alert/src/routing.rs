//! Routes: which receiver an alert goes to, grouped how, told when; and which alerts hold others back.
//!
//! The model and the file are Alertmanager's (<https://prometheus.io/docs/alerting/latest/configuration/>), so that a file
//! that is in use there works here unchanged.

mod file;
mod inhibition;
mod interval;
mod interval_text;
mod matching;
mod route;
mod tree;

use swarmpulse_model::series::Label;
use swarmpulse_model::{Text, Timestamp};

pub use file::{ConfigError, RESOLVE_TIMEOUT_S, RoutingFile};
pub use inhibition::InhibitRule;
pub use interval::{NamedInterval, TimeInterval};
pub use route::{GroupBy, Route};

/// The tree of routes, the rules of inhibition and the time intervals, validated.
#[derive(Clone, Debug)]
pub struct Routing {
    /// The routes from the root on, each before its children. Never empty.
    routes: Vec<Route>,
    inhibit_rules: Vec<InhibitRule>,
    intervals: Vec<NamedInterval>,
}

impl Routing {
    /// The routes, the root first, each before its children, as they are written.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Which alerts hold which others back.
    #[must_use]
    pub fn inhibit_rules(&self) -> &[InhibitRule] {
        &self.inhibit_rules
    }

    /// The named time intervals.
    #[must_use]
    pub fn intervals(&self) -> &[NamedInterval] {
        &self.intervals
    }

    /// The routes that an alert with these labels ends in, in the tree's order: the first child that matches takes it,
    /// later ones as well if that one continues, and a route none of whose children takes it keeps it. Never empty.
    #[must_use]
    pub fn destinations(&self, labels: &[Label]) -> Vec<&Route> {
        let mut found = Vec::new();
        self.descend(0, labels, &mut found);
        found
    }

    /// The names of the intervals for which a route is mute now: those it is muted in, or those it is active in if none
    /// of them is now.
    #[must_use]
    pub fn muted_by(&self, route: &Route, now: Timestamp) -> Vec<Text> {
        let is_now = |name: &Text| {
            self.intervals
                .iter()
                .any(|interval| interval.name == *name && interval.contains(now))
        };
        let mut names: Vec<Text> = route.mute.iter().filter(|name| is_now(name)).cloned().collect();
        if !route.active.is_empty() && !route.active.iter().any(is_now) {
            names.extend(route.active.iter().cloned());
        }
        names
    }

    /// Whether a route took it.
    fn descend<'a>(&'a self, index: usize, labels: &[Label], found: &mut Vec<&'a Route>) -> bool {
        let Some(route) = self.routes.get(index) else {
            return false;
        };
        if !route.matchers.matches(labels) {
            return false;
        }
        let mut taken = false;
        for child in &route.children {
            let matched = self.descend(*child, labels, found);
            taken |= matched;
            let continues = self.routes.get(*child).is_some_and(|child| child.continues);
            if matched && !continues {
                break;
            }
        }
        if !taken {
            found.push(route);
        }
        true
    }
}

impl Default for Routing {
    /// What holds without a file: one route to the receiver `default`, grouped by name and namespace.
    fn default() -> Self {
        let mut root = Route::root();
        root.receiver = Text::const_new("default");
        root.group_by.labels = vec![Text::const_new("alertname"), Text::const_new("namespace")];
        Self {
            routes: vec![root],
            inhibit_rules: Vec::new(),
            intervals: Vec::new(),
        }
    }
}
