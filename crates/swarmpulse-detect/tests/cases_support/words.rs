//! The words of a line, with amounts, spans of time and errors that say what was expected.

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{EntityKey, EntityKind, entity};

/// What went wrong in a line: what was expected and what stands there.
pub type Fault = String;

/// Words of a line, taken one after another.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    pub fn new(line: &'a str) -> Self {
        Self { rest: line.trim() }
    }

    /// The next word; `None` at the end.
    pub fn next(&mut self) -> Option<&'a str> {
        let word = self.peek()?;
        self.rest = self.rest[word.len()..].trim_start();
        Some(word)
    }

    pub fn peek(&self) -> Option<&'a str> {
        self.rest.split_whitespace().next()
    }

    /// The next word, called so in the error.
    pub fn needed(&mut self, what: &str) -> Result<&'a str, Fault> {
        self.next()
            .ok_or_else(|| format!("expected {what}, the line ends here"))
    }

    /// Takes the next word if it is this one.
    pub fn take(&mut self, wanted: &str) -> bool {
        let there = self.peek() == Some(wanted);
        if there {
            self.next();
        }
        there
    }

    /// Takes this word.
    pub fn keyword(&mut self, wanted: &str) -> Result<(), Fault> {
        let word = self.needed(&format!("`{wanted}`"))?;
        if word == wanted {
            Ok(())
        } else {
            Err(format!("expected `{wanted}`, got `{word}`"))
        }
    }

    /// Everything that is left, without quotes around it.
    pub fn text(self) -> Result<&'a str, Fault> {
        let text = self.rest.trim();
        let text = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or(text);
        if text.is_empty() {
            return Err("expected a text, the line ends here".to_owned());
        }
        Ok(text)
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(word) => Err(format!("expected the end of the line, got `{word}`")),
        }
    }

    pub fn number(&mut self, what: &str) -> Result<f64, Fault> {
        number(self.needed(what)?, what)
    }

    pub fn count(&mut self, what: &str) -> Result<u64, Fault> {
        let word = self.needed(what)?;
        word.parse()
            .map_err(|_| format!("expected {what} (a whole number), got `{word}`"))
    }

    pub fn span_ns(&mut self, what: &str) -> Result<i64, Fault> {
        span_ns(self.needed(what)?, what)
    }

    /// A number with its suffix, or a span of time in seconds.
    pub fn amount(&mut self, what: &str) -> Result<f64, Fault> {
        let word = self.needed(what)?;
        number(word, what).or_else(|_| {
            span_ns(word, what)
                .map(|span| span as f64 / SECOND_NS as f64)
                .map_err(|_| format!("expected {what}: a number like 1.5Mi or a span like 90s, got `{word}`"))
        })
    }

    /// `KIND ID [namespace NS]`.
    pub fn entity(&mut self) -> Result<EntityKey, Fault> {
        let kind = self.needed("a kind of entity")?;
        let kind = EntityKind::parse(kind)
            .ok_or_else(|| format!("expected a kind of entity (agent, service, host, ...), got `{kind}`"))?;
        let id = self.needed("an id")?;
        Ok(EntityKey::new(self.namespace()?, kind, id))
    }

    /// `[namespace NS]`.
    pub fn namespace(&mut self) -> Result<&'a str, Fault> {
        if self.take("namespace") {
            self.needed("a namespace")
        } else {
            Ok(entity::DEFAULT_NAMESPACE)
        }
    }
}

/// A number with a suffix: `100Mi`, `-2.5k`.
pub fn number(word: &str, what: &str) -> Result<f64, Fault> {
    const SUFFIXES: [(&str, f64); 8] = [
        ("Ti", 1_099_511_627_776.0),
        ("Gi", 1_073_741_824.0),
        ("Mi", 1_048_576.0),
        ("Ki", 1024.0),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("%", 0.01),
    ];
    let (digits, scale) = SUFFIXES
        .iter()
        .find_map(|(suffix, scale)| Some((word.strip_suffix(suffix)?, *scale)))
        .unwrap_or((word, 1.0));
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value * scale),
        _ => Err(format!(
            "expected {what} (a number like 3, 1.5Mi or 2k), got `{word}`"
        )),
    }
}

/// A span of time in nanoseconds: `15s`, `1h30m`, `-2d`, `500ms`.
pub fn span_ns(word: &str, what: &str) -> Result<i64, Fault> {
    let fault = || format!("expected {what} (a span like 15s, 1h30m or 2d), got `{word}`");
    let (sign, mut rest) = match word.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, word),
    };
    let mut seconds = 0.0;
    if rest.is_empty() {
        return Err(fault());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(fault)?;
        let amount: f64 = rest[..digits].parse().map_err(|_| fault())?;
        rest = &rest[digits..];
        let letters = rest
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        seconds += amount
            * match &rest[..letters] {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return Err(fault()),
            };
        rest = &rest[letters..];
    }
    Ok((sign * seconds * SECOND_NS as f64).round() as i64)
}
