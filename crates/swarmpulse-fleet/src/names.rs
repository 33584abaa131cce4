//! Names that many entities share, stored once and spoken of by number.

use serde::{Deserialize, Serialize};
use swarmpulse_model::Text;

use crate::arena::{Arena, Keyed};

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Name(Text);

impl Keyed for Name {
    fn namespace(&self) -> u32 {
        0
    }
    fn id(&self) -> &str {
        &self.0
    }
}

/// A list of names by number. Names are never removed; namespaces and hosts are few.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Names(Arena<Name>);

impl Names {
    /// The number of that name, a new one if need be.
    pub fn intern(&mut self, name: &str) -> u32 {
        self.find(name)
            .unwrap_or_else(|| self.0.insert(Name(name.into())))
    }

    /// The number of that name.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.0.find(0, name)
    }

    /// The name of that number.
    pub fn name(&self, number: u32) -> &str {
        self.0.get(number).map_or("", |name| name.0.as_str())
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Builds the index again after deserialization.
    pub fn reindex(&mut self) {
        self.0.reindex();
    }
}
