//! Fuzz target: any bytes as a compiled program or a key.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::binary(data));
