//! Tables that are kept by columns or by blocks, mostly compressed: Parquet and
//! Avro. Arrow's files are told where they are compressed.

mod avro;
mod delta;
mod parquet;
mod thrift;
mod unpack;

pub(super) use avro::Avro;
pub(super) use parquet::Parquet;
