//! An episode of the file, and its assessments as they are written.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context as _, ensure};
use serde_json::{Map, Value, json};
use swarmpulse_detect::{CascadeAssessment, CascadeEngine, CascadeOrigin, CascadeRisk};
use swarmpulse_model::{Text, Timestamp};

use super::row::Happened;

/// After so long without an outcome nothing is assessed until the next one, in seconds.
const SILENCE_MAX_S: f64 = 3600.0;

/// A failure is reason to look before an assessment is due, but not more often than this, in seconds.
const LOOK_EVERY_S: f64 = 1.0;

/// An episode.
pub struct Episode {
    name: String,
    named: bool,
    engine: CascadeEngine,
    needs: BTreeMap<Text, Vec<Text>>,
    /// The time of the last outcome, in seconds.
    last_s: Option<f64>,
    /// When it is assessed next, in seconds.
    due_s: f64,
    /// When it was looked at last between assessments, in seconds.
    looked_s: f64,
    /// The risk that was written last is high.
    high: bool,
}

impl Episode {
    /// One of that name, or the only one.
    pub fn new(name: &str, named: bool) -> Self {
        Self {
            name: name.to_owned(),
            named,
            engine: CascadeEngine::new(),
            needs: BTreeMap::new(),
            last_s: None,
            due_s: 0.0,
            looked_s: f64::NEG_INFINITY,
            high: false,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Says what services need; what was said of them before is replaced.
    ///
    /// # Errors
    /// If a service has no name.
    pub fn link(&mut self, graph: &BTreeMap<String, Vec<String>>) -> anyhow::Result<()> {
        for (service, needs) in graph {
            let nameless = service.is_empty() || needs.iter().any(String::is_empty);
            ensure!(!nameless, "`graph` has a service without a name");
            let needs = needs.iter().map(|need| need.as_str().into()).collect();
            self.needs.insert(service.as_str().into(), needs);
        }
        Ok(())
    }

    /// Takes an outcome, after the assessments that are due before it.
    ///
    /// # Errors
    /// If it lies before the last one, or an assessment cannot be written.
    pub fn take<W: Write>(
        &mut self,
        it: &Happened<'_>,
        every_s: f64,
        out: &mut Written<W>,
    ) -> anyhow::Result<()> {
        match self.last_s {
            None => self.due_s = after(it.t, every_s),
            Some(last_s) => {
                ensure!(
                    it.t >= last_s,
                    "`t` goes back from {last_s} to {}: sort the outcomes of an episode by `t`",
                    it.t
                );
                while self.due_s <= it.t {
                    if self.due_s > last_s + SILENCE_MAX_S {
                        self.due_s = after(it.t, every_s);
                        break;
                    }
                    self.assess(every_s, out)?;
                }
            }
        }
        self.last_s = Some(it.t);
        self.engine.observe(
            Timestamp::from_unix_s(it.t),
            it.service,
            it.agent,
            it.task_type,
            it.ok,
        );
        if !it.ok && !self.high && it.t >= self.looked_s + LOOK_EVERY_S {
            self.looked_s = it.t;
            self.warn(it.t, out)?;
        }
        Ok(())
    }

    /// Says at once that the risk is high; anything else waits for its time.
    fn warn<W: Write>(&mut self, t: f64, out: &mut Written<W>) -> anyhow::Result<()> {
        let assessment = self.assessment(Timestamp::from_unix_s(t));
        self.high = assessment.risk == CascadeRisk::High;
        if self.high {
            out.write(self.named.then_some(self.name.as_str()), t, &assessment)?;
        }
        Ok(())
    }

    fn assessment(&mut self, now: Timestamp) -> CascadeAssessment {
        let needs = self
            .needs
            .iter()
            .map(|(service, needs)| (service, needs.as_slice()));
        self.engine.assess(now, needs)
    }

    /// The assessment after the last outcome.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish<W: Write>(&mut self, every_s: f64, out: &mut Written<W>) -> anyhow::Result<()> {
        if self.last_s.is_some() {
            self.assess(every_s, out)?;
        }
        Ok(())
    }

    fn assess<W: Write>(&mut self, every_s: f64, out: &mut Written<W>) -> anyhow::Result<()> {
        // An outcome at the very time belongs to what comes after.
        let now = Timestamp::from_unix_s(self.due_s).plus_ns(-1);
        let assessment = self.assessment(now);
        self.high = assessment.risk == CascadeRisk::High;
        out.write(self.named.then_some(self.name.as_str()), self.due_s, &assessment)?;
        self.due_s += every_s;
        Ok(())
    }
}

/// The first assessment after a time.
fn after(t: f64, every_s: f64) -> f64 {
    ((t / every_s).floor() + 1.0) * every_s
}

/// Where assessments are written.
pub struct Written<W: Write> {
    out: W,
    /// With everything that is held.
    full: bool,
}

impl<W: Write> Written<W> {
    /// To there.
    pub fn new(out: W, full: bool) -> Self {
        Self { out, full }
    }

    fn write(&mut self, episode: Option<&str>, t: f64, it: &CascadeAssessment) -> anyhow::Result<()> {
        let mut row = Map::new();
        if let Some(episode) = episode {
            row.insert("episode".into(), episode.into());
        }
        row.insert("t".into(), t.into());
        row.insert("risk".into(), it.risk.as_str().into());
        row.insert("score".into(), rounded(it.score));
        row.insert("branching_ratio".into(), rounded(it.branching_ratio));
        let (root, kind) = match &it.root {
            None => (Value::Null, Value::Null),
            Some(CascadeOrigin::Service(name)) => (json!(name), json!("service")),
            Some(CascadeOrigin::TaskType(name)) => (json!(name), json!("task_type")),
        };
        row.insert("root".into(), root);
        row.insert("root_kind".into(), kind);
        row.insert("path".into(), json!(it.path));
        let next: Vec<&Text> = it.next.iter().map(|it| &it.service).collect();
        row.insert("next".into(), json!(next));
        if self.full {
            add_everything(&mut row, it);
        }
        serde_json::to_writer(&mut self.out, &row).context("write an assessment")?;
        self.out.write_all(b"\n").context("write an assessment")
    }

    /// Writes what waits to be written.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        self.out.flush().context("write the assessments")
    }
}

fn add_everything(row: &mut Map<String, Value>, it: &CascadeAssessment) {
    let interval = it.interval.map(|(low, high)| [rounded(low), rounded(high)]);
    row.insert("branching_ratio_interval".into(), json!(interval));
    row.insert("evidence".into(), rounded(it.evidence));
    row.insert("since_s".into(), json!(it.since.map(Timestamp::unix_s)));
    row.insert("affected_agents".into(), it.agents.into());
    let affected = it.affected.iter().map(|it| {
        json!({
            "service": it.service,
            "since_s": it.since.unix_s(),
            "through": it.through,
            "chance": rounded(it.chance),
        })
    });
    row.insert("affected".into(), affected.collect());
    let threatened = it
        .next
        .iter()
        .map(|it| json!({"service": it.service, "through": it.through, "chance": rounded(it.chance)}));
    row.insert("threatened".into(), threatened.collect());
    let cut = it
        .cut
        .iter()
        .map(|it| json!({"dependent": it.dependent, "need": it.need}));
    row.insert("cut".into(), cut.collect());
}

/// Four places say all that is known.
fn rounded(value: f64) -> Value {
    json!((value * 10_000.0).round() / 10_000.0)
}
