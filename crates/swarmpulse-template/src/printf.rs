//! `printf` with Go's verbs, flags, widths, precisions and indexes of arguments, and Go's words for what does not fit.

mod float;
mod value;

use crate::function::{Answer, Surroundings, text};
use crate::value::Value;

/// More than any text may have: what is longer is cut.
const OUTPUT_MAX: usize = 1 << 20;
/// The widest that a value is made; Go allows a million.
const WIDTH_MAX: usize = 4096;
/// Go takes no larger number for a width, a precision or an index.
const NUMBER_MAX: i64 = 1_000_000;

/// How a value is to be written.
#[derive(Clone, Copy, Default)]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    /// `%+v`: with names of fields.
    plus_v: bool,
    /// `%#v`: as Go would write it in a program.
    sharp_v: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// A verb did not fit: no method is asked how to print.
    erring: bool,
}

pub(crate) fn run(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(sprintf(&text(arguments, 0), &arguments[1..]).into())
}

/// The format with the values in it.
fn sprintf(format: &str, values: &[Value]) -> String {
    let mut directives = Directives {
        rest: format,
        values,
        next: 0,
        reordered: false,
        good_index: true,
        after_index: false,
        out: String::new(),
    };
    directives.run();
    let Directives {
        next,
        reordered,
        mut out,
        ..
    } = directives;
    let extra = values.get(next..).unwrap_or_default();
    if !reordered && !extra.is_empty() {
        out.push_str("%!(EXTRA ");
        for (place, value) in extra.iter().enumerate() {
            if place > 0 {
                out.push_str(", ");
            }
            value::typed(&mut out, Spec::default(), value);
        }
        out.push(')');
    }
    out
}

/// A format while it is read.
struct Directives<'a> {
    rest: &'a str,
    values: &'a [Value],
    /// Which value comes next.
    next: usize,
    /// An index was said somewhere.
    reordered: bool,
    /// The indexes of this directive are good.
    good_index: bool,
    /// An index was just read.
    after_index: bool,
    out: String,
}

impl Directives<'_> {
    fn run(&mut self) {
        while let Some(percent) = self.rest.find('%') {
            self.out.push_str(&self.rest[..percent]);
            self.rest = &self.rest[percent + 1..];
            if self.out.len() > OUTPUT_MAX || !self.directive() {
                return;
            }
        }
        self.out.push_str(self.rest);
    }

    /// One directive; `false` if the format ends within it.
    fn directive(&mut self) -> bool {
        (self.good_index, self.after_index) = (true, false);
        let mut spec = self.flags();
        self.index();
        self.width(&mut spec);
        self.precision(&mut spec);
        if !self.after_index {
            self.index();
        }
        let Some(verb) = self.rest.chars().next() else {
            self.out.push_str("%!(NOVERB)");
            return false;
        };
        self.rest = &self.rest[verb.len_utf8()..];
        if verb == '%' {
            self.out.push('%');
        } else if !self.good_index {
            self.out.push_str(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(value) = self.values.get(self.next) {
            self.next += 1;
            if verb == 'v' {
                (spec.plus_v, spec.sharp_v) = (spec.plus, spec.sharp);
                (spec.plus, spec.sharp) = (false, false);
            }
            value::write(&mut self.out, verb, spec, value, false);
        } else {
            self.out.push_str(&format!("%!{verb}(MISSING)"));
        }
        true
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec::default();
        while let Some(flag) = self.rest.chars().next() {
            match flag {
                '-' => (spec.minus, spec.zero) = (true, false),
                '+' => spec.plus = true,
                '#' => spec.sharp = true,
                ' ' => spec.space = true,
                '0' => spec.zero = !spec.minus,
                _ => break,
            }
            self.rest = &self.rest[1..];
        }
        spec
    }

    /// `[3]`: the value that comes next.
    fn index(&mut self) {
        self.after_index = false;
        let Some(inner) = self.rest.strip_prefix('[') else {
            return;
        };
        self.reordered = true;
        let Some(end) = inner.find(']') else {
            self.rest = inner;
            self.good_index = false;
            return;
        };
        let (digits, number) = digits(&inner[..end]);
        let is_whole = digits == end;
        self.rest = &inner[end + 1..];
        let index = number.and_then(|number| usize::try_from(number - 1).ok());
        match index.filter(|index| is_whole && *index < self.values.len()) {
            Some(index) => (self.next, self.after_index) = (index, true),
            None => {
                self.good_index = false;
                self.after_index = is_whole && number.is_some();
            }
        }
    }

    fn width(&mut self, spec: &mut Spec) {
        if let Some(after) = self.rest.strip_prefix('*') {
            self.rest = after;
            match self.number_of_value() {
                Some(width) => {
                    if width < 0 {
                        (spec.minus, spec.zero) = (true, false);
                    }
                    spec.width = Some(bounded(width));
                }
                None => self.out.push_str("%!(BADWIDTH)"),
            }
            self.after_index = false;
            return;
        }
        let (length, number) = digits(self.rest);
        self.rest = &self.rest[length..];
        if let Some(width) = number {
            spec.width = Some(bounded(width));
            self.good_index &= !self.after_index;
        }
    }

    fn precision(&mut self, spec: &mut Spec) {
        let Some(after) = self.rest.strip_prefix('.') else {
            return;
        };
        self.rest = after;
        self.good_index &= !self.after_index;
        self.index();
        if let Some(after) = self.rest.strip_prefix('*') {
            self.rest = after;
            spec.precision = self.number_of_value().filter(|number| *number >= 0).map(bounded);
            if spec.precision.is_none() {
                self.out.push_str("%!(BADPREC)");
            }
            self.after_index = false;
            return;
        }
        let (length, number) = digits(self.rest);
        self.rest = &self.rest[length..];
        spec.precision = Some(number.map_or(0, bounded));
    }

    /// The next value, if it is a number that can be a width.
    fn number_of_value(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        match value {
            Value::Int(number) => Some(*number).filter(|number| number.abs() <= NUMBER_MAX),
            _ => None,
        }
    }
}

fn bounded(number: i64) -> usize {
    usize::try_from(number.unsigned_abs()).map_or(WIDTH_MAX, |number| number.min(WIDTH_MAX))
}

/// Digits at the beginning: how many, and the number if there are any. After one that is too large Go reads no further.
fn digits(text: &str) -> (usize, Option<i64>) {
    let length = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    match text[..length].parse() {
        Ok(number) if number <= NUMBER_MAX => (length, Some(number)),
        _ if length == 0 => (0, None),
        _ => (text.len(), None),
    }
}
