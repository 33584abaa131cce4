//! The objectives that hold now, and how they stood a moment ago.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_slo::Objective;

use super::Judged;

/// What was judged is good for so long, in seconds.
const KEPT_S: f64 = 10.0;
/// Namespaces whose answers are kept; of further ones everything is judged anew.
const NAMESPACES_MAX: usize = 64;

/// The objectives that hold now, shared between whoever loads them and whoever shows them.
#[derive(Debug)]
pub struct ObjectiveBook {
    pages: Mutex<Pages>,
}

#[derive(Debug)]
struct Pages {
    objectives: Arc<[Objective]>,
    /// Names of those that are switched off.
    off: Arc<[String]>,
    /// Grows with every change, so that what was judged before is not taken for what holds now.
    generation: u64,
    judged: HashMap<Option<Text>, (Timestamp, Judged)>,
}

impl Default for ObjectiveBook {
    /// With those that come with the program.
    fn default() -> Self {
        Self {
            pages: Mutex::new(Pages {
                objectives: swarmpulse_slo::shipped().into(),
                off: Arc::default(),
                generation: 0,
                judged: HashMap::new(),
            }),
        }
    }
}

impl ObjectiveBook {
    /// Puts others in the place of all of them; `off` are names of some that do not hold.
    pub fn replace(&self, objectives: Vec<Objective>, off: Vec<String>) {
        let mut pages = self.pages.lock();
        pages.objectives = objectives.into();
        pages.off = off.into();
        pages.generation += 1;
        pages.judged.clear();
    }

    /// All of them, and their generation.
    pub(super) fn all(&self) -> (Arc<[Objective]>, u64) {
        let pages = self.pages.lock();
        (Arc::clone(&pages.objectives), pages.generation)
    }

    /// Names of those that are switched off.
    pub(super) fn off(&self) -> Arc<[String]> {
        Arc::clone(&self.pages.lock().off)
    }

    /// How they stood for whoever sees that namespace, if that was only a moment ago.
    pub(super) fn kept(&self, namespace: Option<&str>, now: Timestamp) -> Option<Judged> {
        let pages = self.pages.lock();
        let (at, judged) = pages.judged.get(&namespace.map(Text::new))?;
        (now.seconds_since(*at) < KEPT_S).then(|| Arc::clone(judged))
    }

    /// Keeps how they stand.
    pub(super) fn keep(&self, namespace: Option<Text>, generation: u64, now: Timestamp, judged: &Judged) {
        let mut pages = self.pages.lock();
        if generation != pages.generation {
            return;
        }
        pages.judged.retain(|_, (at, _)| now.seconds_since(*at) < KEPT_S);
        if pages.judged.len() < NAMESPACES_MAX {
            pages.judged.insert(namespace, (now, Arc::clone(judged)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_judged_is_kept_for_a_moment_and_not_beyond_a_change() {
        let book = ObjectiveBook::default();
        let at = |s: f64| Timestamp::from_unix_s(s);
        let (objectives, generation) = book.all();
        assert_eq!(objectives.len(), swarmpulse_slo::shipped().len());
        let judged: Judged = Arc::new([]);
        book.keep(None, generation, at(100.0), &judged);
        assert!(book.kept(None, at(109.0)).is_some());
        assert!(
            book.kept(Some("team-a"), at(100.0)).is_none(),
            "others see other things"
        );
        assert!(book.kept(None, at(110.0)).is_none());
        book.replace(Vec::new(), vec!["a".to_owned()]);
        assert_eq!(*book.off(), ["a".to_owned()]);
        assert!(book.kept(None, at(100.0)).is_none());
        book.keep(None, generation, at(100.0), &judged);
        assert!(
            book.kept(None, at(100.0)).is_none(),
            "judged of what no longer holds"
        );
        assert!(book.all().0.is_empty());
    }
}
