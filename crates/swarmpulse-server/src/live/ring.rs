//! The last messages of the live stream, bounded in number and bytes, for those who come back.

use std::collections::VecDeque;

use swarmpulse_model::EffectId;

use super::message::{Filter, Frame, Message};

/// Messages looked at under one lock.
const LOOKED_AT_ONCE: usize = 4096;
/// What a message takes beside its frame, about.
const MESSAGE_BYTES: usize = 160;

/// The last messages. They are numbered from 0 without gaps, whatever their ids.
#[derive(Debug)]
pub(super) struct Ring {
    messages: VecDeque<Message>,
    /// The number of the first message held.
    first: u64,
    bytes: usize,
    messages_max: usize,
    bytes_max: usize,
    /// Of what is up to here, something may be missing.
    floor: EffectId,
    /// The last id told or passed over.
    head: EffectId,
}

/// Why a client cannot go on where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    /// What came next is no longer held.
    Older,
    /// The id is not one of this server.
    Foreign,
}

/// What a client finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Messages for it; there may be more.
    Messages(Vec<(EffectId, Option<swarmpulse_api::Topic>, Frame)>),
    /// Nothing more yet.
    Nothing,
    /// It fell behind: its next message is no longer held.
    Behind,
}

impl Ring {
    /// An empty ring; what is up to `floor` was told by nobody here.
    pub(super) fn new(messages_max: usize, bytes_max: usize, floor: EffectId) -> Self {
        Self {
            messages: VecDeque::new(),
            first: 0,
            bytes: 0,
            messages_max,
            bytes_max,
            floor,
            head: floor,
        }
    }

    /// The number of the first message held.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// The number that the next message will get.
    pub(super) fn next(&self) -> u64 {
        self.first + self.messages.len() as u64
    }

    /// The last id told or passed over.
    pub(super) fn head(&self) -> EffectId {
        self.head
    }

    /// Adds a message; the oldest make room. The newest always stays.
    pub(super) fn push(&mut self, message: Message) {
        self.head = self.head.max(message.id);
        self.bytes += size(&message);
        self.messages.push_back(message);
        while self.messages.len() > self.messages_max
            || (self.bytes > self.bytes_max && self.messages.len() > 1)
        {
            let Some(oldest) = self.messages.pop_front() else {
                break;
            };
            self.bytes -= size(&oldest);
            self.floor = self.floor.max(oldest.id);
            self.first += 1;
        }
    }

    /// Tells everyone that something was missed: nobody can go on from before that id.
    pub(super) fn tell_gap(&mut self, through: EffectId, reason: &str) {
        self.push(Message::reset(through, reason));
        self.floor = self.floor.max(through);
    }

    /// Passes over what nobody listens to.
    pub(super) fn pass_over(&mut self, through: EffectId) {
        self.first = self.next();
        self.messages.clear();
        self.bytes = 0;
        self.head = self.head.max(through);
        self.floor = self.head;
    }

    /// The number of the first message after that id.
    ///
    /// # Errors
    /// If something after it is missing, or the id is of another server.
    pub(super) fn after(&self, id: EffectId) -> Result<u64, Missed> {
        if id > self.head {
            return Err(Missed::Foreign);
        }
        if id < self.floor {
            return Err(Missed::Older);
        }
        Ok(self.first + self.messages.partition_point(|message| message.id <= id) as u64)
    }

    /// Reads on from a number, which moves behind what was looked at; stops once so many bytes are found.
    pub(super) fn read(&self, next: &mut u64, filter: &Filter, bytes_max: usize) -> Found {
        let Some(skip) = next.checked_sub(self.first) else {
            return Found::Behind;
        };
        let (mut found, mut bytes) = (Vec::new(), 0);
        for message in self
            .messages
            .range(
                usize::try_from(skip)
                    .unwrap_or(usize::MAX)
                    .min(self.messages.len())..,
            )
            .take(LOOKED_AT_ONCE)
        {
            *next += 1;
            if filter.wants(message) {
                bytes += message.frame.bytes().len();
                found.push((message.id, message.topic, message.frame.clone()));
                if bytes >= bytes_max {
                    break;
                }
            }
        }
        match found.is_empty() && *next == self.next() {
            true => Found::Nothing,
            false => Found::Messages(found),
        }
    }
}

