//! Text within bounds, and without what would break out of its place.

/// A character among its neighbours, for those who escape by the place where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The one before it.
    pub before: Option<char>,
    /// The character.
    pub this: char,
    /// The one after it.
    pub after: Option<char>,
}

/// Text on one line, without control characters and invisible ones that turn the direction of writing, cut to so many
/// characters.
#[must_use]
pub fn plain(text: &str, characters_max: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control() || turns_direction(c));
    let mut line = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > characters_max.saturating_mul(4) {
            break;
        }
    }
    shorten(&line, characters_max)
}

/// Cuts to so many characters, counted as UTF-16 does (no service counts more), with `…` in place of what is cut.
#[must_use]
pub fn shorten(text: &str, characters_max: usize) -> String {
    escaped(text, characters_max, |place, out| out.push(place.this))
}

/// Cuts to so many bytes, at a character's edge, with `…` in place of what is cut.
#[must_use]
pub fn shorten_bytes(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let mark = '…';
    let mut end = bytes_max.saturating_sub(mark.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut cut = text[..end].to_owned();
    if bytes_max >= mark.len_utf8() {
        cut.push(mark);
    }
    cut
}

/// Escapes each character, and cuts what comes of it to so many characters (of UTF-16) without cutting an escape in two.
#[must_use]
pub fn escaped(text: &str, characters_max: usize, mut escape: impl FnMut(Place, &mut String)) -> String {
    let mut out = String::with_capacity(text.len().min(characters_max));
    let mut taken = 0;
    // Where to cut if it turns out that not all of it fits: the last place that leaves room for the mark.
    let mut cut = 0;
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(this) = rest.next() {
        let start = out.len();
        let after = rest.peek().copied();
        escape(Place { before, this, after }, &mut out);
        before = Some(this);
        taken += characters(&out[start..]);
        if taken > characters_max {
            out.truncate(cut);
            if characters_max > 0 {
                out.push('…');
            }
            return out;
        }
        if taken < characters_max {
            cut = out.len();
        }
    }
    out
}

/// How many characters a text has, counted as UTF-16 does.
#[must_use]
pub fn characters(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_marked_and_within_bounds() {
        assert_eq!(shorten("abc", 3), "abc");
        assert_eq!(shorten("abcd", 3), "ab…");
        assert_eq!(shorten("🦀🦀", 3), "🦀…");
        assert_eq!(shorten("abcd", 0), "");
        assert_eq!(shorten_bytes("größer", 5), "gr…");
        assert_eq!(shorten_bytes("größer", 8), "größer");
        assert_eq!(shorten_bytes("größer", 2), "");
    }

    #[test]
    fn an_escape_is_never_cut_in_two() {
        let amp = |place: Place, out: &mut String| match place.this {
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        };
        assert_eq!(escaped("a&b", 7, amp), "a&amp;b");
        assert_eq!(escaped("a&b", 6, amp), "a…");
        assert_eq!(escaped("a&", 6, amp), "a&amp;");
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(plain(" a\r\nb\t\u{202e}c\0 ", 10), "a b c");
    }

    proptest::proptest! {
        #[test]
        fn bounds_hold_for_any_text(text in ".{0,60}", max in 0usize..40) {
            assert!(characters(&shorten(&text, max)) <= max);
            assert!(shorten_bytes(&text, max).len() <= max);
            assert!(characters(&plain(&text, max)) <= max);
        }
    }
}
