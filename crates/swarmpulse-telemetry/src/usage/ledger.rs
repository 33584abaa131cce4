//! The ledger of one session: which source counts, and what was credited.

use std::collections::VecDeque;

use swarmpulse_model::Text;

use super::sequence::Sequence;
use super::{Subject, Told};
use crate::dialect::Rank;

/// Kinds of entries of one ledger; further ones are credited to the last.
const ENTRIES_MAX: usize = 64;
/// Events remembered to tell repeats.
const RECENT_MAX: usize = 256;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Tokens,
    Cost,
    Requests,
}

/// An amount of what.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    quantity: Quantity,
    /// The class of tokens, or how requests ended.
    slot: Text,
    model: Text,
}

impl Item {
    pub fn new(quantity: Quantity, slot: Text, model: &Text) -> Self {
        Self {
            quantity,
            slot,
            model: model.clone(),
        }
    }
}

/// The ledger of one session, or of an agent's words without one.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub namespace: Text,
    pub agent: Text,
    pub sequence: Sequence,
    pub recent: Recent,
    ranks: [Rank; 3],
    /// What was credited so far, as long as a better source may come.
    credited: Vec<(Item, f64)>,
    /// What a lesser source had credited and the better one has not told yet.
    advance: Vec<(Item, f64)>,
}

impl Ledger {
    pub fn of(subject: &Subject<'_>) -> Self {
        Self {
            namespace: subject.namespace.clone(),
            agent: subject.agent.clone(),
            sequence: Sequence::default(),
            recent: Recent::default(),
            ranks: [Rank::None; 3],
            credited: Vec::new(),
            advance: Vec::new(),
        }
    }

    /// Takes what a source of that rank tells; gives what is new of it. `None` if a better source counts.
    pub fn admit(&mut self, rank: Rank, item: &Item, amount: f64) -> Option<f64> {
        if rank < self.ranks[item.quantity as usize] {
            return None;
        }
        self.raise(rank, item.quantity);
        let credit = self.draw(item, amount);
        if rank < Rank::Own && credit > 0.0 {
            self.note(item, credit);
        }
        Some(credit)
    }

    /// As of [`Ledger::admit`] for what a session of the agent told: it draws on what was told without a session.
    pub fn absorb(&mut self, rank: Rank, item: &Item, amount: f64) -> f64 {
        if rank < self.ranks[item.quantity as usize] {
            return amount;
        }
        self.raise(rank, item.quantity);
        self.draw(item, amount)
    }

    /// A better source takes over: all that was credited is its advance.
    fn raise(&mut self, rank: Rank, quantity: Quantity) {
        let known = &mut self.ranks[quantity as usize];
        if rank <= *known {
            return;
        }
        *known = rank;
        self.advance.retain(|(item, _)| item.quantity != quantity);
        let credited = self.credited.iter().filter(|(item, _)| item.quantity == quantity);
        self.advance.extend(credited.cloned());
        if rank == Rank::Own {
            self.credited.retain(|(item, _)| item.quantity != quantity);
        }
    }

    /// Takes an amount from the advance, of the same model first; gives what is left of it.
    fn draw(&mut self, item: &Item, amount: f64) -> f64 {
        let mut left = amount;
        for same_model in [true, false] {
            for (other, advance) in &mut self.advance {
                let fits = other.quantity == item.quantity && other.slot == item.slot;
                if fits && (other.model == item.model) == same_model {
                    let drawn = advance.min(left);
                    *advance -= drawn;
                    left -= drawn;
                }
            }
        }
        self.advance.retain(|(_, advance)| *advance > 0.0);
        // What differs by rounding alone is no usage.
        if left <= amount * 1e-9 { 0.0 } else { left }
    }

    fn note(&mut self, item: &Item, credit: f64) {
        let is_alike = |(known, _): &(Item, f64)| known.quantity == item.quantity && known.slot == item.slot;
        let place = self.credited.iter().position(|(known, _)| known == item);
        if place.is_none() && self.credited.len() < ENTRIES_MAX {
            self.credited.push((item.clone(), credit));
            return;
        }
        let place = place.or_else(|| self.credited.iter().position(is_alike));
        if let Some((_, sum)) = place.and_then(|place| self.credited.get_mut(place)) {
            *sum += credit;
        }
    }
}

/// Events heard of late.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent(VecDeque<u64>);

impl Recent {
    pub fn hear(&mut self, id: u64) -> Told {
        if self.0.contains(&id) {
            return Told::Again;
        }
        if self.0.len() >= RECENT_MAX {
            self.0.pop_front();
        }
        self.0.push_back(id);
        Told::First
    }
}
