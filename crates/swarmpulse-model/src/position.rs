//! Places in the journal, and the ids of what follows from them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An envelope's place: its partition and its number there, counted from 0 without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// The partition; 0 on a single machine.
    pub partition: u32,
    /// The envelope's number within the partition.
    pub offset: u64,
}

/// The id of an effect: the same whenever the journal is applied again, so it serves as idempotency key.
/// Written `partition-offset-n`, opaque to clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectId {
    /// The envelope it follows from.
    pub position: Position,
    /// Its number among that envelope's effects, from 0.
    pub n: u32,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.partition, self.offset)
    }
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.position, self.n)
    }
}

/// A text that is no effect id or position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this server")]
pub struct CursorError;

impl FromStr for EffectId {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let mut parts = text.split('-');
        let mut next = || {
            parts
                .next()
                .and_then(|part| part.parse::<u64>().ok())
                .ok_or(CursorError)
        };
        let (partition, offset, n) = (next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(CursorError);
        }
        Ok(Self {
            position: Position {
                partition: u32::try_from(partition).map_err(|_| CursorError)?,
                offset,
            },
            n: u32::try_from(n).map_err(|_| CursorError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effect_ids_parse_back() {
        let id = EffectId {
            position: Position {
                partition: 3,
                offset: 1 << 40,
            },
            n: 7,
        };
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in ["", "1-2", "1-2-3-4", "a-b-c", "-1-2-3", "4294967296-0-0"] {
            assert_eq!(bad.parse::<EffectId>(), Err(CursorError), "{bad}");
        }
    }
}
