//! The Numenta Anomaly Benchmark: files of values with windows in which alarms are right, one threshold for all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use swarmpulse_detect::AnomalyScorer;
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_wire::time::parse_rfc3339;

/// What a false alarm costs; a window that is found gives up to 1, one that is missed costs 1.
const FALSE_ALARM: f64 = 0.11;
/// Random Cut Forest has 52.0 on these files, ARTime 78.2.
const SCORE_AT_LEAST: f64 = 80.0;

/// A row that counts: its score, what an alarm there is worth, and its window.
struct Point {
    score: f32,
    worth: f64,
    window: Option<(usize, usize)>,
}

#[test]
fn the_benchmark_is_scored_as_well_as_before() {
    let folder = shared().join("data/nab");
    let Ok(labels) = std::fs::read_to_string(folder.join("windows.json")) else {
        println!("skipped: no data in {}", folder.display());
        return;
    };
    let labels: BTreeMap<String, Vec<(String, String)>> = serde_json::from_str(&labels).unwrap();
    let mut points = Vec::new();
    for (number, (name, windows)) in labels.iter().enumerate() {
        let text = std::fs::read_to_string(folder.join("data").join(name)).unwrap();
        points.extend(of_file(number, &text, windows));
    }
    let windows = labels.values().map(Vec::len).sum();
    let (score, threshold) = best(points, windows);
    println!("{score:.2} with the threshold {threshold:.3}");
    assert!(score >= SCORE_AT_LEAST, "{score}");
}

fn shared() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests are told where test data is")]
    let told = std::env::var_os("SWARMPULSE_SHARED");
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    told.map_or_else(beside, PathBuf::from)
}

/// The rows of a file after its first 15 %, which are for learning.
fn of_file(number: usize, text: &str, windows: &[(String, String)]) -> Vec<Point> {
    let rows: Vec<(&str, f64)> = text
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').unwrap())
        .map(|(at, value)| (at, value.parse().unwrap()))
        .collect();
    let spans: Vec<(usize, usize)> = windows
        .iter()
        .map(|(from, to)| {
            let first = rows.partition_point(|row| row.0 < &from[..19]);
            (first, rows.partition_point(|row| row.0 <= &to[..19]) - 1)
        })
        .collect();
    let mut scorer = AnomalyScorer::new();
    let mut points = Vec::new();
    for (row, &(at, value)) in rows.iter().enumerate() {
        let seconds = parse_rfc3339(at).unwrap().0 / SECOND_NS;
        let score = scorer.push(seconds, value);
        let (worth, window) = worth(row, &spans);
        points.push(Point {
            score,
            worth,
            window: window.map(|window| (number, window)),
        });
    }
    let learning = (0.15 * rows.len().min(5000) as f64) as usize;
    points.split_off(learning)
}

/// What an alarm at a row is worth: the more the earlier in a window, the worse the farther after one.
fn worth(row: usize, spans: &[(usize, usize)]) -> (f64, Option<usize>) {
    let sigmoid = |x: f64| {
        if x > 3.0 {
            -1.0
        } else {
            2.0 / (1.0 + (5.0 * x).exp()) - 1.0
        }
    };
    let next = spans.partition_point(|span| span.1 < row);
    if let Some(&(first, last)) = spans.get(next)
        && first <= row
    {
        let width = (last - first + 1) as f64;
        return (
            sigmoid(-((last - row + 1) as f64) / width) / sigmoid(-1.0),
            Some(next),
        );
    }
    let Some(&(first, last)) = next.checked_sub(1).and_then(|before| spans.get(before)) else {
        return (-FALSE_ALARM, None);
    };
    (
        sigmoid((row - last) as f64 / (last - first) as f64) * FALSE_ALARM,
        None,
    )
}

/// The best score, of 100, and the threshold that gives it.
fn best(mut points: Vec<Point>, windows: usize) -> (f64, f32) {
    points.sort_by(|a, b| b.score.total_cmp(&a.score));
    let nothing = -(windows as f64);
    let (mut sum, mut best) = (nothing, (nothing, f32::INFINITY));
    let mut found: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for (place, point) in points.iter().enumerate() {
        match point.window {
            None => sum += point.worth,
            Some(window) => match found.get_mut(&window) {
                Some(so_far) => {
                    sum += (point.worth - *so_far).max(0.0);
                    *so_far = so_far.max(point.worth);
                }
                None => {
                    sum += 1.0 + point.worth;
                    found.insert(window, point.worth);
                }
            },
        }
        let last_of_its_score = points.get(place + 1).is_none_or(|next| next.score < point.score);
        if last_of_its_score && sum > best.0 {
            best = (sum, point.score);
        }
    }
    (100.0 * (best.0 - nothing) / (windows as f64 - nothing), best.1)
}
