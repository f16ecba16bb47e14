//! Comments that speak to scanners: found in any text, whatever a comment looks
//! like there, and read.
//!
//! Ours name a rule and give a reason:
//!
//! ```text
//! stanch:allow RULE reason                  this line
//! stanch:allow-next-line RULE reason        the next line
//! stanch:allow-begin RULE reason            everything until
//! stanch:allow-end [RULE]                   here
//! ```
//!
//! RULE is an id, several with commas between them, or a pattern with `*`.
//! `until=2027-12-31` and `owner=NAME` may stand before the reason. In formats
//! without comments a string does: `"stanch:allow-next-line": "RULE reason"`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::register::date::Date;
use crate::rules::select::IdGlob;

/// Longest rest of a line that is read.
const REST: usize = 512;
/// Longest reason that is kept, in characters.
const REASON: usize = 200;

/// For whom a comment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// For us.
    Stanch,
    /// bandit and gosec.
    Bandit,
    /// betterleaks.
    Betterleaks,
    /// detect-secrets, and others that read its comments.
    DetectSecrets,
    /// ggshield.
    Ggshield,
    /// gitleaks.
    Gitleaks,
    /// kingfisher.
    Kingfisher,
    /// secretlint.
    Secretlint,
    /// trufflehog.
    Trufflehog,
}

impl Tool {
    /// Other scanners by the names that configurations use.
    pub const FOREIGN: &'static [(&'static str, Tool)] = &[
        ("bandit", Tool::Bandit),
        ("betterleaks", Tool::Betterleaks),
        ("detect-secrets", Tool::DetectSecrets),
        ("ggshield", Tool::Ggshield),
        ("gitleaks", Tool::Gitleaks),
        ("kingfisher", Tool::Kingfisher),
        ("secretlint", Tool::Secretlint),
        ("trufflehog", Tool::Trufflehog),
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        let named = Tool::FOREIGN.iter().find(|(_, tool)| *tool == self);
        named.map_or("stanch", |(name, _)| name)
    }
}

/// Which findings a comment is about, seen from its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those on its own line.
    Line,
    /// Those that begin on the next line without such a comment.
    NextLine,
    /// Those on its line, the one before, the one after.
    Around,
    /// All from here on.
    Begin,
    /// None from here on.
    End,
}

/// A comment that speaks to scanners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// For whom it is written.
    pub tool: Tool,
    /// Which findings it is about.
    pub reach: Reach,
    /// The rules it is about, as written; empty is all of them, or in ours: none named.
    pub rules: Vec<IdGlob>,
    /// It names rules that are not ours.
    pub foreign_rules: bool,
    /// The last day on which it holds, or what stands in place of one.
    pub until: Option<Result<Date, String>>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why.
    pub reason: String,
}

/// What a tag means, and what has to follow it.
type Read = fn(&str) -> Option<(Reach, Rest)>;

/// What the text behind a tag is.
enum Rest {
    /// Rule, fields, reason, as in ours.
    Ours(usize),
    /// Nothing of interest.
    Nothing,
    /// Rules of another scanner, from this byte on.
    Rules(usize),
}

/// The tags, each with its tool and what it means. None is part of another one.
const TAGS: &[(&str, Tool, Read)] = &[
    ("stanch:allow", Tool::Stanch, read_ours),
    ("gitleaks:allow", Tool::Gitleaks, read_line),
    ("betterleaks:allow", Tool::Betterleaks, read_line),
    ("trufflehog:ignore", Tool::Trufflehog, read_line),
    ("ggignore", Tool::Ggshield, read_line),
    ("kingfisher:ignore", Tool::Kingfisher, |rest| {
        ends(rest).then_some((Reach::Around, Rest::Nothing))
    }),
    ("pragma:", Tool::DetectSecrets, read_pragma),
    ("secretlint-disable", Tool::Secretlint, read_secretlint),
    ("secretlint-enable", Tool::Secretlint, |rest| {
        ends(rest).then_some((Reach::End, Rest::Nothing))
    }),
    ("nosec", Tool::Bandit, read_nosec),
];

