//! The calls of one agent: those under way, and those that ended of late.

use serde::{Deserialize, Serialize};
use swarmpulse_model::time::seconds;
use swarmpulse_model::{Text, Timestamp};

use crate::agent::Moment;
use crate::arena::Index;

/// Calls of one agent kept open at once; further ones are counted as refused.
pub const OPEN_CALLS_MAX: usize = 64;
/// Ended calls remembered, so that an opening that was overtaken by its end opens nothing.
const ENDED_MAX: usize = 8;
/// They are remembered for so long, in seconds: ids may be used again.
const ENDED_S: f64 = 60.0;
/// A call without an id of its own.
const NAMELESS: Text = Text::const_new("-");

/// A call under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenCall {
    /// Pairs it with its end.
    pub call: Text,
    /// The service called.
    pub service: Index,
    /// When it was opened, by receipt.
    pub since: Moment,
    /// The longest it may take, where the caller says so.
    pub timeout_s: Option<f32>,
}

/// Calls of one agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallBook {
    /// Those under way, the oldest first.
    pub open: Vec<OpenCall>,
    ended: Vec<(Text, Timestamp)>,
}

/// What became of an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is under way.
    New,
    /// It took the place of another call, of this service: one of the same id, or the oldest of too many.
    InPlaceOf(Index, Displaced),
    /// Its end came before it.
    Overtaken,
}

/// Why a call was displaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Displaced {
    /// It has the same id.
    SameId,
    /// There is no room.
    NoRoom,
}

impl CallBook {
    /// A call begins.
    pub fn open(
        &mut self,
        call: Option<Text>,
        service: Index,
        since: Moment,
        timeout_s: Option<f32>,
    ) -> Opened {
        let ended = call
            .as_ref()
            .is_some_and(|call| self.ended_of_late(call, since.at));
        if ended {
            return Opened::Overtaken;
        }
        let call = call.unwrap_or(NAMELESS);
        let same = self.open.iter().position(|open| open.call == call);
        let displaced = match same {
            Some(number) => Some((self.open.remove(number).service, Displaced::SameId)),
            None if self.open.len() >= OPEN_CALLS_MAX => {
                Some((self.open.remove(0).service, Displaced::NoRoom))
            }
            None => None,
        };
        self.open.push(OpenCall {
            call,
            service,
            since,
            timeout_s,
        });
        match displaced {
            Some((service, why)) => Opened::InPlaceOf(service, why),
            None => Opened::New,
        }
    }

    /// A call ended; gives the opening, if it was seen. `Err` if that very end was seen already.
    pub fn close(&mut self, call: Option<&Text>, now: Timestamp) -> Result<Option<OpenCall>, Repeated> {
        let number = self
            .open
            .iter()
            .position(|open| open.call == *call.unwrap_or(&NAMELESS));
        let open = number.map(|number| self.open.remove(number));
        let Some(call) = call else { return Ok(open) };
        if open.is_none() && self.ended_of_late(call, now) {
            return Err(Repeated);
        }
        if self.ended.len() == ENDED_MAX {
            self.ended.remove(0);
        }
        self.ended.push((call.clone(), now));
        Ok(open)
    }

    fn ended_of_late(&self, call: &Text, now: Timestamp) -> bool {
        let window_ns = seconds(ENDED_S);
        self.ended
            .iter()
            .any(|(ended, at)| ended == call && now.since(*at) < window_ns)
    }
}

/// An end that was seen already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeated;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment {
            at: Timestamp(second * 1_000_000_000),
            record: Default::default(),
        }
    }

    #[test]
    fn an_opening_that_its_end_overtook_opens_nothing_until_ids_are_used_again() {
        let mut book = CallBook::default();
        let id = Text::const_new("c1");
        assert_eq!(book.close(Some(&id), at(0).at), Ok(None));
        assert_eq!(book.open(Some(id.clone()), 0, at(1), None), Opened::Overtaken);
        assert_eq!(book.close(Some(&id), at(2).at), Err(Repeated));
        assert_eq!(book.open(Some(id.clone()), 0, at(61), None), Opened::New);
        assert!(book.close(Some(&id), at(62).at).unwrap().is_some());
    }

    #[test]
    fn calls_without_an_id_are_one_and_too_many_displace_the_oldest() {
        let mut book = CallBook::default();
        assert_eq!(book.open(None, 3, at(0), None), Opened::New);
        assert_eq!(
            book.open(None, 4, at(1), None),
            Opened::InPlaceOf(3, Displaced::SameId)
        );
        for n in 1..OPEN_CALLS_MAX {
            book.open(Some(n.to_string().into()), 5, at(2), None);
        }
        assert_eq!(
            book.open(Some("one more".into()), 5, at(3), None),
            Opened::InPlaceOf(4, Displaced::NoRoom)
        );
        assert_eq!(book.open.len(), OPEN_CALLS_MAX);
    }
}
