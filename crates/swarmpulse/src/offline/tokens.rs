//! `swarmpulse token`: bearer tokens in the data directory, seen by a running server within seconds.

use std::path::Path;

use anyhow::{Context as _, bail};
use swarmpulse_ledger::SqliteState;
use swarmpulse_model::Timestamp;
use swarmpulse_server::mint;
use swarmpulse_store::{Scope, State as _};

use super::TokenScope;
use crate::exit::Outcome;
use crate::{clock, output};

impl From<TokenScope> for Scope {
    fn from(scope: TokenScope) -> Self {
        match scope {
            TokenScope::Ingest => Self::Ingest,
            TokenScope::Read => Self::Read,
            TokenScope::Admin => Self::Admin,
        }
    }
}

fn open(dir: &Path) -> anyhow::Result<SqliteState> {
    std::fs::create_dir_all(dir).with_context(|| format!("make the data directory {}", dir.display()))?;
    Ok(SqliteState::open(dir.join("state.db"))?)
}

pub(super) fn create(
    scope: TokenScope,
    namespace: Option<&str>,
    comment: &str,
    json: bool,
    dir: &Path,
) -> anyhow::Result<Outcome> {
    let state = open(dir)?;
    let now = Timestamp(clock::now_ms().saturating_mul(1_000_000));
    let minted = mint(scope.into(), namespace, comment, now)?;
    state.add_token(&minted.token)?;
    if json {
        output::json(&serde_json::json!({
            "id": minted.token.id, "scope": minted.token.scope.as_str(), "namespace": minted.token.namespace,
            "secret": minted.secret,
        }))?;
    } else {
        output::line(&minted.secret)?;
        output::note(&format!(
            "token {}: keep the secret above, it is not stored and not shown again",
            minted.token.id
        ));
    }
    Ok(Outcome::Done)
}

pub(super) fn list(json: bool, dir: &Path) -> anyhow::Result<Outcome> {
    let tokens = open(dir)?.tokens()?;
    if json {
        let rows: Vec<serde_json::Value> = tokens
            .iter()
            .map(|token| {
                serde_json::json!({
                    "id": token.id, "scope": token.scope.as_str(), "namespace": token.namespace,
                    "comment": token.comment, "created_at": token.created_at.to_string(),
                })
            })
            .collect();
        output::json(&serde_json::Value::Array(rows))?;
        return Ok(Outcome::Done);
    }
    if tokens.is_empty() {
        output::note("no tokens; make one with `swarmpulse token create --scope ingest`");
    }
    for token in tokens {
        let namespace = token.namespace.as_deref().unwrap_or("-");
        let (id, scope, made) = (&token.id, token.scope.as_str(), token.created_at);
        output::line(&format!(
            "{id:<14} {scope:<7} {namespace:<16} {made}  {}",
            token.comment
        ))?;
    }
    Ok(Outcome::Done)
}

pub(super) fn revoke(id: &str, dir: &Path) -> anyhow::Result<Outcome> {
    if !open(dir)?.remove_token(id)? {
        bail!("there is no token `{id}`; `swarmpulse token list` shows them");
    }
    output::note(&format!("token {id} is revoked"));
    Ok(Outcome::Done)
}
