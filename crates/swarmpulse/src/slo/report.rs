//! What is reported, and what a script is told of it.

use swarmpulse_api::{Slo, Slos};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_slo::ALL_NAMESPACES;

use crate::exit::Outcome;

/// Objectives and how they stand.
pub(super) struct Report {
    pub(super) slos: Slos,
}

impl Report {
    /// Those of one service alone.
    pub(super) fn of_service(mut self, service: Option<&str>) -> Self {
        if let Some(service) = service {
            self.slos.items.retain(|slo| slo.service == service);
        }
        let count = |state: &str| self.slos.items.iter().filter(|slo| slo.state == state).count();
        let (meeting, violating, no_data) = (count("meeting"), count("violating"), count("no_data"));
        self.slos.meeting = meeting;
        self.slos.violating = violating;
        self.slos.no_data = no_data;
        self
    }

    /// Whether all is well, something is not, or nobody can tell.
    pub(super) fn outcome(&self, strict: bool) -> Outcome {
        let slos = &self.slos;
        if slos.violating > 0 {
            Outcome::Wrong
        } else if slos.meeting == 0 || (strict && slos.no_data > 0) {
            Outcome::CannotTell
        } else {
            Outcome::Done
        }
    }
}

/// Whether the namespace of each is worth a column: where there is another one than the default.
pub(super) fn tells_namespaces(slos: &Slos) -> bool {
    slos.items
        .iter()
        .any(|slo| !matches!(slo.namespace.as_str(), "" | DEFAULT_NAMESPACE))
}

/// Whether how long the monitor did not look is worth a column: where it is told of any objective and was not nothing.
pub(super) fn tells_not_observed(slos: &Slos) -> bool {
    let mut told = slos
        .items
        .iter()
        .filter_map(|slo| slo.window.not_observed.as_ref());
    told.any(|told| told.seconds > 0.0)
}

/// For which share of its window nobody looked; a dash where nothing tells.
pub(super) fn not_observed(slo: &Slo) -> String {
    let told = slo.window.not_observed.as_ref();
    percent(told.map(|told| told.ratio), 1)
}

/// A namespace as reports write it.
pub(super) fn namespace(name: &str) -> &str {
    match name {
        ALL_NAMESPACES => "(all)",
        "" => DEFAULT_NAMESPACE,
        name => name,
    }
}

/// A time as reports write it: to the second, and in which zone.
pub(super) fn moment(at: &str) -> String {
    match (at.get(..10), at.get(11..19)) {
        (Some(date), Some(time)) => format!("{date} {time} UTC"),
        _ => at.to_owned(),
    }
}

/// A state as reports write it.
pub(super) fn word(state: &str) -> &'static str {
    match state {
        "meeting" => "MEETING",
        "violating" => "VIOLATING",
        _ => "NO DATA",
    }
}

/// A share as a percentage; a dash without one.
pub(super) fn percent(share: Option<f64>, digits: usize) -> String {
    let Some(share) = share else {
        return "-".to_owned();
    };
    let text = format!("{:.digits$}", share * 100.0);
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text}%")
}

/// A rate of burning; a dash without one.
pub(super) fn rate(rate: Option<f64>) -> String {
    rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.2}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(states: &[(&str, &str)]) -> Report {
        let items = states.iter().map(|(service, state)| Slo {
            service: (*service).to_owned(),
            state: (*state).to_owned(),
            ..Slo::default()
        });
        Report {
            slos: Slos {
                items: items.collect(),
                ..Slos::default()
            },
        }
    }

    #[test]
    fn no_data_is_never_as_good_as_met() {
        let outcome = |states: &[(&str, &str)], strict| report(states).of_service(None).outcome(strict);
        assert_eq!(outcome(&[("a", "meeting")], true), Outcome::Done);
        assert_eq!(
            outcome(&[("a", "meeting"), ("b", "no_data")], false),
            Outcome::Done
        );
        assert_eq!(
            outcome(&[("a", "meeting"), ("b", "no_data")], true),
            Outcome::CannotTell
        );
        assert_eq!(outcome(&[("a", "no_data")], false), Outcome::CannotTell);
        assert_eq!(outcome(&[], false), Outcome::CannotTell);
        assert_eq!(
            outcome(&[("a", "no_data"), ("b", "violating")], true),
            Outcome::Wrong
        );
    }

    #[test]
    fn a_service_is_counted_alone() {
        let report = report(&[("a", "meeting"), ("b", "violating")]).of_service(Some("a"));
        assert_eq!((report.slos.meeting, report.slos.violating), (1, 0));
        assert_eq!(report.outcome(false), Outcome::Done);
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(percent(Some(0.999), 3), "99.9%");
        assert_eq!(percent(Some(1.0), 3), "100%");
        assert_eq!(percent(Some(-0.5), 0), "-50%");
        assert_eq!(percent(None, 3), "-");
        assert_eq!(rate(Some(14.4)), "14.40");
    }
}
