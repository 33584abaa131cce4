//! A row's place in time: what history is ordered by, and how cursors are written.

use swarmpulse_model::{EffectId, Position, Timestamp};

use super::HistoryError;

/// A row's place: its time, then its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// When the row's record was received.
    pub at: Timestamp,
    /// The row's id.
    pub id: EffectId,
}

impl Place {
    /// Before every row.
    pub const FIRST: Self = Self::from_parts(i64::MIN, 0, 0, 0);
    /// After every row.
    pub const LAST: Self = Self::from_parts(i64::MAX, u32::MAX, i64::MAX as u64, u32::MAX);

    const fn from_parts(at: i64, partition: u32, offset: u64, n: u32) -> Self {
        Self {
            at: Timestamp(at),
            id: EffectId {
                position: Position { partition, offset },
                n,
            },
        }
    }

    /// The first place of a time.
    #[must_use]
    pub fn start_of(at: Timestamp) -> Self {
        Self { at, ..Self::FIRST }
    }

    /// The next place; [`Place::LAST`] stays.
    #[must_use]
    pub fn after(self) -> Self {
        let Position { partition, offset } = self.id.position;
        if let Some(n) = self.id.n.checked_add(1) {
            Self::from_parts(self.at.0, partition, offset, n)
        } else if offset < Self::LAST.id.position.offset {
            Self::from_parts(self.at.0, partition, offset + 1, 0)
        } else if let Some(partition) = partition.checked_add(1) {
            Self::from_parts(self.at.0, partition, 0, 0)
        } else {
            self.at
                .0
                .checked_add(1)
                .map_or(Self::LAST, |at| Self::start_of(Timestamp(at)))
        }
    }

    /// The place before; [`Place::FIRST`] stays.
    #[must_use]
    pub fn before(self) -> Self {
        let Position { partition, offset } = self.id.position;
        let last = Self::LAST.id;
        if let Some(n) = self.id.n.checked_sub(1) {
            Self::from_parts(self.at.0, partition, offset, n)
        } else if let Some(offset) = offset.checked_sub(1) {
            Self::from_parts(self.at.0, partition, offset, last.n)
        } else if let Some(partition) = partition.checked_sub(1) {
            Self::from_parts(self.at.0, partition, last.position.offset, last.n)
        } else {
            self.at.0.checked_sub(1).map_or(Self::FIRST, |at| Self {
                at: Timestamp(at),
                id: last,
            })
        }
    }

    /// The cursor of the page that goes on after this place, in this order. Opaque to clients.
    #[must_use]
    pub fn to_cursor(self, ascending: bool) -> String {
        let order = if ascending { 'a' } else { 'd' };
        let Position { partition, offset } = self.id.position;
        let text = format!(
            "{order}{:016x}{partition:08x}{offset:016x}{:08x}",
            self.at.0, self.id.n
        );
        let check = checksum(text.as_bytes());
        format!("{text}{check:08x}")
    }

    /// The place that a cursor of this order was made of.
    ///
    /// # Errors
    /// [`HistoryError::Cursor`] if no store made it, or one did for the other order.
    pub fn from_cursor(cursor: &str, ascending: bool) -> Result<Self, HistoryError> {
        let place = Self::parse(cursor).ok_or(HistoryError::Cursor)?;
        if place.to_cursor(ascending) == cursor {
            Ok(place)
        } else {
            Err(HistoryError::Cursor)
        }
    }

    fn parse(cursor: &str) -> Option<Self> {
        let hex = |from: usize, digits: usize| u64::from_str_radix(cursor.get(from..from + digits)?, 16).ok();
        Some(Self::from_parts(
            hex(1, 16)?.cast_signed(),
            u32::try_from(hex(17, 8)?).ok()?,
            hex(25, 16)?,
            u32::try_from(hex(41, 8)?).ok()?,
        ))
    }
}

/// FNV-1a: enough to tell a cursor of ours from another's; no secret is in it.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_others_are_refused() {
        for place in [Place::FIRST, Place::LAST, Place::from_parts(-5, 3, 1 << 40, 7)] {
            for ascending in [true, false] {
                let cursor = place.to_cursor(ascending);
                assert_eq!(Place::from_cursor(&cursor, ascending).ok(), Some(place));
                assert!(
                    Place::from_cursor(&cursor, !ascending).is_err(),
                    "made for the other order"
                );
                assert!(Place::from_cursor(&cursor.to_uppercase(), ascending).is_err());
                assert!(Place::from_cursor(&format!("{cursor}0"), ascending).is_err());
                let other = format!(
                    "{}{}",
                    &cursor[..cursor.len() - 1],
                    if cursor.ends_with('0') { '1' } else { '0' }
                );
                assert!(Place::from_cursor(&other, ascending).is_err());
            }
        }
        for foreign in ["", "1", "a", "0-1-2", "äöü", &"f".repeat(57), &"ä".repeat(28)] {
            assert!(Place::from_cursor(foreign, true).is_err(), "{foreign}");
        }
    }

    #[test]
    fn after_and_before_are_neighbours() {
        let edges = [
            Place::from_parts(1, 2, 3, 4),
            Place::from_parts(1, 2, 3, u32::MAX),
            Place::from_parts(1, 2, i64::MAX as u64, u32::MAX),
            Place::from_parts(1, u32::MAX, i64::MAX as u64, u32::MAX),
        ];
        for place in edges {
            assert!(place.after() > place);
            assert_eq!(place.after().before(), place);
        }
        assert_eq!(Place::LAST.after(), Place::LAST);
        assert_eq!(Place::FIRST.before(), Place::FIRST);
    }
}
