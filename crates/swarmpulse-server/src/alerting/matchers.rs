//! Matchers as requests carry them: one text, a text each, or taken apart.

use swarmpulse_alert::Matchers;
use swarmpulse_model::alert::{LabelMatcher, LabelOp};

use crate::problem::ApiError;

/// Compiles matchers, and refuses those that would match every alert.
///
/// # Errors
/// If they cannot be read, or match everything.
pub(crate) fn read(sent: swarmpulse_api::Matchers) -> Result<Matchers, ApiError> {
    let wrong = |error: &dyn std::fmt::Display| ApiError::unprocessable(format!("`matchers`: {error}"));
    let matchers = match sent {
        swarmpulse_api::Matchers::Text(text) => Matchers::parse(&text).map_err(|error| wrong(&error))?,
        swarmpulse_api::Matchers::Texts(texts) => {
            let mut all = Vec::new();
            for text in texts {
                let parsed = Matchers::parse(&text).map_err(|error| wrong(&error))?;
                all.extend(parsed.iter().cloned());
            }
            Matchers::new(all).map_err(|error| wrong(&error))?
        }
        swarmpulse_api::Matchers::List(list) => {
            let list: Result<Vec<LabelMatcher>, ApiError> = list.into_iter().map(matcher).collect();
            Matchers::new(list?).map_err(|error| wrong(&error))?
        }
    };
    if matchers.is_empty() {
        return Err(wrong(
            &"there are none, and so every alert would match; name at least one, as in `{agent=\"bot-1\"}`",
        ));
    }
    if matchers.matches_nothing_at_all() {
        return Err(wrong(&format!(
            "{matchers} matches alerts without any of these labels, and so nearly every alert; at least one must not match \
             the empty text, as in `{{agent=~\".+\"}}`"
        )));
    }
    Ok(matchers)
}

fn matcher(sent: swarmpulse_api::SilenceMatcher) -> Result<LabelMatcher, ApiError> {
    const OPS: [LabelOp; 4] = [
        LabelOp::Equal,
        LabelOp::NotEqual,
        LabelOp::Regex,
        LabelOp::NotRegex,
    ];
    let op = OPS.into_iter().find(|op| op.as_str() == sent.op);
    let op = op.ok_or_else(|| {
        ApiError::unprocessable(format!(
            "`matchers`: `op` of the label `{}`: expected one of =, !=, =~, !~, got `{}`",
            sent.name, sent.op
        ))
    })?;
    Ok(LabelMatcher {
        name: sent.name.into(),
        op,
        value: sent.value.into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(sent: serde_json::Value) -> Result<String, String> {
        let sent: swarmpulse_api::Matchers = serde_json::from_value(sent).unwrap();
        read(sent)
            .map(|matchers| matchers.to_string())
            .map_err(|error| error.detail)
    }

    #[test]
    fn matchers_are_read_in_every_form() {
        let expected = "{agent=\"a 1\",severity!~\"inf.*\"}";
        for sent in [
            json!("{agent=\"a 1\", severity!~\"inf.*\"}"),
            json!(["agent=\"a 1\"", "severity!~\"inf.*\""]),
            json!([{"name": "agent", "op": "=", "value": "a 1"}, {"name": "severity", "op": "!~", "value": "inf.*"}]),
        ] {
            assert_eq!(of(sent.clone()).unwrap(), expected, "{sent}");
        }
    }

    #[test]
    fn what_would_match_everything_or_cannot_be_read_is_refused_with_a_way_out() {
        for (sent, needle) in [
            (json!([]), "at least one"),
            (json!(""), "at least one"),
            (json!("{}"), "at least one"),
            (json!("{agent=~\".*\"}"), "agent=~"),
            (json!("{agent!=\"a\"}"), "empty text"),
            (json!("{agent=\"\"}"), "empty text"),
            (json!("{agent=~\"(\"}"), "agent"),
            (json!("{agent"), "name=\"value\""),
            (json!([{"name": "agent", "op": "==", "value": "a"}]), "`op`"),
            (json!([{"name": "", "op": "=", "value": "a"}]), "name"),
        ] {
            let detail = of(sent.clone()).unwrap_err();
            assert!(
                detail.starts_with("`matchers`: ") && detail.contains(needle),
                "{sent}: {detail}"
            );
        }
    }
}
