//! Base64 with the alphabet of addresses, in which clients of the Pushgateway write values that an address cannot hold.

/// The text behind it; `None` if it is none.
pub(super) fn decode(encoded: &str) -> Option<String> {
    let encoded = encoded.trim_end_matches('=').as_bytes();
    if encoded.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len() * 3 / 4);
    for group in encoded.chunks(4) {
        let mut bits = 0u32;
        for character in group {
            bits = bits << 6 | u32::from(six_bits(*character)?);
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    String::from_utf8(bytes).ok()
}

fn six_bits(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'-' | b'+' => 62,
        b'_' | b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for (encoded, text) in [
            ("", Some("")),
            ("=", Some("")),
            ("YQ", Some("a")),
            ("YS9i", Some("a/b")),
            ("L3Zhci90bXA=", Some("/var/tmp")),
            ("w7zDvMO8", Some("üüü")),
            ("Y", None),
            ("Y*==", None),
            ("_w==", None),
        ] {
            assert_eq!(decode(encoded).as_deref(), text, "{encoded}");
        }
    }
}
