//! The process's environment: the one place that reads it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::file::{Setting, unknown_key};
use super::keys::{Key, SECTIONS, nearest};
use super::problem::{Origin, Problem};

/// The environment as it was when the process began.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, Option<String>>,
}

impl Environment {
    /// Reads it.
    #[must_use]
    pub fn read() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok())))
            .collect();
        Self { variables }
    }

    /// An environment of these variables alone.
    #[cfg(test)]
    pub(crate) fn of(variables: &[(&str, &str)]) -> Self {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())))
            .collect();
        Self { variables }
    }

    /// A variable's text; none where it is unset, empty or not UTF-8.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)?
            .as_deref()
            .filter(|value| !value.is_empty())
    }

    /// The user's own configuration file, whether it is there or not.
    #[must_use]
    pub fn user_config(&self) -> Option<PathBuf> {
        let folder = match self.get("XDG_CONFIG_HOME").or_else(|| self.get("APPDATA")) {
            Some(folder) => PathBuf::from(folder),
            None => PathBuf::from(self.get("HOME")?).join(".config"),
        };
        Some(folder.join("swarmpulse").join("swarmpulse.toml"))
    }

    /// What `SWARMPULSE_SECTION__KEY` variables set. Names without `__` are not ours to judge: orchestrators make
    /// such ones (`SWARMPULSE_PORT`) for every service.
    #[must_use]
    pub fn settings(&self) -> (Vec<Setting>, Vec<Problem>) {
        let mut settings = Vec::new();
        let mut problems = Vec::new();
        for (variable, value) in &self.variables {
            let Some((section, name)) = variable
                .strip_prefix("SWARMPULSE_")
                .and_then(|rest| rest.split_once("__"))
            else {
                continue;
            };
            let (section, name) = (section.to_lowercase(), name.to_lowercase());
            let path = format!("{section}.{name}");
            let origin = Origin::Environment {
                variable: variable.clone(),
            };
            let outcome = match (Key::find(&path), value) {
                (Some(key), Some(value)) => key.form.parse(value).map(|value| Setting {
                    path: key.path,
                    value,
                    origin: origin.clone(),
                }),
                (Some(_), None) => Err("the value is not UTF-8".to_owned()),
                (None, _) => Err(unknown_variable(&section, &name)),
            };
            match outcome {
                Ok(setting) => settings.push(setting),
                Err(reason) => problems.push(Problem {
                    origin,
                    key: Some(path),
                    reason,
                }),
            }
        }
        (settings, problems)
    }
}

fn unknown_variable(section: &str, name: &str) -> String {
    if SECTIONS.iter().any(|(known, _)| *known == section) {
        return unknown_key(section, name);
    }
    match nearest(section, SECTIONS.iter().map(|(known, _)| *known)) {
        Some(near) => format!(
            "no such section; did you mean `SWARMPULSE_{}__...`?",
            near.to_uppercase()
        ),
        None => "no such section; `swarmpulse config example` shows them all".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_set_keys_and_foreign_ones_are_left_alone() {
        let environment = Environment::of(&[
            ("SWARMPULSE_SERVER__LISTEN", "[::1]:1"),
            ("SWARMPULSE_PORT_9870_TCP_ADDR", "10.0.0.1"),
            ("SWARMPULSE_TOKEN", "swp_x"),
            ("HOME", "/home/x"),
        ]);
        let (settings, problems) = environment.settings();
        assert_eq!(problems, []);
        assert_eq!(settings.len(), 1);
        assert_eq!(
            (settings[0].path, settings[0].value.as_str()),
            ("server.listen", Some("[::1]:1"))
        );
    }

    #[test]
    fn mistakes_name_the_variable() {
        let environment = Environment::of(&[
            ("SWARMPULSE_FLET__AGENTS_MAX", "1"),
            ("SWARMPULSE_FLEET__AGENTS_MAXX", "1"),
            ("SWARMPULSE_LOG__FORMAT", "xml"),
        ]);
        let texts: Vec<String> = environment.settings().1.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "SWARMPULSE_FLEET__AGENTS_MAXX: `fleet.agents_maxx`: no such key; did you mean `fleet.agents_max`?",
                "SWARMPULSE_FLET__AGENTS_MAX: `flet.agents_max`: no such section; did you mean `SWARMPULSE_FLEET__...`?",
                "SWARMPULSE_LOG__FORMAT: `log.format`: expected one of \"text\", \"json\", got the text \"xml\"",
            ]
        );
    }

    #[test]
    fn the_users_folder_is_the_platforms() {
        let path = |variables: &[(&str, &str)]| Environment::of(variables).user_config();
        assert_eq!(
            path(&[("HOME", "/h")]),
            Some("/h/.config/swarmpulse/swarmpulse.toml".into())
        );
        assert_eq!(
            path(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]),
            Some("/x/swarmpulse/swarmpulse.toml".into())
        );
        assert_eq!(path(&[]), None);
    }
}
