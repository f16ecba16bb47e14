//! What a rule demands of a match beside its pattern: where the file lies, what
//! the secret looks like, what is harmless. Most rules demand none of this.
//!
//! The engine and the lint both ask here, so that they cannot disagree.

pub mod except;
pub mod patterns;

use std::ops::Range;
use std::sync::Arc;

use crate::rules::file::{Capture, Characters, Except, Requires, RuleEntry, Target};
use crate::rules::filter::Filter;
use crate::rules::spanned::Spanned;
use crate::rules::terms::except::Exception;
use crate::rules::terms::patterns::Patterns;

/// How far before and after a match its lines are looked for, in bytes.
const LINE_REACH: usize = 16 << 10;

/// The demands of one rule.
#[derive(Debug, Default)]
pub struct Terms {
    /// How the secret is chosen.
    pub capture: Capture,
    /// Most bytes of a match.
    pub max_length: Option<usize>,
    /// One of these must match the path, if there are any.
    pub paths: Patterns,
    /// None of these may match the path.
    pub exclude_paths: Patterns,
    /// One of these words must stand in the same file, if there are any.
    pub keywords: Vec<String>,
    /// What the entropy must exceed, in bits per character.
    pub entropy_over: Option<f64>,
    /// Characters the secret must have.
    pub characters: Option<Characters>,
    /// Matches that are harmless.
    pub except: Vec<Exception>,
    /// An expression that is true of harmless matches.
    pub filter: Option<Filter>,
    /// What is harmless for all rules of the file.
    pub shared: Option<Arc<Shared>>,
    /// Rules that must match in the same file.
    pub requires: Vec<Requires>,
    /// Rules whose values belong to the secret.
    pub pairs_with: Vec<Requires>,
    /// True when the rule gives no finding of its own.
    pub helper: bool,
    /// True when the rule gives way to others on the same line.
    pub generic: bool,
}

/// What is harmless for all rules of one file.
#[derive(Debug, Default)]
pub struct Shared {
    /// Matches that are harmless.
    pub except: Vec<Exception>,
    /// An expression that is true of harmless matches.
    pub filter: Option<Filter>,
}

/// A match and everything its rule may ask about.
#[derive(Clone, Debug)]
pub struct Sighting<'a> {
    /// The file's path with forward slashes; none where there is no file.
    pub path: Option<&'a str>,
    /// The text.
    pub text: &'a [u8],
    /// The whole match.
    pub span: Range<usize>,
    /// The secret.
    pub secret: Range<usize>,
}

/// The demand that a match does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `paths` or `exclude-paths`.
    Path,
    /// `entropy-over`.
    Entropy,
    /// `characters`.
    Characters,
    /// `except`.
    Except,
    /// `filter`.
    Filter,
}

impl Shared {
    /// What a file says for all of its rules; none when it says nothing.
    pub fn of(except: &[Spanned<Except>], filter: Option<&Spanned<String>>) -> Option<Arc<Shared>> {
        if except.is_empty() && filter.is_none() {
            return None;
        }
        Some(Arc::new(Shared {
            except: exceptions(except),
            filter: filter.and_then(|text| Filter::parse(text.get_ref()).ok()),
        }))
    }
}

fn exceptions(written: &[Spanned<Except>]) -> Vec<Exception> {
    let entries = written.iter();
    entries
        .map(|entry| Exception::new(entry.get_ref()))
        .collect()
}

fn others(written: &[Spanned<Requires>]) -> Vec<Requires> {
    let entries = written.iter();
    entries.map(|entry| entry.get_ref().clone()).collect()
}

fn texts(written: &[Spanned<String>]) -> Vec<String> {
    let texts = written.iter();
    texts.map(|text| text.get_ref().clone()).collect()
}

