//! Snapshots: the fleet as bytes and back.

use serde::Serialize;
use swarmpulse_fleet::{Fleet, SNAPSHOT_VERSION};
use swarmpulse_store::Snapshot;

/// Fast, and a tenth of the size.
const LEVEL: i32 = 1;

/// Why a snapshot could not be made or read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("encode the fleet: {0}")]
    Encode(#[from] rmp_serde::encode::Error),
    #[error("decode the fleet: {0}")]
    Decode(#[from] rmp_serde::decode::Error),
    #[error("compress the fleet: {0}")]
    Compress(#[from] std::io::Error),
}

/// The fleet as bytes: `MessagePack` with named fields, so that a later release reads it, compressed.
pub(crate) fn save(fleet: &Fleet) -> Result<Snapshot, SnapshotError> {
    let mut body = zstd::Encoder::new(Vec::new(), LEVEL)?;
    let mut buffered = std::io::BufWriter::with_capacity(1 << 16, &mut body);
    fleet.serialize(&mut rmp_serde::Serializer::new(&mut buffered).with_struct_map())?;
    std::io::Write::flush(&mut buffered)?;
    drop(buffered);
    Ok(Snapshot {
        next_offset: fleet.next_offset(),
        at: fleet.now(),
        version: SNAPSHOT_VERSION,
        body: body.finish()?,
    })
}

/// The fleet that was saved.
pub(crate) fn load(snapshot: &Snapshot) -> Result<Fleet, SnapshotError> {
    let body = zstd::decode_all(snapshot.body.as_slice())?;
    let mut fleet: Fleet = rmp_serde::from_slice(&body)?;
    fleet.restore();
    Ok(fleet)
}