fn size(message: &Message) -> usize {
    message.frame.bytes().len() + MESSAGE_BYTES
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use swarmpulse_api::Topic;
    use swarmpulse_model::Position;

    use super::super::message::Topics;
    use super::*;

    const EVERYTHING: Filter = Filter {
        topics: Topics::ALL,
        namespace: None,
        agent: None,
    };

    fn id(offset: u64, n: u32) -> EffectId {
        EffectId {
            position: Position { partition: 0, offset },
            n,
        }
    }

    fn message(id: EffectId, topic: Topic) -> Message {
        let frame = Frame::of(Some(id), topic.as_str(), &json!({}));
        Message {
            id,
            topic: Some(topic),
            audience: crate::audience::Audience::Everyone,
            agent: None,
            frame,
        }
    }

    fn ring(messages_max: usize) -> Ring {
        let mut ring = Ring::new(messages_max, 1 << 20, id(4, u32::MAX));
        for offset in 5..10 {
            ring.push(message(id(offset, 0), Topic::Verdicts));
            ring.push(message(id(offset, 1), Topic::Tasks));
        }
        ring
    }

    fn ids(ring: &Ring, next: &mut u64, filter: &Filter) -> Vec<EffectId> {
        match ring.read(next, filter, 1 << 20) {
            Found::Messages(found) => found.into_iter().map(|(id, ..)| id).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_client_goes_on_after_its_last_id() {
        let ring = ring(100);
        let mut next = ring.after(id(8, 0)).unwrap();
        assert_eq!(ids(&ring, &mut next, &EVERYTHING), [id(8, 1), id(9, 0), id(9, 1)]);
        assert_eq!(ring.read(&mut next, &EVERYTHING, 1 << 20), Found::Nothing);
        assert_eq!(
            ring.after(id(4, u32::MAX)),
            Ok(0),
            "nothing since the beginning is missing"
        );
        assert_eq!(ring.after(id(4, 7)), Err(Missed::Older));
        assert_eq!(ring.after(id(9, 2)), Err(Missed::Foreign));
        let mut next = 0;
        let tasks = Filter {
            topics: Topics::of([Topic::Tasks]),
            ..EVERYTHING
        };
        assert_eq!(ids(&ring, &mut next, &tasks).len(), 5);
    }

    #[test]
    fn the_oldest_make_room_and_who_needs_them_is_behind() {
        let ring = ring(4);
        assert_eq!((ring.first(), ring.next()), (6, 10));
        assert_eq!(ring.after(id(7, 1)), Ok(6));
        assert_eq!(ring.after(id(7, 0)), Err(Missed::Older));
        let mut next = 5;
        assert_eq!(ring.read(&mut next, &EVERYTHING, 1 << 20), Found::Behind);
        let mut small = Ring::new(100, 1, id(0, 0));
        small.push(message(id(1, 0), Topic::Tasks));
        small.push(message(id(2, 0), Topic::Tasks));
        assert_eq!(
            (small.first(), small.next()),
            (1, 2),
            "bytes are bounded, too, and the newest stays"
        );
    }

    #[test]
    fn reads_end_at_their_bound_and_go_on() {
        let ring = ring(100);
        let (mut next, mut seen) = (0, 0);
        while let Found::Messages(found) = ring.read(&mut next, &EVERYTHING, 1) {
            assert_eq!(found.len(), 1);
            seen += 1;
        }
        assert_eq!(seen, 10);
    }

    #[test]
    fn a_gap_is_told_to_all_and_ends_going_on_from_before_it() {
        let mut ring = ring(100);
        ring.tell_gap(id(20, 3), "why");
        ring.push(message(id(21, 0), Topic::Tasks));
        let mut next = ring.next() - 2;
        let nothing = Filter {
            topics: Topics::of([]),
            ..EVERYTHING
        };
        assert_eq!(ids(&ring, &mut next, &nothing), [id(20, 3)]);
        assert_eq!(ring.after(id(9, 1)), Err(Missed::Older));
        assert_eq!(ring.after(id(20, 3)), Ok(11));
    }

    #[test]
    fn what_nobody_heard_cannot_be_gone_on_from() {
        let mut ring = ring(100);
        ring.pass_over(id(30, 0));
        assert_eq!((ring.first(), ring.next()), (10, 10));
        assert_eq!(ring.after(id(9, 1)), Err(Missed::Older));
        assert_eq!(ring.after(id(30, 0)), Ok(10));
    }
}
