//! A rule's pattern, compiled the one way stanch does it.
//!
//! Compiling is put off until a rule has its first candidate, so that start-up
//! stays short.

use std::sync::OnceLock;

use regex_automata::meta::{Cache, Config, Regex};
use regex_automata::util::captures::Captures;
use regex_automata::{Input, MatchKind};
use regex_syntax::hir::Hir;

use crate::base::span::Span;
use crate::detect::syntax::parse;

/// Compiled size above which a pattern is refused, in bytes.
const SIZE_LIMIT: usize = 8 << 20;
/// Memory for lazily built automaton states, per rule and thread, in bytes.
const STATE_CACHE: usize = 512 << 10;

/// A pattern that is compiled on first use and shared by all threads.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Wraps a pattern that is known to parse.
    pub fn new(text: &str) -> Pattern {
        Pattern {
            text: text.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    /// The compiled form, or `None` when the pattern is too large to compile;
    /// loading a rule set checks that beforehand for rules from outside.
    pub fn regex(&self) -> Option<&Regex> {
        self.compiled
            .get_or_init(|| compile(&parse(&self.text).ok()?).ok())
            .as_ref()
    }
}

fn compile(hir: &Hir) -> Result<Regex, Box<regex_automata::meta::BuildError>> {
    Regex::builder()
        .configure(
            Config::new()
                .match_kind(MatchKind::LeftmostFirst)
                .utf8_empty(false)
                .nfa_size_limit(Some(SIZE_LIMIT))
                .onepass_size_limit(Some(256 << 10))
                .hybrid_cache_capacity(STATE_CACHE)
                .dfa(false),
        )
        .build_from_hir(hir)
        .map_err(Box::new)
}

/// A thread's working memory for one pattern.
#[derive(Debug)]
pub struct PatternScratch {
    cache: Cache,
    captures: Captures,
}

impl PatternScratch {
    /// Memory for `regex`.
    pub fn new(regex: &Regex) -> PatternScratch {
        PatternScratch {
            cache: regex.create_cache(),
            captures: regex.create_captures(),
        }
    }

    /// The leftmost match of `regex` that lies in `within` of `text`. Bytes of
    /// `text` outside `within` are seen by `\b`, `^` and `$` only.
    pub fn find(&mut self, regex: &Regex, text: &[u8], within: Span) -> Option<Span> {
        let input = Input::new(text).span(within.start..within.end);
        let half = regex.search_with(&mut self.cache, &input)?;
        Some(Span::new(half.start(), half.end()))
    }

    /// Capture group `group` of the match that stands at `found`.
    pub fn group(&mut self, regex: &Regex, text: &[u8], found: Span, group: usize) -> Span {
        if group == 0 {
            return found;
        }
        self.capture(regex, text, found);
        match self.captures.get_group(group) {
            Some(span) if self.captures.is_match() => Span::new(span.start, span.end),
            _ => found,
        }
    }

    /// The first capture group of the match that stands at `found` that is not
    /// empty, if there is one.
    pub fn first_group(&mut self, regex: &Regex, text: &[u8], found: Span) -> Option<Span> {
        self.capture(regex, text, found);
        let groups = 1..self.captures.group_len();
        let mut spans = groups.filter_map(|group| self.captures.get_group(group));
        let first = spans.find(|span| !span.is_empty())?;
        Some(Span::new(first.start, first.end))
    }

    fn capture(&mut self, regex: &Regex, text: &[u8], found: Span) {
        let input = Input::new(text)
            .span(found.start..found.end)
            .anchored(regex_automata::Anchored::Yes);
        regex.search_captures_with(&mut self.cache, &input, &mut self.captures);
    }
}
