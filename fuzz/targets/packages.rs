//! Fuzz target: any bytes as an archive of a package.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::packages(data));
