//! Reading fields of channels: texts, secrets with their three ways, URLs.

use swarmpulse_template::Library;
use swarmpulse_yaml::{Faults, Fields, Node, Place};

use super::secret::{MASK, Secret, Secrets};
use crate::wording::Wording;

/// The three keys a secret may stand under.
pub(super) struct SecretKeys {
    pub(super) plain: &'static str,
    pub(super) file: &'static str,
    pub(super) environment: &'static str,
}

/// The keys of a secret: its name, and the same with `_file` and `_env`.
macro_rules! secret_keys {
    ($name:literal) => {
        $crate::settings::reader::SecretKeys {
            plain: $name,
            file: concat!($name, "_file"),
            environment: concat!($name, "_env"),
        }
    };
}
pub(super) use secret_keys;

/// What is read with: where secrets are, and what was wrong so far.
pub(super) struct Reader<'a> {
    pub(super) secrets: &'a dyn Secrets,
    /// Templates that wordings may call.
    pub(super) library: Library,
    pub(super) faults: Faults,
}

impl Reader<'_> {
    pub(super) fn fields<'n>(&mut self, node: &'n Node, what: &'n str) -> Option<Fields<'n>> {
        Fields::of(node, what, &mut self.faults)
    }

    /// A text that may be a template. One that is written and empty says that nothing is wanted there.
    pub(super) fn wording(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Option<Wording> {
        let text = fields.filled(key)?.text(key, &mut self.faults)?;
        self.wording_of(key, text, fields.place(key))
    }

    /// A text that may be a template, wherever it stands.
    pub(super) fn wording_of(&mut self, key: &str, text: &str, at: Place) -> Option<Wording> {
        match Wording::parse(key, text, &self.library) {
            Ok(wording) => Some(wording),
            Err(error) => {
                self.faults.error(at, format!("{key}: {error}"));
                None
            }
        }
    }

    /// Texts by name that may be templates.
    pub(super) fn wordings(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Vec<(String, Wording)> {
        let mut wordings = Vec::new();
        for (name, text, at) in fields.text_map(key, &mut self.faults) {
            if let Some(wording) = self.wording_of(&format!("{key}.{name}"), text, at) {
                wordings.push((name.to_owned(), wording));
            }
        }
        wordings
    }

    /// A text that must be there and must be no template.
    pub(super) fn required(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
        let text = fields.required(key, &mut self.faults)?;
        self.no_template(text, fields.place(key), key)
    }

    /// A text that leads nowhere if it is a template.
    pub(super) fn exact(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
        let text = fields.text(key, &mut self.faults)?;
        self.no_template(text, fields.place(key), key)
    }

    fn no_template(&mut self, text: &str, at: Place, key: &str) -> Option<String> {
        if text.contains("{{") {
            let message = format!(
                "{key} cannot be a template: write the value itself, and a route for each other value"
            );
            self.faults.error(at, message);
            return None;
        }
        Some(text.to_owned())
    }

    /// A secret that stands in one of three ways, or not at all.
    pub(super) fn secret(&mut self, fields: &mut Fields<'_>, keys: &SecretKeys) -> Option<Secret> {
        let plain = fields.text(keys.plain, &mut self.faults);
        let file = fields.text(keys.file, &mut self.faults);
        let variable = fields.text(keys.environment, &mut self.faults);
        let at = fields.place(keys.plain);
        match (plain, file, variable) {
            (None, None, None) => None,
            (Some(value), None, None) if value.contains(MASK) => {
                let message = format!(
                    "{} holds `{MASK}`, which stands for a value that is not shown: write the value",
                    keys.plain
                );
                self.faults.error(at, message);
                None
            }
            (Some(value), None, None) => self.no_template(value, at, keys.plain).map(Secret::new),
            (None, Some(path), None) => self
                .file_contents(path, fields.place(keys.file), keys.file)
                .map(Secret::new),
            (None, None, Some(name)) => self.variable(name, fields.place(keys.environment), keys.environment),
            _ => {
                let SecretKeys {
                    plain,
                    file,
                    environment,
                } = keys;
                self.faults.error(
                    at,
                    format!("{plain}, {file} and {environment} exclude one another: keep one"),
                );
                None
            }
        }
    }

    /// A secret that must be there.
    pub(super) fn required_secret(&mut self, fields: &mut Fields<'_>, keys: &SecretKeys) -> Option<Secret> {
        let is_there = Self::is_there(fields, keys);
        if !is_there {
            let SecretKeys {
                plain,
                file,
                environment,
            } = keys;
            let message = format!("{} needs `{plain}`, `{file}` or `{environment}`", fields.what());
            self.faults.error(fields.at(), message);
        }
        self.secret(fields, keys)
    }

    /// Whether a secret stands in any way.
    pub(super) fn is_there(fields: &mut Fields<'_>, keys: &SecretKeys) -> bool {
        [keys.plain, keys.file, keys.environment]
            .into_iter()
            .any(|key| fields.filled(key).is_some())
    }

    fn variable(&mut self, name: &str, at: Place, key: &str) -> Option<Secret> {
        let value = self.secrets.environment(name).filter(|value| !value.is_empty());
        if value.is_none() {
            self.faults.error(
                at,
                format!("{key}: the environment has no {name}: set it, or write `{key}` otherwise"),
            );
        }
        value.map(Secret::new)
    }

    /// What a file holds, without the space around it.
    pub(super) fn file_contents(&mut self, path: &str, at: Place, key: &str) -> Option<String> {
        match self.secrets.file(path) {
            Ok(text) if text.trim().is_empty() => {
                self.faults.error(at, format!("{key}: the file {path} is empty"));
                None
            }
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.faults
                    .error(at, format!("{key}: the file {path} cannot be read: {error}"));
                None
            }
        }
    }

    /// What the file holds that a field names.
    pub(super) fn contents(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
        let path = fields.text(key, &mut self.faults)?;
        self.file_contents(path, fields.place(key), key)
    }

    /// A URL that is no secret. The error does not show it all the same.
    pub(super) fn url(&mut self, fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
        let text = self.exact(fields, key)?;
        self.check_url(&text, fields.place(key), key);
        Some(text)
    }

    /// A secret that is a URL and must be there.
    pub(super) fn required_secret_url(
        &mut self,
        fields: &mut Fields<'_>,
        keys: &SecretKeys,
    ) -> Option<Secret> {
        let secret = self.required_secret(fields, keys)?;
        self.check_url(secret.expose(), fields.place(keys.plain), keys.plain);
        Some(secret)
    }

    /// Finds what is no `http` or `https` URL with a host.
    pub(super) fn check_url(&mut self, text: &str, at: Place, key: &str) {
        let reason = match reqwest::Url::parse(text) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => "its scheme must be http or https",
            Ok(url) if url.host_str().is_none_or(str::is_empty) => "it has no host",
            Ok(_) => return,
            Err(_) => "write it in full, such as https://host/path",
        };
        self.faults
            .error(at, format!("{key} is no URL that can be used: {reason}"));
    }
}
