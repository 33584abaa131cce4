//! `swarmpulse rules`: shipped rules tried with series, as people try theirs.

use crate::program::{output, text};

/// Runs a unit test over one shipped rule, as `rules show` prints it.
fn try_shipped(rule: &str, test: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let shown = output(&["rules", "show", rule, "--offline"]);
    assert_eq!(shown.status.code(), Some(0), "{}", text(&shown.stderr));
    std::fs::write(folder.path().join("rule.yaml"), &shown.stdout).unwrap();
    let file = folder.path().join("test.yaml");
    std::fs::write(&file, test).unwrap();
    let out = output(&["rules", "test", file.to_str().unwrap()]);
    (out.status.code(), text(&out.stdout) + &text(&out.stderr))
}

#[test]
fn a_disk_that_fills_is_told_of_once_there_are_two_hours_of_it() {
    let test = |minute: u32, fires: bool| {
        let expected = if fires {
            "exp_alerts: [{exp_labels: {severity: warning, host: h}, exp_annotations: \
             {priority: P2, summary: The disk of the monitor on h is full within a day, description: \"As the free space \
             shrank over the last six hours, there is none left in a day. Free space, make the file system larger, or \
             shorten how long things are kept.\"}}]"
        } else {
            "exp_alerts: []"
        };
        format!(
            "rule_files: [rule.yaml]
tests:
  - interval: 1m
    input_series:
      - {{series: 'swarmpulse_disk_free_bytes{{host=\"h\"}}', values: '200000-300x400'}}
      - {{series: 'swarmpulse_disk_size_bytes{{host=\"h\"}}', values: '1000000x400'}}
    alert_rule_test:
      - {{eval_time: {minute}m, alertname: monitor_disk_filling, {expected}}}
"
        )
    };
    for (minute, fires) in [(60, false), (110, false), (150, true)] {
        let (code, said) = try_shipped("monitor_disk_filling", &test(minute, fires));
        assert_eq!(code, Some(0), "after {minute} min: {said}");
    }
    let (code, said) = try_shipped("monitor_disk_filling", &test(150, false));
    assert_eq!(code, Some(1), "the test can fail: {said}");
}
