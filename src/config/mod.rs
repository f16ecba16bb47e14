//! What the user wants: configuration files, environment and flags, made into [`settings::Settings`].
//!
//! One direction: files ([`file`]), environment ([`environment`]) and flags
//! ([`resolve::Flags`]) go into [`resolve::resolve`]; out come settings in which
//! nothing is missing and everything knows where it comes from. The
//! environment is read here and nowhere else.

pub mod diagnose;
pub mod discover;
pub mod environment;
pub mod file;
mod fixed;
pub mod folder;
mod merge;
pub mod resolve;
pub mod settings;
pub mod show;
