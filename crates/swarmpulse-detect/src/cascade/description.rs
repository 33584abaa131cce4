//! What the detector of cascades is, as it is told to people.

use crate::catalogue::{Condition, Description, SeriesInfo};

/// Its name.
pub(super) const NAME: &str = "cascade";
/// Its condition.
pub(super) const CASCADE: &str = "cascade";
/// The branching ratio of a namespace.
pub(super) const RATIO: &str = "swarmpulse_cascade_branching_ratio";
/// The risk of a namespace.
pub(super) const RISK: &str = "swarmpulse_cascade_risk_ratio";

/// The row of the table.
pub(crate) static DESCRIPTION: Description = Description {
    name: NAME,
    summary: "failures that spread from service to service, and types of work that fail on many agents at once",
    method: "Counts what goes well and what fails of every service and every type of work in slots of five seconds. What is \
        usual is learned over hours, but for the last five minutes and but for times of failure; services that were seen little \
        are taken to be like the others. For every slot of the last quarter of an hour it weighs how much better `it fails since \
        then` explains a service's results. For every service that may be failing it then compares two stories by their Bayes \
        factor: `it began there and went on to those that need it`, each with a chance of 50 or 85 % and after a waiting time of \
        40 or 100 s in the mean, and `services fail independently of each other`, once in five days each. The risk is high when \
        the first explains the results twelve times as well (e^2.5), which weak signs at several dependents together can \
        reach before any of them is plainly down; it stays high while two of the services still fail. One service that fails \
        alone is a medium risk if others need it, which is published and no finding. The branching ratio is the share of \
        dependents that followed where there was time to, times the dependents of those that fail: above 1 failures feed \
        themselves; its interval is Jeffreys'. While nothing fails for long it counts failures of dependents within a minute \
        after a failure of what they need, beyond the usual. A type of work is a high risk when it begins to fail on five \
        agents or more and no single service explains half of it; where only failures are reported, its own rate is the \
        measure. Ten minutes of outcomes are needed, save for a hundred failures on twenty agents. Confidence is the chance of \
        the first story with even odds before.",
    sources: &[
        "Hawkes 1971: Spectra of some self-exciting and mutually exciting point processes",
        "Shiryaev 1963: On optimum methods in quickest detection problems",
        "Kempe, Kleinberg, Tardos 2003: Maximizing the spread of influence through a social network (independent cascades)",
        "Gomez-Rodriguez, Balduzzi, Schölkopf 2011: Uncovering the temporal dynamics of diffusion networks",
    ],
    conditions: &[Condition {
        name: CASCADE,
        meaning: "Failures spread along the graph of services, or a type of work fails on very many agents at once.",
    }],
    series: &[
        SeriesInfo {
            name: RATIO,
            unit: "ratio",
            labels: &["namespace"],
            help: "Further failures that a failure brings about; above 1 they feed themselves.",
        },
        SeriesInfo {
            name: RISK,
            unit: "ratio",
            labels: &["namespace"],
            help: "Risk of a cascade: low below 0.25, medium below 0.6, high from there.",
        },
    ],
};
