//! Check digits of numbers that belong to people, accounts and things.
//!
//! Separators do not count; which are allowed is said by a rule's forms. Every check
//! takes a text of any bytes.

pub(super) mod cards;
mod schemes;
