//! Lines that make something happen.

use swarmpulse_alert::{Matchers, Posted, alert_id};
use swarmpulse_model::alert::{
    Acknowledgement, AlertOrigin, FORWARDED_BY, PostedAlert, Silence, SilencePurpose, fingerprint,
};
use swarmpulse_model::series::Label;
use swarmpulse_model::{
    Alert, AlertState, Condition, Effect, EntityKey, EntityKind, Severity, Text, Timestamp,
};

use super::{RuleAlert, World};
use crate::graph::Node;
use crate::language::{BEGIN, Case, Line, duration};

impl World {
    /// Lets a line happen; `false` if it is an expectation.
    pub(super) fn happen(&mut self, case: &Case, line: &Line) -> Result<bool, String> {
        match line.word(0) {
            "agent" | "task" | "service" | "sandbox" => self.draw(line)?,
            "quiet" => {
                let namespace = line.field("ns").unwrap_or("default");
                let key = EntityKey::new(namespace, EntityKind::Agent, line.word(1));
                let now = self.now;
                let node = self.graph.nodes.get_mut(&key).ok_or("no such agent")?;
                (node.quiet, node.heard_at) = (true, Some(now));
            }
            "options" => self.set(line)?,
            "raise" => self.condition(line, true)?,
            "clear" => self.condition(line, false)?,
            "rule" => self.rule(line)?,
            "post" => self.post(line)?,
            "silence" => self.silence(line)?,
            "ack" | "unack" => self.acknowledge(line)?,
            "forget" => {
                let kind = EntityKind::parse(line.word(1)).ok_or("no such kind")?;
                let key = EntityKey::new(line.field("ns").unwrap_or("default"), kind, line.word(2));
                self.graph.nodes.remove(&key);
                self.write(Effect::Forgotten(Box::new(key)));
            }
            "restart" => {
                self.restart()?;
                self.desk.resume(self.now);
            }
            "reload" => {
                let named = case.routings.iter().find(|(name, _)| name == line.word(1));
                let (_, text) = named.ok_or("no such routing")?;
                self.route(Some(text))?;
            }
            "end" => {}
            "told" | "alert" | "no" | "silenced" | "dropped" | "journaled" => return Ok(false),
            other => return Err(format!("{other:?} is no verb")),
        }
        Ok(true)
    }

    fn draw(&mut self, line: &Line) -> Result<(), String> {
        let namespace = line.field("ns").unwrap_or("default");
        let kind = EntityKind::parse(line.word(0)).ok_or("no such kind")?;
        let mut node = Node::default();
        for (field, kind) in [
            ("agent", EntityKind::Agent),
            ("sandbox", EntityKind::Sandbox),
            ("host", EntityKind::Host),
            ("calls", EntityKind::Service),
            ("needs", EntityKind::Service),
        ] {
            let ids = line.field(field).map(|ids| ids.split(',')).into_iter().flatten();
            node.stands_on
                .extend(ids.map(|id| EntityKey::new(namespace, kind, id)));
        }
        node.interval_s = line
            .field("interval")
            .map(duration)
            .transpose()?
            .map(|interval| interval as f64 / 1e9);
        self.graph
            .nodes
            .insert(EntityKey::new(namespace, kind, line.word(1)), node);
        Ok(())
    }

    fn set(&mut self, line: &Line) -> Result<(), String> {
        for (name, value) in &line.fields {
            let seconds = || Ok::<f64, String>(duration(value)? as f64 / 1e9);
            let number = || {
                value
                    .parse::<usize>()
                    .map_err(|_| format!("{value:?} is no number"))
            };
            match name.as_str() {
                "flap_changes" => self.options.flapping.changes = number()? as u32,
                "flap_window" => self.options.flapping.window_s = seconds()?,
                "flap_hold" => self.options.flapping.hold_s = seconds()?,
                "external" => self.options.limits.external = number()?,
                "resolve_timeout" => self.options.resolve_timeout_s = seconds()?,
                "alerts" => self.options.limits.alerts = number()?,
                "groups" => self.options.limits.groups = number()?,
                "alerts_shown" => self.options.alerts_shown = number()?,
                condition => {
                    let name = condition.strip_prefix("for.").ok_or("no such option")?;
                    self.options.for_s.insert(name.into(), seconds()?);
                }
            }
        }
        self.desk.configure(self.options.clone());
        self.replayed.configure(self.options.clone());
        Ok(())
    }

    fn condition(&mut self, line: &Line, active: bool) -> Result<(), String> {
        let namespace = line.field("ns").unwrap_or("default");
        let subject = EntityKind::ALL.into_iter().find_map(|kind| {
            let id = line.field(kind.as_str())?;
            Some(EntityKey::new(namespace, kind, id))
        });
        if let Some(agent) = subject.as_ref().filter(|_| line.word(1) == "agent_down") {
            self.graph.fall(agent, active);
        }
        let severity = line.field("severity").unwrap_or("critical");
        self.write(Effect::Condition(Box::new(Condition {
            name: line.word(1).into(),
            subject,
            severity: Severity::parse(severity).ok_or("no such severity")?,
            active,
            since: line.time("since")?.unwrap_or(self.now),
            reason: line.field("reason").unwrap_or("so it is").into(),
        })));
        Ok(())
    }

