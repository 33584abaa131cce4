//! The threads of rules, alerts and notifications: made from what was loaded and what was kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use parking_lot::Mutex;
use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Alert, AlertState, Text, Timestamp};
use swarmpulse_rules::{GroupState, without_rule};
use tokio::sync::mpsc;

use super::Options;
use crate::alerting::{DeskThread, NewRoutes, POSTS, Post, Projections};
use crate::error::StartError;
use crate::handle::{Handle, Shared};
use crate::notifying::{Sender, Work};
use crate::owner::Chapter;
use crate::ruling::{
    self, EVALUATED_AT, Evaluator, Exchange, First, Links, Loaded, Reloader, Ruler, StoreExpressions,
};

/// Notifications on their way from the desk to the sender.
const WORKS: usize = 1024;

/// Everything that the three threads start with.
pub(super) struct AlertParts {
    pub reloader: Arc<Reloader>,
    expressions: StoreExpressions,
    groups: Vec<GroupState>,
    /// Alerts from before the start whose rules are gone, as ended.
    orphans: Vec<Alert>,
    loaded: Loaded,
    /// Who the state is: what notifications are told apart from those of other monitors by.
    identity: Text,
    projections: Projections,
    exchanges: Receiver<Exchange>,
    routes: Receiver<NewRoutes>,
    posts: Receiver<Post>,
    /// Where alerts of others are given to the desk.
    pub posting: crossbeam_channel::Sender<Post>,
    works: mpsc::Receiver<Work>,
}

impl AlertParts {
    /// Makes rules ready, with the alerts that they had before.
    pub fn new(
        shared: &Shared,
        options: &Options,
        loaded: Loaded,
        projections: Projections,
        last_seen_at: Option<Timestamp>,
    ) -> Result<Self, StartError> {
        let rules = &options.rules;
        let expressions = StoreExpressions::new(Arc::clone(&shared.metrics), rules.limits);
        let interval_s = loaded.default_interval_s.unwrap_or(rules.default_interval_s);
        let mut groups =
            ruling::prepare(&loaded.rules, &expressions, interval_s).map_err(StartError::Rules)?;
        let orphans = restore(&mut groups, &projections, shared, last_seen_at)?;
        let (exchange, exchanges) = bounded(1);
        let (route, routes) = bounded(1);
        let (posting, posts) = bounded(POSTS);
        let (channels, works) = mpsc::channel(WORKS);
        let reloader = Reloader {
            load: Arc::clone(&rules.load),
            default_interval_s: rules.default_interval_s,
            expressions: expressions.clone(),
            rules: exchange,
            desk: route,
            channels,
            one_at_a_time: Mutex::default(),
        };
        for warning in &loaded.warnings {
            tracing::warn!(warning, "loaded with a remark");
        }
        Ok(Self {
            reloader: Arc::new(reloader),
            expressions,
            groups,
            orphans,
            loaded,
            identity: shared.state.identity()?,
            projections,
            exchanges,
            routes,
            posts,
            posting,
            works,
        })
    }

    /// The three threads, ready to run, and those that evaluate groups of rules.
    pub fn threads(
        self,
        handle: &Handle,
        options: &Options,
        chapters: Receiver<Chapter>,
        (stop_rules, stop_sending): (Receiver<()>, Receiver<()>),
    ) -> (DeskThread, (Ruler, Vec<Evaluator>), Sender) {
        let rules = &options.rules;
        let first = NewRoutes::of(&self.loaded);
        let desk = DeskThread::new(
            handle.clone(),
            self.projections,
            (chapters, self.routes, self.posts),
            self.reloader.channels.clone(),
            first,
        );
        let links = Links {
            external_url: rules.external_url.clone(),
            external_labels: rules.external_labels.clone(),
        };
        let rules_at_work = Ruler::new(
            handle.clone(),
            self.expressions,
            links,
            First {
                groups: self.groups,
                warnings: self.loaded.warnings,
                ended: self.orphans,
            },
            self.exchanges,
            stop_rules,
        );
        let sender = Sender {
            handle: handle.clone(),
            works: self.works,
            receivers: self.loaded.receivers,
            identity: self.identity,
            external_url: rules.external_url.as_str().into(),
            dead_man: options.dead_man.clone(),
            stop: stop_sending,
        };
        (desk, rules_at_work, sender)
    }
}

/// Gives rules the alerts that they had before the start, as the desk knows them; those whose rules are gone come back, as
/// ended.
fn restore(
    groups: &mut [GroupState],
    projections: &Projections,
    shared: &Shared,
    last_seen_at: Option<Timestamp>,
) -> Result<Vec<Alert>, StartError> {
    let open: Vec<Alert> = projections
        .desk
        .alerts()
        .into_iter()
        .map(|view| view.alert)
        .filter(|alert| alert.origin == AlertOrigin::Rule && alert.state != AlertState::Resolved)
        .collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let evaluated_at = match shared.state.cursor(EVALUATED_AT)? {
        0 => last_seen_at,
        ms => Some(Timestamp::from_unix_s(ms as f64 / 1000.0)),
    };
    // Whoever journaled something later than that evaluated rules then, too.
    let evaluated_at = evaluated_at.max(last_seen_at);
    let mut taken = BTreeSet::new();
    for group in groups {
        taken.extend(group.restore(&open));
        if let Some(at) = evaluated_at {
            group.set_evaluated_before(at);
        }
    }
    let now = shared.clock.now();
    let orphans = open.iter().filter(|alert| !taken.contains(&alert.id));
    Ok(orphans.map(|alert| without_rule(alert, now)).collect())
}
