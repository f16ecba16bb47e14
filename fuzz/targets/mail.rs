//! Fuzz target: any bytes as mail, a mailbox or TNEF.
#![no_main]

#[path = "../harness.rs"]
mod harness;

libfuzzer_sys::fuzz_target!(|data: &[u8]| harness::mail(data));
