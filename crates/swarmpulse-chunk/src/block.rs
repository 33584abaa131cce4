//! A block: up to 64 numbers as distances from a base, packed in a width of their own, with patches for outliers.
//!
//! On disk: the width, with the highest bit set if there are patches; the base as its distance from the base of the block
//! before; if there are patches, how many and how many bits each has; the packed low bits; the patches, each the place (six
//! bits) and what is above the low bits, zigzag.

use crate::ChunkError;
use crate::bits::{BLOCK, bits_at, low_bits, pack, packed_bytes, unpack};
use crate::cursor::{Cursor, bit_length, push_signed, unzigzag, varint_bytes, zigzag};

/// Set in the byte of the width if there are patches.
const PATCHED: u8 = 0x80;
/// Bits of a patch's place.
const PLACE_BITS: u32 = 6;
/// One number in so many may be patched.
const PATCHED_SHARE: usize = 4;

/// How a block is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    base: i64,
    width: u32,
    patches: usize,
    patch_bits: u32,
}

impl Plan {
    /// The plan with the fewest bytes for these numbers, at least one and at most 64, or nearly so.
    ///
    /// Method: numbers are counted in 64 slices of their range; of each width, the window of slices that covers the most is
    /// the candidate, and what is outside is patched. If outliers leave all others in one slice, that slice is looked at
    /// again by itself.
    pub(crate) fn of(numbers: &[i64]) -> Self {
        let (low, high) = extremes(numbers);
        let range = high.wrapping_sub(low) as u64;
        let mut best = Self {
            base: low,
            width: bit_length(range),
            patches: 0,
            patch_bits: 0,
        };
        // With a bit or none there is hardly anything to win; a range of all bits wraps around.
        if best.width <= 1 || best.width >= 63 {
            return best;
        }
        let mut best_bits = best.body_bits(numbers.len());
        let mut slices = Slices::of(numbers, low, best.width);
        let mut width = best.width;
        while width > 0 {
            width -= 1;
            if width < slices.slice_width && !slices.narrow(numbers, width) {
                break;
            }
            let (base, covered) = slices.widest_window(width);
            let patches = numbers.len() - covered;
            if patches * PATCHED_SHARE > numbers.len() {
                break;
            }
            let plan = Self {
                base,
                width,
                patches,
                // The farthest numbers on both sides need the most bits.
                patch_bits: bit_length(patch_of(low, base, width).max(patch_of(high, base, width))),
            };
            let bits = plan.body_bits(numbers.len());
            if bits < best_bits {
                (best, best_bits) = (plan, bits);
            }
        }
        best
    }

    fn body_bits(&self, count: usize) -> usize {
        let patches = if self.patches == 0 {
            0
        } else {
            16 + self.patches * (PLACE_BITS + self.patch_bits) as usize
        };
        count * self.width as usize + patches
    }

    fn patches_bytes(&self) -> usize {
        (self.patches * (PLACE_BITS + self.patch_bits) as usize).div_ceil(8)
    }

    /// The base, from which the next block's is counted.
    pub(crate) const fn base(&self) -> i64 {
        self.base
    }

    /// How many bytes [`Plan::write`] appends.
    pub(crate) fn bytes(&self, count: usize, base_before: i64) -> usize {
        let base = varint_bytes(zigzag(self.base.wrapping_sub(base_before)));
        let patches = if self.patches == 0 {
            0
        } else {
            2 + self.patches_bytes()
        };
        1 + base + packed_bytes(count, self.width) + patches
    }

    /// Appends the numbers that the plan was made for.
    pub(crate) fn write(&self, numbers: &[i64], base_before: i64, into: &mut Vec<u8>) {
        let flag = if self.patches == 0 { 0 } else { PATCHED };
        into.push(self.width as u8 | flag);
        push_signed(into, self.base.wrapping_sub(base_before));
        if self.patches > 0 {
            into.push(self.patches as u8);
            into.push(self.patch_bits as u8);
        }
        let mut packed = [0u64; BLOCK];
        for (low, number) in packed.iter_mut().zip(numbers) {
            *low = number.wrapping_sub(self.base) as u64 & low_bits(self.width);
        }
        pack(&packed[..numbers.len()], self.width, into);
        if self.patches > 0 {
            self.write_patches(numbers, into);
        }
    }

