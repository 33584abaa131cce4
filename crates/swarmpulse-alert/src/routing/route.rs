//! One node of the tree.

use swarmpulse_model::Text;
use swarmpulse_model::series::Label;

use crate::matcher::Matchers;

/// Where alerts go that match, and how they are told there. Inherited values are filled in.
#[derive(Clone, Debug)]
pub struct Route {
    /// Unique in its tree: the key and the place among its siblings, as Alertmanager's `ID`: `{}/{team="x"}/0`. Groups
    /// belong to it; it changes only when the file does.
    pub id: Text,
    /// The matchers from the root on, as Alertmanager's group keys begin: `{}/{team="x"}`. Siblings with the same matchers
    /// have the same.
    pub key: Text,
    /// Whom to tell.
    pub receiver: Text,
    /// What groups are formed by.
    pub group_by: GroupBy,
    /// How long a new group waits for more.
    pub group_wait_s: f64,
    /// How long a group that was told waits with what is new.
    pub group_interval_s: f64,
    /// After how long a group that did not change is told again.
    pub repeat_interval_s: f64,
    /// Names of the intervals in which nothing is told.
    pub mute: Vec<Text>,
    /// Names of the intervals outside of which nothing is told; none: always.
    pub active: Vec<Text>,
    /// Its own matchers, sorted; those of the root are empty.
    pub matchers: Matchers,
    /// Whether siblings after it are tried as well.
    pub continues: bool,
    /// How far below the root: 0 for the root.
    pub depth: usize,
    /// Positions of its children among the routes.
    pub(super) children: Vec<usize>,
}

impl Route {
    /// The root with Alertmanager's defaults and no receiver.
    pub(super) fn root() -> Self {
        Self {
            id: Text::const_new("{}"),
            key: Text::const_new("{}"),
            receiver: Text::default(),
            group_by: GroupBy::default(),
            group_wait_s: 30.0,
            group_interval_s: 300.0,
            repeat_interval_s: 14_400.0,
            mute: Vec::new(),
            active: Vec::new(),
            matchers: Matchers::default(),
            continues: false,
            depth: 0,
            children: Vec::new(),
        }
    }

    /// Whether alerts with these labels are told in the group of this key.
    pub(crate) fn forms(&self, labels: &[Label], key: &str) -> bool {
        self.group_key(&self.group_by.of(labels)) == key
    }

    /// The key of a group of this route, in Alertmanager's form: `{}/{team="x"}:{alertname="agent_down"}`.
    #[must_use]
    pub fn group_key(&self, group_labels: &[Label]) -> Text {
        let mut key = self.key.clone();
        key.push_str(":{");
        for (place, label) in group_labels.iter().enumerate() {
            if place > 0 {
                key.push_str(", ");
            }
            key.push_str(&label.name);
            key.push_str(&format!("={:?}", label.value.as_str()));
        }
        key.push('}');
        key
    }
}

/// What groups are formed by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupBy {
    /// Names of labels, sorted; none: one group for all.
    pub labels: Vec<Text>,
    /// By all labels: every alert is a group (`...`).
    pub all: bool,
}

impl GroupBy {
    /// The labels that name the group of an alert with these labels: those it has of the ones that are grouped by.
    #[must_use]
    pub fn of(&self, labels: &[Label]) -> Vec<Label> {
        labels
            .iter()
            .filter(|label| self.all || self.labels.binary_search(&label.name).is_ok())
            .cloned()
            .collect()
    }
}
