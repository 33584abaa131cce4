//! Residuals in an entropy code, for chunks that are read seldom: smaller by a fifth or more, slower to write.
//!
//! Method: `pco`, on distances from the smallest in the narrowest word that holds them, so that its table of bins is short.
//! On disk: the smallest; the word's bytes; the length of what follows; pco's header, chunk and page.

use pco::data_types::Number;
use pco::errors::PcoResult;
use pco::wrapped::{FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use crate::ChunkError;
use crate::cursor::{Cursor, push_signed, push_varint};

/// Appends residuals, at least one. False, and nothing appended, if they cannot be coded.
pub(crate) fn pack(residuals: &[i64], into: &mut Vec<u8>) -> bool {
    let (low, high) = residuals
        .iter()
        .fold((i64::MAX, i64::MIN), |(low, high), residual| {
            (low.min(*residual), high.max(*residual))
        });
    let reach = high.wrapping_sub(low) as u64;
    let distances = residuals.iter().map(|residual| residual.wrapping_sub(low) as u64);
    let (word, body) = if let Ok(_narrow) = u16::try_from(reach) {
        (
            2,
            compress(&distances.map(|distance| distance as u16).collect::<Vec<_>>()),
        )
    } else if let Ok(_narrow) = u32::try_from(reach) {
        (
            4,
            compress(&distances.map(|distance| distance as u32).collect::<Vec<_>>()),
        )
    } else {
        (8, compress(&distances.collect::<Vec<_>>()))
    };
    let Ok(body) = body else { return false };
    push_signed(into, low);
    into.push(word);
    push_varint(into, body.len() as u64);
    into.extend_from_slice(&body);
    true
}

fn compress<T: Number>(numbers: &[T]) -> PcoResult<Vec<u8>> {
    let config = ChunkConfig::default()
        .with_compression_level(8)
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(DeltaSpec::NoOp);
    let file = FileCompressor::default();
    let mut body = file.write_header(Vec::new())?;
    let mut chunk = file.chunk_compressor(numbers, &config)?;
    body = chunk.write_meta(body)?;
    chunk.write_page(0, body)
}

/// Passes over residuals.
pub(crate) fn skip(cursor: &mut Cursor<'_>) -> Result<(), ChunkError> {
    body(cursor).map(|_| ())
}

fn body<'a>(cursor: &mut Cursor<'a>) -> Result<(i64, u8, &'a [u8]), ChunkError> {
    let low = cursor.signed("smallest number")?;
    let word = cursor.byte("width of words")?;
    let length = cursor.varint("length of a cold column")?;
    let length = usize::try_from(length).map_err(|_| ChunkError::invalid("length of a cold column"))?;
    Ok((low, word, cursor.take(length, "cold column")?))
}

/// Replaces `into` by so many residuals.
pub(crate) fn unpack(cursor: &mut Cursor<'_>, count: usize, into: &mut Vec<i64>) -> Result<(), ChunkError> {
    into.clear();
    let (low, word, body) = body(cursor)?;
    if count == 0 {
        return Ok(());
    }
    let restore = |distance: u64| low.wrapping_add(distance as i64);
    match word {
        2 => into.extend(
            decompress::<u16>(body, count)?
                .into_iter()
                .map(|d| restore(d.into())),
        ),
        4 => into.extend(
            decompress::<u32>(body, count)?
                .into_iter()
                .map(|d| restore(d.into())),
        ),
        8 => into.extend(decompress::<u64>(body, count)?.into_iter().map(restore)),
        _ => return Err(ChunkError::invalid("width of words")),
    }
    Ok(())
}

fn decompress<T: Number + Default>(body: &[u8], count: usize) -> Result<Vec<T>, ChunkError> {
    let damaged = |_| ChunkError::invalid("cold column");
    let (file, rest) = FileDecompressor::new(body).map_err(damaged)?;
    let (mut chunk, rest) = file.chunk_decompressor::<T, _>(rest).map_err(damaged)?;
    let mut numbers = vec![T::default(); count];
    let mut page = chunk.page_decompressor(rest, count).map_err(damaged)?;
    let progress = page.read(&mut numbers).map_err(damaged)?;
    if progress.n_processed != count {
        return Err(ChunkError::truncated("cold column"));
    }
    Ok(numbers)
}
