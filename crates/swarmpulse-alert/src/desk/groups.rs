//! Groups: which alerts are told together, formed anew from the alerts whenever routes change.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Text, Timestamp};

use super::told::ToldBook;
use crate::receiver::{Receiver, ReceiverChannel};
use crate::routing::{Route, Routing};

/// What one channel was told of one group last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Fingerprints of what fired, sorted.
    pub firing: Vec<u64>,
    pub at: Timestamp,
}

/// A group as one channel of a receiver knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ToldKey {
    pub group: Text,
    pub receiver: Text,
    pub channel: Text,
}

/// How an alert belongs to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Member {
    /// By its labels.
    Now,
    /// By labels that it had before. Only its end is left to tell.
    Before,
    /// By what follows from it.
    Brought,
}

/// Alerts that are told together.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub key: Text,
    /// The route's place in the tree.
    pub route: usize,
    pub receiver: Text,
    pub labels: Vec<Label>,
    pub members: BTreeMap<u32, Member>,
    /// When to look at it again.
    pub next: Timestamp,
}

/// Routes, receivers, groups, and what was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    pub routing: Arc<Routing>,
    receivers: BTreeMap<Text, Receiver>,
    one_receiver: bool,
    /// Every alert is in its groups: before that, none of them can be told to be empty.
    pub routed: bool,
    groups: Vec<Option<Group>>,
    free: Vec<u32>,
    by_key: HashMap<Text, Vec<u32>>,
    places: HashMap<Text, usize>,
    pub told: ToldBook,
}

impl Groups {
    /// Begins anew with these routes; what was told stays known.
    pub fn reset(&mut self, routing: Arc<Routing>, receivers: Vec<Receiver>) {
        self.places = (0..)
            .zip(routing.routes())
            .map(|(place, route)| (route.id.clone(), place))
            .collect();
        self.routing = routing;
        let mut names = self.routing.routes().iter().map(|route| &route.receiver);
        let first = names.next();
        self.one_receiver = names.all(|name| Some(name) == first);
        self.receivers = receivers
            .into_iter()
            .map(|receiver| (receiver.name.clone(), receiver))
            .collect();
        self.routed = false;
        self.groups.clear();
        self.free.clear();
        self.by_key.clear();
    }

    /// All routes lead to the same receiver.
    pub fn has_one_receiver(&self) -> bool {
        self.one_receiver
    }

    pub fn len(&self) -> usize {
        self.groups.len() - self.free.len()
    }

    pub fn get(&self, number: u32) -> Option<&Group> {
        self.groups.get(number as usize)?.as_ref()
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut Group> {
        self.groups.get_mut(number as usize)?.as_mut()
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &Group)> {
        (0..)
            .zip(&self.groups)
            .filter_map(|(number, group)| Some((number, group.as_ref()?)))
    }

    pub fn route(&self, group: &Group) -> Option<&Route> {
        self.routing.routes().get(group.route)
    }

    pub fn channels(&self, receiver: &str) -> &[ReceiverChannel] {
        self.receivers
            .get(receiver)
            .map(|receiver| receiver.channels.as_slice())
            .unwrap_or_default()
    }

    /// The groups of that key.
    pub fn named(&self, key: &str) -> Vec<u32> {
        self.by_key.get(key).cloned().unwrap_or_default()
    }

    /// The groups that an alert with these labels belongs to, made where they are not there yet; and how many could not
    /// be made.
    pub fn of(&mut self, labels: &[Label], limit: usize) -> (Vec<u32>, u64) {
        let routing = Arc::clone(&self.routing);
        let (mut found, mut refused) = (Vec::new(), 0);
        for route in routing.destinations(labels) {
            match self.in_route(self.place_of(route), labels, limit) {
                Some(number) => found.push(number),
                None => refused += 1,
            }
        }
        (found, refused)
    }

    /// The receivers that an alert with these labels goes to, with the routes.
    pub fn destinations(&self, labels: &[Label]) -> Vec<(Text, usize)> {
        let routes = self.routing.destinations(labels).into_iter();
        routes
            .map(|route| (route.receiver.clone(), self.place_of(route)))
            .collect()
    }

    /// Whether labels lead to a group by themselves.
    pub fn leads(&self, labels: &[Label], group: &Group) -> bool {
        let destinations = self.routing.destinations(labels);
        let route = destinations
            .iter()
            .find(|route| self.place_of(route) == group.route);
        route.is_some_and(|route| route.forms(labels, &group.key))
    }

    /// The route by which labels lead to the group of a key by themselves.
    pub fn leads_to(&self, labels: &[Label], key: &ToldKey) -> Option<usize> {
        let destinations = self.routing.destinations(labels);
        let mut routes = destinations.iter();
        let is_it = |route: &&&Route| route.receiver == key.receiver && route.forms(labels, &key.group);
        routes.find(is_it).map(|route| self.place_of(route))
    }

    fn place_of(&self, route: &Route) -> usize {
        self.places.get(&route.id).copied().unwrap_or_default()
    }

    /// The group that a route forms of an alert with these labels, made if it is not there yet; `None`: there is no room.
    pub fn in_route(&mut self, place: usize, labels: &[Label], limit: usize) -> Option<u32> {
        let routing = Arc::clone(&self.routing);
        let route = routing.routes().get(place)?;
        let by = route.group_by.of(labels);
        let key = route.group_key(&by);
        let same = |number: &&u32| self.get(**number).is_some_and(|group| group.route == place);
        let known = self
            .by_key
            .get(&key)
            .and_then(|numbers| numbers.iter().find(same).copied());
        if known.is_some() || self.len() >= limit {
            return known;
        }
        Some(self.insert(Group {
            key,
            route: place,
            receiver: route.receiver.clone(),
            labels: by,
            members: BTreeMap::new(),
            next: Timestamp::NEVER,
        }))
    }

    fn insert(&mut self, group: Group) -> u32 {
        let key = group.key.clone();
        let number = match self.free.pop() {
            Some(number) => {
                self.groups[number as usize] = Some(group);
                number
            }
            None => {
                self.groups.push(Some(group));
                self.groups.len() as u32 - 1
            }
        };
        self.by_key.entry(key).or_default().push(number);
        number
    }

    /// Removes a group that is empty, and what was told of it.
    pub fn remove(&mut self, number: u32) -> Option<Group> {
        let group = self.groups.get_mut(number as usize)?.take()?;
        self.free.push(number);
        if let Some(numbers) = self.by_key.get_mut(&group.key) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.by_key.remove(&group.key);
            }
        }
        let shared = self.named(&group.key).iter().any(|other| {
            self.get(*other)
                .is_some_and(|other| other.receiver == group.receiver)
        });
        if !shared {
            let channels: Vec<Text> = self
                .channels(&group.receiver)
                .iter()
                .map(|channel| channel.name.clone())
                .collect();
            for channel in channels {
                self.told.remove(&group.told_key(&channel));
            }
        }
        Some(group)
    }

    /// What a channel was told of a group.
    pub fn told(&self, group: &Group, channel: &str) -> Option<&Told> {
        self.told.get(&group.told_key(channel))
    }
}

impl Group {
    pub fn told_key(&self, channel: &str) -> ToldKey {
        ToldKey {
            group: self.key.clone(),
            receiver: self.receiver.clone(),
            channel: channel.into(),
        }
    }
}

impl Told {
    pub fn has(&self, fingerprint: u64) -> bool {
        self.firing.binary_search(&fingerprint).is_ok()
    }
}
