//! The names rules may give under `recogniser`.
//!
//! The recognisers themselves are code of the detectors, one floor up; this
//! list is what a rule file can be checked against.

/// Every recogniser's name, sorted.
pub const NAMES: &[&str] = &["assignment", "auth-header", "private-key", "uri-userinfo"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
