//! Groups that read what alerts come to, `ALERTS` and `ALERTS_FOR_STATE`, or what such a group records: nothing of theirs can
//! be evaluated ahead, so they are run whole, one moment after the other, all of them side by side.

use std::collections::BTreeSet;

use swarmpulse_promql::syntax::Expr;
use swarmpulse_rules::{RuleGroup, RuleKind};

use crate::error::BacktestError;
use crate::order::metrics_read;

/// The series that show alerts.
pub(crate) const OF_ALERTS: [&str; 2] = ["ALERTS", "ALERTS_FOR_STATE"];

/// What a group reads of what rules make, and what it makes.
struct Links {
    reads: BTreeSet<String>,
    makes: BTreeSet<String>,
}

/// The places of the groups that must be run so; none where no group reads the series of alerts.
pub(crate) fn chained(groups: &[RuleGroup]) -> Result<BTreeSet<usize>, BacktestError> {
    let recorded = groups.iter().flat_map(names_recorded);
    let made: BTreeSet<String> = recorded.chain(OF_ALERTS.map(str::to_owned)).collect();
    let links = groups
        .iter()
        .map(|group| links_of(group, &made))
        .collect::<Result<Vec<_>, _>>()?;
    let mut late: BTreeSet<String> = OF_ALERTS.map(str::to_owned).into();
    let mut found = BTreeSet::new();
    loop {
        let more: Vec<usize> = (0..links.len())
            .filter(|place| !found.contains(place) && !links[*place].reads.is_disjoint(&late))
            .collect();
        if more.is_empty() {
            return Ok(found);
        }
        for place in more {
            found.insert(place);
            late.extend(links[place].makes.iter().cloned());
        }
    }
}

fn names_recorded(group: &RuleGroup) -> impl Iterator<Item = String> {
    group.rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::Record(record) => Some(record.name.to_string()),
        RuleKind::Alert(_) => None,
    })
}

fn links_of(group: &RuleGroup, made: &BTreeSet<String>) -> Result<Links, BacktestError> {
    let mut reads = BTreeSet::new();
    for rule in &group.rules {
        let expr: Expr = swarmpulse_promql::parse(&rule.expr)
            .map_err(|error| BacktestError::rule(group, rule.name(), error.to_string()))?;
        metrics_read(&expr, made, &mut reads);
    }
    Ok(Links {
        reads,
        makes: names_recorded(group).collect(),
    })
}

#[cfg(test)]
mod tests {
    use swarmpulse_rules::RuleFile;

    use super::*;

    #[test]
    fn a_group_is_chained_if_it_reads_alerts_at_any_remove() {
        let text = "groups:\n\
            - {name: plain, rules: [{alert: A, expr: up == 0}, {record: 'r:up', expr: sum(up)}]}\n\
            - {name: third, rules: [{alert: C, expr: 'firing:many > 1'}]}\n\
            - {name: second, rules: [{record: 'firing:many', expr: 'sum(firing:count)'}]}\n\
            - {name: first, rules: [{record: 'firing:count', expr: 'count(ALERTS)'}]}\n\
            - {name: other, rules: [{alert: D, expr: 'r:up > 1'}]}\n\
            - {name: all, rules: [{record: 'series', expr: 'count({job=\"x\"})'}]}\n";
        let file = RuleFile::parse("f.yaml", text, None).expect("rules");
        let found = chained(&file.groups).expect("expressions");
        let names: Vec<&str> = found
            .iter()
            .map(|place| file.groups[*place].name.as_str())
            .collect();
        assert_eq!(
            names,
            ["third", "second", "first", "all"],
            "a selector without a name may read them, too"
        );
    }
}
