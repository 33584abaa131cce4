//! Folding of messages: what differs from one failure to the next becomes a mark, so that the same error reads the same.
//!
//! One pass over the bytes, no backtracking: words with digits become `<n>`, `<id>`, `<time>` or `<address>`, quoted
//! texts `<text>`, paths and URLs `<path>` and `<url>`; other words stay, and so do codes of HTTP, errno and exits. Cost is linear in the part that is looked at.

/// The start of a message that is looked at, in bytes.
pub(super) const LOOKED_AT: usize = 512;
/// Words of a message that are kept.
pub(super) const WORDS_MAX: usize = 48;
/// The longest quoted text that is one; a quote that does not end within it is an apostrophe.
const QUOTED_MAX: usize = 200;

/// Appends the folded message to `out`, words divided by single spaces.
pub(super) fn fold(message: &str, out: &mut String) {
    let mut end = message.len().min(LOOKED_AT);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let text = &message[..end];
    let bytes = text.as_bytes();
    let (mut at, mut words) = (0, 0);
    let mut before = "";
    while at < bytes.len() && words < WORDS_MAX {
        let byte = bytes[at];
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let glued = at > 0 && !bytes[at - 1].is_ascii_whitespace();
        if !glued && !out.is_empty() {
            out.push(' ');
        }
        if let Some(length) = quoted(bytes, at) {
            out.push_str("<text>");
            at += length;
        } else if is_word(byte) {
            let length = word_length(&bytes[at..]);
            let word = &text[at..at + length];
            if is_code(before, word) {
                out.push_str(word);
            } else {
                fold_word(word, out);
            }
            before = word;
            at += length;
        } else {
            out.push(char::from(byte));
            at += 1;
            continue;
        }
        words += 1;
    }
}

/// Bytes that belong to a word, a number, a path or an address; everything beyond ASCII does.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(
            byte,
            b'_' | b'-' | b'.' | b'/' | b':' | b'@' | b'%' | b'+' | b'\\' | b'~' | b'#' | b'?' | b'&'
        )
}

/// The length of the word that begins here; a comma between digits belongs to it, and to a URL what else it may hold.
fn word_length(bytes: &[u8]) -> usize {
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut length = 1;
    let mut url = false;
    while let Some(byte) = bytes.get(length) {
        let comma = *byte == b',' && digit(length - 1) && digit(length + 1);
        url |= *byte == b'/' && bytes[..length].ends_with(b":/");
        let in_url = url && matches!(byte, b'=' | b'!' | b'$' | b'*' | b';' | b',' | b'|');
        if !is_word(*byte) && !comma && !in_url {
            break;
        }
        length += 1;
    }
    length
}

