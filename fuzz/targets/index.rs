//! Fuzz target: any bytes as a register's index, and as a register file.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::index(data));
