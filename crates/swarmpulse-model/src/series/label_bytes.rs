//! Labels as one string of bytes: the form in which Prometheus' remote write carries them.
//!
//! Each label is `0x0A, length, 0x0A, length of name, name, 0x12, length of value, value`, lengths as protobuf varints:
//! field 1 of a `TimeSeries` message. A request's body holds them ready-made, so that a store can find a series by
//! hashing a slice of the body and looks at single labels only when it meets these bytes for the first time.

use super::labels::{Label, LabelError, Labels, METRIC_NAME};
use crate::Text;

/// The most labels of one series.
const LABELS_MAX: usize = 64;
/// The longest name of a label, in bytes.
const NAME_BYTES_MAX: usize = 512;
/// The longest value of a label, in bytes.
const VALUE_BYTES_MAX: usize = 4096;

/// Writes and reads labels as bytes.
pub struct LabelBytes;

impl LabelBytes {
    /// Appends one label.
    pub fn push(into: &mut Vec<u8>, name: &str, value: &str) {
        let inner = 2 + varint_length(name.len()) + name.len() + varint_length(value.len()) + value.len();
        into.push(0x0A);
        push_varint(into, inner);
        into.push(0x0A);
        push_varint(into, name.len());
        into.extend_from_slice(name.as_bytes());
        into.push(0x12);
        push_varint(into, value.len());
        into.extend_from_slice(value.as_bytes());
    }

    /// Appends labels.
    pub fn push_all(into: &mut Vec<u8>, labels: &Labels) {
        for label in labels {
            Self::push(into, &label.name, &label.value);
        }
    }

    /// Reads labels in any order and checks them as those of a series that comes from outside.
    ///
    /// # Errors
    /// If the bytes are damaged, a label is too long or not UTF-8, a name is given twice, there are too many, or there is
    /// no metric name.
    pub fn parse(mut bytes: &[u8]) -> Result<Labels, LabelError> {
        let mut labels = Vec::with_capacity(8);
        while !bytes.is_empty() {
            let (name, value) = next_label(&mut bytes).ok_or(LabelError::Damaged)?;
            let name = text(name, NAME_BYTES_MAX, name)?;
            let value = text(value, VALUE_BYTES_MAX, name.as_bytes())?;
            labels.push(Label { name, value });
        }
        if labels.is_empty() {
            return Err(LabelError::Empty);
        }
        if labels.len() > LABELS_MAX {
            return Err(LabelError::TooMany {
                count: labels.len(),
                limit: LABELS_MAX,
            });
        }
        let labels = Labels::new(labels)?;
        if labels.get(METRIC_NAME).is_none() {
            return Err(LabelError::NoMetricName);
        }
        Ok(labels)
    }
}

fn text(bytes: &[u8], limit: usize, name: &[u8]) -> Result<Text, LabelError> {
    let cut = |bytes: &[u8]| Text::from_utf8_lossy(&bytes[..bytes.len().min(64)]);
    if bytes.len() > limit {
        return Err(LabelError::TooLong {
            name: cut(name),
            bytes: bytes.len(),
            limit,
        });
    }
    Text::from_utf8(bytes).map_err(|_| LabelError::NotUtf8 { lossy: cut(bytes) })
}

/// Takes the next label off the front: its name and its value.
fn next_label<'a>(bytes: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let mut label = field(bytes, 0x0A)?;
    let (mut name, mut value): (&[u8], &[u8]) = (&[], &[]);
    while let Some(tag) = label.first() {
        match tag {
            0x0A => name = field(&mut label, 0x0A)?,
            0x12 => value = field(&mut label, 0x12)?,
            _ => return None,
        }
    }
    Some((name, value))
}

fn field<'a>(bytes: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (first, rest) = bytes.split_first()?;
    if *first != tag {
        return None;
    }
    let (length, used) = varint(rest)?;
    let body = rest.get(used..)?;
    let taken = body.get(..length)?;
    *bytes = &body[length..];
    Some(taken)
}

fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, place + 1));
        }
    }
    None
}

fn varint_length(value: usize) -> usize {
    let mut length = 1;
    let mut rest = value >> 7;
    while rest > 0 {
        length += 1;
        rest >>= 7;
    }
    length
}

fn push_varint(into: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        into.push((value as u8 & 0x7F) | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(pairs: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, value) in pairs {
            LabelBytes::push(&mut bytes, name, value);
        }
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let long = "v".repeat(300);
        let pairs = [("__name__", "up"), ("job", "a"), ("long", long.as_str())];
        let read = LabelBytes::parse(&bytes(&pairs));
        assert_eq!(read, Ok(Labels::from_pairs(pairs)));
        let shuffled = LabelBytes::parse(&bytes(&[pairs[2], pairs[0], pairs[1]]));
        assert_eq!(shuffled, Ok(Labels::from_pairs(pairs)));
        let mut again = Vec::new();
        LabelBytes::push_all(&mut again, &Labels::from_pairs(pairs));
        assert_eq!(again, bytes(&pairs));
    }

    #[test]
    fn what_is_no_series_is_refused_by_name() {
        let twice = bytes(&[("__name__", "up"), ("a", "1"), ("a", "2")]);
        assert_eq!(
            LabelBytes::parse(&twice),
            Err(LabelError::Duplicate { name: "a".into() })
        );
        assert_eq!(
            LabelBytes::parse(&bytes(&[("a", "1")])),
            Err(LabelError::NoMetricName)
        );
        assert_eq!(LabelBytes::parse(&[]), Err(LabelError::Empty));
        let long = "v".repeat(VALUE_BYTES_MAX + 1);
        let error = LabelBytes::parse(&bytes(&[("__name__", "up"), ("a", &long)]));
        assert!(matches!(error, Err(LabelError::TooLong { name, .. }) if name == "a"));
        let good = bytes(&[("__name__", "up"), ("job", "a")]);
        for cut in 1..good.len() {
            let whole_first = bytes(&[("__name__", "up")]).len();
            if cut != whole_first {
                assert_eq!(
                    LabelBytes::parse(&good[..cut]),
                    Err(LabelError::Damaged),
                    "cut at {cut}"
                );
            }
        }
    }
}
