//! Blocks: runs of rows that were stored one after the other, with the filters that tell what cannot be in them.

use rusqlite::{Connection, Error, params};
use swarmpulse_model::{EffectId, Position, Timestamp};
use swarmpulse_store::{Facets, Place};

use super::grams::Grams;
use super::keys::Keys;

/// Rows of a full block.
const ROWS_MAX: u32 = 512;
/// Bytes of a place as stored.
const PLACE_BYTES: usize = 24;

/// The block that new rows go to.
pub(crate) struct OpenBlock {
    number: Option<i64>,
    row_count: u32,
    first: Place,
    last: Place,
    keys: Keys,
    grams: Grams,
}

impl OpenBlock {
    /// A block that begins with a row at this place.
    pub(crate) fn new(first: Place) -> Self {
        Self {
            number: None,
            row_count: 0,
            first,
            last: first,
            keys: Keys::default(),
            grams: Grams::default(),
        }
    }

    /// Whether a row of this place belongs in another block: this one is full, or the row lies before its last.
    pub(crate) fn ends_before(&self, place: Place) -> bool {
        self.row_count >= ROWS_MAX || place < self.last
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, place: Place, facets: &Facets<'_>) {
        self.row_count += 1;
        self.last = place;
        self.keys.add(facets);
        facets.texts().for_each(|text| self.grams.add(text));
    }

    /// Writes the block as it is now.
    pub(crate) fn save(&mut self, connection: &Connection) -> Result<(), Error> {
        let mut statement = connection.prepare_cached(
            "INSERT INTO blocks (block, row_count, first_place, last_place, key_filter) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (block) DO UPDATE SET row_count = ?2, last_place = ?4, key_filter = ?5",
        )?;
        let (first, last) = (place_bytes(self.first), place_bytes(self.last));
        statement.execute(params![
            self.number,
            self.row_count,
            first,
            last,
            self.keys.encode()
        ])?;
        let number = *self.number.get_or_insert_with(|| connection.last_insert_rowid());
        let sql = "INSERT OR REPLACE INTO block_texts (block, text_filter) VALUES (?1, ?2)";
        connection
            .prepare_cached(sql)?
            .execute(params![number, self.grams.encode()])?;
        Ok(())
    }
}

/// A place as bytes that sort as it does.
pub(crate) fn place_bytes(place: Place) -> [u8; PLACE_BYTES] {
    let Position { partition, offset } = place.id.position;
    let at = place.at.0.cast_unsigned() ^ (1 << 63);
    let mut bytes = [0; PLACE_BYTES];
    bytes[..8].copy_from_slice(&at.to_be_bytes());
    bytes[8..12].copy_from_slice(&partition.to_be_bytes());
    bytes[12..20].copy_from_slice(&offset.to_be_bytes());
    bytes[20..].copy_from_slice(&place.id.n.to_be_bytes());
    bytes
}

/// The place of these bytes.
pub(crate) fn place_of(bytes: &[u8]) -> Option<Place> {
    let (at, rest) = bytes.split_first_chunk()?;
    let (partition, rest) = rest.split_first_chunk()?;
    let (offset, rest) = rest.split_first_chunk()?;
    let n = rest.first_chunk()?;
    let position = Position {
        partition: u32::from_be_bytes(*partition),
        offset: u64::from_be_bytes(*offset),
    };
    let at = Timestamp((u64::from_be_bytes(*at) ^ (1 << 63)).cast_signed());
    Some(Place {
        at,
        id: EffectId {
            position,
            n: u32::from_be_bytes(*n),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_sort_as_their_bytes() {
        let place = |at, partition, offset, n| Place {
            at: Timestamp(at),
            id: EffectId {
                position: Position { partition, offset },
                n,
            },
        };
        let places = [
            Place::FIRST,
            place(-1, 7, 7, 7),
            place(0, 0, 0, 0),
            place(0, 0, 0, 256),
            place(0, 0, 1, 0),
            place(0, 1, 0, 0),
            place(1, 0, 0, 0),
            Place::LAST,
        ];
        for pair in places.windows(2) {
            assert!(place_bytes(pair[0]) < place_bytes(pair[1]), "{pair:?}");
        }
        for place in places {
            assert_eq!(place_of(&place_bytes(place)), Some(place));
        }
        assert_eq!(place_of(&[0; 23]), None);
    }
}
