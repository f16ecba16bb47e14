//! Fuzz target: any bytes as an ISO image.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::iso(data));