/// No tag begins or holds another, so every kind of search finds the same; that
/// of the leftmost one has a vector search before it.
static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(TAGS.iter().map(|(tag, ..)| tag))
        .ok()
});

/// Every directive in `text` with the offset of its tag, in order.
pub fn find(text: &[u8]) -> impl Iterator<Item = (usize, Directive)> {
    let finder = FINDER.as_ref();
    let found = finder
        .into_iter()
        .flat_map(move |finder| finder.find_iter(text));
    found.filter_map(move |found| {
        // A tag is no part of a longer word.
        let before = found.start().checked_sub(1).map(|at| text[at]);
        if before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return None;
        }
        let (_, tool, read) = TAGS[found.pattern().as_usize()];
        let rest = &text[found.end()..text.len().min(found.end() + REST)];
        let line = rest.split(|&b| b == b'\n' || b == b'\r' || b == 0).next();
        let line = String::from_utf8_lossy(line.unwrap_or_default());
        let (reach, rest) = read(&line)?;
        Some((found.start(), directive(tool, reach, &rest, &line)))
    })
}

/// True when the word ends where `rest` begins.
fn ends(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '_')
}

fn read_line(rest: &str) -> Option<(Reach, Rest)> {
    ends(rest).then_some((Reach::Line, Rest::Nothing))
}

fn read_ours(rest: &str) -> Option<(Reach, Rest)> {
    const WORDS: &[(&str, Reach)] = &[
        ("-next-line", Reach::NextLine),
        ("-begin", Reach::Begin),
        ("-end", Reach::End),
        ("", Reach::Line),
    ];
    let (word, reach) = WORDS.iter().find(|(word, _)| rest.starts_with(word))?;
    ends(&rest[word.len()..]).then_some((*reach, Rest::Ours(word.len())))
}

/// `pragma: allowlist secret`, `pragma: allowlist nextline secret`, and the
/// older spellings.
fn read_pragma(rest: &str) -> Option<(Reach, Rest)> {
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let rest = ["allowlist", "whitelist"]
        .iter()
        .find_map(|word| rest.strip_prefix(word)?.strip_prefix([' ', '-']))?;
    let next = rest
        .strip_prefix("nextline")
        .and_then(|rest| rest.strip_prefix([' ', '-']));
    let reach = if next.is_some() {
        Reach::NextLine
    } else {
        Reach::Line
    };
    let rest = next.unwrap_or(rest).strip_prefix("secret")?;
    ends(rest).then_some((reach, Rest::Nothing))
}

fn read_secretlint(rest: &str) -> Option<(Reach, Rest)> {
    const WORDS: &[(&str, Reach)] = &[
        ("-next-line", Reach::NextLine),
        ("-line", Reach::Line),
        ("", Reach::Begin),
    ];
    let (word, reach) = WORDS.iter().find(|(word, _)| rest.starts_with(word))?;
    ends(&rest[word.len()..]).then_some((*reach, Rest::Rules(word.len())))
}

/// `nosec`, or `nosec` with the tests for passwords in code: B105 to B108 and G101.
fn read_nosec(rest: &str) -> Option<(Reach, Rest)> {
    if !ends(rest) {
        return None;
    }
    let words = rest.split(|c: char| !c.is_ascii_alphanumeric());
    let mut tests = words.filter(|word| {
        let digits = word.strip_prefix(['B', 'G']);
        digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))
    });
    let about = ["B105", "B106", "B107", "B108", "G101"];
    let mut named = tests.by_ref().peekable();
    let ours = named.peek().is_none() || named.any(|test| about.contains(&test));
    ours.then_some((Reach::Line, Rest::Nothing))
}

