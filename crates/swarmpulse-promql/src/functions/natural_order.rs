//! The order of texts with numbers in them that people expect: `a2` before `a10`.

use std::cmp::Ordering;

/// Compares texts piece by piece: runs of digits as numbers, the rest as text. Numbers of the same value with more zeros
/// in front come first.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (mut a, mut b) = (left, right);
    while !a.is_empty() && !b.is_empty() {
        let (piece_a, rest_a) = piece(a);
        let (piece_b, rest_b) = piece(b);
        let order = if is_number(piece_a) && is_number(piece_b) {
            compare_numbers(piece_a, piece_b)
        } else {
            piece_a.cmp(piece_b)
        };
        if order.is_ne() {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.len().cmp(&b.len()).then_with(|| left.cmp(right))
}

fn is_number(piece: &str) -> bool {
    piece.starts_with(|character: char| character.is_ascii_digit())
}

/// The run of digits, or of anything else, at the start; and the rest.
fn piece(text: &str) -> (&str, &str) {
    let number = is_number(text);
    let end = text.find(|character: char| character.is_ascii_digit() != number);
    text.split_at(end.unwrap_or(text.len()))
}

/// Numbers of any length.
fn compare_numbers(left: &str, right: &str) -> Ordering {
    let (short_left, short_right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    short_left
        .len()
        .cmp(&short_right.len())
        .then_with(|| short_left.cmp(short_right))
        .then_with(|| right.len().cmp(&left.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_count_as_numbers() {
        let mut texts = [
            "a10", "a9", "a", "b1", "a09", "10", "9", "4m1000k", "4m600k", "a1b2", "a1b10", "",
        ];
        texts.sort_by(|left, right| compare(left, right));
        assert_eq!(
            texts,
            [
                "", "4m600k", "4m1000k", "9", "10", "a", "a1b2", "a1b10", "a09", "a9", "a10", "b1"
            ]
        );
        let long = ["99999999999999999999999", "100000000000000000000000"];
        assert_eq!(compare(long[0], long[1]), Ordering::Less);
        assert_eq!(compare("ä2", "ä10"), Ordering::Less);
        assert_eq!(compare("same", "same"), Ordering::Equal);
    }
}
