//! Fuzz target: any bytes as a 7z archive.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::sevenz(data));
