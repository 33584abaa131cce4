//! What may be kept of what people and models say.

/// What is left out of records before they are journaled. Secrets always are; see [`crate::redact`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Privacy {
    /// Keep texts under keys such as `prompt`, `content` or `output`. Without it they become
    /// `[redacted 523 characters]`.
    pub keep_payloads: bool,
}
