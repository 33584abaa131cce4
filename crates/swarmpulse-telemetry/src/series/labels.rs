//! The labels of a point: of its resource, its scope, its own attributes, and the entities it belongs to.

use std::borrow::Cow;

use swarmpulse_model::series::{Sample, SampleBatch};
use xxhash_rust::xxh3::Xxh3;

use crate::attributes::{Attributes, is_person, label_value};
use crate::identity::{ENTITY_KEYS, Who};
use crate::message::{KeyValue, Resource, Scope};
use crate::names;
use crate::options::Options;

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Attributes of a resource that say whose it is; they are not repeated in `target_info`.
const IDENTIFYING: [&str; 3] = ["service.name", "service.namespace", "service.instance.id"];

/// Labels that all points of a resource and scope have.
#[derive(Clone, Debug, Default)]
pub(super) struct Base<'a> {
    job: Option<Cow<'a, str>>,
    instance: Option<Cow<'a, str>>,
    scope: Vec<Pair<'a>>,
}

impl<'a> Base<'a> {
    pub fn of(resource: Option<&'a Resource>) -> Self {
        let view = Attributes(resource.map_or(&[], |resource| &resource.attributes));
        let job = view
            .text("service.name")
            .map(|name| match view.text("service.namespace") {
                Some(namespace) => Cow::Owned(format!("{namespace}/{name}")),
                None => name,
            });
        Self {
            job,
            instance: view.text("service.instance.id"),
            scope: Vec::new(),
        }
    }

    pub fn with_scope(&self, scope: Option<&'a Scope>, schema_url: &'a str, options: &Options) -> Self {
        let mut base = self.clone();
        let Some(scope) = scope.filter(|_| options.scope_labels) else {
            return base;
        };
        for (name, value) in [
            ("otel_scope_name", &scope.name),
            ("otel_scope_version", &scope.version),
        ] {
            if !value.is_empty() {
                base.scope
                    .push((Cow::Borrowed(name), Cow::Borrowed(value.as_str())));
            }
        }
        if !schema_url.is_empty() {
            base.scope
                .push((Cow::Borrowed("otel_scope_schema_url"), Cow::Borrowed(schema_url)));
        }
        for pair in scope.attributes.iter().take(8) {
            let name = format!("otel_scope_{}", names::label(&pair.key));
            base.scope.push((Cow::Owned(name), label_value(pair, options)));
        }
        base
    }

    /// Writes the series that holds the resource's other attributes; gives how many were left out for want of room.
    /// Nothing is written of a resource that has no name or no further attributes.
    pub fn target_info(
        &self,
        resource: &Resource,
        options: &Options,
        at_ms: i64,
        out: &mut SampleBatch,
    ) -> u64 {
        if self.job.is_none() && self.instance.is_none() {
            return 0;
        }
        let mut set = Labels::default();
        let mut left_out = 0;
        for pair in sorted(&resource.attributes) {
            if IDENTIFYING.contains(&pair.key.as_str()) || is_hidden(pair, options) {
                continue;
            }
            if set.0.len() >= options.labels_max {
                left_out += 1;
                continue;
            }
            match ENTITY_KEYS.iter().position(|key| *key == pair.key) {
                Some(place) => set.set(Cow::Borrowed(ENTITY_LABELS[place]), label_value(pair, options)),
                None => set.join(names::label(&pair.key), label_value(pair, options)),
            }
        }
        if set.0.is_empty() {
            return left_out;
        }
        self.own(&mut set);
        let pairs = std::iter::once(("__name__", "target_info")).chain(set.iter());
        out.push_pairs(pairs, &[Sample { at_ms, value: 1.0 }]);
        left_out
    }

    fn own(&self, set: &mut Labels<'a>) {
        for (name, value) in [("job", &self.job), ("instance", &self.instance)] {
            if let Some(value) = value {
                set.set(Cow::Borrowed(name), value.clone());
            }
        }
    }
}

const ENTITY_LABELS: [&str; 3] = ["agent", "sandbox", "task"];

fn is_hidden(pair: &KeyValue, options: &Options) -> bool {
    pair.key.is_empty() || is_person(&pair.key) && !options.keep_persons
}

/// By key, so that what joins under one name joins in one order.
fn sorted(attributes: &[KeyValue]) -> Vec<&KeyValue> {
    let mut sorted: Vec<&KeyValue> = attributes.iter().collect();
    sorted.sort_by(|one, other| one.key.cmp(&other.key));
    sorted
}

#[derive(Clone, Debug, Default)]
struct Labels<'a>(Vec<Pair<'a>>);

impl<'a> Labels<'a> {
    fn set(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Attributes whose names become the same share the label, by the rules.
    fn join(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = Cow::Owned(format!("{known};{value}")),
            None => self.0.push((name, value)),
        }
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

/// The labels of one point, without the metric's name.
#[derive(Clone, Debug)]
pub(super) struct LabelSet<'a> {
    labels: Labels<'a>,
    attributes: &'a [KeyValue],
    job: Option<Cow<'a, str>>,
}

impl<'a> LabelSet<'a> {
    pub fn of(
        base: &Base<'a>,
        who: &Who<'a>,
        attributes: &'a [KeyValue],
        options: &Options,
    ) -> Result<Self, String> {
        if attributes.len() > options.labels_max {
            return Err(format!(
                "{} attributes, more than the limit of {}",
                attributes.len(),
                options.labels_max
            ));
        }
        let mut labels = Labels(Vec::with_capacity(attributes.len() + base.scope.len() + 6));
        for pair in sorted(attributes) {
            if !ENTITY_KEYS.contains(&pair.key.as_str()) && !is_hidden(pair, options) {
                labels.join(names::label(&pair.key), label_value(pair, options));
            }
        }
        for (name, value) in &base.scope {
            labels.set(name.clone(), value.clone());
        }
        base.own(&mut labels);
        for (name, value) in ENTITY_LABELS
            .into_iter()
            .zip([&who.agent_id, &who.sandbox, &who.task])
        {
            if let Some(value) = value {
                labels.set(Cow::Borrowed(name), value.clone());
            }
        }
        labels.0.sort_unstable();
        Ok(Self {
            labels,
            attributes,
            job: base.job.clone(),
        })
    }

    /// The labels with a metric's name.
    pub fn pairs<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (&'s str, &'s str)> {
        std::iter::once(("__name__", name)).chain(self.labels.iter())
    }

    /// The attributes that they came from.
    pub fn attributes(&self) -> Attributes<'a> {
        Attributes(self.attributes)
    }

    /// Who sends, for those that name no agent.
    pub fn job(&self) -> &str {
        self.job.as_deref().unwrap_or_default()
    }

    /// What tells this series from others.
    pub fn key(&self, namespace: &str, name: &str) -> u128 {
        let mut hash = Xxh3::new();
        let parts = [("", namespace), ("", name)];
        for (name, value) in parts.into_iter().chain(self.labels.iter()) {
            for text in [name, value] {
                hash.update(&(text.len() as u32).to_le_bytes());
                hash.update(text.as_bytes());
            }
        }
        hash.digest128()
    }
}
