//! The `entities` table: the newest that is known of each agent, task and sandbox.

use rusqlite::{Connection, Error, params};
use swarmpulse_model::{Effect, EntityKey, EntityKind};
use swarmpulse_store::{Facets, HistoryRow};

use crate::day::rfc3339;
use crate::history::stored_offset;

/// Shows what this row says of its entity.
pub(crate) fn show(connection: &Connection, row: &HistoryRow) -> Result<(), Error> {
    let facets = Facets::of(&row.effect);
    let evidence = facets
        .text
        .split_once(": ")
        .map(|(_, evidence)| evidence.to_owned());
    let at = rfc3339(row.at);
    let blank = Columns {
        since: Some(at.clone()),
        ..Columns::default()
    };
    let (key, columns) = match &row.effect {
        Effect::Verdict(change) => {
            let since = Some(rfc3339(change.since));
            let agent_kind = Some(change.agent_kind.as_str());
            (
                &change.agent,
                Columns {
                    status: Some(change.to.as_str()),
                    since,
                    agent_kind,
                    evidence,
                    ..blank
                },
            )
        }
        Effect::Task(change) => {
            let evidence = change.error.as_ref().map(ToString::to_string);
            let (agent, sandbox) = (change.agent.as_deref(), change.sandbox.as_deref());
            (
                &change.task,
                Columns {
                    status: Some(change.to.as_str()),
                    agent,
                    sandbox,
                    evidence,
                    ..blank
                },
            )
        }
        Effect::Sandbox(change) => {
            let evidence = change
                .provider
                .as_ref()
                .map(|provider| format!("says {provider}"));
            (
                &change.sandbox,
                Columns {
                    status: Some(&change.to),
                    agent: change.agent.as_deref(),
                    evidence,
                    ..blank
                },
            )
        }
        Effect::Restart(restart) => (
            &restart.agent,
            Columns {
                since: None,
                restarts: Some(restart.restarts),
                ..blank
            },
        ),
        Effect::Joined(joined) => {
            return forget(
                connection,
                &EntityKey::new(&joined.agent.namespace, EntityKind::Agent, &joined.other),
            );
        }
        Effect::Forgotten(key) => return forget(connection, key),
        Effect::Event(_)
        | Effect::Failure(_)
        | Effect::Condition(_)
        | Effect::Alert(_)
        | Effect::Silence(_)
        | Effect::Acknowledgement(_)
        | Effect::Notification(_)
        | Effect::Delivery(_) => return Ok(()),
    };
    upsert(connection, key, &columns, &at, row.id.position.offset)
}

/// What a row says; what it does not say stays as it was, save the evidence of a new status.
#[derive(Default)]
struct Columns<'a> {
    status: Option<&'a str>,
    since: Option<String>,
    agent_kind: Option<&'a str>,
    agent: Option<&'a str>,
    sandbox: Option<&'a str>,
    restarts: Option<u32>,
    evidence: Option<String>,
}

fn upsert(
    connection: &Connection,
    key: &EntityKey,
    columns: &Columns<'_>,
    updated_at: &str,
    offset: u64,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO entities (namespace, kind, id, status, since, agent_kind, agent, sandbox, restarts, evidence,
                               updated_at, updated_offset)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (namespace, kind, id) DO UPDATE SET
             status = coalesce(?4, status), since = coalesce(?5, since), agent_kind = coalesce(?6, agent_kind),
             agent = coalesce(?7, agent), sandbox = coalesce(?8, sandbox), restarts = coalesce(?9, restarts),
             evidence = iif(?4 IS NULL, evidence, ?10), updated_at = ?11, updated_offset = ?12",
    )?;
    statement.execute(params![
        key.namespace.as_str(),
        key.kind.as_str(),
        key.id.as_str(),
        columns.status,
        columns.since,
        columns.agent_kind,
        columns.agent,
        columns.sandbox,
        columns.restarts,
        columns.evidence,
        updated_at,
        stored_offset(offset)
    ])?;
    Ok(())
}

fn forget(connection: &Connection, key: &EntityKey) -> Result<(), Error> {
    let mut statement =
        connection.prepare_cached("DELETE FROM entities WHERE namespace = ?1 AND kind = ?2 AND id = ?3")?;
    statement.execute([key.namespace.as_str(), key.kind.as_str(), key.id.as_str()])?;
    Ok(())
}
