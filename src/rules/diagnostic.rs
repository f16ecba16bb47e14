//! A user's mistake in a TOML file: what, where, and what to do about it.
//!
//! Rule files and configuration files share it. Nothing here draws; the
//! command line does.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Longest list of known words that is shown next to a suggestion.
const LISTED_MAX: usize = 20;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth a look; work goes on.
    Warning,
    /// The file cannot be used.
    Error,
}

/// One mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file as the user knows it.
    pub file: String,
    /// The file's text.
    pub source: Arc<str>,
    /// Bytes of `source` it is about; on character boundaries, may be empty.
    pub span: Range<usize>,
    /// Stable code: `R` and three digits for rule files, `C` for configuration.
    pub code: &'static str,
    /// How much it weighs.
    pub level: Level,
    /// What is wrong: lower case, no full stop, values in backticks.
    pub message: String,
    /// What stands under the marked place, when that says more than the message.
    pub label: Option<String>,
    /// What to do, when that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Adds words under the marked place.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = Some(label.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Says `did you mean` under the marked place when one of the `known` words
    /// is close to `word`, and lists them as help unless that would be a long
    /// list nobody needs any more.
    #[must_use]
    pub fn with_suggestion(self, word: &str, known: &[&str]) -> Diagnostic {
        let near = closest(word, known);
        let told = match near {
            Some(near) => self.with_label(format!("did you mean `{near}`?")),
            None => self,
        };
        if near.is_some() && known.len() > LISTED_MAX {
            return told;
        }
        told.with_help(format!("known are {}", listed(known)))
    }

    /// Line of the marked place, from one.
    pub fn line(&self) -> usize {
        let start = self.span.start.min(self.source.len());
        memchr::memchr_iter(b'\n', &self.source.as_bytes()[..start]).count() + 1
    }
}

/// As the code and the `Display`: the whole file would bury them.
impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {self}", self.code)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line(), self.message)?;
        match &self.label {
            Some(label) if *label != self.message => write!(f, " ({label})"),
            _ => Ok(()),
        }
    }
}

/// All mistakes of a set of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// True when one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.level == Level::Error)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "\n" };
            write!(f, "{separator}{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// One file on its way through the checks, with the mistakes found so far.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    /// The file as the user knows it.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
    source: Option<Arc<str>>,
    /// The mistakes, in the order they were found.
    pub found: Vec<Diagnostic>,
}

impl<'a> Checked<'a> {
    /// A file nothing is wrong with yet.
    pub fn new(file: &'a str, text: &'a str) -> Checked<'a> {
        Checked {
            file,
            text,
            source: None,
            found: Vec::new(),
        }
    }

    /// An error at `span`.
    pub fn error(&mut self, code: &'static str, span: Range<usize>, message: String) {
        let diagnostic = self.diagnostic(Level::Error, code, span, message);
        self.found.push(diagnostic);
    }

    /// A warning at `span`.
    pub fn warn(&mut self, code: &'static str, span: Range<usize>, message: String) {
        let diagnostic = self.diagnostic(Level::Warning, code, span, message);
        self.found.push(diagnostic);
    }

    /// Number of errors found so far.
    pub fn errors(&self) -> usize {
        self.found
            .iter()
            .filter(|d| d.level == Level::Error)
            .count()
    }

    /// Adds words to the mistake that was found last.
    pub fn explain(&mut self, with: impl FnOnce(Diagnostic) -> Diagnostic) {
        if let Some(last) = self.found.pop() {
            self.found.push(with(last));
        }
    }

    /// The error of the TOML reader, with a suggestion where a word is nearly right.
    pub fn toml_error(&mut self, code: &'static str, error: &toml::de::Error) {
        let span = error.span().unwrap_or(0..0);
        let shown = clipped(self.text, span);
        let message = error.message().trim_end().to_owned();
        match Unknown::parse(&message) {
            Some(unknown) => {
                let text = format!("unknown {} `{}`", unknown.what, unknown.word);
                self.error(code, shown, text);
                self.explain(|d| d.with_suggestion(unknown.word, &unknown.known));
            }
            None => self.error(code, shown, lines_joined(&message)),
        }
    }

    fn diagnostic(
        &mut self,
        level: Level,
        code: &'static str,
        span: Range<usize>,
        message: String,
    ) -> Diagnostic {
        let source = self.source.get_or_insert_with(|| self.text.into());
        Diagnostic {
            file: self.file.to_owned(),
            source: Arc::clone(source),
            span: on_boundaries(self.text, span),
            code,
            level,
            message,
            label: None,
            help: None,
        }
    }
}

/// The candidate closest to `word`, if it is close enough to have been meant.
pub fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    if word.len() > 100 {
        return None;
    }
    let limit = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .iter()
        .map(|&candidate| (edits(word, candidate), candidate))
        .filter(|&(edits, _)| edits <= limit)
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            best = best.min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

/// A reader's complaint about a key or a word it does not know.
struct Unknown<'a> {
    what: &'static str,
    word: &'a str,
    known: Vec<&'a str>,
}

impl<'a> Unknown<'a> {
    /// Understands serde's sentences ``unknown field `x`, expected `y` or `z` ``
    /// and ``unknown variant ...``.
    fn parse(message: &'a str) -> Option<Unknown<'a>> {
        let (what, rest) = match message.strip_prefix("unknown field `") {
            Some(rest) => ("key", rest),
            None => ("word", message.strip_prefix("unknown variant `")?),
        };
        let end = rest.rfind("`, expected ")?;
        let known = rest[end + 1..].split('`').skip(1).step_by(2).collect();
        Some(Unknown {
            what,
            word: &rest[..end],
            known,
        })
    }
}

/// `a`, `b` and `c`, in backticks.
pub fn listed(words: &[&str]) -> String {
    match words {
        [] => "none".into(),
        [only] => format!("`{only}`"),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|word| format!("`{word}`")).collect();
            format!("{} and `{last}`", most.join(", "))
        }
    }
}

fn lines_joined(message: &str) -> String {
    message
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Keeps a span to its first line, so that a whole table is not drawn.
pub fn clipped(text: &str, span: Range<usize>) -> Range<usize> {
    let span = on_boundaries(text, span);
    let line = text[span.clone()]
        .find('\n')
        .map_or(span.end, |at| span.start + at);
    span.start..line
}

fn on_boundaries(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_suggested_and_a_stranger_is_not() {
        let known = ["confidence", "severity", "near"];
        assert_eq!(closest("confidense", &known), Some("confidence"));
        assert_eq!(closest("serverity", &known), Some("severity"));
        assert_eq!(closest("naer", &known), Some("near"));
        assert_eq!(closest("keywords", &known), None);
    }

    #[test]
    fn an_unknown_key_names_the_known_ones() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Shape {
            #[expect(dead_code, reason = "only its name matters")]
            colour: Option<String>,
        }
        let text = "color = 'red'\n";
        let error = toml::from_str::<Shape>(text).unwrap_err();
        let mut checked = Checked::new("x.toml", text);
        checked.toml_error("R001", &error);
        let found = &checked.found[0];
        assert_eq!(found.message, "unknown key `color`");
        assert_eq!(found.label.as_deref(), Some("did you mean `colour`?"));
        assert_eq!(&text[found.span.clone()], "color");
    }

    #[test]
    fn spans_never_split_a_character() {
        let text = "é = 1";
        assert_eq!(on_boundaries(text, 1..1), 0..2);
        assert_eq!(on_boundaries(text, 90..99), 6..6);
    }
}
