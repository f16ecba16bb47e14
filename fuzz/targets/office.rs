//! Fuzz target: any bytes as parts of an office document.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::office(data));
