//! Writes imported rules as a rule file that people can read on.

use std::fmt::Write as _;

use crate::rules::file::{Capture, Characters, Requires, Target, When};
use crate::rules::import::draft::{Draft, Exempt};
use crate::rules::import::note::Note;
use crate::rules::import::{Format, Imported};

/// The product's version, which imported rules are said to be there since.
const SINCE: &str = env!("CARGO_PKG_VERSION");

/// The rule file.
pub(super) fn write(imported: &Imported) -> String {
    let format = imported.format;
    let mut out = String::new();
    let _ = writeln!(
        out,
        "# Imported from {} by `stanch rules import`.",
        format.title()
    );
    for note in imported.notes.iter().filter(|note| note.rule.is_none()) {
        comment(&mut out, note);
    }
    line(&mut out, "provider", &quoted(format.provider()));
    let title = format!("Imported from {}", format.title());
    line(&mut out, "title", &quoted(&title));
    if let Some(filter) = &imported.filter {
        line(&mut out, "filter", &quoted(filter));
    }
    if !imported.except.is_empty() {
        line(&mut out, "except", &exempts(&imported.except));
    }
    for draft in &imported.drafts {
        rule(&mut out, draft, format, &imported.notes);
    }
    out
}

fn comment(out: &mut String, note: &Note) {
    let text = format!("`{}` {}: {}", note.key, note.loss.as_str(), note.text);
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let _ = writeln!(out, "# Line {}: {clean}", note.line);
}

fn rule(out: &mut String, draft: &Draft, format: Format, notes: &[Note]) {
    out.push('\n');
    let (file, number) = &draft.place;
    // A detector of several expressions has one name for all of them.
    let named = |rule: &str| {
        let rest = draft.origin.strip_prefix(rule);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let own = |note: &&Note| note.rule.as_deref().is_some_and(named) && note.file == *file;
    let origin: String = format!("{file}:{number}")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    let _ = writeln!(out, "# {origin}");
    for note in notes.iter().filter(own) {
        comment(out, note);
    }
    out.push_str("[[rule]]\n");
    line(out, "id", &quoted(&draft.id));
    line(out, "title", &quoted(&draft.title));
    line(out, "class", "\"secret\"");
    line(out, "severity", &quoted(draft.severity.as_str()));
    line(out, "confidence", &quoted(draft.confidence.as_str()));
    if let Some(pattern) = &draft.pattern {
        line(out, "pattern", &quoted(pattern));
    }
    demands(out, draft);
    line(out, "since", &quoted(SINCE));
    line(out, "why", &quoted(&draft.why));
    let remedy = format!(
        "Revoke the secret where it was issued; issue a new one; look for its use. The rule comes \
         from {} and does not say more.",
        format.title()
    );
    line(out, "remedy", &quoted(&remedy));
    if !draft.references.is_empty() {
        line(out, "references", &list(&draft.references));
    }
    if !draft.matching.is_empty() {
        line(out, "examples.match", &list(&draft.matching));
    }
    if !draft.ignore.is_empty() {
        line(out, "examples.ignore", &list(&draft.ignore));
    }
}

fn demands(out: &mut String, draft: &Draft) {
    if let Some(group) = draft.secret {
        line(out, "secret", &group.to_string());
    }
    if draft.capture == Capture::First {
        line(out, "capture", "\"first\"");
    }
    if let Some(length) = draft.max_length {
        line(out, "max-length", &length.to_string());
    }
    if !draft.paths.is_empty() {
        line(out, "paths", &list(&draft.paths));
    }
    if !draft.keywords.is_empty() {
        line(out, "keywords", &list(&draft.keywords));
    }
    if let Some(bits) = draft.min_entropy {
        line(out, "min-entropy", &format!("{bits:?}"));
    }
    if let Some(bits) = draft.entropy_over {
        line(out, "entropy-over", &format!("{bits:?}"));
    }
    if let Some(wanted) = &draft.characters {
        line(out, "characters", &characters(wanted));
    }
    if !draft.except.is_empty() {
        line(out, "except", &exempts(&draft.except));
    }
    if let Some(filter) = &draft.filter {
        line(out, "filter", &quoted(filter));
    }
    if !draft.requires.is_empty() {
        let tables: Vec<String> = draft.requires.iter().map(requires).collect();
        line(out, "requires", &format!("[{}]", tables.join(", ")));
    }
    if draft.helper {
        line(out, "helper", "true");
    }
    if draft.generic {
        line(out, "generic", "true");
    }
}

fn characters(wanted: &Characters) -> String {
    let counts = [
        ("digits", wanted.digits),
        ("uppercase", wanted.uppercase),
        ("lowercase", wanted.lowercase),
        ("special", wanted.special),
    ];
    let mut parts: Vec<String> = counts
        .into_iter()
        .filter(|&(_, count)| count > 0)
        .map(|(name, count)| format!("{name} = {count}"))
        .collect();
    if let Some(specials) = &wanted.specials {
        parts.push(format!("specials = {}", quoted(specials)));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn requires(required: &Requires) -> String {
    let mut parts = vec![format!("rule = {}", quoted(&required.rule))];
    if let Some(lines) = required.within_lines {
        parts.push(format!("within-lines = {lines}"));
    }
    if let Some(columns) = required.within_columns {
        parts.push(format!("within-columns = {columns}"));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn exempts(list: &[Exempt]) -> String {
    let mut out = String::from("[\n");
    for exempt in list {
        let _ = writeln!(out, "    {},", exempt_table(exempt));
    }
    out + "]"
}

fn exempt_table(exempt: &Exempt) -> String {
    let mut parts = Vec::new();
    if let Some(reason) = &exempt.reason {
        parts.push(format!("reason = {}", quoted(reason)));
    }
    if exempt.when == When::All {
        parts.push("when = \"all\"".to_owned());
    }
    if !exempt.paths.is_empty() {
        parts.push(format!("paths = {}", list(&exempt.paths)));
    }
    match exempt.target {
        _ if exempt.patterns.is_empty() => {}
        Target::Secret => {}
        Target::Match => parts.push("target = \"match\"".to_owned()),
        Target::Line => parts.push("target = \"line\"".to_owned()),
    }
    if !exempt.patterns.is_empty() {
        parts.push(format!("patterns = {}", list(&exempt.patterns)));
    }
    if !exempt.words.is_empty() {
        parts.push(format!("words = {}", list(&exempt.words)));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {value}");
}

/// An array of texts, one a line when there are several.
fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// A text of TOML: as it stands between single quotes where that can be.
pub(in crate::rules) fn quoted(text: &str) -> String {
    let plain = !text.chars().any(char::is_control);
    if plain && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    if plain && !text.contains('\'') {
        return format!("'{text}'");
    }
    if plain && !text.contains("'''") && !text.ends_with('\'') && !text.starts_with('\'') {
        return format!("'''{text}'''");
    }
    // Patterns that were written over several lines stay so.
    let lines = !text.chars().any(|c| c.is_control() && c != '\n');
    if lines && text.contains('\n') && !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    escaped(text)
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_is_read_back(text in "[\\PC\\n\\t\\x01\"'\\\\]{0,20}") {
            #[derive(serde::Deserialize)]
            struct Holder { v: String }
            let holder: Holder = toml::from_str(&format!("v = {}", quoted(&text))).unwrap();
            prop_assert_eq!(holder.v, text);
        }
    }
}