    fn write_patches(&self, numbers: &[i64], into: &mut Vec<u8>) {
        let (mut word, mut filled) = (0u128, 0);
        for (place, number) in numbers.iter().enumerate() {
            let patch = patch_of(*number, self.base, self.width);
            if patch != 0 {
                word |= (u128::from(patch) << PLACE_BITS | place as u128) << filled;
                filled += PLACE_BITS + self.patch_bits;
                while filled >= 8 {
                    into.push(word as u8);
                    word >>= 8;
                    filled -= 8;
                }
            }
        }
        if filled > 0 {
            into.push(word as u8);
        }
    }
}

fn extremes(numbers: &[i64]) -> (i64, i64) {
    numbers.iter().fold((i64::MAX, i64::MIN), |(low, high), number| {
        (low.min(*number), high.max(*number))
    })
}

/// What of a number is above the low bits; zero if it fits.
fn patch_of(number: i64, base: i64, width: u32) -> u64 {
    zigzag(number.wrapping_sub(base) >> width)
}

/// How many numbers are in each of 64 slices of a range.
struct Slices {
    /// Where the first slice begins.
    low: i64,
    /// Bits of one slice.
    slice_width: u32,
    /// How many numbers are in the slices before each, and in all.
    before: [u8; BLOCK + 1],
}

impl Slices {
    /// Counts numbers, of which those below `low` or beyond the width are left out.
    fn of(numbers: &[i64], low: i64, width: u32) -> Self {
        let slice_width = width.saturating_sub(6);
        let mut before = [0u8; BLOCK + 1];
        for number in numbers {
            let slice = number.wrapping_sub(low) as u64 >> slice_width;
            if slice < BLOCK as u64 {
                before[slice as usize + 1] += 1;
            }
        }
        for slice in 0..BLOCK {
            before[slice + 1] += before[slice];
        }
        Self {
            low,
            slice_width,
            before,
        }
    }

    /// Goes on within the fullest slice, which is of the next larger width. False if slices are as narrow as can be.
    fn narrow(&mut self, numbers: &[i64], width: u32) -> bool {
        if self.slice_width == 0 {
            return false;
        }
        let (low, _) = self.widest_window(self.slice_width);
        let reach = low_bits(self.slice_width);
        // From its smallest number on, so that what lies at its beginning need not be cut in two.
        let inside = numbers
            .iter()
            .filter(|number| number.wrapping_sub(low) as u64 <= reach);
        let low = inside.min().copied().unwrap_or(low);
        *self = Self::of(numbers, low, width + 1);
        true
    }

    /// Where the window of `2^width` begins that covers the most, and how many it covers. The width is at least that of a
    /// slice.
    fn widest_window(&self, width: u32) -> (i64, usize) {
        let length = 1usize << (width - self.slice_width).min(6);
        let (mut best, mut most) = (0, 0);
        for (first, (start, end)) in self.before.iter().zip(&self.before[length..]).enumerate() {
            let covered = end - start;
            if covered > most {
                (best, most) = (first, covered);
            }
        }
        let base = self.low.wrapping_add((best as i64) << self.slice_width);
        (base, usize::from(most))
    }
}

/// What stands before the numbers of a block.
struct Head {
    width: u32,
    patches: usize,
    patch_bits: u32,
}

