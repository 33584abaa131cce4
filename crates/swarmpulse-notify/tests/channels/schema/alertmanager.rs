//! `POST /api/v2/alerts` of Alertmanager:
//! <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>, `postableAlerts`.

use super::{list, object, posted, texts, time, url};
use crate::server::Received;

pub fn check(requests: &[Received]) {
    // Of a group without alerts there is nothing to forward.
    let Some(request) = requests.first() else { return };
    assert_eq!(request.path, "/prefix/api/v2/alerts");
    assert!(request.header("authorization").unwrap().starts_with("Basic "));
    let body = posted(requests);
    assert!(!list(&body, 1000).is_empty());
    for alert in list(&body, 1000) {
        object(
            alert,
            &["labels"],
            &["annotations", "startsAt", "endsAt", "generatorURL"],
        );
        let labels = texts(&alert["labels"]);
        assert!(labels.contains_key("alertname"));
        assert!(labels.values().all(|value| value != ""));
        texts(&alert["annotations"]);
        assert!(time(&alert["startsAt"]) <= time(&alert["endsAt"]));
        url(&alert["generatorURL"], 4096);
    }
}
