//! What is inside bytes: wide text, legacy encodings, containers.

pub mod container;
pub mod legacy;
pub mod reading;
pub mod view;
pub mod wide;
