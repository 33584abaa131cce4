//! Bearer tokens: made here, stored as hashes, looked up in a cache that follows the store.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use swarmpulse_model::entity::check_id;
use swarmpulse_model::{IdError, Text, Timestamp};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_slo::ALL_NAMESPACES;
use swarmpulse_store::{Scope, State, StateError, Token};

use crate::access::Access;

/// What every secret begins with, so that scanners of leaked secrets know it.
const PREFIX: &str = "swp_";
/// Tokens made or removed elsewhere take effect after so long.
const REFRESH_AFTER: Duration = Duration::from_secs(5);
/// An unknown token makes the cache look again, at most this often.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// Why a token was not made.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The namespace has no such name.
    #[error("the namespace {0}")]
    Namespace(IdError),
    /// The name stands for all namespaces together.
    #[error("the namespace `*` stands for all of them together: leave it out for a token that sees all")]
    AllNamespaces,
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system: {0}")]
    Randomness(getrandom::Error),
}

/// A new token and its secret, which is nowhere else.
pub struct Minted {
    /// The secret, to be shown once.
    pub secret: String,
    /// What is stored.
    pub token: Token,
}

/// Makes a token with a new secret of 256 random bits. The caller stores it and shows the secret once.
///
/// # Errors
/// If the namespace may not be named so, or there is no randomness.
pub fn mint(
    scope: Scope,
    namespace: Option<&str>,
    comment: &str,
    created_at: Timestamp,
) -> Result<Minted, MintError> {
    if let Some(namespace) = namespace {
        check_id(namespace).map_err(MintError::Namespace)?;
        if namespace == ALL_NAMESPACES {
            return Err(MintError::AllNamespaces);
        }
    }
    let mut random = [0; 36];
    getrandom::fill(&mut random).map_err(MintError::Randomness)?;
    let (id, secret) = random.split_at(4);
    let secret = format!("{PREFIX}{}", hex(secret));
    let token = Token {
        id: format!("{}-{}", scope.as_str(), hex(id)).into(),
        hash: hash(&secret),
        scope,
        namespace: namespace.map(Text::from),
        comment: comment.into(),
        created_at,
    };
    Ok(Minted { secret, token })
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|half| char::from_digit(half.into(), 16))
        .collect()
}

struct Cache {
    tokens: Arc<[Token]>,
    read: Option<Stopwatch>,
}

/// The tokens in force.
pub(crate) struct Tokens {
    state: Arc<dyn State>,
    cache: RwLock<Cache>,
    reading: tokio::sync::Mutex<()>,
}

impl Tokens {
    pub(crate) fn new(state: Arc<dyn State>) -> Self {
        let cache = Cache {
            tokens: Arc::new([]),
            read: None,
        };
        Self {
            state,
            cache: RwLock::new(cache),
            reading: tokio::sync::Mutex::new(()),
        }
    }

    /// What the bearer of that secret may do; `None` if it is no token's.
    ///
    /// # Errors
    /// If the store could not be read and nothing is known yet.
    pub(crate) async fn access(&self, secret: &str) -> Result<Option<Access>, StateError> {
        let presented = hash(secret);
        self.refresh_after(REFRESH_AFTER).await?;
        if let Some(access) = self.find(&presented) {
            return Ok(Some(access));
        }
        // It may have been made just now, by the command line or another request.
        self.refresh_after(RETRY_AFTER).await?;
        Ok(self.find(&presented))
    }

    fn find(&self, presented: &[u8; 32]) -> Option<Access> {
        let tokens = Arc::clone(&self.cache.read().tokens);
        let mut found = None;
        // Every token is compared, whole, so that time says nothing about any of them.
        for token in tokens.iter() {
            if bool::from(token.hash.ct_eq(presented)) {
                found = Some(token);
            }
        }
        found.map(|token| Access {
            namespace: token.namespace.clone(),
            principal: token.id.clone(),
            scope: token.scope,
        })
    }

    /// Every token, read anew.
    pub(crate) async fn all(&self) -> Result<Arc<[Token]>, StateError> {
        self.refresh_after(Duration::ZERO).await?;
        Ok(Arc::clone(&self.cache.read().tokens))
    }

