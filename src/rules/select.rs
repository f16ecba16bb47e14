//! Which rules are in force, and how severe: the configuration's say.

use std::collections::BTreeSet;
use std::str::FromStr;

use crate::base::level::{Class, Severity};
use crate::rules::file::Quantity;
use crate::rules::info::RuleInfo;

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

/// A word for classes of rules: a class, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClassWord {
    /// Every class.
    All,
    /// One class. Secrets take the identifiers with them that say whose they are.
    One(Class),
}

impl ClassWord {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            ClassWord::All => "all",
            ClassWord::One(class) => class.as_str(),
        }
    }

    fn classes(self) -> &'static [Class] {
        match self {
            ClassWord::All => Class::ALL,
            ClassWord::One(Class::Secret) => &[Class::Secret, Class::Identifier],
            ClassWord::One(Class::Identifier) => &[Class::Identifier],
            ClassWord::One(Class::Personal) => &[Class::Personal],
            ClassWord::One(Class::Marking) => &[Class::Marking],
            ClassWord::One(Class::Document) => &[Class::Document],
        }
    }
}

impl FromStr for ClassWord {
    type Err = String;

    fn from_str(text: &str) -> Result<ClassWord, String> {
        if text == "all" {
            return Ok(ClassWord::All);
        }
        text.parse()
            .map(ClassWord::One)
            .map_err(|told: String| told + ", all")
    }
}

/// The classes whose rules are in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes(BTreeSet<Class>);

impl Classes {
    /// The classes of `words`; without any word, those of everyday use.
    pub fn of(words: impl IntoIterator<Item = ClassWord>) -> Classes {
        let classes = words.into_iter().flat_map(ClassWord::classes);
        let classes: BTreeSet<Class> = classes.copied().collect();
        if classes.is_empty() {
            return Classes::default();
        }
        Classes(classes)
    }

    /// True when `class` is one of them.
    pub fn contains(&self, class: Class) -> bool {
        self.0.contains(&class)
    }
}

/// Secrets and what belongs to them. Personal data and markings are no mistake in
/// most files that hold them: who wants to know of them asks for them.
impl Default for Classes {
    fn default() -> Classes {
        Classes([Class::Secret, Class::Identifier, Class::Document].into())
    }
}

/// Whether rules on trial are in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preview {
    /// Only those that are named one by one.
    #[default]
    Off,
    /// All of them.
    On,
}

/// What the configuration says about rules. Empty, the rules of the default
/// classes are in force as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Classes of rules that are on.
    pub classes: Classes,
    /// Whether rules on trial are on.
    pub preview: Preview,
    /// Rules that are on whatever `disable` says.
    pub enable: Vec<IdGlob>,
    /// Rules that are off.
    pub disable: Vec<IdGlob>,
    /// Severities in place of the rules' own.
    pub severity: Vec<(IdGlob, Severity)>,
    /// Quantities that go over the rules' own.
    pub quantity: Vec<(IdGlob, Quantity)>,
    /// Rules that a stronger hand protects, and what that says of them: for
    /// these nothing else counts.
    pub protected: Option<(Vec<IdGlob>, Box<Selection>)>,
}

impl Selection {
    /// True when nothing turns the rule called `id` off.
    pub fn includes(&self, id: &str) -> bool {
        if let Some(strong) = self.strong(id) {
            return strong.includes(id);
        }
        let named = |globs: &[IdGlob]| globs.iter().any(|glob| glob.matches(id));
        !named(&self.disable) || named(&self.enable)
    }

    /// True when `rule` is in force: `enable` names this very rule, or nothing
    /// speaks against it, its class is on, and it is not on trial or those are on, too.
    pub fn chooses(&self, rule: &RuleInfo) -> bool {
        if let Some(strong) = self.strong(rule.id.as_str()) {
            return strong.chooses(rule);
        }
        let means = |glob: &IdGlob| rule.ids().any(|id| glob.matches(id.as_str()));
        if self
            .enable
            .iter()
            .any(|glob| glob.is_exact() && means(glob))
        {
            return true;
        }
        let disabled = self.disable.iter().any(means) && !self.enable.iter().any(means);
        let on_trial = rule.preview && self.preview == Preview::Off;
        !disabled && !on_trial && self.classes.contains(rule.class)
    }

    /// The quantity given to `id`. A policy may leave out the `personal-` of ids.
    pub fn quantity_of(&self, id: &str) -> Quantity {
        if let Some(strong) = self.strong(id) {
            return strong.quantity_of(id);
        }
        let short = id.strip_prefix("personal-").unwrap_or(id);
        let mut named: Vec<&(IdGlob, Quantity)> = self
            .quantity
            .iter()
            .filter(|(glob, _)| glob.matches(id) || glob.matches(short))
            .collect();
        named.sort_by_key(|(glob, _)| (glob.is_exact(), glob.as_str().len()));
        let narrow = named.into_iter().rev();
        narrow.fold(Quantity::default(), |sum, (_, quantity)| sum.or(*quantity))
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
    use crate::base::id::RuleId;

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
        assert!(selection.chooses(&rule("aws-secret-key")));
        assert!(!selection.chooses(&rule("gcp-key")));
        assert!(Selection::default().chooses(&rule("gcp-key")));
    }

    #[test]
    fn a_former_id_still_means_the_rule() {
        let renamed = RuleInfo {
            formerly: vec![RuleId::new("old-key")],
            ..rule("new-key")
        };
        for (disable, enable, expected) in [
            (&["old-key"][..], &[][..], false),
            (&["old-*"], &[], false),
            (&["*"], &["old-key"], true),
            (&["other-key"], &[], true),
        ] {
            let selection = Selection {
                disable: globs(disable),
                enable: globs(enable),
                ..Selection::default()
            };
            assert_eq!(
                selection.chooses(&renamed),
                expected,
                "{disable:?} {enable:?}"
            );
        }
    }

    #[test]
    fn a_rule_on_trial_is_off_unless_asked_for() {
        let on_trial = RuleInfo {
            preview: true,
            ..rule("acme-key")
        };
        let chooses = |preview, enable: &[&str]| {
            let selection = Selection {
                preview,
                enable: globs(enable),
                ..Selection::default()
            };
            selection.chooses(&on_trial)
        };
        assert!(!chooses(Preview::Off, &[]));
        assert!(!chooses(Preview::Off, &["acme-*"]));
        assert!(chooses(Preview::Off, &["acme-key"]));
        assert!(chooses(Preview::On, &[]));
    }

    fn rule(id: &str) -> RuleInfo {
        RuleInfo {
            id: RuleId::new(id),
            formerly: Vec::new(),
            preview: false,
            title: String::new(),
            provider: String::new(),
            class: Class::Secret,
            severity: Severity::High,
            why: String::new(),
            remedy: String::new(),
            references: Vec::new(),
        }
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