fn directive(tool: Tool, reach: Reach, rest: &Rest, line: &str) -> Directive {
    let mut out = Directive {
        tool,
        reach,
        rules: Vec::new(),
        foreign_rules: false,
        until: None,
        owner: None,
        reason: String::new(),
    };
    match *rest {
        Rest::Ours(at) => ours(&line[at..], &mut out),
        Rest::Nothing => {}
        Rest::Rules(at) => {
            let rules = line[at..].split(" -- ").next().unwrap_or_default();
            out.foreign_rules = rules.contains(|c: char| c.is_alphanumeric());
        }
    }
    out
}

/// Reads ` RULE [until=DAY] [owner=NAME] reason */`.
fn ours(rest: &str, out: &mut Directive) {
    // In JSON and YAML the tag is a key, or a value of its own.
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"':=".contains(c));
    let is_rule = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-*,".contains(c);
    let end = rest.find(|c: char| !is_rule(c)).unwrap_or(rest.len());
    let (rules, mut rest) = rest.split_at(end);
    if rest.starts_with(|c: char| !c.is_whitespace() && c != ':' && !is_closing(c)) {
        // A word that cannot be a rule's name: part of a reason.
        return;
    }
    let named = rules.split(',').filter(|rule| says_something(rule));
    out.rules = named.map(IdGlob::new).collect();
    loop {
        rest = rest.trim_start();
        let word = rest.split_whitespace().next().unwrap_or_default();
        let value = word.trim_end_matches(is_closing);
        if let Some(day) = value.strip_prefix("until=") {
            out.until = Some(day.parse().map_err(|_| day.to_owned()));
        } else if let Some(owner) = value.strip_prefix("owner=") {
            out.owner = Some(owner.to_owned());
        } else {
            break;
        }
        rest = &rest[word.len()..];
    }
    out.reason = reason(rest);
}

/// True when a rule's name or pattern leaves some rules out.
fn says_something(rule: &str) -> bool {
    rule.contains(|c: char| c.is_ascii_alphanumeric())
}

/// Characters that end a comment or a string.
fn is_closing(c: char) -> bool {
    "*/-#>}%\"'`,])!;\\".contains(c)
}

