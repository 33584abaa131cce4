//! The documents of a file, by kind and name.

use std::collections::BTreeMap;

use swarmpulse_yaml::Node;

use crate::fields::{Faults, Fields, closest};
use crate::name;

/// The kinds that OpenSLO v1 has.
const KINDS: [&str; 7] = [
    "SLO",
    "SLI",
    "Service",
    "AlertPolicy",
    "AlertCondition",
    "AlertNotificationTarget",
    "DataSource",
];

/// What every document has.
pub(super) struct Document<'a> {
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) metadata: Option<Fields<'a>>,
    pub(super) spec: Fields<'a>,
}

/// The documents of a file.
pub(super) struct Documents<'a> {
    pub(super) faults: &'a Faults,
    by_kind: BTreeMap<(&'static str, String), &'a Node>,
    slos: Vec<(Document<'a>, u64)>,
}

impl<'a> Documents<'a> {
    pub(super) fn of(faults: &'a Faults, documents: &[&'a Node]) -> Self {
        let mut known = Self {
            faults,
            by_kind: BTreeMap::new(),
            slos: Vec::new(),
        };
        for node in documents {
            known.add(node);
        }
        known
    }

    fn add(&mut self, node: &'a Node) {
        let Some(fields) = Fields::of(self.faults, node, "") else {
            return;
        };
        let version = fields.required_text("apiVersion", "openslo/v1");
        if let Some(version) = version.filter(|version| version != "openslo/v1") {
            fields.fault(
                "apiVersion",
                format!("{version:?} cannot be read: write openslo/v1"),
            );
            return;
        }
        let Some(kind) = fields.required_text("kind", "SLO, SLI, Service or the like") else {
            return;
        };
        let Some(kind) = KINDS.into_iter().find(|known| *known == kind) else {
            let meant = closest(&kind, &KINDS).map_or_else(
                || format!("there are {}", KINDS.join(", ")),
                |meant| format!("did you mean {meant}?"),
            );
            fields.fault("kind", format!("{kind:?} is no kind of OpenSLO v1: {meant}"));
            return;
        };
        let Some(document) = Document::read(self.faults, node, "", kind) else {
            return;
        };
        if kind == "SLO" {
            self.slos.push((document, node.at.line));
        } else if let Some(earlier) = self.by_kind.insert((kind, document.name.clone()), node) {
            let reason = format!(
                "{kind} {:?} stands at line {} already: names are unique",
                document.name, earlier.at.line
            );
            fields.fault("metadata", reason);
        }
    }

    /// The objectives, each with the line at which it begins.
    pub(super) fn slos(&self) -> impl Iterator<Item = (&Document<'a>, u64)> {
        self.slos.iter().map(|(document, line)| (document, *line))
    }

    /// A document that a field refers to; noted if there is none.
    pub(super) fn referred(
        &self,
        kind: &'static str,
        name: &str,
        fields: &Fields<'_>,
        field: &str,
    ) -> Option<Document<'a>> {
        let Some(node) = self.by_kind.get(&(kind, name.to_owned())) else {
            let known: Vec<&str> = self.names(kind).collect();
            let meant = closest(name, &known).map_or_else(
                || format!("add a document of kind {kind} with that name to this file"),
                |meant| format!("did you mean {meant:?}?"),
            );
            fields.fault(
                field,
                format!("there is no {kind} {name:?} in this file: {meant}"),
            );
            return None;
        };
        Document::read(self.faults, node, "", kind)
    }

    /// The document, if the file has it.
    pub(super) fn find(&self, kind: &'static str, name: &str) -> Option<Document<'a>> {
        let node = self.by_kind.get(&(kind, name.to_owned()))?;
        Document::read(self.faults, node, "", kind)
    }

    fn names(&self, kind: &'static str) -> impl Iterator<Item = &str> {
        self.by_kind
            .keys()
            .filter(move |(of, _)| *of == kind)
            .map(|(_, name)| name.as_str())
    }
}

impl<'a> Document<'a> {
    /// Reads what every document has; also of one that stands within another, there without `apiVersion`.
    pub(super) fn read(faults: &'a Faults, node: &'a Node, path: &str, kind: &str) -> Option<Self> {
        let fields = Fields::of(faults, node, path)?;
        let _ = (fields.node("apiVersion"), fields.node("kind"));
        let metadata = fields.map("metadata");
        let name = metadata.as_ref().and_then(|metadata| {
            metadata.required_text("name", "a name of lower-case letters, digits and dashes")
        });
        if metadata.is_none() && !fields.has("metadata") {
            let reason = format!("is missing: write the name of this {kind} as metadata.name");
            fields.fault("metadata", reason);
        }
        if let (Some(metadata), Some(Err(reason))) = (&metadata, name.as_deref().map(name::check)) {
            metadata.fault("name", reason);
        }
        let title = metadata
            .as_ref()
            .and_then(|metadata| metadata.text("displayName"));
        if let Some(metadata) = &metadata {
            let _ = (
                metadata.node("labels"),
                metadata.node("annotations"),
                metadata.node("namespace"),
            );
            metadata.refuse_others();
        }
        fields.required("spec", &format!("what this {kind} is"))?;
        let spec = fields.map("spec");
        fields.refuse_others();
        Some(Self {
            // Without one the file is refused; what else is wrong with it is told all the same.
            name: name.unwrap_or_default(),
            title,
            metadata,
            spec: spec?,
        })
    }
}
