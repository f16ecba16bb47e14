//! Reads git repositories.

pub mod hooks;