/// The reason without what ends the comment; empty when it says nothing.
fn reason(rest: &str) -> String {
    let text = rest.trim_end_matches(|c: char| c.is_whitespace() || is_closing(c));
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || ":-–—".contains(c));
    if text.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
        return String::new();
    }
    text.chars().take(REASON).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> Option<Directive> {
        find(text.as_bytes()).next().map(|(_, directive)| directive)
    }

    /// Reach, rules, reason.
    fn told(text: &str) -> Option<(Reach, String, String)> {
        let found = one(text)?;
        let rules: Vec<&str> = found.rules.iter().map(IdGlob::as_str).collect();
        Some((found.reach, rules.join(","), found.reason))
    }

    #[test]
    fn ours_are_read_in_any_kind_of_comment() {
        for text in [
            "x = 1  # stanch:allow acme-token test fixture",
            "x = 1; // stanch:allow acme-token test fixture",
            "x = 1; /* stanch:allow acme-token test fixture */",
            "<a b=\"c\"/> <!-- stanch:allow acme-token test fixture -->",
            "{# stanch:allow acme-token test fixture #}",
            "-- stanch:allow acme-token test fixture",
            "% stanch:allow acme-token: test fixture",
            "\"stanch:allow\": \"acme-token test fixture\",",
            "\"stanch:allow acme-token test fixture\",",
            "stanch:allow   acme-token - test fixture\r",
        ] {
            let expected = (Reach::Line, "acme-token".into(), "test fixture".into());
            let read = told(text).map(|(reach, rules, reason)| {
                (reach, rules, reason.trim_start_matches(": ").to_owned())
            });
            assert_eq!(read, Some(expected), "{text}");
        }
    }

    #[test]
    fn ours_say_how_far_they_reach_and_how_long_they_hold() {
        for (text, reach) in [
            ("# stanch:allow-next-line a-b why not", Reach::NextLine),
            ("# stanch:allow-begin a-b why not", Reach::Begin),
            ("# stanch:allow-end", Reach::End),
        ] {
            assert_eq!(one(text).unwrap().reach, reach, "{text}");
        }
        let full = one("# stanch:allow a-b,c-* until=2027-01-31 owner=ada why not").unwrap();
        assert_eq!(full.rules.len(), 2);
        assert_eq!(full.until, Some(Ok(Date::new(2027, 1, 31).unwrap())));
        assert_eq!(full.owner.as_deref(), Some("ada"));
        assert_eq!(full.reason, "why not");
        let wrong = one("# stanch:allow a-b until=soon why not").unwrap();
        assert_eq!(wrong.until, Some(Err("soon".into())));
    }

    #[test]
    fn rule_and_reason_are_missed_when_they_are_not_there() {
        for (text, rules, reason) in [
            ("# stanch:allow", "", ""),
            ("# stanch:allow acme-token", "acme-token", ""),
            ("# stanch:allow acme-token */ -->", "acme-token", ""),
            ("# stanch:allow acme-token -", "acme-token", ""),
            ("# stanch:allow * everything", "", "everything"),
            ("# stanch:allow because I say so", "because", "I say so"),
            ("# stanch:allow It is a test", "", ""),
        ] {
            let read = told(text).map(|(_, rules, reason)| (rules, reason));
            assert_eq!(read, Some((rules.to_owned(), reason.to_owned())), "{text}");
        }
    }

    #[test]
    fn words_that_only_look_like_tags_are_none() {
        for text in [
            "stanch:allowed acme-token reason",
            "mystanch:allow acme-token reason",
            "stanch:allow-nothing acme-token reason",
            "gitleaks:allowed",
            "nosecret",
            "#nosec G402",
            "pragma: once",
            "pragma: allowlist secrets",
            "biggignore",
        ] {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn comments_for_other_scanners_are_read_as_theirs() {
        for (text, tool, reach) in [
            ("# gitleaks:allow", Tool::Gitleaks, Reach::Line),
            ("// betterleaks:allow", Tool::Betterleaks, Reach::Line),
            ("// trufflehog:ignore", Tool::Trufflehog, Reach::Line),
            ("# kingfisher:ignore", Tool::Kingfisher, Reach::Around),
            ("# ggignore", Tool::Ggshield, Reach::Line),
            ("#nosec", Tool::Bandit, Reach::Line),
            ("# nosec B105", Tool::Bandit, Reach::Line),
            ("#nosec G402 G101 -- why", Tool::Bandit, Reach::Line),
            (
                "# pragma: allowlist secret",
                Tool::DetectSecrets,
                Reach::Line,
            ),
            (
                "/* pragma:whitelist-secret */",
                Tool::DetectSecrets,
                Reach::Line,
            ),
            (
                "; pragma: allowlist nextline secret",
                Tool::DetectSecrets,
                Reach::NextLine,
            ),
            ("// secretlint-disable-line", Tool::Secretlint, Reach::Line),
            (
                "// secretlint-disable-next-line",
                Tool::Secretlint,
                Reach::NextLine,
            ),
            ("/* secretlint-disable */", Tool::Secretlint, Reach::Begin),
            ("/* secretlint-enable */", Tool::Secretlint, Reach::End),
        ] {
            let found = one(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.tool, found.reach), (tool, reach), "{text}");
            assert!(!found.foreign_rules, "{text}");
        }
        let named = one("// secretlint-disable-line @secretlint/secretlint-rule-x -- why").unwrap();
        assert!(named.foreign_rules);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(
            before in "\\PC{0,9}", tag in 0..TAGS.len(), after in "\\PC{0,40}", cut in 0usize..60,
        ) {
            let text = format!("{before}{}{after}", TAGS[tag].0);
            let bytes = text.as_bytes();
            let cut = &bytes[..cut.min(bytes.len())];
            prop_assert!(find(cut).chain(find(bytes)).all(|(at, _)| at < bytes.len()));
        }
    }
}
