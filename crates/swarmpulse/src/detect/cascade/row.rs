//! A line of the file: a graph, an outcome, or both.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// Text that is copied only where it holds escapes.
#[derive(Debug, Deserialize)]
pub struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Name<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A line as it is written; unknown fields are left.
#[derive(Debug, Deserialize)]
pub struct Row<'a> {
    #[serde(borrow, default)]
    pub episode: Option<Name<'a>>,
    #[serde(default)]
    pub graph: Option<BTreeMap<String, Vec<String>>>,
    #[serde(default)]
    t: Option<f64>,
    #[serde(borrow, default)]
    service: Option<Name<'a>>,
    #[serde(borrow, default)]
    agent: Option<Name<'a>>,
    #[serde(borrow, default)]
    task_type: Option<Name<'a>>,
    #[serde(default)]
    ok: Option<bool>,
}

/// Something went well or failed.
#[derive(Debug)]
pub struct Happened<'a> {
    /// When, in seconds.
    pub t: f64,
    pub service: Option<&'a str>,
    pub agent: Option<&'a str>,
    pub task_type: Option<&'a str>,
    pub ok: bool,
}

/// Times beyond this have no place in 64 bits of nanoseconds, in seconds.
const T_MAX: f64 = 9.2e9;

impl Row<'_> {
    /// The outcome that it tells, if it tells one.
    ///
    /// # Errors
    /// If something is missing of it or no time.
    pub fn outcome(&self) -> anyhow::Result<Option<Happened<'_>>> {
        if self.t.is_none() && self.ok.is_none() {
            return Ok(None);
        }
        let t = self.t.context("`t` is missing: when it happened, in seconds")?;
        ensure!(t.abs() < T_MAX, "`t` is {t:e}, which is no time in seconds");
        let ok = self.ok.context("`ok` is missing: whether it went well")?;
        let [service, agent, task_type] = [&self.service, &self.agent, &self.task_type]
            .map(|name| name.as_ref().map(Name::as_str).filter(|name| !name.is_empty()));
        ensure!(
            service.is_some() || task_type.is_some(),
            "neither `service` nor `task_type` is there: one of them is needed"
        );
        Ok(Some(Happened {
            t,
            service,
            agent,
            task_type,
            ok,
        }))
    }
}
