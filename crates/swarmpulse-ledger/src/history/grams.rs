//! Text filters: which pieces of three and of four bytes, and which beginnings of words, occur in the texts of a
//! block of rows.
//!
//! A text can only hold what is looked for if it holds every four bytes of it. Numbers have few different pieces, so
//! the first six bytes of each word count as well: they tell `task-8812345` from other tasks. The filter is a set of
//! bits, one per hashed piece; its size is fitted to how many pieces there are. The layout is kept in files, so the hash may not
//! change without a migration.

use swarmpulse_store::fold;

const BITS_MAX: usize = 1 << 17;
const BYTES_MIN: usize = 16;
/// Bytes of a word's beginning.
const BEGINNING_BYTES: usize = 6;
/// At most this part of the bits is set, unless the filter is as large as it gets.
const BITS_PER_PIECE: usize = 5;

/// The pieces of an open block's texts.
pub(crate) struct Grams {
    bits: Vec<u64>,
}

impl Default for Grams {
    fn default() -> Self {
        Self {
            bits: vec![0; BITS_MAX / 64],
        }
    }
}

impl Grams {
    /// Adds the pieces of a text.
    pub(crate) fn add(&mut self, text: &str) {
        if text.is_ascii() {
            self.add_bytes(text.bytes().map(|byte| byte.to_ascii_lowercase()));
        } else {
            self.add_bytes(fold(text).bytes());
        }
    }

    fn add_bytes(&mut self, bytes: impl Iterator<Item = u8>) {
        let mut last: u64 = 0;
        let mut word_bytes = 0;
        for (index, byte) in bytes.enumerate() {
            last = (last << 8) | u64::from(byte);
            word_bytes = if is_of_word(byte) { word_bytes + 1 } else { 0 };
            if word_bytes == BEGINNING_BYTES {
                self.set(position_of_beginning(last));
            }
            if index >= 3 {
                self.set(position_of_four(last as u32));
            }
            if index >= 2 {
                self.set(position_of_three(last as u32));
            }
        }
    }

    fn set(&mut self, position: usize) {
        self.bits[position / 64] |= 1 << (position % 64);
    }

    /// The filter of all texts added so far.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let pieces: usize = self.bits.iter().map(|word| word.count_ones() as usize).sum();
        let bytes = (pieces * BITS_PER_PIECE / 8)
            .next_power_of_two()
            .clamp(BYTES_MIN, BITS_MAX / 8);
        let mut filter = vec![0; bytes];
        for (index, word) in self.bits.iter().enumerate().filter(|(_, word)| **word != 0) {
            for (part, byte) in word.to_le_bytes().into_iter().enumerate() {
                filter[(index * 8 + part) & (bytes - 1)] |= byte;
            }
        }
        filter
    }
}

/// The pieces of what is looked for.
#[derive(Debug, Default)]
pub(crate) struct WantedGrams {
    positions: Vec<usize>,
}

impl WantedGrams {
    /// The pieces of a [`fold`]ed text; none if it is shorter than three bytes.
    pub(crate) fn of(folded: &str) -> Self {
        let bytes = folded.as_bytes();
        let number = |piece: &[u8]| {
            piece
                .iter()
                .fold(0, |number, byte| (number << 8) | u64::from(*byte))
        };
        let mut positions: Vec<usize> = match bytes.len() {
            0..3 => Vec::new(),
            3 => vec![position_of_three(number(bytes) as u32)],
            _ => bytes
                .windows(4)
                .map(|piece| position_of_four(number(piece) as u32))
                .collect(),
        };
        // What comes before the first byte is not known, so only words that begin after it.
        let begins_word =
            |window: &&[u8]| !is_of_word(window[0]) && window[1..].iter().copied().all(is_of_word);
        let beginnings = bytes.windows(BEGINNING_BYTES + 1).filter(begins_word);
        positions.extend(beginnings.map(|window| position_of_beginning(number(&window[1..]))));
        Self { positions }
    }

    /// Whether nothing is asked of the text.
    pub(crate) fn is_empty(&self) -> bool {
        self.positions.is_empty()
    }

    /// Whether a block of this filter may hold what is looked for.
    pub(crate) fn may_be_in(&self, filter: &[u8]) -> bool {
        if !filter.len().is_power_of_two() {
            return true;
        }
        let mask = filter.len() * 8 - 1;
        self.positions
            .iter()
            .map(|position| position & mask)
            .all(|bit| filter[bit / 8] & (1 << (bit % 8)) != 0)
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

fn position_of_beginning(last: u64) -> usize {
    ((last & 0xffff_ffff_ffff).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 47) as usize
}

fn position_of_four(piece: u32) -> usize {
    (piece.wrapping_mul(0x9e37_79b1) >> 15) as usize
}

/// No four bytes of UTF-8 begin with 0xff, so that pieces of three never look like one of four.
fn position_of_three(last: u32) -> usize {
    position_of_four(last | 0xff00_0000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter_of(texts: &[&str]) -> Vec<u8> {
        let mut grams = Grams::default();
        texts.iter().for_each(|text| grams.add(text));
        grams.encode()
    }

    #[test]
    fn every_part_of_a_text_is_found() {
        let text = "Connection REFUSED by größe-17, ÄNDERUNG 日本語";
        let filter = filter_of(&["other", text]);
        let starts: Vec<usize> = text
            .char_indices()
            .map(|(start, _)| start)
            .chain([text.len()])
            .collect();
        for (index, start) in starts.iter().enumerate() {
            for end in &starts[index..] {
                let part = &text[*start..*end];
                assert!(WantedGrams::of(&fold(part)).may_be_in(&filter), "{part}");
            }
        }
    }

    #[test]
    fn what_is_not_there_is_seldom_found() {
        let texts: Vec<String> = (0..512)
            .map(|number| format!("task-{} took {number} ms", number * 7919))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let filter = filter_of(&texts);
        assert!(filter.len() <= 8192, "{} bytes", filter.len());
        let found_in_vain = |absent: &dyn Fn(u32) -> String| {
            (0..1000)
                .filter(|number| WantedGrams::of(&absent(*number)).may_be_in(&filter))
                .count()
        };
        let letters = |number: u32| char::from(b'a' + (number % 26) as u8);
        let in_vain = found_in_vain(&|number| {
            format!(
                "{}{}{}",
                letters(number),
                letters(number / 26),
                letters(number / 7)
            )
        });
        assert!(in_vain < 300, "{in_vain} of 1000 texts of three letters");
        let in_vain = found_in_vain(&|number| format!("refused by {number}"));
        assert_eq!(in_vain, 0, "of 1000 sentences");
        let in_vain = found_in_vain(&|number| format!("task-{}", (500_000 + number) * 7919 + 1));
        assert!(in_vain < 300, "{in_vain} of 1000 numbers of tasks");
        assert!(WantedGrams::of("task-4046609 took 511 ms").may_be_in(&filter));
        assert!(
            !WantedGrams::of("task-791901").may_be_in(&filter),
            "made of pieces that are there"
        );
        assert!(WantedGrams::of("to").is_empty(), "two bytes say nothing");
        assert!(filter_of(&["ab"]).len() <= 16);
    }
}
