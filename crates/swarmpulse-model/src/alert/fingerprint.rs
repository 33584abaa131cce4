//! Fingerprints of labels, as Prometheus and Alertmanager compute them for alerts: FNV-1a over sorted labels.

use crate::series::Label;

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
/// No byte of UTF-8 text: it ends a name and a value.
const SEPARATOR: u8 = 0xff;

/// The fingerprint of a set of labels: the same whatever their order. Of labels that have one name twice, the order of
/// the values counts.
#[must_use]
pub fn fingerprint(labels: &[Label]) -> u64 {
    if labels.is_sorted_by(|a, b| a.name <= b.name) {
        return labels.iter().fold(OFFSET, add_label);
    }
    let mut sorted: Vec<&Label> = labels.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    sorted.into_iter().fold(OFFSET, add_label)
}

fn add_label(sum: u64, label: &Label) -> u64 {
    [label.name.as_bytes(), label.value.as_bytes()]
        .into_iter()
        .fold(sum, |sum, text| {
            let sum = text.iter().copied().fold(sum, add_byte);
            add_byte(sum, SEPARATOR)
        })
}

fn add_byte(sum: u64, byte: u8) -> u64 {
    (sum ^ u64::from(byte)).wrapping_mul(PRIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Vec<Label> {
        pairs
            .iter()
            .map(|(name, value)| Label {
                name: (*name).into(),
                value: (*value).into(),
            })
            .collect()
    }

    #[test]
    fn fingerprints_are_those_of_prometheus() {
        // From the tests of prometheus/common: an empty set has FNV's offset, {name="garland, briggs", fear="love is not
        // enough"} has 5799056148416392346.
        assert_eq!(fingerprint(&[]), 14_695_981_039_346_656_037);
        let known = labels(&[("name", "garland, briggs"), ("fear", "love is not enough")]);
        assert_eq!(fingerprint(&known), 5_799_056_148_416_392_346);
    }

    #[test]
    fn the_order_does_not_count_and_the_bounds_do() {
        let one = labels(&[("a", "1"), ("b", "2")]);
        let other = labels(&[("b", "2"), ("a", "1")]);
        assert_eq!(fingerprint(&one), fingerprint(&other));
        assert_ne!(
            fingerprint(&labels(&[("a", "12")])),
            fingerprint(&labels(&[("a1", "2")]))
        );
    }
}
