//! Hashes of series by which they are found: keyed, so that nobody outside can make two collide.

use xxhash_rust::xxh3::xxh3_128_with_secret;

/// The length of the key, in bytes.
const SECRET_BYTES: usize = 192;

/// The hash of the labels of a series: 96 bits are kept of 128.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeriesHash {
    /// Where it is looked up.
    pub(crate) place: u64,
    /// What tells it from others at the same place.
    pub(crate) check: u32,
}

/// Hashes series with a key of this process.
pub(crate) struct SeriesHasher {
    secret: [u8; SECRET_BYTES],
}

/// What a namespace adds to the hashes of its series; zero for the default one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NamespaceKey(u128);

impl SeriesHasher {
    /// With a new key; `None` if the system has no random numbers.
    pub(crate) fn new() -> Option<Self> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret).ok()?;
        Some(Self { secret })
    }

    /// The part of a namespace; the default one adds nothing.
    pub(crate) fn namespace(&self, namespace: &str) -> NamespaceKey {
        if is_default(namespace) {
            return NamespaceKey(0);
        }
        NamespaceKey(xxh3_128_with_secret(namespace.as_bytes(), &self.secret).rotate_left(64) | 1)
    }

    /// The hash of labels as bytes, as they came.
    #[inline]
    pub(crate) fn series(&self, namespace: NamespaceKey, labels: &[u8]) -> SeriesHash {
        let hash = xxh3_128_with_secret(labels, &self.secret).wrapping_add(namespace.0);
        SeriesHash {
            place: hash as u64,
            check: (hash >> 64) as u32,
        }
    }
}

/// Whether series of this namespace have no label that says so.
pub(crate) fn is_default(namespace: &str) -> bool {
    namespace.is_empty() || namespace == "default"
}
