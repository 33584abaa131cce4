//! How OTLP/JSON writes what JSON has no type for.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

/// A value, or its default where JSON says null.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Something that a JSON number or text may stand for.
trait Number: Sized {
    const EXPECTED: &'static str;
    fn of_u64(value: u64) -> Option<Self>;
    fn of_i64(value: i64) -> Option<Self>;
    fn of_f64(value: f64) -> Option<Self>;
    fn of_text(text: &str) -> Option<Self>;
}

macro_rules! whole_number {
    ($type:ty, $expected:literal) => {
        impl Number for $type {
            const EXPECTED: &'static str = $expected;
            fn of_u64(value: u64) -> Option<Self> {
                value.try_into().ok()
            }
            fn of_i64(value: i64) -> Option<Self> {
                value.try_into().ok()
            }
            fn of_f64(value: f64) -> Option<Self> {
                // JavaScript writes large whole numbers with an exponent.
                let fits = value.fract() == 0.0 && value.abs() < 9.2e18;
                fits.then_some(value as i64).and_then(Self::of_i64)
            }
            fn of_text(text: &str) -> Option<Self> {
                text.trim().parse().ok()
            }
        }
    };
}

whole_number!(u64, "a whole number from 0 on, as a number or a text");
whole_number!(i64, "a whole number, as a number or a text");
whole_number!(u32, "a whole number of 32 bits from 0 on");
whole_number!(i32, "a whole number of 32 bits");

impl Number for f64 {
    const EXPECTED: &'static str = "a number, or \"NaN\", \"Infinity\" or \"-Infinity\"";
    fn of_u64(value: u64) -> Option<Self> {
        Some(value as Self)
    }
    fn of_i64(value: i64) -> Option<Self> {
        Some(value as Self)
    }
    fn of_f64(value: f64) -> Option<Self> {
        Some(value)
    }
    fn of_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }
}

struct NumberVisitor<T>(std::marker::PhantomData<T>);

impl<T: Number> Visitor<'_> for NumberVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(T::EXPECTED)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Option<T>, E> {
        let number =
            T::of_u64(value).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(value), &self))?;
        Ok(Some(number))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Option<T>, E> {
        let number =
            T::of_i64(value).ok_or_else(|| E::invalid_value(de::Unexpected::Signed(value), &self))?;
        Ok(Some(number))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Option<T>, E> {
        let number = T::of_f64(value).ok_or_else(|| E::invalid_value(de::Unexpected::Float(value), &self))?;
        Ok(Some(number))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Option<T>, E> {
        let number = T::of_text(value).ok_or_else(|| E::invalid_value(de::Unexpected::Str(value), &self))?;
        Ok(Some(number))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }
}

fn optional<'de, D: Deserializer<'de>, T: Number>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(NumberVisitor(std::marker::PhantomData))
}

pub(super) fn u64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(optional(deserializer)?.unwrap_or_default())
}

pub(super) fn u32<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(optional(deserializer)?.unwrap_or_default())
}

pub(super) fn i32<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    Ok(optional(deserializer)?.unwrap_or_default())
}

pub(super) fn f64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(optional(deserializer)?.unwrap_or_default())
}

pub(super) fn optional_i64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    optional(deserializer)
}

pub(super) fn optional_f64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    optional(deserializer)
}

/// Lets a list hold numbers that are written as texts.
#[derive(Deserialize)]
struct Lenient<T: LenientNumber>(#[serde(deserialize_with = "T::read")] T);

trait LenientNumber: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl LenientNumber for u64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64(deserializer)
    }
}

impl LenientNumber for f64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f64(deserializer)
    }
}

pub(super) fn u64_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u64>, D::Error> {
    let list: Vec<Lenient<u64>> = or_default(deserializer)?;
    Ok(list.into_iter().map(|number| number.0).collect())
}

pub(super) fn f64_list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    let list: Vec<Lenient<f64>> = or_default(deserializer)?;
    Ok(list.into_iter().map(|number| number.0).collect())
}

/// An enumeration: a number, or the end of its name as protobuf writes it.
pub(super) fn word<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &'static [(&'static str, i32)],
) -> Result<i32, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Number(i32),
        Text(String),
    }
    match Option::<Word>::deserialize(deserializer)? {
        None => Ok(0),
        Some(Word::Number(number)) => Ok(number),
        Some(Word::Text(text)) => {
            let known = names
                .iter()
                .find(|(name, _)| text.ends_with(name))
                .map(|(_, number)| *number);
            known.or_else(|| text.parse().ok()).ok_or_else(|| {
                de::Error::custom(format_args!(
                    "`{text}` is no value of this enumeration; send its number"
                ))
            })
        }
    }
}

/// A trace's or span's id: hexadecimal, in either case.
pub(super) fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text: String = or_default(deserializer)?;
    let wrong = || {
        de::Error::custom(format_args!(
            "`{}` is no hexadecimal id",
            text.chars().take(64).collect::<String>()
        ))
    };
    if !text.len().is_multiple_of(2) || !text.is_ascii() || text.len() > 64 {
        return Err(wrong());
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks_exact(2);
    pairs
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect::<Option<Vec<u8>>>()
        .ok_or_else(wrong)
}
