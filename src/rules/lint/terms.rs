//! Checks of what a rule demands beside its pattern.

use std::ops::Range;

use crate::rules::diagnostic::Checked;
use crate::rules::file::{Except, RuleEntry};
use crate::rules::filter::Filter;
use crate::rules::quoted::locate;
use crate::rules::spanned::Spanned;
use crate::rules::terms::patterns;

/// Longest match a rule may have, in bytes.
const LENGTH_MAX: usize = 64 << 10;

/// Checks what a file says for all of its rules.
pub(crate) fn shared(
    except: &[Spanned<Except>],
    filter: Option<&Spanned<String>>,
    checked: &mut Checked<'_>,
) {
    for entry in except {
        exception(entry, checked);
    }
    if let Some(filter) = filter {
        expression(filter, checked);
    }
}

/// Checks what `rule` demands.
pub(super) fn terms(rule: &RuleEntry, checked: &mut Checked<'_>) {
    for pattern in rule.paths.iter().chain(&rule.exclude_paths) {
        regex(pattern, checked);
    }
    shared(&rule.except, rule.filter.as_ref(), checked);
    if let Some(length) = &rule.max_length
        && !(1..=LENGTH_MAX).contains(length.get_ref())
    {
        let message = format!("`max-length` must be from 1 to {LENGTH_MAX} bytes");
        checked.error("R030", length.span(), message);
    }
    if let Some(bits) = &rule.entropy_over
        && !(0.0..=32.0).contains(bits.get_ref())
    {
        let message = format!(
            "`entropy-over` is {}, and must be from 0 to 32",
            bits.get_ref()
        );
        checked.error("R030", bits.span(), message);
    }
    for keyword in rule.keywords.iter().filter(|word| word.is_empty()) {
        let span = super::form::place_of(checked.text, rule.id.span(), "keywords");
        checked.error("R036", span, format!("keyword `{keyword}` is empty"));
    }
    for required in rule.requires.iter().chain(&rule.pairs_with) {
        if required.get_ref().rule == *rule.id.get_ref() {
            let message = "a rule cannot belong to itself";
            checked.error("R037", required.span(), message.into());
        }
    }
}

fn exception(entry: &Spanned<Except>, checked: &mut Checked<'_>) {
    let except = entry.get_ref();
    for pattern in except.paths.iter().chain(&except.patterns) {
        regex(pattern, checked);
    }
    if except.paths.is_empty() && except.patterns.is_empty() && except.words.is_empty() {
        let span = crate::rules::diagnostic::clipped(checked.text, entry.span());
        checked.warn("R036", span, "`except` names nothing".into());
        checked.explain(|d| d.with_help("give it `paths`, `patterns` or `words`"));
    }
}

/// A regular expression over a short text; what is wrong is drawn at its place.
fn regex(pattern: &Spanned<String>, checked: &mut Checked<'_>) {
    let Err(error) = patterns::check(pattern.get_ref()) else {
        return;
    };
    let parsed = regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern.get_ref());
    let (span, message) = match parsed {
        Err(regex_syntax::Error::Parse(error)) => (*error.span(), error.kind().to_string()),
        Err(regex_syntax::Error::Translate(error)) => (*error.span(), error.kind().to_string()),
        _ => {
            checked.error("R028", pattern.span(), last_line(&error.to_string()));
            return;
        }
    };
    let at = inside(pattern, span.start.offset..span.end.offset, checked);
    checked.error("R028", at, format!("no regular expression: {message}"));
}

fn expression(filter: &Spanned<String>, checked: &mut Checked<'_>) {
    if let Err(error) = Filter::parse(filter.get_ref()) {
        let at = inside(filter, error.span.clone(), checked);
        checked.error("R035", at, format!("`filter` cannot be used: {error}"));
        checked.explain(|d| d.with_label(error.message));
    }
}

fn inside(text: &Spanned<String>, value: Range<usize>, checked: &Checked<'_>) -> Range<usize> {
    locate(checked.text, text.span(), value)
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim().to_owned()
}
