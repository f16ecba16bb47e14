//! A rule on its way from another tool to a rule file.

use crate::base::level::{Confidence, Severity};
use crate::rules::file::{Capture, Characters, Requires, Target, When};
use crate::rules::import::Format;
use crate::rules::import::node::Fields;
use crate::rules::import::note::Loss;

/// A rule as it will be written.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// The id it has where it comes from.
    pub(super) origin: String,
    /// The id it gets.
    pub(super) id: String,
    /// File and line it comes from.
    pub(super) place: (String, usize),
    pub(super) title: String,
    pub(super) why: String,
    pub(super) references: Vec<String>,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) pattern: Option<String>,
    pub(super) secret: Option<usize>,
    pub(super) capture: Capture,
    pub(super) max_length: Option<usize>,
    pub(super) paths: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) min_entropy: Option<f64>,
    pub(super) entropy_over: Option<f64>,
    pub(super) characters: Option<Characters>,
    pub(super) except: Vec<Exempt>,
    pub(super) filter: Option<String>,
    /// Ids are those of the other tool until all rules are known.
    pub(super) requires: Vec<Requires>,
    pub(super) helper: bool,
    pub(super) generic: bool,
    pub(super) matching: Vec<String>,
    pub(super) ignore: Vec<String>,
}

/// One entry of `except`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Exempt {
    pub(super) when: When,
    pub(super) paths: Vec<String>,
    pub(super) target: Target,
    pub(super) patterns: Vec<String>,
    pub(super) words: Vec<String>,
    pub(super) reason: Option<String>,
}

impl Exempt {
    /// True when it names nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.patterns.is_empty() && self.words.is_empty()
    }
}

/// Most bits a character can have, and most bits a byte can have.
const MOST_BITS: (f64, f64) = (32.0, 8.0);

impl Draft {
    /// True when some value has the entropy that is asked for; that none has is noted.
    pub(super) fn is_possible(&self, fields: &mut Fields<'_, '_>, key: &str) -> bool {
        let over = self.entropy_over.is_none_or(|bits| bits < MOST_BITS.0);
        let least = self.min_entropy.is_none_or(|bits| bits <= MOST_BITS.1);
        if over && least {
            return true;
        }
        let line = fields.line_of(key);
        fields.note(Loss::Refused, line, key, "no value is as random as that");
        false
    }

    /// A rule called `origin` where it comes from, about which nothing is known yet.
    pub(super) fn new(format: Format, origin: &str, place: (String, usize)) -> Draft {
        Draft {
            origin: origin.to_owned(),
            id: kebab(format, origin),
            place,
            title: format!("{origin} ({} rule)", format.title()),
            why: format!(
                "A rule that was imported from {} says that this is a secret.",
                format.title()
            ),
            references: Vec::new(),
            severity: Severity::High,
            confidence: Confidence::Medium,
            pattern: None,
            secret: None,
            capture: Capture::Group,
            max_length: None,
            paths: Vec::new(),
            keywords: Vec::new(),
            min_entropy: None,
            entropy_over: None,
            characters: None,
            except: Vec::new(),
            filter: None,
            requires: Vec::new(),
            helper: false,
            generic: false,
            matching: Vec::new(),
            ignore: Vec::new(),
        }
    }

    /// Takes what people are told from a name and a description.
    pub(super) fn describe(&mut self, name: Option<&str>, description: Option<&str>) {
        let name = name.or(description.filter(|text| text.len() <= 80 && !text.contains('\n')));
        if let Some(name) = name.map(|name| name.trim().trim_end_matches('.'))
            && !name.is_empty()
        {
            name.clone_into(&mut self.title);
        }
        let words = description.unwrap_or_default().split_whitespace();
        let mut why = words.collect::<Vec<_>>().join(" ");
        if let Some(first) = why.chars().next().filter(|first| first.is_alphabetic()) {
            why.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
            if !why.ends_with(['.', '!', '?']) {
                why.push('.');
            }
            self.why = why;
        }
    }
}

/// The id of an imported rule: the tool's name before its own, in kebab case.
pub(super) fn kebab(format: Format, origin: &str) -> String {
    let mut id = format.provider().to_owned();
    let lower = origin.to_ascii_lowercase();
    let parts = lower.split(|c: char| !c.is_ascii_alphanumeric());
    for part in parts.filter(|part| !part.is_empty()) {
        id.push('-');
        id.push_str(part);
    }
    id.truncate(72);
    id.truncate(id.trim_end_matches('-').len());
    id
}

/// Words that open a rule. An empty one stands everywhere, so that the rule is always open.
pub(super) fn keywords(written: &[(&str, usize)]) -> Vec<String> {
    if written.iter().any(|(word, _)| word.is_empty()) {
        return Vec::new();
    }
    let words = written.iter();
    words.map(|(word, _)| word.to_ascii_lowercase()).collect()
}

/// Shortest run of letters and digits of an example that is broken.
const RUN: usize = 12;

/// An example with `{+}` in everything that could be taken for a whole secret.
pub(super) fn broken(example: &str) -> String {
    let mut out = String::with_capacity(example.len() + 8);
    let is_run = |c: char| c.is_ascii_alphanumeric() || "_-+/=.".contains(c);
    let mut rest = example;
    while !rest.is_empty() {
        let run = rest.find(|c| !is_run(c)).unwrap_or(rest.len());
        if run >= RUN {
            // Runs are ASCII, so every place is between two characters.
            out.push_str(&rest[..run / 2]);
            out.push_str("{+}");
            out.push_str(&rest[run / 2..run]);
        } else {
            out.push_str(&rest[..run]);
        }
        let other = rest[run..].find(is_run).unwrap_or(rest.len() - run);
        out.push_str(&rest[run..run + other]);
        rest = &rest[run + other..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_say_where_they_come_from() {
        for (origin, id) in [
            ("aws-access-token", "gitleaks-aws-access-token"),
            ("My Rule_1.x", "gitleaks-my-rule-1-x"),
            ("", "gitleaks"),
        ] {
            assert_eq!(kebab(Format::Gitleaks, origin), id);
        }
        assert!(kebab(Format::Titus, &"x".repeat(200)).len() <= 72);
    }

    #[test]
    fn long_runs_of_examples_are_broken() {
        assert_eq!(broken("key = é abcdefghijkl;"), "key = é abcdef{+}ghijkl;");
        assert_eq!(broken("short ones"), "short ones");
        assert_eq!(
            crate::rules::file::join(&broken(&"x1".repeat(40))),
            "x1".repeat(40)
        );
    }

    #[test]
    fn descriptions_become_sentences() {
        let mut draft = Draft::new(Format::Gitleaks, "a", (String::new(), 1));
        draft.describe(None, Some("found an Acme  token"));
        assert_eq!(draft.title, "found an Acme  token");
        assert_eq!(draft.why, "Found an Acme token.");
    }
}
