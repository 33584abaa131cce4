//! The webhook of Alertmanager, version 4: <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>; and the
//! signature as a receiver would check it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::{list, object, posted, text, texts, time, url};
use crate::case::SECRET;
use crate::server::Received;

pub fn check(requests: &[Received]) {
    let request = &requests[0];
    assert_eq!(request.path, format!("/hook?token={SECRET}"));
    assert_eq!(request.header("x-swarmpulse-notification"), Some("0-4711-2"));
    assert_eq!(request.header("idempotency-key").unwrap().len(), 32);
    let bearer = format!("Bearer {SECRET}");
    assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    signed(request);
    let body = posted(requests);
    object(
        &body,
        &[
            "version",
            "groupKey",
            "truncatedAlerts",
            "status",
            "receiver",
            "groupLabels",
            "commonLabels",
            "commonAnnotations",
            "externalURL",
            "alerts",
        ],
        &[],
    );
    assert_eq!(body["version"], "4");
    assert!(body["truncatedAlerts"].is_u64());
    assert!(["firing", "resolved"].contains(&text(&body["status"], 1, 10)));
    for name in ["groupLabels", "commonLabels", "commonAnnotations"] {
        texts(&body[name]);
    }
    url(&body["externalURL"], 2048);
    for alert in list(&body["alerts"], 1000) {
        object(
            alert,
            &[
                "status",
                "labels",
                "annotations",
                "startsAt",
                "endsAt",
                "generatorURL",
                "fingerprint",
            ],
            &[],
        );
        assert!(texts(&alert["labels"]).contains_key("alertname"));
        texts(&alert["annotations"]);
        url(&alert["generatorURL"], 4096);
        assert!(u64::from_str_radix(text(&alert["fingerprint"], 16, 16), 16).is_ok());
        let (starts, ends) = (time(&alert["startsAt"]), time(&alert["endsAt"]));
        match alert["status"].as_str() {
            Some("resolved") => assert!(ends >= starts),
            Some("firing") => assert_eq!(alert["endsAt"], "0001-01-01T00:00:00Z"),
            other => panic!("status {other:?}"),
        }
    }
}

fn signed(request: &Received) {
    let signature = request.header("x-swarmpulse-signature").unwrap();
    let (time, hex) = signature.split_once(',').unwrap();
    let (time, hex) = (time.strip_prefix("t=").unwrap(), hex.strip_prefix("v1=").unwrap());
    let code: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap())
        .collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(&request.body);
    mac.verify_slice(&code).unwrap();
    assert_eq!(time, "1795344370");
}