impl Terms {
    /// What `entry` demands, of a file that says `shared`; none when that is nothing.
    pub fn of(entry: &RuleEntry, shared: Option<&Arc<Shared>>) -> Option<Terms> {
        let asks = shared.is_some()
            || entry.capture != Capture::Group
            || entry.max_length.is_some()
            || !entry.paths.is_empty()
            || !entry.exclude_paths.is_empty()
            || !entry.keywords.is_empty()
            || entry.entropy_over.is_some()
            || entry.characters.is_some()
            || !entry.except.is_empty()
            || entry.filter.is_some()
            || !entry.requires.is_empty()
            || !entry.pairs_with.is_empty()
            || entry.helper
            || entry.generic;
        let filter = entry.filter.as_ref();
        asks.then(|| Terms {
            capture: entry.capture,
            max_length: entry.max_length.as_ref().map(|length| *length.get_ref()),
            paths: Patterns::new(texts(&entry.paths)),
            exclude_paths: Patterns::new(texts(&entry.exclude_paths)),
            keywords: entry.keywords.clone(),
            entropy_over: entry.entropy_over.as_ref().map(|bits| *bits.get_ref()),
            characters: entry.characters.as_ref().map(|c| c.get_ref().clone()),
            except: exceptions(&entry.except),
            filter: filter.and_then(|text| Filter::parse(text.get_ref()).ok()),
            shared: shared.cloned(),
            requires: others(&entry.requires),
            pairs_with: others(&entry.pairs_with),
            helper: entry.helper,
            generic: entry.generic,
        })
    }

    /// Everything in it that can change a finding, as texts.
    pub fn texts(&self) -> Vec<String> {
        let shared = self.shared.as_deref();
        let of_file = shared.map_or(&[][..], |shared| &shared.except);
        let mut out = vec![format!(
            "{:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?}",
            self.capture,
            self.max_length,
            self.entropy_over,
            self.characters,
            self.requires,
            self.pairs_with,
            self.helper,
            self.generic,
            self.keywords,
        )];
        out.push(format!(
            "{:?} {:?}",
            self.paths.texts(),
            self.exclude_paths.texts()
        ));
        for exception in of_file.iter().chain(&self.except) {
            out.extend(exception.texts());
        }
        let filters = [shared.and_then(|s| s.filter.as_ref()), self.filter.as_ref()];
        out.extend(filters.into_iter().flatten().map(|f| f.text().to_owned()));
        out
    }

    /// The first demand that `sighting` does not meet.
    pub fn refuse(&self, sighting: &Sighting<'_>) -> Option<Refusal> {
        if !self.path_fits(sighting.path) {
            return Some(Refusal::Path);
        }
        let secret = sighting.secret();
        if self
            .entropy_over
            .is_some_and(|bits| entropy(secret) <= bits)
        {
            return Some(Refusal::Entropy);
        }
        if self
            .characters
            .as_ref()
            .is_some_and(|wanted| !has(wanted, secret))
        {
            return Some(Refusal::Characters);
        }
        let shared = self.shared.as_deref();
        let of_file = shared.map_or(&[][..], |shared| &shared.except);
        if of_file
            .iter()
            .chain(&self.except)
            .any(|e| e.covers(sighting))
        {
            return Some(Refusal::Except);
        }
        let filters = [
            shared.and_then(|shared| shared.filter.as_ref()),
            self.filter.as_ref(),
        ];
        let harmless = filters.into_iter().flatten().any(|f| f.is_true(sighting));
        harmless.then_some(Refusal::Filter)
    }

    /// True when the rule looks at files with this path.
    pub fn path_fits(&self, path: Option<&str>) -> bool {
        let path = path.unwrap_or_default().as_bytes();
        (self.paths.is_empty() || self.paths.find_in(path)) && !self.exclude_paths.find_in(path)
    }

    /// True when a finding of the file itself, at `path`, is harmless.
    pub fn allows_file(&self, path: &str) -> bool {
        let sighting = Sighting {
            path: Some(path),
            text: path.as_bytes(),
            span: 0..path.len(),
            secret: 0..path.len(),
        };
        self.refuse(&sighting).is_some()
    }
}