/// The length of a quoted text that begins here.
fn quoted(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    if !matches!(quote, b'"' | b'\'' | b'`') {
        return None;
    }
    // The apostrophe of `can't` opens nothing.
    if at > 0 && bytes[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let rest = &bytes[at + 1..bytes.len().min(at + 1 + QUOTED_MAX)];
    memchr::memchr(quote, rest).map(|length| length + 2)
}

/// Whether a number tells what went wrong: `HTTP 502`, `Errno 28`, `exit code 137`.
fn is_code(before: &str, word: &str) -> bool {
    const NAMES: [&str; 7] = [
        "http",
        "status",
        "code",
        "errno",
        "signal",
        "status_code",
        "error_code",
    ];
    let digits = word.trim_end_matches([':', '.']);
    let named = || before.trim_end_matches(':');
    (1..=3).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && NAMES.iter().any(|name| named().eq_ignore_ascii_case(name))
}

/// Folds one word; punctuation at its end stays.
fn fold_word(word: &str, out: &mut String) {
    let core = word.trim_end_matches(['.', ':', '?', '-', '#', '&']);
    let tail = &word[core.len()..];
    if core.is_empty() {
        out.push_str(word);
        return;
    }
    fold_core(core, out);
    out.push_str(tail);
}

fn fold_core(word: &str, out: &mut String) {
    let shape = Shape::of(word);
    if word.contains("://") {
        out.push_str("<url>");
    } else if shape.is_path(word) {
        out.push_str("<path>");
    } else if word.contains('@') && word.contains('.') {
        out.push_str("<email>");
    } else if shape.digits == 0 {
        // Words of letters alone say what went wrong, but 16 and more hexadecimal letters are an id.
        let id = word.len() >= 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        out.push_str(if id { "<id>" } else { word });
    } else if shape.is_time(word) {
        out.push_str("<time>");
    } else if shape.is_address(word) {
        out.push_str("<address>");
    } else if shape.is_id(word) {
        out.push_str("<id>");
    } else {
        numbers(word, out);
    }
}

/// What a word is made of.
struct Shape {
    digits: usize,
    letters: usize,
    hexadecimal: usize,
    dashes: usize,
    dots: usize,
    colons: usize,
    slashes: usize,
    /// Changes from digit to letter and back.
    changes: usize,
}

impl Shape {
    fn of(word: &str) -> Self {
        let mut shape = Self {
            digits: 0,
            letters: 0,
            hexadecimal: 0,
            dashes: 0,
            dots: 0,
            colons: 0,
            slashes: 0,
            changes: 0,
        };
        let mut before = None;
        for byte in word.bytes() {
            let class = match byte {
                b'0'..=b'9' => {
                    shape.digits += 1;
                    Some(true)
                }
                b'a'..=b'z' | b'A'..=b'Z' => {
                    shape.letters += 1;
                    Some(false)
                }
                b'-' => {
                    shape.dashes += 1;
                    None
                }
                b'.' => {
                    shape.dots += 1;
                    None
                }
                b':' => {
                    shape.colons += 1;
                    None
                }
                b'/' | b'\\' => {
                    shape.slashes += 1;
                    None
                }
                _ => None,
            };
            shape.hexadecimal += usize::from(byte.is_ascii_hexdigit());
            if let (Some(now), Some(was)) = (class, before) {
                shape.changes += usize::from(now != was);
            }
            before = class;
        }
        shape
    }

    fn is_path(&self, word: &str) -> bool {
        let rooted = word.starts_with('/')
            || word.starts_with("~/")
            || word.starts_with("./")
            || word.starts_with("../");
        let drive = word
            .get(1..3)
            .is_some_and(|drive| drive == ":\\" || drive == ":/");
        let relative = self.slashes >= 1 && self.letters > 0 && (self.dots > 0 || self.slashes >= 2);
        (rooted && self.letters + self.digits > 0) || drive || relative
    }

    /// `2026-11-22T07:05:01.123Z`, `2026-11-22`, `07:05:01`.
    fn is_time(&self, word: &str) -> bool {
        let plain = word.bytes().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z' | b'+' | b'/')
        });
        plain
            && ((self.dashes >= 2
                && (8..=12).contains(&word.find('T').unwrap_or(word.len()))
                && self.digits >= 8)
                || (self.colons == 2 && self.digits >= 5 && self.digits <= 15 && self.letters == 0)
                || (self.slashes == 2 && self.digits >= 6 && self.letters == 0))
    }

    /// `10.0.0.7:5432`, `fe80::1`, `db-3.internal:5432`.
    fn is_address(&self, word: &str) -> bool {
        let host = word.rsplit_once(':').map_or(word, |(host, _)| host);
        let four = |host: &str| {
            host.split('.').count() == 4
                && host.split('.').all(|part| {
                    (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
                })
        };
        let port = word.rsplit_once(':').is_some_and(|(host, port)| {
            host.contains('.') && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
        });
        four(word)
            || four(host)
            || (port && self.letters > 0)
            || (self.colons >= 3 && self.hexadecimal + self.colons == word.len())
    }

    /// UUIDs, hashes, hexadecimal numbers, and words in which letters and digits are stirred.
    fn is_id(&self, word: &str) -> bool {
        let bare = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
        let uuid = self.dashes == 4 && self.hexadecimal == 32 && word.len() == 36;
        let hash = self.hexadecimal == word.len() && word.len() >= 8 && self.letters > 0;
        let stirred = self.digits + self.letters >= 10 && self.digits >= 3 && self.changes >= 3;
        bare.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
            || uuid
            || hash
            || stirred
    }
}

