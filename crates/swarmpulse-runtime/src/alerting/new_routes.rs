//! Routes and receivers as they come to the desk: at a start, and whenever they are read again.

use std::sync::Arc;

use crossbeam_channel::Sender;
use swarmpulse_alert::routing::RESOLVE_TIMEOUT_S;
use swarmpulse_alert::{Desk, Receiver, Routing};

use crate::notifying::LoadedReceiver;
use crate::ruling::Loaded;

/// Other routes and receivers from here on.
pub(crate) struct NewRoutes {
    pub routing: Arc<Routing>,
    pub routing_text: String,
    pub receivers: Vec<Receiver>,
    pub resolve_timeout_s: Option<f64>,
    /// Who is told once they are in force.
    pub done: Option<Sender<()>>,
}

impl NewRoutes {
    pub fn of(loaded: &Loaded) -> Self {
        let receivers = loaded.receivers.iter().map(LoadedReceiver::for_desk);
        Self {
            routing: Arc::clone(&loaded.routing),
            routing_text: loaded.routing_text.clone(),
            receivers: receivers.collect(),
            resolve_timeout_s: loaded.resolve_timeout_s,
            done: None,
        }
    }

    /// Puts them in force.
    pub fn lead(&self, desk: &mut Desk) {
        desk.route(Arc::clone(&self.routing), self.receivers.clone());
        desk.expire_after(self.resolve_timeout_s.unwrap_or(RESOLVE_TIMEOUT_S));
    }
}