impl Head {
    fn read(cursor: &mut Cursor<'_>, base: &mut i64) -> Result<Self, ChunkError> {
        let first = cursor.byte("block")?;
        *base = base.wrapping_add(cursor.signed("base of a block")?);
        let width = u32::from(first & !PATCHED);
        let (mut patches, mut patch_bits) = (0, 0);
        if first & PATCHED != 0 {
            patches = usize::from(cursor.byte("patches")?);
            patch_bits = u32::from(cursor.byte("patches")?);
        }
        let most = if patches > 0 { 63 } else { 64 };
        if width > most || patches > BLOCK || patch_bits > 64 {
            return Err(ChunkError::invalid("block"));
        }
        Ok(Self {
            width,
            patches,
            patch_bits,
        })
    }

    fn patches_bytes(&self) -> usize {
        (self.patches * (PLACE_BITS + self.patch_bits) as usize).div_ceil(8)
    }
}

/// Reads a block of `count` numbers; `base` is that of the block before, and becomes this one's. What is in `out` after
/// them has no meaning.
pub(crate) fn read(
    cursor: &mut Cursor<'_>,
    count: usize,
    base: &mut i64,
    out: &mut [i64; BLOCK],
) -> Result<(), ChunkError> {
    let head = Head::read(cursor, base)?;
    if head.width == 0 {
        out.fill(*base);
    } else {
        let packed = cursor.take(packed_bytes(count, head.width), "packed numbers")?;
        let mut low = [0u64; BLOCK];
        unpack(packed, head.width, &mut low);
        for (number, low) in out.iter_mut().zip(low) {
            *number = base.wrapping_add(low as i64);
        }
    }
    let patches = cursor.take(head.patches_bytes(), "patches")?;
    for patch in 0..head.patches {
        let bit = patch * (PLACE_BITS + head.patch_bits) as usize;
        let place = bits_at(patches, bit, PLACE_BITS) as usize;
        let above = unzigzag(bits_at(patches, bit + PLACE_BITS as usize, head.patch_bits));
        out[place] = out[place].wrapping_add(above << head.width);
    }
    Ok(())
}

/// Passes over a block.
pub(crate) fn skip(cursor: &mut Cursor<'_>, count: usize, base: &mut i64) -> Result<(), ChunkError> {
    let head = Head::read(cursor, base)?;
    cursor.take(packed_bytes(count, head.width), "packed numbers")?;
    cursor.take(head.patches_bytes(), "patches")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(numbers: &[i64], base_before: i64) -> usize {
        let plan = Plan::of(numbers);
        let mut bytes = Vec::new();
        plan.write(numbers, base_before, &mut bytes);
        assert_eq!(bytes.len(), plan.bytes(numbers.len(), base_before), "{plan:?}");
        let mut out = [0; BLOCK];
        let (mut cursor, mut base) = (Cursor::new(&bytes), base_before);
        read(&mut cursor, numbers.len(), &mut base, &mut out).expect("own bytes");
        assert!(cursor.is_empty());
        assert_eq!(out[..numbers.len()], *numbers, "{plan:?}");
        let (mut cursor, mut base) = (Cursor::new(&bytes), base_before);
        skip(&mut cursor, numbers.len(), &mut base).expect("own bytes");
        assert!(cursor.is_empty() && base == plan.base());
        bytes.len()
    }

    #[test]
    fn an_outlier_does_not_widen_the_rest() {
        let mut numbers: Vec<i64> = (0..64).map(|place| 100 + place % 4).collect();
        assert_eq!(round_trip(&numbers, 100), 2 + 16);
        numbers[7] = 1_000_000;
        assert_eq!(round_trip(&numbers, 100), 2 + 16 + 2 + 4, "above");
        numbers[9] = -1_000_000;
        assert!(round_trip(&numbers, 100) <= 2 + 16 + 2 + 7, "below");
        assert_eq!(round_trip(&[5; 64], 5), 2, "a constant run");
    }

    proptest! {
        #[test]
        fn any_numbers_round_trip(numbers in proptest::collection::vec(prop_oneof![
            Just(i64::MIN), Just(i64::MAX), -10i64..10, any::<i64>(), -100_000i64..100_000,
        ], 1..=64), base in any::<i64>()) {
            round_trip(&numbers, base);
        }
    }
}
