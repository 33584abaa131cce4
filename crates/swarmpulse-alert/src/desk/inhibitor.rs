//! Inhibition: which firing alerts hold which others back, by the rules of the routing file.

use std::collections::BTreeSet;

use hashbrown::HashMap;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, Text};

use crate::routing::Routing;

/// The values of a rule's `equal` labels.
type Values = Vec<Text>;

/// With more sources than this, one that comes or goes leaves all held back as they are.
const FEW: usize = 3;

#[derive(Clone, Debug, Default)]
struct Sides {
    sources: HashMap<Values, BTreeSet<u32>>,
    targets: HashMap<Values, BTreeSet<u32>>,
}

/// Firing alerts by the rules that they matter to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inhibitor {
    rules: Vec<Sides>,
    /// Of each alert the rules that it is a source of, a target of.
    parts: HashMap<u32, Vec<Part>>,
}

#[derive(Clone, Debug)]
struct Part {
    rule: usize,
    values: Values,
    source: bool,
    target: bool,
}

impl Inhibitor {
    /// Begins anew with these rules.
    pub fn reset(&mut self, routing: &Routing) {
        self.parts.clear();
        self.rules = vec![Sides::default(); routing.inhibit_rules().len()];
    }

    /// An alert fires. The alerts that are held back by it from now on are added.
    pub fn begin(&mut self, routing: &Routing, slot: u32, alert: &Alert, changed: &mut BTreeSet<u32>) {
        let mut parts = Vec::new();
        for (number, rule) in routing.inhibit_rules().iter().enumerate() {
            let source = rule.source.matches(&alert.labels);
            let target = rule.target.matches(&alert.labels);
            let Some(sides) = self.rules.get_mut(number).filter(|_| source || target) else {
                continue;
            };
            let values = values(&rule.equal, &alert.labels);
            if source {
                let sources = sides.sources.entry(values.clone()).or_default();
                sources.insert(slot);
                // One more of many changes nothing.
                if sources.len() <= FEW {
                    changed.extend(sides.targets.get(&values).into_iter().flatten());
                }
            }
            if target {
                sides.targets.entry(values.clone()).or_default().insert(slot);
            }
            parts.push(Part {
                rule: number,
                values,
                source,
                target,
            });
        }
        if !parts.is_empty() {
            self.parts.insert(slot, parts);
        }
    }

    /// An alert fires no longer. The alerts that it held back are added.
    pub fn end(&mut self, slot: u32, changed: &mut BTreeSet<u32>) {
        for part in self.parts.remove(&slot).unwrap_or_default() {
            let Some(sides) = self.rules.get_mut(part.rule) else {
                continue;
            };
            if part.source {
                drop_from(&mut sides.sources, &part.values, slot);
                if sides
                    .sources
                    .get(&part.values)
                    .is_none_or(|sources| sources.len() < FEW)
                {
                    changed.extend(sides.targets.get(&part.values).into_iter().flatten());
                }
            }
            if part.target {
                drop_from(&mut sides.targets, &part.values, slot);
            }
        }
    }

    /// The first alert that holds an alert back; never itself, and none that is a target of the same rule if this one is
    /// a source of it.
    pub fn holder(&self, slot: u32) -> Option<u32> {
        let parts = self.parts.get(&slot)?;
        parts.iter().filter(|part| part.target).find_map(|part| {
            let sides = self.rules.get(part.rule)?;
            let sources = sides.sources.get(&part.values)?;
            let two_sided = sides.targets.get(&part.values).filter(|_| part.source);
            sources
                .iter()
                .copied()
                .find(|source| *source != slot && two_sided.is_none_or(|targets| !targets.contains(source)))
        })
    }
}

fn drop_from(side: &mut HashMap<Values, BTreeSet<u32>>, values: &Values, slot: u32) {
    let empty = side.get_mut(values).is_some_and(|slots| {
        slots.remove(&slot);
        slots.is_empty()
    });
    if empty {
        side.remove(values);
    }
}

fn values(names: &[Text], labels: &[Label]) -> Values {
    let value = |name: &Text| {
        labels
            .iter()
            .find(|label| label.name == *name)
            .map(|label| label.value.clone())
    };
    names.iter().map(|name| value(name).unwrap_or_default()).collect()
}
