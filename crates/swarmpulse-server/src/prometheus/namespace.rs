//! What of the metrics a token sees: those of its namespace.

use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_store::metrics::Matcher;

use super::failure::{Failure, FailureKind};
use crate::access::Access;

/// The label that names a namespace; series of the default one are without it.
const NAMESPACE: &str = "namespace";

/// Conditions that every selector of this request has besides its own.
pub(crate) fn matchers(access: &Access) -> Vec<Matcher> {
    let own = access.namespace.as_deref();
    own.map(|own| Matcher::equal(NAMESPACE, if own == DEFAULT_NAMESPACE { "" } else { own }))
        .into_iter()
        .collect()
}

/// Refuses what is of all namespaces together to a token that sees one.
pub(super) fn sees_all(access: &Access) -> Result<(), Failure> {
    match &access.namespace {
        None => Ok(()),
        Some(own) => Err(Failure::new(
            FailureKind::Forbidden,
            format!("this is of all namespaces together, and the token sees `{own}` only"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_namespace_has_no_label() {
        let of = |namespace: Option<&str>| {
            matchers(&Access {
                namespace: namespace.map(Into::into),
                ..Access::open()
            })
        };
        assert_eq!(of(None), []);
        assert_eq!(of(Some("default")), [Matcher::equal("namespace", "")]);
        assert_eq!(of(Some("team-a")), [Matcher::equal("namespace", "team-a")]);
    }
}
