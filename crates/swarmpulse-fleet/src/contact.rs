//! Contact and progress: what counts as either.

use swarmpulse_model::record::DeclaredStatus;
use swarmpulse_model::{Claim, Source, Text, Timestamp, Verdict};

use crate::agent::{How, Moment};
use crate::arena::Index;
use crate::fleet::{Fleet, Step};
use crate::revival::Word;

impl Fleet {
    /// An agent was heard or looked at. False if the word is of a life that is over.
    pub(crate) fn contact(
        &mut self,
        step: &mut Step<'_>,
        index: Index,
        how: How,
        sent_at: Option<Timestamp>,
    ) -> bool {
        let word = Word {
            bound: how.is_bound(),
            sent_at,
            ..Word::default()
        };
        if !self.admit(step, index, &word) {
            return false;
        }
        self.touch(step, index, how, sent_at);
        true
    }

    /// Notes contact with an agent whose word was admitted.
    pub(crate) fn touch(&mut self, step: &Step<'_>, index: Index, how: How, sent_at: Option<Timestamp>) {
        let now = step.now;
        let frozen = self.freeze.is_frozen();
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        if let Some(sent_at) = sent_at {
            agent.skew.observe(sent_at, now);
        }
        let bound = how.is_bound();
        // Silence that work in hand or blindness explains is no rhythm.
        let excused = matches!(agent.verdict, Verdict::Silent | Verdict::Stuck | Verdict::Unknown);
        if bound && agent.speaks {
            // It speaks for itself: that its process or watcher is there does not stand in for its own word.
            return;
        }
        if how == How::Watcher
            && agent
                .process
                .as_deref()
                .is_some_and(|process| process.is_halted())
        {
            // The watcher runs on while the command is stopped by a signal.
            return;
        }
        if !bound && !agent.speaks {
            agent.speaks = true;
            agent.is_monitor = step.source == Source::Monitor;
            agent.interval.undeclare();
        } else if let Some(before) = agent.contact.filter(|_| !bound && !frozen && !excused) {
            agent.interval.learn(now.since(before.at), &self.settings);
        }
        agent.contact = Some(Moment {
            at: now,
            record: step.position,
        });
        agent.contact_how = how;
        if !bound {
            self.freeze.heard(&mut agent.heard_epoch, now);
        }
    }

    /// Work was seen to go on. It ends a wait and a start-up, and calls that ran out before it are over.
    pub(crate) fn progress(&mut self, step: &Step<'_>, index: Index, how: How) {
        let Some(agent) = self.agents.get_mut(index) else {
            return;
        };
        let moment = Moment {
            at: step.now,
            record: step.position,
        };
        agent.progress = Some(moment);
        agent.progress_how = how;
        if matches!(
            agent.declared,
            Some(DeclaredStatus::Waiting | DeclaredStatus::Starting)
        ) {
            agent.declared = None;
            agent.declared_since = moment;
        }
        if agent.calls.is_some() {
            self.drop_overdue_calls(step.now, index);
        }
    }
}

impl How {
    /// A look at its process, or its watcher's word: it says that the process is there, not that the agent speaks.
    pub(crate) fn is_bound(&self) -> bool {
        matches!(self, Self::Process | Self::Watcher)
    }

    /// In words.
    pub(crate) fn words(&self, service: impl Fn(Index) -> Text) -> Text {
        match self {
            Self::Heartbeat => Text::const_new("heartbeat"),
            Self::Watcher => Text::const_new("its watcher"),
            Self::Event(event_type) => format!("event {event_type}").into(),
            Self::Call(index) => format!("a call of {}", service(*index)).into(),
            Self::Process => Text::const_new("its process"),
        }
    }
}

/// Whether a claim of death says that the process is over, not that the agent said so.
pub(crate) fn is_seen_end(claim: &Claim) -> bool {
    matches!(
        claim,
        Claim::ProcessExited { .. } | Claim::SandboxGone { .. } | Claim::HostGone { .. }
    )
}
