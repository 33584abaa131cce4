//! Compressed bodies, decompressed to a limit.

use std::io::{BufRead, Read};

use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};

use crate::budget::Share;
use crate::problem::ApiError;

/// Larger windows cost more memory than they save.
const ZSTD_WINDOW_LOG_MAX: u32 = 24;
const STEP_BYTES: usize = 256 << 10;

/// How a body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Plain,
    Gzip,
    Deflate,
    Zstd,
}

impl Encoding {
    /// What the headers say.
    ///
    /// # Errors
    /// If it is not known here.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut found = Self::Plain;
        for value in headers.get_all(CONTENT_ENCODING) {
            let names = value.to_str().unwrap_or("unreadable").split(',').map(str::trim);
            for name in names.filter(|name| !name.is_empty()) {
                let encoding = match name.to_ascii_lowercase().as_str() {
                    "identity" => continue,
                    "gzip" | "x-gzip" => Self::Gzip,
                    "deflate" => Self::Deflate,
                    "zstd" => Self::Zstd,
                    _ => return Err(unknown(&format!("`{name}` is not known here"))),
                };
                if found != Self::Plain {
                    return Err(unknown("more than one is not taken"));
                }
                found = encoding;
            }
        }
        Ok(found)
    }

    /// The plain body. Its memory is taken from the share as it grows.
    ///
    /// # Errors
    /// If it is broken, would be larger than the limit, or there is no memory for it now.
    pub(crate) fn decompress(
        self,
        packed: &[u8],
        limit: usize,
        share: &mut Share,
    ) -> Result<Vec<u8>, ApiError> {
        match self {
            Self::Plain => Ok(packed.to_vec()),
            Self::Gzip => drain(
                "gzip",
                flate2::bufread::MultiGzDecoder::new(packed),
                packed.len(),
                limit,
                share,
            ),
            // What the standard calls deflate has a zlib header; some send it without.
            Self::Deflate if has_zlib_header(packed) => drain(
                "deflate",
                flate2::bufread::ZlibDecoder::new(packed),
                packed.len(),
                limit,
                share,
            ),
            Self::Deflate => drain(
                "deflate",
                flate2::bufread::DeflateDecoder::new(packed),
                packed.len(),
                limit,
                share,
            ),
            Self::Zstd => drain("zstd", zstd_decoder(packed)?, packed.len(), limit, share),
        }
    }
}

fn unknown(what: &str) -> ApiError {
    let detail = format!("content encoding: {what}; send gzip, zstd, deflate or none");
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail)
}

fn has_zlib_header(packed: &[u8]) -> bool {
    matches!(packed, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
}

fn zstd_decoder<'a, R: BufRead + 'a>(packed: R) -> Result<zstd::stream::read::Decoder<'a, R>, ApiError> {
    let broken = |error: std::io::Error| ApiError::bad_request(format!("the body is no valid zstd: {error}"));
    let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(broken)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(broken)?;
    Ok(decoder)
}

fn drain(
    name: &str,
    mut decoder: impl Read,
    packed_bytes: usize,
    limit: usize,
    share: &mut Share,
) -> Result<Vec<u8>, ApiError> {
    let mut plain = Vec::new();
    loop {
        let length = plain.len();
        // One byte more than the limit shows that the limit is passed.
        let room = STEP_BYTES.max(length).min(limit + 1 - length);
        share.cover(packed_bytes + length + room)?;
        plain.resize(length + room, 0);
        let read = fill(&mut decoder, &mut plain[length..])
            .map_err(|error| ApiError::bad_request(format!("the body is no valid {name}: {error}")))?;
        plain.truncate(length + read);
        if plain.len() > limit {
            return Err(ApiError::too_large(format!(
                "the body has more than {limit} bytes once decompressed; send it in several"
            )));
        }
        if read < room {
            return Ok(plain);
        }
    }
}

/// Reads until the buffer is full or the source ends.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use http::HeaderValue;

    use super::*;
    use crate::budget::Budget;

    fn pack(encoding: Encoding, plain: &[u8]) -> Vec<u8> {
        match encoding {
            Encoding::Plain => plain.to_vec(),
            Encoding::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            Encoding::Deflate => {
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), Compression::best());
                encoder.write_all(plain).unwrap();
                encoder.finish().unwrap()
            }
            Encoding::Zstd => zstd::stream::encode_all(plain, 3).unwrap(),
        }
    }

    const ALL: [Encoding; 3] = [Encoding::Gzip, Encoding::Deflate, Encoding::Zstd];

    #[test]
    fn every_encoding_gives_back_what_was_packed() {
        let plain: Vec<u8> = (0..1_000_000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 27) as u8)
            .collect();
        let budget = Budget::new(16 << 20);
        for encoding in ALL {
            let packed = pack(encoding, &plain);
            let mut share = budget.share();
            assert_eq!(
                encoding.decompress(&packed, plain.len(), &mut share).unwrap(),
                plain,
                "{encoding:?}"
            );
            let short = encoding
                .decompress(&packed, plain.len() - 1, &mut share)
                .unwrap_err();
            assert_eq!(short.status, 413, "{encoding:?}");
        }
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(&plain).unwrap();
        let raw = raw.finish().unwrap();
        assert_eq!(
            Encoding::Deflate
                .decompress(&raw, plain.len(), &mut budget.share())
                .unwrap(),
            plain
        );
    }

    #[test]
    fn bombs_stop_at_the_limit_and_at_the_budget() {
        for encoding in ALL {
            let bomb = pack(encoding, &vec![b' '; 64 << 20]);
            assert!(bomb.len() < 100_000, "{encoding:?}");
            let budget = Budget::new(8 << 20);
            let error = encoding
                .decompress(&bomb, 1 << 20, &mut budget.share())
                .unwrap_err();
            assert_eq!(error.status, 413, "{encoding:?}");
            let error = encoding
                .decompress(&bomb, 32 << 20, &mut budget.share())
                .unwrap_err();
            assert_eq!(error.status, 429, "{encoding:?}");
            assert_eq!(budget.held(), 0);
        }
    }

    #[test]
    fn broken_bodies_are_errors() {
        let budget = Budget::new(8 << 20);
        for encoding in ALL {
            let whole = pack(encoding, b"{\"agent\":\"a1\"}");
            for broken in [&whole[..whole.len() - 2], b"nonsense that is no archive", &[]] {
                let result = encoding.decompress(broken, 1 << 20, &mut budget.share());
                let is_empty = result.as_ref().is_ok_and(Vec::is_empty);
                assert!(
                    is_empty || result.is_err_and(|error| error.status == 400),
                    "{encoding:?} {broken:?}"
                );
            }
        }
    }

    #[test]
    fn headers_name_one_known_encoding() {
        for (sent, expected) in [
            ("", Ok(Encoding::Plain)),
            ("identity", Ok(Encoding::Plain)),
            ("GZip", Ok(Encoding::Gzip)),
            ("x-gzip", Ok(Encoding::Gzip)),
            ("zstd", Ok(Encoding::Zstd)),
            ("deflate", Ok(Encoding::Deflate)),
            ("br", Err(415)),
            ("gzip, gzip", Err(415)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(sent));
            assert_eq!(
                Encoding::of(&headers).map_err(|error| error.status.as_u16()),
                expected,
                "{sent}"
            );
        }
    }
}