impl<'a> Sighting<'a> {
    /// The secret's bytes.
    pub fn secret(&self) -> &'a [u8] {
        &self.text[self.secret.clone()]
    }

    /// The bytes of the whole match.
    pub fn whole(&self) -> &'a [u8] {
        &self.text[self.span.clone()]
    }

    /// The lines the match stands on, without the last line feed.
    pub fn lines(&self) -> &'a [u8] {
        let Range { start, end } = self.span;
        let reach = start.saturating_sub(LINE_REACH);
        let begin =
            memchr::memrchr(b'\n', &self.text[reach..start]).map_or(reach, |at| reach + at + 1);
        // A line feed at the end of the match ends its last line.
        let from = end - usize::from(self.whole().ends_with(b"\n"));
        let reach = end.saturating_add(LINE_REACH).min(self.text.len());
        let stop = memchr::memchr(b'\n', &self.text[from..reach]).map_or(reach, |at| from + at);
        &self.text[begin..stop]
    }

    /// The part called `target`.
    pub fn part(&self, target: Target) -> &'a [u8] {
        match target {
            Target::Secret => self.secret(),
            Target::Match => self.whole(),
            Target::Line => self.lines(),
        }
    }
}

fn has(wanted: &Characters, secret: &[u8]) -> bool {
    let count = |is: &dyn Fn(&u8) -> bool| secret.iter().filter(|byte| is(byte)).count();
    let special = |byte: &u8| match &wanted.specials {
        Some(specials) => specials.as_bytes().contains(byte),
        None => byte.is_ascii_punctuation(),
    };
    count(&u8::is_ascii_digit) >= wanted.digits
        && count(&u8::is_ascii_uppercase) >= wanted.uppercase
        && count(&u8::is_ascii_lowercase) >= wanted.lowercase
        && count(&special) >= wanted.special
}

/// Shannon entropy of `value` in bits per character; bytes that are no UTF-8
/// count one by one.
#[expect(
    clippy::cast_precision_loss,
    reason = "values are far shorter than 2^52 bytes"
)]
pub fn entropy(value: &[u8]) -> f64 {
    let mut counts: std::collections::BTreeMap<char, u32> = std::collections::BTreeMap::new();
    let mut total = 0_usize;
    for chunk in value.utf8_chunks() {
        let odd = chunk.invalid().iter().map(|&byte| char::from(byte));
        for character in chunk.valid().chars().chain(odd) {
            *counts.entry(character).or_default() += 1;
            total += 1;
        }
    }
    let bits = |&count: &u32| {
        let share = f64::from(count) / total as f64;
        -share * share.log2()
    };
    counts.values().map(bits).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(text: &str, span: Range<usize>) -> Sighting<'_> {
        Sighting {
            path: Some("a/b.env"),
            text: text.as_bytes(),
            secret: span.clone(),
            span,
        }
    }

    #[test]
    fn lines_are_whole_and_end_before_the_line_feed() {
        for (text, span, expected) in [
            ("one\ntwo three\nfour", 8..13, "two three"),
            ("one\ntwo three\nfour", 8..14, "two three"),
            ("one\ntwo three\nfour", 8..16, "two three\nfour"),
            ("one", 0..3, "one"),
            ("one\n", 0..3, "one"),
        ] {
            let lines = sighting(text, span.clone()).lines();
            assert_eq!(lines, expected.as_bytes(), "{text:?} {span:?}");
        }
    }

    #[test]
    fn entropy_counts_characters_not_bytes() {
        assert!((entropy("éèéè".as_bytes()) - 1.0).abs() < 1e-9);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-9);
        assert!(entropy(b"").abs() < 1e-9);
    }

    #[test]
    fn characters_are_counted_by_kind() {
        let wanted = Characters {
            digits: 2,
            uppercase: 1,
            lowercase: 1,
            special: 1,
            specials: Some("_!".into()),
        };
        for (secret, expected) in [
            ("aB12_", true),
            ("aB1x_", false),
            ("ab12_", false),
            ("AB12_", false),
            ("aB12-", false),
        ] {
            assert_eq!(has(&wanted, secret.as_bytes()), expected, "{secret}");
        }
    }

    #[test]
    fn entropy_must_exceed_the_bound_and_not_only_reach_it() {
        let over = |bits| Terms {
            entropy_over: Some(bits),
            ..Terms::default()
        };
        let at = sighting("abcd", 0..4);
        assert_eq!(over(2.0).refuse(&at), Some(Refusal::Entropy));
        assert_eq!(over(1.99).refuse(&at), None);
    }
}
