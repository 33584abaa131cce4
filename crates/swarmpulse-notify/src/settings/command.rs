//! A command of this machine.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::Reader;
use super::secret::Secret;

/// A command.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandSettings {
    /// What every channel has.
    pub common: Common,
    /// The program and its arguments; no shell reads them. Arguments may hold secrets.
    pub command: Vec<Secret>,
    /// Further variables of its environment.
    pub env: Vec<(String, Secret)>,
    /// How long it may take; `None`: as long as any channel.
    pub timeout_s: Option<f64>,
}

impl CommandSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        _: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let command = fields.texts("command", &mut reader.faults);
        if command.is_empty() {
            reader.faults.error(
                fields.at(),
                "a command channel needs `command`: a list of the program and its arguments",
            );
        }
        let env = fields.text_map("env", &mut reader.faults);
        let timeout_s = fields
            .duration_s("timeout", &mut reader.faults)
            .filter(|timeout_s| *timeout_s > 0.0);
        let mut variables = Vec::new();
        for (name, value, at) in env {
            if name.contains('=') || name.contains('\0') {
                reader
                    .faults
                    .error(at, format!("env: {name:?} is no name of a variable"));
            }
            variables.push((name.to_owned(), Secret::new(value)));
        }
        (!command.is_empty()).then(|| Self {
            common,
            command: command
                .into_iter()
                .map(|(argument, _)| Secret::new(argument))
                .collect(),
            env: variables,
            timeout_s,
        })
    }
}
