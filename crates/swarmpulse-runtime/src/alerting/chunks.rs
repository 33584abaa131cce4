//! Records of the desk cut into batches that the journal takes.

use swarmpulse_model::{Alert, Record};

/// A batch holds about so many alerts and symptoms: far less than the largest that is journaled.
const WEIGHT_MAX: usize = 5_000;
/// So many bytes of texts weigh as much as an alert.
const BYTES_WEIGHT: usize = 4096;

/// Cuts records into batches, in order.
pub(crate) fn chunks(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut all = Vec::new();
    let mut current = Vec::new();
    let mut weight = 0;
    for record in records {
        let own = weight_of(&record);
        if weight + own > WEIGHT_MAX && !current.is_empty() {
            all.push(std::mem::take(&mut current));
            weight = 0;
        }
        weight += own;
        current.push(record);
    }
    if !current.is_empty() {
        all.push(current);
    }
    all
}

fn weight_of(record: &Record) -> usize {
    match record {
        Record::Notification(notification) => {
            let symptoms = notification
                .alerts
                .iter()
                .map(|told| weight_of_alert(&told.alert) + told.symptoms.len() / 4);
            1 + symptoms.sum::<usize>() + (notification.firing.len() + notification.resolved.len()) / 16
        }
        Record::Alert(alert) => weight_of_alert(alert),
        _ => 1,
    }
}

fn weight_of_alert(alert: &Alert) -> usize {
    let texts = alert.labels.iter().chain(&alert.annotations);
    let bytes: usize = texts.map(|label| label.name.len() + label.value.len()).sum();
    1 + bytes / BYTES_WEIGHT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_cut_and_none_is_lost_or_moved() {
        let records: Vec<Record> = vec![Record::Tick; 12_001];
        let cut = chunks(records);
        let lengths: Vec<usize> = cut.iter().map(Vec::len).collect();
        assert_eq!(lengths, [5_000, 5_000, 2_001]);
        assert!(chunks(Vec::new()).is_empty());
    }
}
