//! A scenario's text: lines with times, loops unrolled, put in order.

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::SECOND_NS;

/// Scenario time 0: any moment will do that is no special case.
pub const BEGIN: Timestamp = Timestamp(1_800_000_000 * SECOND_NS);

/// One thing to do or to expect, at one time.
#[derive(Clone, Debug)]
pub struct Step {
    /// The line it stands on, from 1.
    pub line: usize,
    /// When, from the beginning.
    pub at: Timestamp,
    /// Its words: the verb and what follows.
    pub words: Vec<String>,
}

/// A scenario, ready to run.
#[derive(Debug, Default)]
pub struct Script {
    /// Settings that differ from the defaults.
    pub settings: Vec<(usize, String, String)>,
    /// In the order of time; within one moment in the order of the file.
    pub steps: Vec<Step>,
}

impl Script {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Each line that is not understood, with its number.
    pub fn parse(text: &str) -> Result<Self, Vec<(usize, String)>> {
        let mut script = Self::default();
        let mut errors = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') || line.starts_with("covers:") {
                continue;
            }
            if let Err(error) = script.take(number + 1, line) {
                errors.push((number + 1, error));
            }
        }
        script.steps.sort_by_key(|step| step.at);
        if errors.is_empty() {
            Ok(script)
        } else {
            Err(errors)
        }
    }

    fn take(&mut self, line: usize, text: &str) -> Result<(), String> {
        if let Some(setting) = text.strip_prefix("set ") {
            let (name, value) = setting
                .trim()
                .split_once(' ')
                .ok_or("`set` needs a name and a value")?;
            self.settings
                .push((line, name.to_owned(), value.trim().to_owned()));
            return Ok(());
        }
        let Some(rest) = text.strip_prefix("each ") else {
            return self.take_timed(line, text);
        };
        let (range, rest) = rest.split_once(' ').ok_or("`each` needs a range such as 1..20")?;
        let bounds = range
            .split_once("..")
            .and_then(|(first, last)| Some((first.parse::<u32>().ok()?, last.parse::<u32>().ok()?)));
        let (first, last) = bounds.ok_or_else(|| format!("`{range}` is no range such as 1..20"))?;
        for n in first..=last {
            self.take_timed(line, &rest.replace("{n}", &n.to_string()))?;
        }
        Ok(())
    }

    fn take_timed(&mut self, line: usize, text: &str) -> Result<(), String> {
        let words = words(text);
        let word = |number: usize| words.get(number).map(String::as_str);
        match word(0) {
            Some("at") => {
                let at = time(word(1).ok_or("`at` needs a time")?)?;
                self.push(line, at, &words[2..])
            }
            Some("every") => {
                let (Some(gap), Some("from"), Some(from), Some("to"), Some(to)) =
                    (word(1), word(2), word(3), word(4), word(5))
                else {
                    return Err("`every` goes on as: every 10s from 0s to 60s ...".to_owned());
                };
                let (gap_ns, from, to) = (duration_ns(gap)?, time(from)?, time(to)?);
                if gap_ns <= 0 {
                    return Err(format!("`{gap}` is no time to wait"));
                }
                let mut at = from;
                while at <= to {
                    self.push(line, at, &words[6..])?;
                    at = at.plus_ns(gap_ns);
                }
                Ok(())
            }
            Some(other) => Err(format!(
                "a line begins with at, every, each or set, not with `{other}`"
            )),
            None => Ok(()),
        }
    }

    fn push(&mut self, line: usize, at: Timestamp, words: &[String]) -> Result<(), String> {
        if words.is_empty() {
            return Err("nothing is said to happen then".to_owned());
        }
        let words = words.to_vec();
        self.steps.push(Step { line, at, words });
        Ok(())
    }
}

/// Splits at blanks, but not within double quotes, which are dropped.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                begun = true;
            }
            c if c.is_whitespace() && !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// A moment of the scenario: `90s`, `1m30s`, `500ms`, counted from its beginning.
///
/// # Errors
/// If it is none.
pub fn time(text: &str) -> Result<Timestamp, String> {
    Ok(BEGIN.plus_ns(duration_ns(text)?))
}

/// A length of time in nanoseconds, with a sign if need be.
///
/// # Errors
/// If it is none.
pub fn duration_ns(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time, such as 90s, 1m30s or 500ms");
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total_s = 0.0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '.'))
            .ok_or_else(wrong)?;
        let number: f64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit_s = match &rest[..letters] {
            "ns" => 1e-9,
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return Err(wrong()),
        };
        total_s += number * unit_s;
        rest = &rest[letters..];
    }
    if text.is_empty() {
        return Err(wrong());
    }
    Ok((sign * total_s * 1e9).round() as i64)
}
