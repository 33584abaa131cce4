//! Lines of samples and of hours before them.

use swarmpulse_detect::{Signal, Subject};
use swarmpulse_model::time::SECOND_NS;

use super::expression::Expression;
use super::words::{Fault, Words};

/// `series SIGNAL of KIND ID [part PART]: every STEP [from T]: EXPRESSION`.
#[derive(Clone, Debug)]
pub struct SeriesLine {
    pub signal: Signal,
    pub subject: Subject,
    pub every_ns: i64,
    pub from_ns: i64,
    pub expression: Expression,
}

/// `hours SIGNAL of KIND ID [part PART]: from T: EXPRESSION [spread A]`: means of hours, the first of which begins at T.
#[derive(Clone, Debug)]
pub struct HoursLine {
    pub signal: Signal,
    pub subject: Subject,
    pub from_ns: i64,
    pub expression: Expression,
    pub spread: f64,
}

impl SeriesLine {
    /// Reads what follows `series`.
    pub fn read(line: &str) -> Result<Self, Fault> {
        let [what, when, expression] = divided(line)?;
        let (signal, subject) = measured(what)?;
        let mut words = Words::new(when);
        words.keyword("every")?;
        let every_ns = words.span_ns("the step after `every`")?;
        if every_ns <= 0 {
            return Err("expected a step of more than 0 after `every`".to_owned());
        }
        let from_ns = if words.take("from") {
            words.span_ns("the time after `from`")?
        } else {
            0
        };
        words.end()?;
        let mut words = Words::new(expression);
        let expression = Expression::read(&mut words)?;
        words.end()?;
        Ok(Self {
            signal,
            subject,
            every_ns,
            from_ns,
            expression,
        })
    }
}

impl HoursLine {
    /// Nanoseconds in an hour.
    pub const HOUR_NS: i64 = 3600 * SECOND_NS;

    /// Reads what follows `hours`.
    pub fn read(line: &str) -> Result<Self, Fault> {
        let [what, when, expression] = divided(line)?;
        let (signal, subject) = measured(what)?;
        let mut words = Words::new(when);
        words.keyword("from")?;
        let from_ns = words.span_ns("the time after `from`")?;
        words.end()?;
        let mut words = Words::new(expression);
        let expression = Expression::read(&mut words)?;
        let spread = if words.take("spread") {
            words.number("the spread")?
        } else {
            0.0
        };
        words.end()?;
        Ok(Self {
            signal,
            subject,
            from_ns,
            expression,
            spread,
        })
    }
}

fn divided(line: &str) -> Result<[&str; 3], Fault> {
    let mut parts = line.splitn(3, ": ");
    match (parts.next(), parts.next(), parts.next()) {
        (Some(what), Some(when), Some(expression)) => Ok([what, when, expression]),
        _ => Err("expected `SIGNAL of KIND ID: every STEP: EXPRESSION`, parts divided by `: `".to_owned()),
    }
}

fn measured(text: &str) -> Result<(Signal, Subject), Fault> {
    let mut words = Words::new(text);
    let name = words.needed("a signal")?;
    let signal = Signal::parse(name).ok_or_else(|| {
        let known: Vec<_> = Signal::ALL.iter().map(|signal| signal.as_str()).collect();
        format!("expected a signal ({}), got `{name}`", known.join(", "))
    })?;
    words.keyword("of")?;
    let mut entity = words.entity()?;
    let part = if words.take("part") {
        words.needed("a part")?
    } else {
        ""
    };
    if words.peek() == Some("namespace") {
        entity.namespace = words.namespace()?.into();
    }
    words.end()?;
    Ok((
        signal,
        Subject {
            entity,
            part: part.into(),
        },
    ))
}
