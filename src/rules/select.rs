//! Which rules are in force, and how severe: the configuration's say.

use crate::base::level::Severity;

/// A rule id, or several by `*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdGlob(String);

impl IdGlob {
    /// Makes a pattern; `*` stands for any run of characters, also an empty one.
    pub fn new(text: &str) -> IdGlob {
        IdGlob(text.to_owned())
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when it names one rule.
    pub fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }

    /// True when `id` is meant.
    pub fn matches(&self, id: &str) -> bool {
        let Some((head, tail)) = self.0.split_once('*') else {
            return self.0 == id;
        };
        let Some(mut rest) = id.strip_prefix(head) else {
            return false;
        };
        let mut parts: Vec<&str> = tail.split('*').collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// What the configuration says about rules. Empty, it changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Rules that are on whatever `disable` says.
    pub enable: Vec<IdGlob>,
    /// Rules that are off.
    pub disable: Vec<IdGlob>,
    /// Severities in place of the rules' own.
    pub severity: Vec<(IdGlob, Severity)>,
    /// Rules that a stronger hand protects, and what that says of them: for
    /// these nothing else counts.
    pub protected: Option<(Vec<IdGlob>, Box<Selection>)>,
}

impl Selection {
    /// True when the rule called `id` is in force.
    pub fn includes(&self, id: &str) -> bool {
        if let Some(strong) = self.strong(id) {
            return strong.includes(id);
        }
        let named = |globs: &[IdGlob]| globs.iter().any(|glob| glob.matches(id));
        !named(&self.disable) || named(&self.enable)
    }

    /// The severity given to `id`: an exact id goes before a pattern, a longer
    /// pattern before a shorter one.
    pub fn severity_of(&self, id: &str) -> Option<Severity> {
        if let Some(strong) = self.strong(id) {
            return strong.severity_of(id);
        }
        self.severity
            .iter()
            .filter(|(glob, _)| glob.matches(id))
            .max_by_key(|(glob, _)| (glob.is_exact(), glob.as_str().len(), glob.as_str()))
            .map(|&(_, severity)| severity)
    }

    /// What alone counts for `id`, if it is protected.
    fn strong(&self, id: &str) -> Option<&Selection> {
        let (globs, strong) = self.protected.as_ref()?;
        let is_protected = globs.iter().any(|glob| glob.matches(id));
        is_protected.then_some(strong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(texts: &[&str]) -> Vec<IdGlob> {
        texts.iter().map(|text| IdGlob::new(text)).collect()
    }

    #[test]
    fn a_star_stands_for_any_run() {
        for (glob, id, expected) in [
            ("aws-*", "aws-access-key", true),
            ("aws-*", "laws-x", false),
            ("*-token", "acme-token", true),
            ("*-token", "acme-tokens", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("acme", "acme", true),
            ("acme", "acme-token", false),
        ] {
            assert_eq!(IdGlob::new(glob).matches(id), expected, "{glob} on {id}");
        }
    }

    #[test]
    fn enable_wins_over_disable() {
        let selection = Selection {
            disable: globs(&["*"]),
            enable: globs(&["aws-*"]),
            ..Selection::default()
        };
        assert!(selection.includes("aws-secret-key"));
        assert!(!selection.includes("gcp-key"));
        assert!(Selection::default().includes("gcp-key"));
    }

    #[test]
    fn of_protected_rules_only_the_strong_word_counts() {
        let selection = Selection {
            disable: globs(&["*"]),
            severity: vec![(IdGlob::new("*"), Severity::Info)],
            protected: Some((globs(&["core-*"]), Box::default())),
            ..Selection::default()
        };
        assert!(!selection.includes("other"));
        assert!(selection.includes("core-key"));
        assert_eq!(selection.severity_of("other"), Some(Severity::Info));
        assert_eq!(selection.severity_of("core-key"), None);
    }

    #[test]
    fn the_narrowest_severity_holds() {
        let selection = Selection {
            severity: vec![
                (IdGlob::new("aws-secret"), Severity::Critical),
                (IdGlob::new("*"), Severity::Info),
                (IdGlob::new("aws-*"), Severity::Low),
            ],
            ..Selection::default()
        };
        assert_eq!(
            selection.severity_of("aws-secret"),
            Some(Severity::Critical)
        );
        assert_eq!(selection.severity_of("aws-id"), Some(Severity::Low));
        assert_eq!(selection.severity_of("gcp"), Some(Severity::Info));
        assert_eq!(Selection::default().severity_of("gcp"), None);
    }
}
