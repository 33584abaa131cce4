//! Blocks of 64 numbers, each in the same few bits.
//!
//! A block of width w is w words of 64 bits, little-endian, number after number from the lowest bit on. A short block is
//! cut at the last byte in use. Unpacking is unrolled for every width, so that shifts and masks are constants.

/// How many numbers a full block has.
pub(crate) const BLOCK: usize = 64;

/// How many bytes some numbers take.
pub(crate) const fn packed_bytes(count: usize, width: u32) -> usize {
    (count * width as usize).div_ceil(8)
}

/// The lowest bits of a word.
pub(crate) const fn low_bits(width: u32) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}

/// Appends numbers; each must fit in the width.
pub(crate) fn pack(values: &[u64], width: u32, into: &mut Vec<u8>) {
    let end = into.len() + packed_bytes(values.len(), width);
    let (mut word, mut filled) = (0u64, 0u32);
    for value in values {
        word |= value << filled;
        filled += width;
        if filled >= 64 {
            into.extend_from_slice(&word.to_le_bytes());
            filled -= 64;
            // What did not fit; a shift by the whole width would be no shift.
            word = if filled == 0 { 0 } else { value >> (width - filled) };
        }
    }
    if filled > 0 {
        into.extend_from_slice(&word.to_le_bytes());
    }
    into.truncate(end);
}

/// Reads one number that begins at any bit; bytes that are not there count as zero.
pub(crate) fn bits_at(bytes: &[u8], bit: usize, width: u32) -> u64 {
    let mut wide = [0u8; 16];
    let start = (bit / 8).min(bytes.len());
    let there = &bytes[start..bytes.len().min(start + 9)];
    wide[..there.len()].copy_from_slice(there);
    let word = u128::from_le_bytes(wide) >> (bit % 8);
    word as u64 & low_bits(width)
}

/// Unpacks a block from its bytes; numbers that are not there come out as zero. The width is at most 64.
pub(crate) fn unpack(bytes: &[u8], width: u32, out: &mut [u64; BLOCK]) {
    let mut words = [0u64; BLOCK];
    let mut whole = bytes.chunks_exact(8);
    for (word, chunk) in words.iter_mut().zip(&mut whole) {
        let mut eight = [0u8; 8];
        eight.copy_from_slice(chunk);
        *word = u64::from_le_bytes(eight);
    }
    let rest = whole.remainder();
    if let Some(word) = words.get_mut(bytes.len() / 8) {
        let mut eight = [0u8; 8];
        eight[..rest.len()].copy_from_slice(rest);
        *word = u64::from_le_bytes(eight);
    }
    UNPACK[width as usize](&words, out);
}

#[inline(always)]
fn number<const WIDTH: usize>(words: &[u64; BLOCK], place: usize) -> u64 {
    let bit = place * WIDTH;
    let (word, shift) = (bit / 64, bit % 64);
    let low = words[word] >> shift;
    let value = if shift + WIDTH > 64 {
        low | words[word + 1] << (64 - shift)
    } else {
        low
    };
    value & low_bits(WIDTH as u32)
}

macro_rules! each_place {
    ($step:ident) => {
        $step!(0);
        $step!(1);
        $step!(2);
        $step!(3);
        $step!(4);
        $step!(5);
        $step!(6);
        $step!(7);
        $step!(8);
        $step!(9);
        $step!(10);
        $step!(11);
        $step!(12);
        $step!(13);
        $step!(14);
        $step!(15);
        $step!(16);
        $step!(17);
        $step!(18);
        $step!(19);
        $step!(20);
        $step!(21);
        $step!(22);
        $step!(23);
        $step!(24);
        $step!(25);
        $step!(26);
        $step!(27);
        $step!(28);
        $step!(29);
        $step!(30);
        $step!(31);
        $step!(32);
        $step!(33);
        $step!(34);
        $step!(35);
        $step!(36);
        $step!(37);
        $step!(38);
        $step!(39);
        $step!(40);
        $step!(41);
        $step!(42);
        $step!(43);
        $step!(44);
        $step!(45);
        $step!(46);
        $step!(47);
        $step!(48);
        $step!(49);
        $step!(50);
        $step!(51);
        $step!(52);
        $step!(53);
        $step!(54);
        $step!(55);
        $step!(56);
        $step!(57);
        $step!(58);
        $step!(59);
        $step!(60);
        $step!(61);
        $step!(62);
        $step!(63);
    };
}

fn unpack_words<const WIDTH: usize>(words: &[u64; BLOCK], out: &mut [u64; BLOCK]) {
    macro_rules! step {
        ($place:expr) => {
            out[$place] = number::<WIDTH>(words, $place)
        };
    }
    each_place!(step);
}

/// Takes a block apart.
type Unpack = fn(&[u64; BLOCK], &mut [u64; BLOCK]);

/// One routine a width.
#[rustfmt::skip]
const UNPACK: [Unpack; 65] = [
    unpack_words::<0>, unpack_words::<1>, unpack_words::<2>, unpack_words::<3>, unpack_words::<4>, unpack_words::<5>, unpack_words::<6>, unpack_words::<7>,
    unpack_words::<8>, unpack_words::<9>, unpack_words::<10>, unpack_words::<11>, unpack_words::<12>, unpack_words::<13>, unpack_words::<14>, unpack_words::<15>,
    unpack_words::<16>, unpack_words::<17>, unpack_words::<18>, unpack_words::<19>, unpack_words::<20>, unpack_words::<21>, unpack_words::<22>, unpack_words::<23>,
    unpack_words::<24>, unpack_words::<25>, unpack_words::<26>, unpack_words::<27>, unpack_words::<28>, unpack_words::<29>, unpack_words::<30>, unpack_words::<31>,
    unpack_words::<32>, unpack_words::<33>, unpack_words::<34>, unpack_words::<35>, unpack_words::<36>, unpack_words::<37>, unpack_words::<38>, unpack_words::<39>,
    unpack_words::<40>, unpack_words::<41>, unpack_words::<42>, unpack_words::<43>, unpack_words::<44>, unpack_words::<45>, unpack_words::<46>, unpack_words::<47>,
    unpack_words::<48>, unpack_words::<49>, unpack_words::<50>, unpack_words::<51>, unpack_words::<52>, unpack_words::<53>, unpack_words::<54>, unpack_words::<55>,
    unpack_words::<56>, unpack_words::<57>, unpack_words::<58>, unpack_words::<59>, unpack_words::<60>, unpack_words::<61>, unpack_words::<62>, unpack_words::<63>,
    unpack_words::<64>,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_and_count_round_trips() {
        let mut state = 0x9E37_79B9_7F4A_7C15u64;
        for width in 0..=64 {
            for count in [1, 7, 47, 63, 64] {
                let values: Vec<u64> = (0..count)
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        (state ^ (state >> 29)) & low_bits(width)
                    })
                    .collect();
                let mut bytes = vec![0xAA];
                pack(&values, width, &mut bytes);
                assert_eq!(bytes.len() - 1, packed_bytes(count, width), "width {width}");
                let mut out = [7; BLOCK];
                unpack(&bytes[1..], width, &mut out);
                assert_eq!(out[..count], values, "width {width}, {count} numbers");
                for (place, value) in values.iter().enumerate() {
                    assert_eq!(bits_at(&bytes[1..], place * width as usize, width), *value);
                }
            }
        }
    }
}
