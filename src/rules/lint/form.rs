//! Checks of a rule's keys that need no matching: names, numbers, sentences.

use std::ops::Range;

use crate::rules::diagnostic::Checked;
use crate::rules::file::{OnMismatch, RuleEntry, join};
use crate::rules::lint::pattern::{self, Bound, Lengths};
use crate::rules::lint::terms;
use crate::rules::recognisers;
use crate::rules::spanned::Spanned;

/// Farthest a word may stand from its match, in bytes.
const NEAR_MAX: usize = 4096;

/// Checks the name of a file's provider.
pub(crate) fn provider(provider: &str, checked: &mut Checked<'_>) {
    if !is_kebab(provider) {
        let span = place_of(checked.text, 0..0, provider);
        checked.error(
            "R010",
            span,
            format!("provider `{provider}` is not in kebab case"),
        );
    }
}

/// Checks everything in a rule that can be judged without running its pattern.
pub(crate) fn form(provider: &str, entry: &Spanned<RuleEntry>, checked: &mut Checked<'_>) {
    let rule = entry.get_ref();
    names(provider, rule, checked);
    numbers(rule, checked);
    terms::terms(rule, checked);
    let bound = match rule.max_length {
        Some(_) => Bound::Declared,
        None => Bound::Pattern,
    };
    let lengths = match &rule.pattern {
        Some(written) => pattern::check(written, rule.secret.as_ref(), bound, checked),
        None => recogniser(rule, checked),
    };
    allowances(rule, lengths, entry.span(), checked);
    words(rule, entry.span(), checked);
}

/// Where `value` stands in the file at or after the table `within`, as far as
/// a plain search can tell; else the beginning of the table.
pub(super) fn place_of(text: &str, within: Range<usize>, value: &str) -> Range<usize> {
    let from = within.start.min(text.len());
    let next = text[from..]
        .find("\n[[rule]]")
        .map_or(text.len(), |at| from + at);
    match text[from..next].find(value) {
        Some(at) if !value.is_empty() => from + at..from + at + value.len(),
        _ => from..from + text[from..].find('\n').unwrap_or(text.len() - from),
    }
}

fn names(provider: &str, rule: &RuleEntry, checked: &mut Checked<'_>) {
    let (id, span) = (rule.id.get_ref(), rule.id.span());
    if !is_kebab(id) || id.len() > 80 {
        checked.error(
            "R010",
            span.clone(),
            format!("rule id `{id}` is not in kebab case"),
        );
        checked.explain(|d| {
            d.with_help("begin with a letter; use lower case letters, digits and single hyphens, 80 at most")
        });
    }
    let stem = provider.strip_suffix('s').unwrap_or(provider);
    // Recognisers look for their rules by id, so files cannot choose those.
    let fixed = rule
        .recogniser
        .as_ref()
        .is_some_and(|name| recognisers::NAMES.contains(&name.get_ref().as_str()));
    if !fixed && !id.starts_with(stem) {
        let message = format!("rule id `{id}` does not begin with its provider `{provider}`");
        checked.warn("R011", span, message);
    }
}

fn is_kebab(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.bytes().all(|b| plain(b) || b == b'-')
        && text.split('-').all(|part| !part.is_empty())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn numbers(rule: &RuleEntry, checked: &mut Checked<'_>) {
    if let Some(bits) = &rule.min_entropy
        && !(0.0..=8.0).contains(bits.get_ref())
    {
        let message = format!(
            "`min-entropy` is {}, and must be from 0 to 8",
            bits.get_ref()
        );
        checked.error("R030", bits.span(), message);
        checked.explain(|d| d.with_label("bits per byte"));
    }
    let Some(near) = &rule.near else { return };
    if near.get_ref().within > NEAR_MAX {
        let message = format!("`near.within` is more than {NEAR_MAX} bytes");
        checked.error("R031", near.span(), message);
    }
    if near.get_ref().words.iter().all(String::is_empty) {
        checked.error("R031", near.span(), "`near` has no word".into());
    }
}

fn recogniser(rule: &RuleEntry, checked: &mut Checked<'_>) -> Option<Lengths> {
    let name = rule.recogniser.as_ref()?;
    if !recognisers::NAMES.contains(&name.get_ref().as_str()) {
        checked.error(
            "R005",
            name.span(),
            format!("unknown recogniser `{}`", name.get_ref()),
        );
        checked.explain(|d| d.with_suggestion(name.get_ref(), recognisers::NAMES));
    }
    if let Some(group) = &rule.secret {
        let message = "`secret` chooses a group of a `pattern`, and there is none";
        checked.error("R025", group.span(), message.into());
    }
    None
}

fn allowances(
    rule: &RuleEntry,
    lengths: Option<Lengths>,
    table: Range<usize>,
    checked: &mut Checked<'_>,
) {
    for value in &rule.allow.values {
        let len = join(value).len();
        if lengths.is_none_or(|lengths| lengths.contain(len)) {
            continue;
        }
        let span = place_of(checked.text, table.clone(), value);
        checked.warn(
            "R032",
            span,
            "allowed value has a length no secret of the rule has".into(),
        );
        checked.explain(|d| d.with_label(format!("{len} bytes")));
    }
    for word in rule.allow.words.iter().filter(|word| word.len() < 3) {
        let span = place_of(checked.text, table.clone(), word);
        checked.warn(
            "R033",
            span,
            format!("allowed word `{word}` is too short to mean anything"),
        );
        checked.explain(|d| d.with_help("three bytes at least: random secrets hold shorter ones"));
    }
    if rule.validate.is_none() && rule.on_mismatch != OnMismatch::Drop {
        let span = place_of(checked.text, table, "on-mismatch");
        checked.warn(
            "R034",
            span,
            "`on-mismatch` does nothing without `validate`".into(),
        );
    }
}

fn words(rule: &RuleEntry, table: Range<usize>, checked: &mut Checked<'_>) {
    let mut warn = |code, value: &str, message: String| {
        let span = place_of(checked.text, table.clone(), value);
        checked.warn(code, span, message);
    };
    if rule.title.trim().is_empty() || rule.title.ends_with('.') {
        warn(
            "R040",
            &rule.title,
            "`title` is empty or ends with a full stop".into(),
        );
    }
    for (code, key, value) in [("R041", "why", &rule.why), ("R042", "remedy", &rule.remedy)] {
        if !is_sentence(value) {
            warn(code, value, format!("`{key}` is not a whole sentence"));
        }
    }
    if !is_version(&rule.since) {
        warn(
            "R043",
            &rule.since,
            format!("`since` is `{}`, and not a version", rule.since),
        );
    }
    for address in &rule.references {
        if !address.starts_with("https://") || address.contains(char::is_whitespace) {
            warn(
                "R044",
                address,
                "reference is not an `https://` address".into(),
            );
        }
    }
}

/// One sentence or more: a beginning, three words, a full stop.
fn is_sentence(text: &str) -> bool {
    let begins = text.starts_with(|c: char| !c.is_lowercase() && !c.is_whitespace());
    begins && text.ends_with('.') && text.split_whitespace().count() >= 3
}

fn is_version(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kebab_case() {
        for good in ["aws", "aws-key", "a1-2b", "1password-token"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in [
            "", "Aws", "aws_key", "aws--key", "-aws", "aws-", "aws.key", "äws",
        ] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }

    #[test]
    fn sentences() {
        assert!(is_sentence("Opens every door."));
        for bad in [
            "opens every door.",
            "Opens every door",
            "Opens.",
            "",
            " Opens every door.",
        ] {
            assert!(!is_sentence(bad), "{bad}");
        }
    }
}
