//! The file's part about receivers.

use std::collections::BTreeSet;

use swarmpulse_model::Text;
use swarmpulse_yaml::{Fault, Faults, Fields, Node, parse};

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::Reader;
use super::receiver::{ChannelSettings, ReceiverSettings};
use super::secret::Secrets;
use super::table::{KINDS, Kind};
use super::unsupported;
use crate::wording::{self, FUNCTIONS};

/// What is wrong with a file, with line and column. Never with a secret.
pub type SettingsError = Fault;

/// The receivers of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceiversFile {
    /// The receivers in their written order.
    pub receivers: Vec<ReceiverSettings>,
    /// What is accepted and has no effect.
    pub warnings: Vec<SettingsError>,
}

/// Reads the receivers of a file in Alertmanager's format. Routes and intervals are not looked at.
///
/// # Errors
/// Everything that is wrong with them, in the order of the text.
pub fn receivers(text: &str, secrets: &dyn Secrets) -> Result<ReceiversFile, Vec<SettingsError>> {
    let document = parse(text).map_err(|fault| vec![fault])?;
    let mut reader = Reader {
        secrets,
        library: wording::library(),
        faults: Faults::default(),
    };
    let receivers = document_receivers(&document, &mut reader);
    let warnings = reader.faults.finish()?;
    Ok(ReceiversFile { receivers, warnings })
}

fn document_receivers(document: &Node, reader: &mut Reader<'_>) -> Vec<ReceiverSettings> {
    let Some(mut fields) = reader.fields(document, "the file") else {
        return Vec::new();
    };
    templates(&mut fields, reader);
    let global = fields
        .filled("global")
        .map(|node| Global::read(node, reader))
        .unwrap_or_default();
    fields
        .list("receivers", &mut reader.faults)
        .iter()
        .filter_map(|node| receiver(node, &global, reader))
        .collect()
}

/// Reads the files of `templates`: whatever a channel says may call them.
fn templates(fields: &mut Fields<'_>, reader: &mut Reader<'_>) {
    let mut read = BTreeSet::new();
    for (pattern, at) in fields.texts("templates", &mut reader.faults) {
        let files = match reader.secrets.templates(pattern) {
            Ok(files) => files,
            Err(error) => {
                reader.faults.error(at, format!("templates: {error}"));
                continue;
            }
        };
        if files.is_empty() {
            let message = format!("templates: no file is called {pattern}");
            reader.faults.warn(at, message);
        }
        for (path, text) in files {
            if !read.insert(path.clone()) {
                continue;
            }
            // Errors name the file where they are; Go calls it by its name alone.
            let name = path.rsplit('/').next().unwrap_or(&path);
            if let Err(error) = reader.library.add(name, &text, FUNCTIONS) {
                reader
                    .faults
                    .error(at, format!("templates: {path}:{}: {error}", error.line));
            }
        }
    }
    for missing in reader.library.undefined() {
        let message = format!("templates: {missing}: whatever calls it is refused");
        reader.faults.warn(fields.place("templates"), message);
    }
}

fn receiver(node: &Node, global: &Global, reader: &mut Reader<'_>) -> Option<ReceiverSettings> {
    let mut fields = reader.fields(node, "a receiver")?;
    let name = fields.required("name", &mut reader.faults).map(Text::from);
    let mut channels = Vec::new();
    for kind in KINDS {
        let nodes = fields.list(kind.key, &mut reader.faults);
        for (number, node) in nodes.iter().enumerate() {
            channels.extend(channel(kind, number, node, global, reader));
        }
    }
    unsupported::refuse(&mut fields, reader);
    fields.finish(&mut reader.faults);
    Some(ReceiverSettings {
        name: name?,
        channels,
    })
}

fn channel(
    kind: &Kind,
    number: usize,
    node: &Node,
    global: &Global,
    reader: &mut Reader<'_>,
) -> Option<ChannelSettings> {
    let mut fields = reader.fields(node, kind.what)?;
    let send_resolved = fields.boolean("send_resolved", &mut reader.faults);
    let common = Common {
        name: Text::from(format!("{}/{number}", kind.key.trim_end_matches("_configs"))),
        send_resolved: send_resolved.unwrap_or(kind.send_resolved),
    };
    let http = if kind.http {
        http(&mut fields, global, reader)
    } else {
        HttpSettings::default()
    };
    let settings = (kind.read)(&mut fields, common, http, global, reader);
    fields.finish(&mut reader.faults);
    settings
}

fn http(fields: &mut Fields<'_>, global: &Global, reader: &mut Reader<'_>) -> HttpSettings {
    match fields.filled("http_config") {
        Some(node) => HttpSettings::read(node, reader),
        None => global.http.clone(),
    }
}
