//! Tokens: the hash of each secret, and what it allows.

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Error, ErrorCode, Row, params};
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_store::{Scope, Token};

/// Adds a token; false if its id or secret is taken.
pub(crate) fn add(connection: &Connection, token: &Token) -> Result<bool, Error> {
    let added = connection.execute(
        "INSERT INTO tokens (id, hash, scope, namespace, comment, created_at_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            token.id.as_str(),
            token.hash,
            token.scope.as_str(),
            token.namespace.as_deref(),
            token.comment.as_str(),
            token.created_at.0
        ],
    );
    match added {
        Ok(_) => Ok(true),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Every token, by id.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Token>, Error> {
    let sql = "SELECT id, hash, scope, namespace, comment, created_at_ns FROM tokens ORDER BY id";
    connection.prepare_cached(sql)?.query_map([], token)?.collect()
}

/// Removes a token; false if there was none.
pub(crate) fn remove(connection: &Connection, id: &str) -> Result<bool, Error> {
    Ok(connection.execute("DELETE FROM tokens WHERE id = ?1", [id])? > 0)
}

fn token(row: &Row<'_>) -> Result<Token, Error> {
    let text = |column: usize| row.get_ref(column)?.as_str().map(Text::from).map_err(Error::from);
    let scope = Scope::parse(&text(2)?)
        .ok_or_else(|| Error::FromSqlConversionFailure(2, Type::Text, Box::new(FromSqlError::InvalidType)))?;
    Ok(Token {
        id: text(0)?,
        hash: row.get(1)?,
        scope,
        namespace: row.get_ref(3)?.as_str_or_null()?.map(Text::from),
        comment: text(4)?,
        created_at: Timestamp(row.get(5)?),
    })
}
