//! Records of the desk cut into batches that the journal takes.

use swarmpulse_model::Record;

/// A batch holds about so many alerts and symptoms: far less than the largest that is journaled.
const WEIGHT_MAX: usize = 5_000;

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
                .map(|alert| 1 + alert.symptoms.len() / 4);
            1 + symptoms.sum::<usize>() + (notification.firing.len() + notification.resolved.len()) / 16
        }
        _ => 1,
    }
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