    fn rule(&mut self, line: &Line) -> Result<(), String> {
        let (name, now) = (line.word(1), self.now);
        let state = [AlertState::Pending, AlertState::Firing, AlertState::Resolved]
            .into_iter()
            .find(|state| state.as_str() == line.word(2))
            .ok_or("no such state")?;
        let mut labels: Vec<Label> = line
            .fields
            .iter()
            .filter(|(field, _)| field != "began" && field != "kept")
            .chain([&("alertname".to_owned(), name.to_owned())])
            .map(|(name, value)| Label {
                name: name.as_str().into(),
                value: value.as_str().into(),
            })
            .collect();
        labels.sort();
        let id = format!("{name}/{:016x}", fingerprint(&labels));
        let began = line.time("began")?.unwrap_or(now);
        let known = self.rules.entry(id.clone()).or_insert(RuleAlert {
            active_at: began,
            fired_at: None,
        });
        if state == AlertState::Firing {
            known.fired_at = known.fired_at.or(Some(now));
        }
        let (active_at, fired_at) = (known.active_at, known.fired_at);
        if state == AlertState::Resolved {
            self.rules.remove(&id);
        }
        let severity = line.field("severity").unwrap_or("warning");
        self.write(Effect::Alert(Box::new(Alert {
            id: id.into(),
            name: name.into(),
            state,
            severity: Severity::parse(severity).ok_or("no such severity")?,
            namespace: line.field("namespace").unwrap_or("default").into(),
            subject: None,
            origin: AlertOrigin::Rule,
            group: "cases".into(),
            labels,
            annotations: Vec::new(),
            value: Some(1.0),
            active_at,
            fired_at,
            ended_at: (state == AlertState::Resolved).then_some(now),
            reason: "as the rule says".into(),
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
            kept_since: line.time("kept")?,
        })));
        Ok(())
    }

    /// Somebody else sends an alert.
    fn post(&mut self, line: &Line) -> Result<(), String> {
        let label = |(name, value): &(String, String)| Label {
            name: name.as_str().into(),
            value: value.as_str().into(),
        };
        let own = ["begins", "ends", "note", "url", "ns", "by", "is"];
        let is_label = |(name, _): &&(String, String)| !own.contains(&name.as_str());
        let mut labels: Vec<Label> = line.fields.iter().filter(is_label).map(label).collect();
        if !line.word(1).is_empty() {
            labels.push(label(&("alertname".to_owned(), line.word(1).to_owned())));
        }
        labels.sort();
        let notes = [("summary", "note"), (FORWARDED_BY, "by")];
        let mut annotations: Vec<Label> = notes
            .into_iter()
            .filter_map(|(name, field)| Some(label(&(name.to_owned(), line.field(field)?.to_owned()))))
            .collect();
        annotations.sort();
        let posted = PostedAlert {
            labels,
            annotations,
            starts_at: line.time("begins")?,
            ends_at: line.time("ends")?,
            source_url: line.field("url").map(Text::from),
        };
        let namespace = Text::from(line.field("ns").unwrap_or("default"));
        let became = match self.desk.post(&namespace, &posted, self.now, true) {
            Posted::Known => "known",
            Posted::Unsaid(id) => {
                self.unsaid.push(id);
                "news"
            }
            Posted::Refused => "refused",
        };
        self.posts.push((namespace, posted));
        match line.field("is") {
            Some(expected) if expected != became => Err(format!("it is {became}, not {expected}")),
            _ => Ok(()),
        }
    }

    fn silence(&mut self, line: &Line) -> Result<(), String> {
        let matchers = Matchers::parse(line.word(2)).map_err(|error| error.to_string())?;
        let starts_at = line.time("from")?.unwrap_or(self.now);
        self.write(Effect::Silence(Box::new(Silence {
            id: line.word(1).into(),
            namespace: line.field("ns").map(Text::from),
            matchers: matchers.iter().cloned().collect(),
            starts_at,
            ends_at: line.time("until")?.unwrap_or(Timestamp::NEVER),
            author: "ann".into(),
            comment: "known".into(),
            purpose: match line.field("purpose") {
                Some("maintenance") => SilencePurpose::Maintenance,
                _ => SilencePurpose::Silence,
            },
            updated_at: line.time("said")?.unwrap_or(self.now),
        })));
        Ok(())
    }

    fn acknowledge(&mut self, line: &Line) -> Result<(), String> {
        let (name, subject) = line.word(1).split_once(':').unwrap_or((line.word(1), ""));
        let subject = (!subject.is_empty()).then(|| {
            let kind = line
                .field("kind")
                .and_then(EntityKind::parse)
                .unwrap_or(EntityKind::Agent);
            EntityKey::new("default", kind, subject)
        });
        let by_rule = self
            .rules
            .keys()
            .find(|id| id.starts_with(&format!("{name}/")))
            .map(Text::from);
        let sent = self.desk.alerts().into_iter().map(|view| view.alert);
        let by_sender = sent
            .filter(|alert| alert.origin == AlertOrigin::External && alert.name == name)
            .map(|alert| alert.id)
            .next();
        let alert = by_rule
            .or(by_sender)
            .unwrap_or_else(|| alert_id(name, subject.as_ref()));
        self.write(Effect::Acknowledgement(Box::new(Acknowledgement {
            alert,
            namespace: line.field("ns").unwrap_or("default").into(),
            active: line.word(0) == "ack",
            author: "ann".into(),
            comment: "mine".into(),
            at: self.now,
            until: line.time("until")?.filter(|until| *until > BEGIN),
        })));
        Ok(())
    }
}
