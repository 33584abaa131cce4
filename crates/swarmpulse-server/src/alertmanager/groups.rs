//! `GET /alertmanager/api/v2/alerts/groups`.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_alert::AlertView;
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_runtime::AlertBoard;

use super::alerts::one_by_labels;
use super::choice::Choice;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::shape::{self, AlertGroup};
use crate::access::Access;
use crate::app::App;
use crate::read::{Desk, answer};

/// Alerts as they are told together; groups in which none is to be seen are left out.
pub(super) async fn list(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, Refusal> {
    let choice = Choice::of(&Parameters::of(&uri)?, access)?;
    let answered = answer(app, Desk::Fleet, move |app| {
        let now = app.runtime().now();
        Ok(groups(&app.runtime().alerting(), &choice, now))
    });
    Ok(answered.await?)
}

fn groups(board: &AlertBoard, choice: &Choice, now: Timestamp) -> Vec<AlertGroup> {
    let known: HashMap<&Text, &AlertView> = board.alerts.iter().map(|view| (&view.alert.id, view)).collect();
    let mut groups: Vec<AlertGroup> = board
        .groups
        .iter()
        .filter(|group| choice.has_receiver(&group.receiver))
        .filter_map(|group| {
            let views = group.alerts.iter().filter_map(|id| known.get(id));
            let mut views: Vec<&AlertView> = views
                .copied()
                .filter(|view| choice.has(view) && choice.has_muted(view))
                .collect();
            one_by_labels(&mut views);
            let alerts: Vec<shape::GettableAlert> =
                views.into_iter().map(|view| shape::alert(view, now)).collect();
            (!alerts.is_empty()).then(|| AlertGroup {
                alerts,
                labels: shape::label_set(&group.labels),
                receiver: shape::Receiver {
                    name: group.receiver.clone(),
                },
            })
        })
        .collect();
    groups.sort_by(|a, b| (&a.labels, &a.receiver.name).cmp(&(&b.labels, &b.receiver.name)));
    groups
}
