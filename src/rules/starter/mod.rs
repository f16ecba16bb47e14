//! A rule file to start from: of a pattern, of examples, or of both.

mod guess;
mod invent;

use std::fmt::Write as _;
use std::ops::Range;

use crate::rules::import::quoted;
use crate::rules::sample::compile;
use crate::rules::shape::Shape;

/// Longest match of a pattern that has unbounded repetitions, in bytes.
const OPEN: usize = 4096;

/// What the user says of the rule.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The rule's id.
    pub id: String,
    /// Its name for people, if there is one.
    pub title: Option<String>,
    /// What finds it, if that is known.
    pub pattern: Option<String>,
    /// Texts in which it must find something.
    pub examples: Vec<String>,
    /// Texts in which it must not.
    pub ignore: Vec<String>,
}

/// Writes the rule file that `wish` asks for.
///
/// # Errors
/// There is nothing to make a rule of, or what there is does not fit together;
/// in words for the user.
pub fn starter(wish: &Wish) -> Result<String, String> {
    let pattern = match &wish.pattern {
        Some(pattern) => pattern.clone(),
        None => guess::pattern(&wish.examples).ok_or(
            "a pattern cannot be made of these examples; give two that begin alike, or --pattern",
        )?,
    };
    let shape =
        Shape::parse(&pattern).map_err(|error| format!("the pattern cannot be used: {error}"))?;
    let regex =
        compile(&pattern).map_err(|error| format!("the pattern cannot be used: {error}"))?;
    let secret = |text: &str| -> Option<Range<usize>> {
        let captures = regex.captures(text.as_bytes())?;
        let group = captures.get(usize::from(shape.groups > 0));
        Some(group.or(captures.get(0))?.range())
    };
    if let Some(text) = wish.examples.iter().position(|text| secret(text).is_none()) {
        return Err(format!("the pattern does not match example {}", text + 1));
    }
    if let Some(text) = wish.ignore.iter().position(|text| secret(text).is_some()) {
        let number = text + 1;
        return Err(format!(
            "the pattern matches text {number} that it should ignore"
        ));
    }
    let mut matching = wish.examples.clone();
    let mut seed = 1;
    while matching.len() < 2 && seed < 50 {
        let text = invent::text(&pattern, seed).unwrap_or_default();
        seed += 1;
        if secret(&text).is_some() && !matching.contains(&text) {
            matching.push(text);
        }
    }
    if matching.len() < 2 {
        return Err("no example can be made of the pattern; give two with --example".into());
    }
    let mut ignore = wish.ignore.clone();
    for near in matching.iter().flat_map(|text| misses(text, &secret)) {
        if ignore.len() < 2 && !ignore.contains(&near) {
            ignore.push(near);
        }
    }
    let broken = |text: &String| match secret(text) {
        Some(at) => broken_at(text, at.start + at.len() / 2),
        None => text.clone(),
    };
    Ok(write(
        wish,
        &pattern,
        shape.max_len.is_none(),
        &matching.iter().map(broken).collect::<Vec<_>>(),
        &ignore,
    ))
}

/// Texts like `text` in which nothing is found any more, the nearest first.
fn misses<'a>(
    text: &'a str,
    secret: &'a dyn Fn(&str) -> Option<Range<usize>>,
) -> impl Iterator<Item = String> + 'a {
    let at = secret(text).unwrap_or(0..0);
    let shorter = (1..=at.len()).filter_map({
        let at = at.clone();
        move |cut| {
            let head = text.get(..at.end - cut)?;
            Some(head.to_owned() + text.get(at.end..)?)
        }
    });
    let shorter = shorter.filter(|text| secret(text).is_none()).take(1);
    let starts = text.get(at.start..).map(|rest| {
        let skipped = rest.chars().next().map_or(0, char::len_utf8);
        format!("{}#{}", &text[..at.start], &rest[skipped..])
    });
    let starts = starts.into_iter().filter(|text| secret(text).is_none());
    shorter
        .chain(starts)
        .chain(["nothing of the kind".to_owned()])
}

fn broken_at(text: &str, at: usize) -> String {
    let at = text.floor_char_boundary(at);
    format!("{}{{+}}{}", &text[..at], &text[at..])
}

