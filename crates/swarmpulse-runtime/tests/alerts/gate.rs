//! A store that answers one metric only while its gate is open.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::MemoryMetrics;
use swarmpulse_store::metrics::{Layer, MetricError, Selected, Selection};

/// The metric that is asked for at the gate.
const METRIC: &str = "closed";

#[derive(Default)]
struct State {
    closed: bool,
    waiting: bool,
}

/// The gate.
#[derive(Default)]
pub struct Gate {
    state: Mutex<State>,
    opened: Condvar,
}

impl Gate {
    pub fn close(&self) {
        self.state.lock().closed = true;
    }

    pub fn open(&self) {
        self.state.lock().closed = false;
        self.opened.notify_all();
    }

    /// Somebody waits until it is opened.
    pub fn is_waited_at(&self) -> bool {
        self.state.lock().waiting
    }

    fn pass(&self) {
        let mut state = self.state.lock();
        while state.closed {
            state.waiting = true;
            self.opened.wait(&mut state);
        }
        state.waiting = false;
    }
}

/// The store behind it.
pub struct Gated {
    pub store: Arc<MemoryMetrics>,
    pub gate: Arc<Gate>,
}

impl Layer for Gated {
    fn below(&self) -> &dyn MetricStore {
        &*self.store
    }

    fn select(&self, selection: &Selection) -> Result<Box<dyn Selected>, MetricError> {
        if selection.matchers.iter().any(|matcher| matcher.value() == METRIC) {
            self.gate.pass();
        }
        self.store.select(selection)
    }
}
