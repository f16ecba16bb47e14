//! Fuzz target: any bytes as a database or its log.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::sqlite(data));
