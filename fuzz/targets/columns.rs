//! Fuzz target: any bytes as a table by columns or blocks.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::columns(data));