    /// Stores a token; it holds from now on.
    pub(crate) async fn add(&self, token: Token) -> Result<(), StateError> {
        let state = Arc::clone(&self.state);
        blocking(move || state.add_token(&token)).await?;
        self.refresh_after(Duration::ZERO).await
    }

    /// Removes a token; it is refused from now on. False if there was none.
    pub(crate) async fn remove(&self, id: String) -> Result<bool, StateError> {
        let state = Arc::clone(&self.state);
        let removed = blocking(move || state.remove_token(&id)).await?;
        self.refresh_after(Duration::ZERO).await?;
        Ok(removed)
    }

    fn is_fresh(&self, for_long: Duration) -> bool {
        let read = self.cache.read().read;
        read.is_some_and(|read| read.seconds() < for_long.as_secs_f64())
    }

    /// Reads the tokens again if they were read that long ago; one reader at a time.
    async fn refresh_after(&self, age: Duration) -> Result<(), StateError> {
        if self.is_fresh(age) {
            return Ok(());
        }
        let _alone = self.reading.lock().await;
        if self.is_fresh(age) {
            return Ok(());
        }
        let started = Stopwatch::start();
        let state = Arc::clone(&self.state);
        match blocking(move || state.tokens()).await {
            Ok(tokens) => {
                let mut cache = self.cache.write();
                cache.tokens = tokens.into();
                cache.read = Some(started);
                Ok(())
            }
            // Those known go on: a database that is busy or full must not shut everyone out.
            Err(error) if self.cache.read().read.is_some() && !age.is_zero() => {
                tracing::warn!(%error, "tokens could not be read; those known stay in force");
                self.cache.write().read = Some(started);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// Runs what waits for a disk off the asynchronous workers.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StateError> + Send + 'static,
) -> Result<T, StateError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(StateError::Database {
            action: "use",
            path: "state".into(),
            detail: error.to_string(),
        })
    })
}

#[cfg(test)]
mod tests {
    use swarmpulse_store::memory::MemoryState;

    use super::*;

    #[test]
    fn secrets_are_long_and_new_and_stored_as_their_hash_alone() {
        let one = mint(Scope::Ingest, Some("team"), "ci", Timestamp(7)).unwrap();
        let other = mint(Scope::Ingest, Some("team"), "ci", Timestamp(7)).unwrap();
        assert_eq!(one.secret.len(), PREFIX.len() + 64);
        assert_ne!(one.secret, other.secret);
        assert_ne!(one.token.id, other.token.id);
        assert_eq!(one.token.hash, hash(&one.secret));
        assert!(!format!("{:?}", one.token).contains(&one.secret[4..]));
        assert!(mint(Scope::Read, Some(""), "", Timestamp(0)).is_err());
        let all = mint(Scope::Read, Some("*"), "", Timestamp(0)).err().unwrap();
        assert!(all.to_string().contains("stands for all of them"), "{all}");
    }

    #[test]
    fn a_known_digest() {
        assert_eq!(
            hex(&hash("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[tokio::test]
    async fn tokens_hold_from_when_they_are_added_until_they_are_removed() {
        let tokens = Tokens::new(Arc::new(MemoryState::default()));
        let minted = mint(Scope::Read, Some("team"), "", Timestamp(0)).unwrap();
        let (secret, id) = (minted.secret.clone(), minted.token.id.clone());
        assert_eq!(tokens.access(&secret).await.unwrap(), None);
        tokens.add(minted.token).await.unwrap();
        let access = tokens.access(&secret).await.unwrap().unwrap();
        assert_eq!(
            (access.namespace.as_deref(), access.scope),
            (Some("team"), Scope::Read)
        );
        assert_eq!(access.principal, id);
        assert_eq!(tokens.access(&secret[1..]).await.unwrap(), None);
        assert!(tokens.remove(id.to_string()).await.unwrap());
        assert_eq!(tokens.access(&secret).await.unwrap(), None);
        assert!(!tokens.remove(id.to_string()).await.unwrap());
    }
}
