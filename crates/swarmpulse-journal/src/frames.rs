//! Reads frames one after the other, and finds the next whole one where the chain is broken.

use std::io::{self, Read};
use std::ops::Range;

use crate::format::{FRAME_HEADER_BYTES, FrameHeader};

/// How much is read at once.
const CHUNK_BYTES: usize = 256 << 10;

/// One whole frame.
pub(crate) struct Frame<'a> {
    /// Its header.
    pub(crate) header: FrameHeader,
    /// Its body.
    pub(crate) body: &'a [u8],
    /// One past its last byte, from the start of the file.
    pub(crate) end: u64,
}

/// The whole frames of a source, their numbers ascending. Where bytes are not a frame, it goes on with the next whole
/// one: a jump of the numbers says so. Memory is bounded by the longest frame.
pub(crate) struct Frames<R> {
    source: R,
    salt: u32,
    /// Numbers still possible.
    offsets: Range<u64>,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are done with.
    start: usize,
    /// Position of the buffer's first byte in the file.
    position: u64,
    ended: bool,
}

impl<R: Read> Frames<R> {
    /// Frames of entries among `offsets`, from a source that stands at `position` of the file.
    pub(crate) fn new(source: R, salt: u32, position: u64, offsets: Range<u64>) -> Self {
        Self {
            source,
            salt,
            offsets,
            buffer: Vec::new(),
            start: 0,
            position,
            ended: false,
        }
    }

    /// The next whole frame; `None` at the end of the source.
    pub(crate) fn next(&mut self) -> io::Result<Option<Frame<'_>>> {
        let Some(header) = self.find()? else {
            return Ok(None);
        };
        let at = self.start;
        self.start += header.frame_bytes();
        self.offsets.start = header.offset + 1;
        Ok(Some(Frame {
            header,
            body: &self.buffer[at + FRAME_HEADER_BYTES..self.start],
            end: self.position + self.start as u64,
        }))
    }

    /// Moves to the next whole frame.
    fn find(&mut self) -> io::Result<Option<FrameHeader>> {
        while self.fill(FRAME_HEADER_BYTES)? {
            let Some(header) = FrameHeader::decode(&self.buffer[self.start..], self.salt, &self.offsets)
            else {
                self.start += self.hopeless();
                continue;
            };
            if !self.fill(header.frame_bytes())? {
                return Ok(None);
            }
            let body = &self.buffer[self.start + FRAME_HEADER_BYTES..self.start + header.frame_bytes()];
            if crc32fast::hash(body) == header.body_crc {
                return Ok(Some(header));
            }
            // The header is whole, so its length is right: the body alone is lost.
            self.start += header.frame_bytes();
        }
        Ok(None)
    }

    /// How many bytes from here on cannot begin a frame: at least one, and all but a header's length of zeros.
    fn hopeless(&self) -> usize {
        let rest = &self.buffer[self.start..];
        if rest[..FRAME_HEADER_BYTES].iter().any(|byte| *byte != 0) {
            return 1;
        }
        let zeros = rest.iter().position(|byte| *byte != 0).unwrap_or(rest.len());
        zeros - FRAME_HEADER_BYTES + 1
    }

    /// Whether `wanted` bytes stand in the buffer, after reading as far as that takes.
    fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        if self.buffer.len() - self.start >= wanted {
            return Ok(true);
        }
        self.buffer.drain(..self.start);
        self.position += self.start as u64;
        self.start = 0;
        let target = wanted.max(CHUNK_BYTES);
        if target == CHUNK_BYTES && self.buffer.capacity() > 4 * CHUNK_BYTES {
            self.buffer.shrink_to(CHUNK_BYTES);
        }
        while self.buffer.len() < wanted && !self.ended {
            let missing = target - self.buffer.len();
            self.buffer.reserve_exact(missing);
            let read = self
                .source
                .by_ref()
                .take(missing as u64)
                .read_to_end(&mut self.buffer)?;
            self.ended = read < missing;
        }
        Ok(self.buffer.len() >= wanted)
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::Timestamp;

    use super::*;

    const SALT: u32 = 0x5eed;

    fn frame(offset: u64, body: &[u8]) -> Vec<u8> {
        let mut bytes = FrameHeader::of(body, offset, Timestamp(1), 0)
            .encode(SALT)
            .to_vec();
        bytes.extend_from_slice(body);
        bytes
    }

    fn read(bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
        let mut frames = Frames::new(bytes, SALT, 0, 0..u64::MAX);
        let mut found = Vec::new();
        while let Some(frame) = frames.next().unwrap() {
            assert_eq!(
                &bytes[frame.end as usize - frame.body.len()..frame.end as usize],
                frame.body
            );
            found.push((frame.header.offset, frame.body.to_vec()));
        }
        found
    }

    #[test]
    fn frames_longer_than_the_buffer_are_read_whole() {
        let long = vec![7; 3 * CHUNK_BYTES + 5];
        let bytes = [frame(0, b"a"), frame(1, &long), frame(2, b"")].concat();
        assert_eq!(read(&bytes), vec![(0, b"a".to_vec()), (1, long), (2, Vec::new())]);
    }

    #[test]
    fn a_hole_of_zeros_garbage_or_a_bad_body_is_passed_over() {
        let mut bad_body = frame(1, b"bad");
        *bad_body.last_mut().unwrap() ^= 1;
        for hole in [
            vec![0; 2 * CHUNK_BYTES + 3],
            vec![0xa5; 1000],
            bad_body,
            vec![0; 31],
        ] {
            let bytes = [frame(0, b"a"), hole, frame(2, b"c")].concat();
            assert_eq!(read(&bytes), vec![(0, b"a".to_vec()), (2, b"c".to_vec())]);
        }
    }

    #[test]
    fn a_body_that_imitates_a_frame_is_not_taken_for_one() {
        let mut forged = FrameHeader::of(b"evil", 2, Timestamp(1), 0)
            .encode(SALT + 1)
            .to_vec();
        forged.extend_from_slice(b"evil");
        let mut carrier = frame(1, &forged);
        carrier[0] ^= 1;
        let bytes = [frame(0, b"a"), carrier, frame(3, b"d")].concat();
        assert_eq!(read(&bytes), vec![(0, b"a".to_vec()), (3, b"d".to_vec())]);
    }
}
