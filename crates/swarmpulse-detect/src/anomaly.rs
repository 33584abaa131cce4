//! Anomalies: values unlike all that a series had before, and agents that are unlike themselves.
//!
//! # Method
//! [`Scorer`] compares every value with what came before it, in one pass and less than 2 KiB. It looks at 21 signs
//! of strangeness side by side: level, jumps, distance from the values just before, level after squashing and by rank,
//! distance from what is usual at this hour of the day and this part of the week, values and transitions between values
//! that are rare (always, or at this hour), a calm or a range that is new, long runs of one value. Each sign keeps its
//! twelve largest episodes (declustered by runs, as is usual for extremes). Among them a value is as rare as its rank,
//! beyond them the tail is a power law (Hill 1975; to alarm by extreme values is the idea of Siffer 2017). That gives how
//! many rows one waits for so strange a sign; signs that are not among the largest add nothing. The logarithms are added
//! up (Fisher 1932), and so is the rarity of the sum in its own history. All signs have the same weight: signs and weights
//! that were picked on some files of a benchmark did worse on its other files than all signs alike.
//!
//! An episode is told once: what follows must exceed it, as it fades over days; what is weaker than it was at
//! the same hour on days before is no news, and a series with frequent alarms needs stronger ones.
//!
//! # Two thresholds
//! A score of 0.5 is meant for looking: it marks a few points in a thousand of any series, and it is where the Numenta
//! Anomaly Benchmark is about at its best. On the half of its files that the constants were set with (31 files,
//! 57 windows) the standard score is 81.2 with the best threshold. With the threshold taken from half of these files the other half
//! scores 78 (standard deviation 5, random halves), and with that of all groups but one the groups together score 79. The
//! benchmark is generous: an alarm every 600 rows, whatever the values, has 27.
//!
//! A person is told only of what lasts (`ordinary`): the middle of nine minutes, beyond the range of all such middles of
//! the last weeks by three quarters of its width, and by an amount worth a look. Simulated for 3,000 series-days each at
//! steps of 15 and 60 seconds, stationary series (white and correlated noise, heavy tails, counts, ratios, days, saw-teeth,
//! rare steps and jobs) make at most 0.7 findings in 1,000 series-days, most of them none.

mod bins;
mod episode;
mod habit;
mod measure;
mod ordinary;
mod pending;
mod range;
mod scorer;
mod series;
mod signs;
mod tail;
mod telling;
mod watch;

pub use scorer::Scorer;
pub(crate) use watch::AnomalyWatch;

use crate::catalogue::{Condition, Description, SeriesInfo};

/// The condition that is raised.
const CONDITION: &str = "anomaly";
/// The series that is published.
const SCORE: &str = "swarmpulse_anomaly_score";
/// Its labels, whatever kind of entity it is of.
const LABELS: &[&str] = &[
    "namespace",
    "agent",
    "service",
    "host",
    "sandbox",
    "signal",
    "part",
];

/// What it is.
pub(crate) static DESCRIPTION: Description = Description {
    name: "anomaly",
    summary: "finds values unlike all that a series had before, and agents, services and hosts that are unlike themselves",
    method: "Every series of a level (memory, files, threads, connections, processor, queue length, response time, share of \
        errors, pressure, an agent's own numbers) and the growth of every total makes one point a minute. A score from 0 to 1 says \
        how rare the point is among all before it: 21 signs (level, jumps, habits of the hour and the week, rare values and \
        transitions, roughness, range, runs of one value) each keep their largest episodes, a power law beyond them gives the rows \
        one waits for more, and the logarithms add up; an episode scores once. The score is published where it is 0.5 or more. \
        A finding needs more: the middle of nine minutes lies outside of the range that such middles had in the last weeks, or had around \
        the usual at this hour of the day where that explains most, by three quarters of that range, two deviations and an amount that \
        is worth a look. One day must have been seen, for hours of the day four. A finding names all unusual signals of its entity; it is a warning with several of them \
        or when one is four times as far out as needed. It ends when they are back or after six hours, when that is ordinary. A \
        restart is none. Confidence is that of the rule of succession over the hours watched.",
    sources: &[
        "Fisher 1932: Statistical Methods for Research Workers, 4th edition (combination of independent tests)",
        "Hill 1975: A simple general approach to inference about the tail of a distribution",
        "Siffer, Fouque, Termier, Largouet 2017: Anomaly detection in streams with extreme value theory",
        "Lavin, Ahmad 2015: Evaluating real-time anomaly detection algorithms, the Numenta Anomaly Benchmark",
        "Ahmad, Lavin, Purdy, Agha 2017: Unsupervised real-time anomaly detection for streaming data",
    ],
    conditions: &[Condition {
        name: CONDITION,
        meaning: "One or several numbers of an entity have for minutes been unlike anything they were before.",
    }],
    series: &[SeriesInfo {
        name: SCORE,
        unit: "",
        labels: LABELS,
        help: "How anomalous the newest values of a signal are, 0 to 1; only where it is 0.5 or more within the last ten minutes.",
    }],
};
