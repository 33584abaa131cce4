//! Packing in the background: days that are over become cold files with aggregates beside them, many small files one.

mod day;
mod merge;
mod packing;
mod plan;
mod source;

pub(crate) use packing::Packing;
