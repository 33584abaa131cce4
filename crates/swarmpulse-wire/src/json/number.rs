//! Numbers as they stand in JSON text, converted when it is known to what.

/// The largest whole number below which every one is an `f64`.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number's text, already known to be one by JSON's grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number<'a> {
    pub(super) text: &'a str,
    /// It has neither fraction nor exponent.
    pub(super) whole: bool,
}

impl Number<'_> {
    /// The nearest finite number; `None` if it is too large.
    pub(super) fn as_f64(self) -> Option<f64> {
        self.text.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// As a whole number from 0; `5.0` is one too.
    pub(super) fn as_u64(self) -> Option<u64> {
        match self.text.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                let number = self.as_f64()?;
                let exact = number.fract() == 0.0 && (0.0..=EXACT).contains(&number);
                (exact && !(self.whole && number == EXACT)).then_some(number as u64)
            }
        }
    }

    /// As a whole number; `5.0` is one too.
    pub(super) fn as_i64(self) -> Option<i64> {
        match self.text.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                let number = self.as_f64()?;
                (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number<'_> {
        Number {
            text,
            whole: !text.contains(['.', 'e', 'E']),
        }
    }

    #[test]
    fn whole_numbers_are_taken_exactly_or_not_at_all() {
        assert_eq!(number("18446744073709551615").as_u64(), Some(u64::MAX));
        assert_eq!(number("18446744073709551616").as_u64(), None);
        assert_eq!(number("-0").as_u64(), Some(0));
        assert_eq!(number("-1").as_u64(), None);
        assert_eq!(number("5.0").as_u64(), Some(5));
        assert_eq!(number("1e3").as_u64(), Some(1000));
        assert_eq!(number("5.5").as_u64(), None);
        assert_eq!(number("1e300").as_u64(), None);
        assert_eq!(number("-9223372036854775808").as_i64(), Some(i64::MIN));
        assert_eq!(number("9223372036854775808").as_i64(), None);
    }

    #[test]
    fn numbers_beyond_floating_point_are_none() {
        assert_eq!(number("1e999").as_f64(), None);
        assert_eq!(number("-1e999").as_f64(), None);
        assert_eq!(number("1e-999").as_f64(), Some(0.0));
    }
}
