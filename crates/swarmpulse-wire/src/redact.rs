//! Takes secrets, and texts that may hold prompts or answers, out of what is kept.
//!
//! Two questions are asked. By its *name*, is a value a secret or a payload: [`key_class`]. By its *look*,
//! does a text hold a secret: [`text`]. Numbers, booleans, ids and type names are never touched, save
//! numbers that are passwords by name.

mod assignment;
mod command;
mod key;
mod secret;

use std::borrow::Cow;

pub use command::command_line;
pub use key::{Class, key_class};

/// What stands in for a secret.
pub const SECRET_STAND_IN: &str = "[redacted secret]";

/// What stands in for a payload of so many characters.
#[must_use]
pub fn payload_stand_in(characters: usize) -> String {
    format!("[redacted {characters} characters]")
}

/// The text with [`SECRET_STAND_IN`] for every secret in it: known forms of keys and tokens, passwords in
/// URLs, `password=...`, `--api-key ...` and their like. Borrowed if there is none, at the cost of one look
/// at each byte.
#[must_use]
pub fn text(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    let mut at = 0;
    while let Some(anchor) = secret::next_anchor(text.as_bytes(), at) {
        match secret::find(text, anchor, kept) {
            Some(secret) => {
                out.push_str(text.get(kept..secret.start).unwrap_or_default());
                out.push_str(SECRET_STAND_IN);
                kept = secret.end;
                at = secret.end;
            }
            None => at = anchor + 1,
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
