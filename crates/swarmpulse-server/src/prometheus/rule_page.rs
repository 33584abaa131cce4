//! Pages of groups of rules: `group_limit` and `group_next_token`.

use sha2::{Digest, Sha256};
use swarmpulse_rules::GroupStatus;

use super::failure::Failure;
use super::form::Form;

/// Which page is asked for.
#[derive(Debug, Default)]
pub(super) struct Pages {
    limit: Option<usize>,
    token: String,
}

impl Pages {
    pub(super) fn of(form: &Form) -> Result<Self, Failure> {
        let (limit, token) = (form.get("group_limit"), form.get("group_next_token").to_owned());
        if limit.is_empty() {
            if token.is_empty() {
                return Ok(Self::default());
            }
            return Err(Failure::parameter(
                "group_next_token",
                "group_limit needs to be present in order to paginate over the groups",
            ));
        }
        let number: i64 = limit.parse().map_err(|_| {
            let reason = format!(
                "group_limit needs to be a valid number: strconv.ParseInt: parsing {limit:?}: invalid syntax"
            );
            Failure::parameter("group_limit", reason)
        })?;
        if number <= 0 {
            return Err(Failure::parameter(
                "group_limit",
                "group_limit needs to be greater than 0",
            ));
        }
        Ok(Self {
            limit: usize::try_from(number).ok(),
            token,
        })
    }

    /// The place of the page's first group.
    pub(super) fn begin(&self, groups: &[&GroupStatus]) -> Result<usize, Failure> {
        if self.token.is_empty() {
            return Ok(0);
        }
        let found = groups.iter().position(|group| Self::token(group) == self.token);
        found.ok_or_else(|| {
            let shown: String = self.token.chars().take(80).collect();
            Failure::parameter(
                "group_next_token",
                format!("invalid group_next_token '{shown}'. were rule groups changed?"),
            )
        })
    }

    /// Whether there is no room for another after so many.
    pub(super) fn is_full(&self, groups: usize) -> bool {
        self.limit.is_some_and(|limit| groups >= limit)
    }

    /// The token of the page that begins with that group.
    pub(super) fn token(status: &GroupStatus) -> String {
        let name = format!("{};{}", status.group.file, status.group.name);
        let digest = Sha256::digest(name.as_bytes());
        digest.iter().take(20).map(|byte| format!("{byte:02x}")).collect()
    }
}
