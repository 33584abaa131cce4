//! Notifications: what was told, and what became of it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{Notification, Notifications};
use swarmpulse_model::alert::Delivery;
use swarmpulse_model::{Effect, EffectId, Text};
use swarmpulse_runtime::Handle;
use swarmpulse_store::{HistoryQuery, HistoryRow};

use super::desk::{Desk, answer};
use super::parameter::{CURSOR, FROM, LIMIT, Parameter, TO, some_of, text};
use super::past;
use super::query::Query;
use crate::access::Access;
use crate::app::App;
use crate::audience::Audience;
use crate::convert::{self, Fate};
use crate::problem::ApiError;

/// Deliveries looked through for what became of a page of notifications.
const DELIVERIES_MAX: usize = 5_000;

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "d0000",
        ..CURSOR
    },
    some_of(
        "outcome",
        "`waiting`, `delivered`, `dead` (given up, can be tried again) alone.",
        &["waiting", "delivered", "dead", "unknown"],
    ),
    text("receiver", "To this receiver alone.", "ops"),
    text("channel", "By this channel alone.", "slack/0"),
    FROM,
    TO,
];

/// `GET /api/v1/notifications`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, LIST)?;
    answer(app, Desk::History, move |app| {
        page(app.runtime(), &query, &access)
    })
    .await
}

fn page(handle: &Handle, query: &Query, access: &Access) -> Result<Notifications, ApiError> {
    let now = handle.now();
    let wanted = HistoryQuery {
        kinds: vec![Text::const_new("notification")],
        from: query.time("from", now),
        to: query.time("to", now),
        limit: query.limit(),
        cursor: query.text("cursor").map(str::to_owned),
        ..HistoryQuery::default()
    };
    let page = past::page(handle, wanted, |row| match &row.effect {
        Effect::Notification(told) => {
            Audience::of_notification(told).has(access.namespace.as_deref())
                && query.is("receiver", Some(&told.receiver))
                && query.is("channel", Some(&told.channel))
        }
        _ => false,
    })?;
    // What became of each stands in later rows, so a page that asks for one outcome may be short and have a next.
    let mut items = shown(handle, &page.rows)?;
    items.retain(|item| query.passes("outcome", Some(&item.outcome)));
    let outbox = handle.outbox();
    let sees_all = access.namespace.is_none();
    Ok(Notifications {
        items,
        next: page.next,
        waiting: if sees_all { outbox.waiting } else { 0 },
        dead: if sees_all { outbox.dead.len() as u64 } else { 0 },
    })
}

/// Notifications of those rows, each with what became of it.
///
/// # Errors
/// If history cannot be read.
pub(super) fn shown(handle: &Handle, rows: &[HistoryRow]) -> Result<Vec<Notification>, ApiError> {
    let deliveries = deliveries(handle, rows)?;
    let outbox = handle.outbox();
    let told = rows.iter().filter_map(|row| match &row.effect {
        Effect::Notification(told) => Some((row.id, told)),
        _ => None,
    });
    Ok(told
        .map(|(id, told)| {
            let fate = match deliveries.get(&id) {
                Some(delivery) => Fate::Told(delivery),
                None if outbox.waiting > 0 => Fate::Waiting,
                None => Fate::Unknown,
            };
            convert::notification(id, told, &fate)
        })
        .collect())
}

/// The last word on each of those notifications.
fn deliveries(handle: &Handle, rows: &[HistoryRow]) -> Result<HashMap<EffectId, Delivery>, ApiError> {
    let Some(oldest) = rows.iter().map(|row| row.at).min() else {
        return Ok(HashMap::new());
    };
    let wanted = HistoryQuery {
        kinds: vec![Text::const_new("delivery")],
        from: Some(oldest),
        ascending: true,
        limit: DELIVERIES_MAX,
        ..HistoryQuery::default()
    };
    let mut found = HashMap::new();
    for row in past::page(handle, wanted, |_| true)?.rows {
        if let Effect::Delivery(delivery) = row.effect
            && rows.iter().any(|row| row.id == delivery.notification)
        {
            found.insert(delivery.notification, *delivery);
        }
    }
    Ok(found)
}
