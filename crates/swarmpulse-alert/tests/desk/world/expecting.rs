//! Lines that say what must be so.

use swarmpulse_alert::AlertView;
use swarmpulse_model::Effect;

use super::World;
use crate::language::Line;
use crate::render;

impl World {
    pub(super) fn expect(&mut self, line: &Line) -> Result<(), String> {
        match line.word(0) {
            "told" => {
                let mut words: Vec<String> = line.words[1..].to_vec();
                words.extend(line.fields.iter().map(|(name, value)| format!("{name}={value}")));
                self.expected.push((line.at, words.join(" ")));
                Ok(())
            }
            "alert" => self.expect_alert(line),
            "no" => match self.view(line.word(1)) {
                Some(view) => Err(format!(
                    "{} is there, {}",
                    line.word(1),
                    view.alert.state.as_str()
                )),
                None => Ok(()),
            },
            "silenced" => {
                let views = self.desk.silences();
                let view = views.iter().find(|view| view.silence.id == line.word(1));
                let view = view.ok_or_else(|| format!("silence {} is not there", line.word(1)))?;
                same("state", line.word(2), view.state.as_str())?;
                same(
                    "alerts",
                    line.field("alerts").unwrap_or("0"),
                    &view.alerts.to_string(),
                )
            }
            "dropped" => {
                let named = self.desk.dropped().named();
                let count = named.iter().find(|(reason, _)| *reason == line.word(1));
                let count = count.ok_or_else(|| format!("{} is no reason", line.word(1)))?;
                same("count", line.word(2), &count.1.to_string())
            }
            "journaled" => {
                let alerts = self
                    .journal
                    .iter()
                    .filter(|(_, _, effect)| matches!(effect, Effect::Alert(_)));
                same("alerts journaled", line.word(1), &alerts.count().to_string())
            }
            other => Err(format!("{other:?} is no expectation")),
        }
    }

    fn view(&self, name: &str) -> Option<AlertView> {
        self.desk
            .alerts()
            .into_iter()
            .find(|view| render::short(&view.alert) == name)
    }

    fn expect_alert(&self, line: &Line) -> Result<(), String> {
        let name = line.word(1);
        let view = self.view(name).ok_or_else(|| format!("{name} is not there"))?;
        let alert = &view.alert;
        if alert.state.as_str() != line.word(2) {
            return Err(format!("{name} is {}", alert.state.as_str()));
        }
        same(
            "flapping",
            &line.words[3..].join(" "),
            if alert.flapping { "flapping" } else { "" },
        )?;
        let known = |id: &swarmpulse_model::Text| self.desk.alert(id).map(|view| render::short(&view.alert));
        let list = |items: Vec<String>| {
            if items.is_empty() {
                "none".to_owned()
            } else {
                items.join(",")
            }
        };
        for (field, expected) in &line.fields {
            let found = match field.as_str() {
                "cause" => alert
                    .cause
                    .as_ref()
                    .and_then(known)
                    .unwrap_or_else(|| "none".into()),
                "severity" => alert.severity.as_str().to_owned(),
                "since" => render::time(alert.active_at),
                "fired" => alert.fired_at.map_or_else(|| "never".into(), render::time),
                "ended" => alert.ended_at.map_or_else(|| "never".into(), render::time),
                "kept" => alert.kept_since.map_or_else(|| "no".into(), render::time),
                "until" => alert.expires_at.map_or_else(|| "never".into(), render::time),
                "note" => alert.annotation("summary").unwrap_or("none").to_owned(),
                "url" => alert.source_url.clone().unwrap_or_default().to_string(),
                "reason" => alert.reason.to_string(),
                "symptoms" => view.symptoms.to_string(),
                "silenced" => list(view.silenced_by.iter().map(ToString::to_string).collect()),
                "inhibited" => list(view.inhibited_by.iter().filter_map(known).collect()),
                "muted" => list(view.muted_by.iter().map(ToString::to_string).collect()),
                "receivers" => list(view.receivers.iter().map(ToString::to_string).collect()),
                "ack" => view
                    .acknowledged
                    .as_ref()
                    .map_or_else(|| "none".into(), |said| said.author.to_string()),
                other => return Err(format!("{other:?} is no field of an alert")),
            };
            same(field, expected, &found).map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(())
    }
}

fn same(what: &str, expected: &str, found: &str) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    Err(format!("{what} is {found:?}, not {expected:?}"))
}
