//! Which form of values is the smallest; and writing it.

use swarmpulse_model::series::is_stale;

use super::{BITS, DECIMAL, EXCEPTIONS, NEAR};
use crate::column::ColumnPlanner;
use crate::cursor::{push_signed, push_varint, varint_bytes, zigzag};
use crate::decimal::{exact, exponent_of, near, near_exponent_of, ordered, power};

/// Beyond so many bytes a sample, decimals are compared with the plain bits.
const DECIMAL_BYTES_ENOUGH: usize = 4;

/// Values as integers.
#[derive(Debug, Default)]
struct Form {
    code: u8,
    exponent: usize,
    first: i64,
    /// Distances from the first.
    numbers: Vec<i64>,
    /// Place and bits of values written apart.
    exceptions: Vec<(usize, u64)>,
    column: ColumnPlanner,
    bytes: usize,
}

impl Form {
    fn start(&mut self, code: u8, exponent: usize) {
        (self.code, self.exponent, self.first) = (code, exponent, 0);
        self.numbers.clear();
        self.exceptions.clear();
    }

    /// Takes the integer of each value; `None` makes it an exception, which in the column repeats the one before.
    fn fill(&mut self, values: &[f64], mut integer: impl FnMut(f64) -> Option<i64>) {
        let mut last = None;
        for (place, value) in values.iter().enumerate() {
            match integer(*value) {
                Some(number) => {
                    if last.is_none() {
                        self.first = number;
                    }
                    last = Some(number);
                }
                None => self.exceptions.push((place, value.to_bits())),
            }
            let distance = last.map_or(0, |last| last.wrapping_sub(self.first));
            self.numbers.push(distance);
        }
    }

    fn plan(&mut self, cold: bool) {
        let with_last = self.code != NEAR;
        let mut column = self.column.plan(&self.numbers, false, with_last);
        if cold {
            column = self.column.plan_cold();
        }
        let first = match self.code {
            BITS => 8,
            _ => varint_bytes(zigzag(self.first)),
        };
        self.bytes = 1 + first + self.exceptions_bytes() + column;
    }

    fn exceptions_bytes(&self) -> usize {
        if self.exceptions.is_empty() {
            return 0;
        }
        let mut after = 0;
        let each = self.exceptions.iter().map(|(place, bits)| {
            let stale = is_stale(f64::from_bits(*bits));
            let gap = (place - after) as u64;
            after = place + 1;
            varint_bytes(gap << 1 | u64::from(stale)) + if stale { 0 } else { 8 }
        });
        varint_bytes(self.exceptions.len() as u64) + each.sum::<usize>()
    }

    fn write(&self, into: &mut Vec<u8>) {
        let flag = if self.exceptions.is_empty() { 0 } else { EXCEPTIONS };
        into.push(self.code | flag | (self.exponent as u8) << 4);
        if self.code == BITS {
            into.extend_from_slice(&self.first.to_le_bytes());
        } else {
            push_signed(into, self.first);
        }
        if !self.exceptions.is_empty() {
            push_varint(into, self.exceptions.len() as u64);
        }
        let mut after = 0;
        for (place, bits) in &self.exceptions {
            let stale = is_stale(f64::from_bits(*bits));
            push_varint(into, ((place - after) as u64) << 1 | u64::from(stale));
            if !stale {
                into.extend_from_slice(&bits.to_le_bytes());
            }
            after = place + 1;
        }
        self.column.write(into);
    }
}

/// Plans and writes values; keeps its memory from one chunk to the next.
#[derive(Debug, Default)]
pub(crate) struct ValuePlanner {
    decimal: Form,
    near: Form,
    bits: Form,
    units: Form,
}

impl ValuePlanner {
    /// Appends the values in their smallest form.
    pub(crate) fn write(&mut self, values: &[f64], cold: bool, into: &mut Vec<u8>) {
        let enough = values.len() * DECIMAL_BYTES_ENOUGH;
        let mut best = None;
        if let Some(exponent) = exponent_of(values) {
            self.decimal.start(DECIMAL, exponent);
            let power = power(exponent);
            self.decimal.fill(values, |value| exact(value, power));
            self.decimal.plan(cold);
            best = Some((self.decimal.bytes, DECIMAL));
            if self.decimal.bytes <= enough {
                self.decimal.write(into);
                return;
            }
        }
        if let Some(exponent) = near_exponent_of(values) {
            let bytes = self.plan_near(values, exponent, cold);
            if best.is_none_or(|(least, _)| bytes < least) {
                best = Some((bytes, NEAR));
            }
        }
        if best.is_none_or(|(least, _)| least > enough) {
            self.bits.start(BITS, 0);
            self.bits.fill(values, |value| {
                (!is_stale(value)).then(|| ordered(value.to_bits() as i64))
            });
            self.bits.plan(cold);
            if best.is_none_or(|(least, _)| self.bits.bytes < least) {
                best = Some((self.bits.bytes, BITS));
            }
        }
        match best {
            Some((_, DECIMAL)) => self.decimal.write(into),
            Some((_, NEAR)) => {
                self.near.write(into);
                push_signed(into, self.units.first);
                self.units.column.write(into);
            }
            _ => self.bits.write(into),
        }
    }

    fn plan_near(&mut self, values: &[f64], exponent: usize, cold: bool) -> usize {
        let power = power(exponent);
        self.near.start(NEAR, exponent);
        self.near
            .fill(values, |value| near(value, power).map(|(integer, _)| integer));
        self.near.plan(cold);
        self.units.start(NEAR, exponent);
        self.units
            .fill(values, |value| near(value, power).map(|(_, units)| units));
        self.units.plan(cold);
        self.near.bytes + self.units.bytes
    }
}
