//! What the detector says of itself.

use crate::catalogue::{Condition, Description, SeriesInfo};

use super::findings::{DETECTOR, NEW_GROUP, RATE_HIGH, RATE_RISING, TIME_PATTERN, TOGETHER};

pub(super) const PER_MINUTE: &str = "swarmpulse_failures_per_minute";
pub(super) const RATE: &str = "swarmpulse_failure_rate_ratio";
pub(super) const TREND: &str = "swarmpulse_failure_trend_ratio";
pub(super) const GROUPS: &str = "swarmpulse_error_groups";
pub(super) const RETRYABLE: &str = "swarmpulse_failures_retryable_ratio";
pub(super) const CRITICAL: &str = "swarmpulse_critical_failures";
pub(super) const REPORTS: &str = "swarmpulse_report_failures_per_minute";

/// The row of the catalogue.
pub(crate) const DESCRIPTION: Description = Description {
    name: DETECTOR,
    summary: "What fails, more than usual, more and more, at which times, with what, and with which errors.",
    method: "Counts tasks and calls that end and those of them that fail, by task type, agent, service and host; a failed \
             task and the report of its failure are one. A rate is high if it is by an exact \
             test more than that of all others of its kind in the same five to ten minutes, quarter of an hour or hour (or \
             than its own day before, which also bears witness; alone where there are no others or only failures are told \
             of), at least twice as much and 10 points more; it needs 10 ends and 5 failures. A type that one agent alone \
             spoils is told as that agent, and agents that fail at one type alone as that type. It rises if \
             Cochran's and Armitage's test for a trend over two hours or a day says so, with the scatter as it is, and the \
             newest third is at least 1.3 times what was before with 97.5 % confidence; it needs 10 failures. Things fail \
             together if their troubles begin in the same five minutes far more often than by chance within three hours, \
             at least five times in two days, and no shift in time does as well. Messages are grouped by what stays when \
             numbers, ids, paths, addresses and quoted texts are folded; a group is new if it was not there in at least an \
             hour of watching and has come 10 times since. An hour of the day or a weekday is worse if it is so day after \
             day, each day being one observation: 7 days or 4 weeks are needed. Everything is corrected for the number of \
             tests. Confidence is one minus the probability of chance, so corrected.",
    sources: &[
        "R. A. Fisher, The logic of inductive inference, 1935 (exact test)",
        "C. J. Clopper, E. S. Pearson, The use of confidence or fiducial limits, 1934",
        "P. Armitage, Tests for linear trends in proportions and frequencies, 1955",
        "P. McCullagh, J. A. Nelder, Generalized linear models, 1989 (over-dispersion)",
        "N. Mantel, W. Haenszel, Statistical aspects of the analysis of data, 1959 (strata)",
        "Y. Benjamini, Y. Hochberg, Controlling the false discovery rate, 1995",
        "P. He, J. Zhu, Z. Zheng, M. R. Lyu, Drain: an online log parsing approach, 2017",
    ],
    conditions: &[
        Condition {
            name: RATE_HIGH,
            meaning: "A task type, agent or service fails far more often than the others, or than it did.",
        },
        Condition {
            name: RATE_RISING,
            meaning: "The share that fails, or the number of failures, goes up.",
        },
        Condition {
            name: TOGETHER,
            meaning: "Troubles of several task types, agents, services or hosts begin together: they have a cause in common.",
        },
        Condition {
            name: NEW_GROUP,
            meaning: "An error that was not there before comes again and again.",
        },
        Condition {
            name: TIME_PATTERN,
            meaning: "An hour of the day or a day of the week is worse than the rest, again and again.",
        },
    ],
    series: &[
        SeriesInfo {
            name: PER_MINUTE,
            unit: "",
            labels: &["namespace"],
            help: "Failed tasks, failed calls and other errors a minute, over the last five to ten minutes.",
        },
        SeriesInfo {
            name: RATE,
            unit: "ratio",
            labels: &["namespace", "task_type"],
            help: "Share of the tasks of a type that failed, of those that ended in the last hour.",
        },
        SeriesInfo {
            name: TREND,
            unit: "ratio",
            labels: &["namespace", "task_type"],
            help: "Failure rate of the newest third of two hours or a day over the rate before; 1 is no change.",
        },
        SeriesInfo {
            name: GROUPS,
            unit: "",
            labels: &["namespace"],
            help: "Groups of error messages that came in the last day.",
        },
        SeriesInfo {
            name: RETRYABLE,
            unit: "ratio",
            labels: &["namespace"],
            help: "Share of failures after which another attempt makes sense, of those where that is known.",
        },
        SeriesInfo {
            name: CRITICAL,
            unit: "",
            labels: &["namespace"],
            help: "Failures since the start that one alone is worth a look: memory or disk full, crashes, corruption.",
        },
        SeriesInfo {
            name: REPORTS,
            unit: "",
            labels: &["namespace", "service"],
            help: "Failed calls a minute of services that take reports (their name says so), over five to ten minutes.",
        },
    ],
};