/// Writes a word with `<n>` for each number in it: `worker-<n>`, `<n>ms`, `<n>%`.
fn numbers(word: &str, out: &mut String) {
    let bytes = word.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        if rest[0].is_ascii_digit() {
            out.push_str("<n>");
            at += number_length(rest);
        } else {
            let length = rest.iter().take_while(|byte| !byte.is_ascii_digit()).count();
            // A sign belongs to its number where nothing stands before it.
            let signed = at == 0 && length == 1 && matches!(rest[0], b'-' | b'+');
            if !signed {
                out.push_str(&word[at..at + length]);
            }
            at += length;
        }
    }
}

/// Digits with the fraction, the exponent and further parts that follow at once.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| {
        bytes[from.min(bytes.len())..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut length = digits(0);
    while length < bytes.len() && matches!(bytes[length], b'.' | b',') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if length + 2 < bytes.len()
        && matches!(bytes[length], b'e' | b'E')
        && matches!(bytes[length + 1], b'+' | b'-')
    {
        let exponent = digits(length + 2);
        if exponent > 0 {
            length += 2 + exponent;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold(text, &mut out);
        out
    }

    #[test]
    fn what_differs_is_folded_and_what_tells_stays() {
        for (text, expected) in [
            ("request timed out after 30s", "request timed out after <n>s"),
            ("took 12.5ms of 1,000 ms", "took <n>ms of <n> ms"),
            ("bot worker-17 lost lease 4711", "bot worker-<n> lost lease <n>"),
            (
                "task 6f9619ff-8b86-d011-b42d-00c04fc964ff failed",
                "task <id> failed",
            ),
            (
                "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 is gone",
                "commit <id> is gone",
            ),
            ("at 0x7ffee4 in _start", "at <id> in _start"),
            ("no such file: '/tmp/a b/c.txt'", "no such file: <text>"),
            (
                "open /var/lib/x/data.db: permission denied",
                "open <path>: permission denied",
            ),
            ("open C:\\data\\x.txt: denied", "open <path>: denied"),
            (
                "GET https://api.example.com/v1/u/42?x=1 gave 502",
                "GET <url> gave <n>",
            ),
            ("connect 10.0.0.7:5432: refused", "connect <address>: refused"),
            (
                "connect db-3.internal:5432: refused",
                "connect <address>: refused",
            ),
            ("at 2026-11-22T07:05:01.123Z it broke", "at <time> it broke"),
            ("mail to jo@example.com bounced", "mail to <email> bounced"),
            ("key sess_9aZ3kQ81xP0 expired", "key <id> expired"),
            ("can't open, don't know", "can't open, don't know"),
            ("KeyError: \"user_id\"", "KeyError: <text>"),
            ("value -3.5e-7 (expected 1)", "value <n> (expected <n>)"),
            ("deadbeef is a word of 8", "deadbeef is a word of <n>"),
            ("feed decade", "feed decade"),
            ("HTTP 502: upstream 17 is away", "HTTP 502: upstream <n> is away"),
            (
                "[Errno 28] no space, exit code=137",
                "[Errno 28] no space, exit code=137",
            ),
            ("status 5021", "status <n>"),
            ("  spaces \n and\tlines ", "spaces and lines"),
            ("größe überschritten: 12", "größe überschritten: <n>"),
            ("", ""),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_folds_to_a_bounded_text(text in "\\PC{0,900}") {
            prop_assert!(folded(&text).len() <= 8 * LOOKED_AT);
        }

        #[test]
        fn numbers_and_ids_make_no_difference(a in 0_u32..1_000_000, b in 0_u32..1_000_000) {
            let text = |n: u32| format!("worker-{n}: job {n} on 10.0.{}.1:80 took {n}ms, id {:08x}-0000-4000-8000-{:012x}", n % 256, n, n);
            prop_assert_eq!(folded(&text(a)), folded(&text(b)));
        }
    }
}
