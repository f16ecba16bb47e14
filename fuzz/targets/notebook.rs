//! Fuzz target: any bytes as a notebook.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::notebook(data));
