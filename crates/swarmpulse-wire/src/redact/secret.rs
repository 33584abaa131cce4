//! Forms of secrets that show by themselves: keys and tokens with known beginnings, JSON web tokens,
//! private keys, bearer tokens, passwords in URLs.
//!
//! Every form holds a byte that ordinary words seldom do, its anchor; only there is anything looked at.

use std::ops::Range;

use super::assignment;

/// A known beginning and what follows it.
struct Prefix {
    /// Its last byte is the anchor.
    text: &'static str,
    /// Whether `-` and `_` may follow, beside letters and digits.
    dashes: bool,
    /// The least that follows, in bytes.
    least: usize,
}

const fn prefix(text: &'static str, dashes: bool, least: usize) -> Prefix {
    Prefix { text, dashes, least }
}

const PREFIXES: [Prefix; 24] = [
    prefix("sk-ant-", true, 8),
    prefix("sk-proj-", true, 8),
    prefix("sk-svcacct-", true, 8),
    prefix("glpat-", true, 16),
    prefix("xoxa-", true, 10),
    prefix("xoxb-", true, 10),
    prefix("xoxe-", true, 10),
    prefix("xoxp-", true, 10),
    prefix("xoxr-", true, 10),
    prefix("xoxs-", true, 10),
    prefix("xapp-", true, 10),
    prefix("pypi-", true, 40),
    prefix("github_pat_", true, 20),
    prefix("ghp_", false, 16),
    prefix("gho_", false, 16),
    prefix("ghu_", false, 16),
    prefix("ghs_", false, 16),
    prefix("ghr_", false, 16),
    prefix("npm_", false, 20),
    prefix("hf_", false, 20),
    prefix("sk_live_", false, 10),
    prefix("sk_test_", false, 10),
    prefix("rk_live_", false, 10),
    prefix("dop_v1_", false, 20),
];

const ANCHORS: [bool; 256] = {
    let mut anchors = [false; 256];
    let bytes = b"-_:=AJ ";
    let mut place = 0;
    while place < bytes.len() {
        anchors[bytes[place] as usize] = true;
        place += 1;
    }
    anchors
};

/// The first anchor at or after `from`.
#[inline]
pub(super) fn next_anchor(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.iter()
        .position(|byte| ANCHORS[usize::from(*byte)])
        .map(|place| from + place)
}

/// The secret whose anchor is at `anchor`. It starts at or after `floor`.
pub(super) fn find(text: &str, anchor: usize, floor: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let place = Place { bytes, anchor, floor };
    match bytes[anchor] {
        b'-' => private_key(text, anchor)
            .or_else(|| place.prefixed())
            .or_else(|| place.generic_key())
            .or_else(|| assignment::flag(text, anchor)),
        b'_' => place.prefixed(),
        b':' => assignment::url_password(text, anchor).or_else(|| assignment::assigned(text, anchor, floor)),
        b'=' => assignment::assigned(text, anchor, floor),
        b'A' => place.cloud_key(),
        b'J' => place.web_token(),
        b' ' => place.bearer(),
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Place<'t> {
    bytes: &'t [u8],
    anchor: usize,
    floor: usize,
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// How many leading bytes pass.
pub(super) fn run(bytes: &[u8], from: usize, passes: impl Fn(u8) -> bool) -> usize {
    bytes
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| passes(**byte))
        .count()
}

impl Place<'_> {
    /// Whether no longer word reaches into `start`, and it is not within what was already redacted.
    fn begins_word(self, start: usize) -> bool {
        start >= self.floor && (start == 0 || !is_token(self.bytes[start - 1]))
    }

    fn prefixed(self) -> Option<Range<usize>> {
        let after = self.anchor + 1;
        if self.bytes.len() < after + 8 {
            return None;
        }
        let read = &self.bytes[..after];
        let prefix = PREFIXES
            .iter()
            .find(|prefix| read.ends_with(prefix.text.as_bytes()))?;
        let start = after - prefix.text.len();
        let length = run(self.bytes, after, |byte| {
            byte.is_ascii_alphanumeric() || (prefix.dashes && is_token(byte))
        });
        (length >= prefix.least && self.begins_word(start)).then_some(start..after + length)
    }

    /// `sk-` and a key without further sign: long, and not words joined by dashes.
    fn generic_key(self) -> Option<Range<usize>> {
        let after = self.anchor + 1;
        let start = after.checked_sub(3)?;
        if &self.bytes[start..after] != b"sk-" || !self.begins_word(start) {
            return None;
        }
        let length = run(self.bytes, after, is_token);
        let key = &self.bytes[after..after + length];
        let longest = key
            .split(|byte| !byte.is_ascii_alphanumeric())
            .map(<[u8]>::len)
            .max()
            .unwrap_or_default();
        let mixed = key
            .iter()
            .any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        let is_key = length >= 16 && (longest >= 16 || (mixed && longest >= 10));
        is_key.then_some(start..after + length)
    }

    /// AWS access key ids and Google API keys.
    fn cloud_key(self) -> Option<Range<usize>> {
        let start = self.anchor;
        let length = run(self.bytes, start, is_token);
        let key = &self.bytes[start..start + length];
        let aws = length == 20
            && (key.starts_with(b"AKIA") || key.starts_with(b"ASIA"))
            && key
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let google = key.starts_with(b"AIza") && length >= 34;
        ((aws || google) && self.begins_word(start)).then_some(start..start + length)
    }

    /// `eyJ...` in three parts.
    fn web_token(self) -> Option<Range<usize>> {
        let start = self.anchor.checked_sub(2)?;
        if &self.bytes[start..self.anchor] != b"ey" || !self.begins_word(start) {
            return None;
        }
        let mut end = start;
        for least in [10, 10, 5] {
            let length = run(self.bytes, end, is_token);
            end += length;
            if length < least {
                return None;
            }
            if least != 5 {
                if self.bytes.get(end) != Some(&b'.') {
                    return None;
                }
                end += 1;
            }
        }
        Some(start..end)
    }

    /// `Bearer ` and a token, which is no ordinary word.
    fn bearer(self) -> Option<Range<usize>> {
        let start = self.anchor.checked_sub(6)?;
        if !self.bytes[start..self.anchor].eq_ignore_ascii_case(b"bearer") || !self.begins_word(start) {
            return None;
        }
        let from = self.anchor + run(self.bytes, self.anchor, |byte| byte == b' ');
        let length = run(self.bytes, from, |byte| {
            is_token(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=')
        });
        let token = &self.bytes[from..from + length];
        let token = token.strip_suffix(b".").unwrap_or(token);
        let word = token.len() < 20
            && token
                .iter()
                .all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
        (token.len() >= 6 && !word).then_some(from..from + token.len())
    }
}

/// A private key in PEM, up to its end or the text's.
fn private_key(text: &str, anchor: usize) -> Option<Range<usize>> {
    let rest = text.get(anchor..)?.strip_prefix("-----BEGIN ")?;
    let label = rest.find("-----")?;
    if !rest.get(..label)?.ends_with("PRIVATE KEY") {
        return None;
    }
    let end = match rest.find("-----END ") {
        Some(end) => {
            let tail = &rest[end + 9..];
            rest.len() - tail.len() + tail.find("-----").map_or(tail.len(), |dashes| dashes + 5)
        }
        None => rest.len(),
    };
    Some(anchor..text.len() - rest.len() + end)
}