fn write(wish: &Wish, pattern: &str, open: bool, matching: &[String], ignore: &[String]) -> String {
    let provider = wish.id.split('-').next().unwrap_or_default();
    let capital = capitalised(provider);
    let title = match &wish.title {
        Some(title) => title.trim_end_matches('.').to_owned(),
        None => named(&wish.id),
    };
    let mut out = String::new();
    let mut line = |text: &str| {
        let _ = writeln!(out, "{text}");
    };
    line(
        "# A rule of your own. `stanch rules check FILE` looks for mistakes, `stanch rules test FILE`",
    );
    line("# tries the examples, and `stanch scan --rules FILE` uses it.");
    line(&format!(
        "provider = {}            # machine name, kebab case; ids begin with it",
        quoted(provider)
    ));
    line(&format!(
        "title = {}               # name for people",
        quoted(&capital)
    ));
    line("\n[[rule]]");
    line(&format!("id = {}", quoted(&wish.id)));
    line(&format!("title = {}", quoted(&title)));
    line("class = \"secret\"              # secret | identifier | personal | marking");
    line(
        "severity = \"high\"             # info | low | medium | high | critical: how bad a leak is",
    );
    line("confidence = \"medium\"         # high | medium | low: how sure a match is");
    line("# Group 1 is the secret, or the whole match. Every repetition needs an upper bound, and");
    line("# three fixed characters or more that every match contains make the rule fast.");
    line(&format!("pattern = {}", quoted(pattern)));
    if open {
        line(&format!(
            "max-length = {OPEN}             # the pattern has repetitions without an upper bound"
        ));
    }
    line(
        "# min-entropy = 3.0             # bits per byte of the secret; random values have more than words",
    );
    line(
        "# near = { words = [\"acme\"], within = 100, lines = 2 }   # a word that must stand near",
    );
    line("# except = [{ patterns = ['^test_'] }, { paths = ['(^|/)docs/'] }]   # what is harmless");
    line(&format!("since = {}", quoted(env!("CARGO_PKG_VERSION"))));
    line("# What a holder of the value can do, and what to do about a leak, first step first.");
    line(&format!(
        "why = \"Whoever holds it can act as its owner at {capital}.\""
    ));
    line(&format!(
        "remedy = \"Revoke it at {capital}; issue a new one; look for its use in the logs.\""
    ));
    line("references = []");
    line(
        "# `{+}` keeps whole secrets out of this file; it is removed on load. Use invented values.",
    );
    line(&format!("examples.match = [{}]", list(matching)));
    line(&format!("examples.ignore = [{}]", list(ignore)));
    out
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    texts.join(", ")
}

/// An id as a name: `acme-api-key` is an `Acme API key`.
fn named(id: &str) -> String {
    let words = id.split('-').map(|word| match word {
        "api" | "id" | "jwt" | "ssh" | "url" => word.to_uppercase(),
        _ => word.to_owned(),
    });
    capitalised(&words.collect::<Vec<_>>().join(" "))
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::diagnostic::Level;
    use crate::rules::lint::{Beside, check};

    fn wish(pattern: Option<&str>, examples: &[&str]) -> Wish {
        Wish {
            id: "zorp-api-key".into(),
            pattern: pattern.map(str::to_owned),
            examples: examples.iter().map(ToString::to_string).collect(),
            ..Wish::default()
        }
    }

    #[test]
    fn what_is_written_passes_the_lint() {
        let (one, two) = (
            "zorp_live_9f8a7b6c5d4e3f2a1b0c",
            "zorp_live_0a1b2c3d4e5f6a7b8c9d",
        );
        for wish in [
            wish(Some(r"\b(zorp_[a-z0-9]{20})\b"), &[]),
            wish(Some(r"zorp_[A-Za-z0-9+/]{20,}={0,2}"), &[]),
            wish(
                Some(r#"(?i)zorp["' ]{0,3}[:=]["' ]{0,3}([0-9a-f]{32})\b"#),
                &[],
            ),
            wish(None, &[one, two]),
            wish(None, &[one]),
            wish(None, &[&format!("key = \"{one}\""), &format!("{two} # x")]),
            wish(Some(r"\b(zorp_live_[a-z0-9]{20})\b"), &[one]),
        ] {
            let text = starter(&wish).unwrap();
            let found = check(&[("new.toml", &text)], Beside::BuiltIn);
            assert!(found.0.is_empty(), "{found}\n{text}");
            assert!(!found.0.iter().any(|d| d.level == Level::Error));
        }
    }

    #[test]
    fn what_does_not_fit_together_is_told() {
        for (wish, message) in [
            (wish(None, &[]), "cannot be made"),
            (wish(None, &["ab", "xy"]), "cannot be made"),
            (wish(Some("zorp_("), &[]), "cannot be used"),
            (
                wish(Some("zorp_[0-9]{9}"), &["zorp_x"]),
                "does not match example 1",
            ),
        ] {
            let error = starter(&wish).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
        let mut both = wish(Some("zorp_[0-9]{4}"), &[]);
        both.ignore = vec!["zorp_12345".into()];
        assert!(starter(&both).unwrap_err().contains("should ignore"));
    }
}
