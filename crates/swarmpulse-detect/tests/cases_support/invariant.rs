//! What is true of every report of every detector, whatever the case is about.

use std::collections::BTreeSet;

use swarmpulse_detect::{Chart, Description, Finding, Published, Report};

use super::words::Fault;

/// Checks a report against its detector's row.
pub fn check(report: &Report, description: &Description) -> Result<(), Fault> {
    let mut names = BTreeSet::new();
    for finding in &report.findings {
        let fault = |why: &str| {
            format!(
                "finding {} of {:?}: {why}: {:?}",
                finding.condition, finding.subject, finding.sentence
            )
        };
        if !names.insert((finding.condition, &finding.subject)) {
            return Err(fault("told twice in one report"));
        }
        check_finding(finding, description).map_err(|why| fault(&why))?;
    }
    for waiting in &report.waiting {
        if waiting.detector != description.name || waiting.reason.is_empty() {
            return Err(format!("{waiting:?}: another detector's name or no reason"));
        }
    }
    let mut published = BTreeSet::new();
    for sample in &report.published {
        check_published(sample, description)?;
        if !published.insert((sample.series, &sample.labels)) {
            return Err(format!("{sample:?} is published twice in one report"));
        }
    }
    Ok(())
}

fn check_finding(finding: &Finding, description: &Description) -> Result<(), Fault> {
    if finding.detector != description.name {
        return Err(format!("its detector is `{}`", finding.detector));
    }
    let known = description.conditions.iter();
    if !known.clone().any(|condition| condition.name == finding.condition) {
        return Err("the condition is not in the detector's row".to_owned());
    }
    if !(0.0..=1.0).contains(&finding.confidence) {
        return Err(format!("confidence {} is not within 0 and 1", finding.confidence));
    }
    let sentence = finding.sentence.trim();
    if sentence.len() < 20 || ["NaN", "inf ", "{", "}"].iter().any(|bad| sentence.contains(bad)) {
        return Err("the sentence is none".to_owned());
    }
    if finding.figures.is_empty() {
        return Err("no figures".to_owned());
    }
    for figure in &finding.figures {
        if !figure.value.is_finite() {
            return Err(format!("figure {} is {}", figure.name, figure.value));
        }
        if figure
            .interval
            .is_some_and(|(low, high)| low.is_nan() || high.is_nan() || low > high)
        {
            return Err(format!(
                "figure {} has the interval {:?}",
                figure.name, figure.interval
            ));
        }
    }
    for line in finding.charts.iter().flat_map(|chart| &chart.lines) {
        if line.points.len() > Chart::POINTS_MAX {
            return Err(format!("line `{}` has {} points", line.label, line.points.len()));
        }
        if line.points.iter().any(|(_, value)| !value.is_finite()) {
            return Err(format!("line `{}` has a value that is not finite", line.label));
        }
        if !line.points.windows(2).all(|pair| pair[0].0 <= pair[1].0) {
            return Err(format!("line `{}` goes back in time", line.label));
        }
    }
    Ok(())
}

fn check_published(sample: &Published, description: &Description) -> Result<(), Fault> {
    let series = description
        .series
        .iter()
        .find(|series| series.name == sample.series)
        .ok_or_else(|| format!("{sample:?}: the series is not in the detector's row"))?;
    if series.labels.len() != sample.labels.len() {
        return Err(format!("{sample:?}: labels are {:?}", series.labels));
    }
    if !sample.value.is_finite() {
        return Err(format!("{sample:?}: the value is not finite"));
    }
    Ok(())
}
