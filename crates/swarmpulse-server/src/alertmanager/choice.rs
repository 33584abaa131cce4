//! Which alerts are asked for.

use swarmpulse_alert::{AlertView, Matchers};
use swarmpulse_model::Text;
use swarmpulse_model::alert::{AlertState, LabelMatcher, LabelOp};
use swarmpulse_model::series::Label;

use super::parameters::Parameters;
use super::refusal::Refusal;
use crate::access::Access;
use crate::read::may_see_alert;

/// Which alerts are asked for, and by whom.
pub(super) struct Choice {
    access: Access,
    active: bool,
    silenced: bool,
    inhibited: bool,
    muted: bool,
    filter: Vec<Matchers>,
    receiver: Option<Matchers>,
}

const RECEIVER: &str = "receiver";

impl Choice {
    /// As the parameters say.
    pub(super) fn of(parameters: &Parameters, access: Access) -> Result<Self, Refusal> {
        let receiver = parameters.text(RECEIVER).map(receiver).transpose()?;
        Ok(Self {
            access,
            active: parameters.is_wanted("active"),
            silenced: parameters.is_wanted("silenced"),
            inhibited: parameters.is_wanted("inhibited"),
            muted: parameters.is_wanted("muted"),
            filter: parameters.filter()?,
            receiver,
        })
    }

    /// Whether that alert is among them, whomever it goes to.
    pub(super) fn has(&self, view: &AlertView) -> bool {
        let (silenced, inhibited) = (!view.silenced_by.is_empty(), !view.inhibited_by.is_empty());
        view.alert.state == AlertState::Firing
            && may_see_alert(&self.access, view)
            && (self.active || silenced || inhibited)
            && (self.silenced || !silenced)
            && (self.inhibited || !inhibited)
            && self
                .filter
                .iter()
                .all(|matchers| matchers.matches(&view.alert.labels))
    }

    /// Whether what mutes a group leaves it among those asked for.
    pub(super) fn has_muted(&self, view: &AlertView) -> bool {
        self.muted || view.muted_by.is_empty()
    }

    /// Whether it is asked for what goes to that receiver.
    pub(super) fn has_receiver(&self, name: &Text) -> bool {
        self.receiver.as_ref().is_none_or(|matchers| {
            let label = Label {
                name: Text::const_new(RECEIVER),
                value: name.clone(),
            };
            matchers.matches(&[label])
        })
    }
}

/// The expression that receivers' names are to match, bounded and anchored as those of matchers are.
fn receiver(expression: &str) -> Result<Matchers, Refusal> {
    let matcher = LabelMatcher {
        name: Text::const_new(RECEIVER),
        op: LabelOp::Regex,
        value: expression.into(),
    };
    Matchers::new(vec![matcher])
        .map_err(|error| Refusal::bad_request(format!("failed to parse receiver param: {error}")))
}
