//! Pages of history, filled as far as a bounded amount of work allows.

use swarmpulse_runtime::Handle;
use swarmpulse_store::{HistoryError, HistoryPage, HistoryQuery, HistoryRow};

use super::query::foreign_cursor;
use crate::problem::ApiError;

/// Calls of the store for one answer. Each does a bounded amount of work, and may find nothing and yet have a next.
const CALLS_MAX: usize = 16;

/// A page of rows that pass, and the cursor of the next. It may be short of the limit and still have a next.
pub(super) fn page(
    handle: &Handle,
    mut query: HistoryQuery,
    passes: impl Fn(&HistoryRow) -> bool,
) -> Result<HistoryPage, ApiError> {
    let limit = query.limit;
    let mut found = HistoryPage {
        rows: Vec::new(),
        next: query.cursor.clone(),
    };
    if limit == 0 {
        return Ok(HistoryPage::default());
    }
    for _ in 0..CALLS_MAX {
        // Never more than there is room for: the store's cursor then stands just behind what is shown.
        query.limit = limit - found.rows.len();
        let page = handle.history().query(&query).map_err(|error| refused(&error))?;
        found.rows.extend(page.rows.into_iter().filter(|row| passes(row)));
        found.next.clone_from(&page.next);
        query.cursor = page.next;
        if query.cursor.is_none() || found.rows.len() >= limit {
            break;
        }
    }
    Ok(found)
}

/// What a store's refusal means to a client.
fn refused(error: &HistoryError) -> ApiError {
    match error {
        HistoryError::Cursor => foreign_cursor(),
        HistoryError::Full { .. } | HistoryError::Database { .. } => {
            tracing::warn!(%error, "history cannot be read");
            ApiError::unavailable(5, "history cannot be read just now; its store refuses")
        }
    }
}
