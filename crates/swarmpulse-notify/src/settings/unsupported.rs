//! Channels of Alertmanager that are not here.

use swarmpulse_yaml::Fields;

use super::reader::Reader;

const KEYS: [&str; 10] = [
    "incidentio_configs",
    "jira_configs",
    "mattermost_configs",
    "pushover_configs",
    "rocketchat_configs",
    "sns_configs",
    "telegram_configs",
    "victorops_configs",
    "webex_configs",
    "wechat_configs",
];

/// Refuses them: an alert whose route ends in a channel that does not exist would be lost without a word.
pub(super) fn refuse(fields: &mut Fields<'_>, reader: &mut Reader<'_>) {
    for key in KEYS {
        if !fields.list(key, &mut reader.faults).is_empty() {
            let message = format!(
                "{key} is not supported: write `webhook_configs`, `command_configs`, or `alertmanager_configs` to let an Alertmanager send it"
            );
            reader.faults.error(fields.place(key), message);
        }
    }
}
