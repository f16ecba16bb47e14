//! Offline checks of a secret: checksums and structures a rule names.
//!
//! Each check looks at the secret's bytes alone, allocates little, never
//! panics, and answers yes or no; what a no means is the rule's business.

/// What a check is made of.
pub struct Validator {
    /// The name rules use.
    pub name: &'static str,
    /// What it checks, in one line, for `stanch rules list --validators`.
    pub about: &'static str,
    /// True when a yes rests on a checksum, false when on structure only.
    pub checksum: bool,
    /// The check itself.
    pub check: fn(&[u8]) -> bool,
}

/// Every validator, by name.
pub const VALIDATORS: &[Validator] = &[];

/// The validator called `name`.
pub fn find(name: &str) -> Option<&'static Validator> {
    VALIDATORS.iter().find(|v| v.name == name)
}
