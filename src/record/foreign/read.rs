//! Reads the files of other scanners into what they say.

use serde_json::Value;

use crate::base::secret::Secret;
use crate::record::foreign::{Format, Item, Known, What};
use crate::rules::import::read_yaml;

/// Everything `text` says.
///
/// # Errors
/// It is not of this format.
pub fn read(format: Format, text: &str) -> Result<Vec<Item>, String> {
    match format {
        Format::GitleaksIgnore => Ok(gitleaks_ignore(text)),
        Format::Ripsecrets => Ok(ripsecrets(text)),
        Format::GitleaksReport => gitleaks_report(&json(text)?),
        Format::DetectSecrets => detect_secrets(&json(text)?),
        Format::Ggshield => Ok(ggshield(&read_yaml(text)?)),
        Format::Kingfisher => Ok(kingfisher(&read_yaml(text)?)),
    }
}

fn json(text: &str) -> Result<Value, String> {
    // The error tells a place; it does not repeat the text.
    serde_json::from_str(text).map_err(|error| format!("line {}: no such JSON", error.line()))
}

fn nothing(name: String, why: &'static str) -> Item {
    Item {
        name,
        what: What::Nothing(why),
    }
}

/// The path with slashes, without `./`.
fn path(text: &str) -> String {
    let text = text.replace('\\', "/");
    text.strip_prefix("./").map(str::to_owned).unwrap_or(text)
}

/// `file:rule:line`, or with the commit before it.
fn gitleaks_ignore(text: &str) -> Vec<Item> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(index, line)| (index + 1, line.trim()));
    let told = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    told.map(|(number, line)| {
        let name = format!("line {number}");
        fingerprint(line).map_or_else(
            || nothing(name.clone(), "it is no fingerprint"),
            |what| Item {
                name: name.clone(),
                what,
            },
        )
    })
    .collect()
}

fn fingerprint(text: &str) -> Option<What> {
    let (rest, line) = text.rsplit_once(':')?;
    let (file, _rule) = rest.rsplit_once(':')?;
    let commit = file
        .split_once(':')
        .filter(|(commit, _)| commit.len() >= 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()));
    Some(What::Place {
        path: path(commit.map_or(file, |(_, file)| file)),
        line: line.parse().ok()?,
        commit: commit.map(|(commit, _)| commit.to_owned()),
        value: None,
    })
}

fn text_of<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Numbers of lines; YAML gives them as fractions.
fn line_of(value: &Value, key: &str) -> Option<usize> {
    let number = value.get(key)?;
    let whole = number.as_u64();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of a line; what is none fits no finding"
    )]
    let read = whole.or_else(|| number.as_f64().map(|number| number as u64));
    usize::try_from(read?).ok()
}

fn gitleaks_report(report: &Value) -> Result<Vec<Item>, String> {
    let list = report.as_array().ok_or("it is no list of findings")?;
    let items = list.iter().enumerate().map(|(index, finding)| {
        let name = format!("finding {}", index + 1);
        let file = text_of(finding, "File");
        let (Some(file), Some(line)) = (file, line_of(finding, "StartLine")) else {
            return nothing(name, "it has no place");
        };
        let clear = text_of(finding, "Secret").filter(|secret| *secret != "REDACTED");
        // Partly redacted values end in dots.
        let clear = clear.filter(|secret| !secret.ends_with("..."));
        Item {
            name,
            what: What::Place {
                path: path(file),
                line,
                commit: text_of(finding, "Commit").map(str::to_owned),
                value: clear.map(|secret| Secret::new(secret.as_bytes())),
            },
        }
    });
    Ok(items.collect())
}

fn detect_secrets(baseline: &Value) -> Result<Vec<Item>, String> {
    let results = baseline.get("results").and_then(Value::as_object);
    let results = results.ok_or("it has no `results`")?;
    let mut items = Vec::new();
    for (file, secrets) in results {
        for secret in secrets.as_array().into_iter().flatten() {
            let line = line_of(secret, "line_number").unwrap_or_default();
            let name = format!("{file}:{line}");
            let digest = text_of(secret, "hashed_secret").and_then(hex::<20>);
            items.push(match digest {
                None => nothing(name, "it has no digest"),
                Some(_) if secret.get("is_secret") == Some(&Value::Bool(true)) => nothing(
                    name,
                    "it was judged to be a secret; keep that with `stanch baseline audit --mark`",
                ),
                Some(digest) => Item {
                    name,
                    what: What::Value {
                        known: Known::Sha1(digest),
                        path: Some(path(file)),
                    },
                },
            });
        }
    }
    Ok(items)
}

/// Lines as in `.gitignore`, then `[secrets]` and values.
fn ripsecrets(text: &str) -> Vec<Item> {
    let mut values = false;
    let mut items = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let name = format!("line {}", index + 1);
        let line = line.trim();
        if line == "[secrets]" {
            values = true;
        } else if line.is_empty() || line.starts_with('#') {
        } else if values {
            items.push(Item {
                name,
                what: What::Value {
                    known: Known::Clear(Secret::new(line.as_bytes())),
                    path: None,
                },
            });
        } else if line.starts_with('!') {
            items.push(nothing(name, "it takes back what another line says"));
        } else {
            items.push(Item {
                name,
                what: What::Path(line.to_owned()),
            });
        }
    }
    items
}

/// Both versions of the file.
fn ggshield(file: &Value) -> Vec<Item> {
    let empty = Value::Null;
    let secret = file.get("secret").unwrap_or(&empty);
    let lists = |keys: [&str; 2]| {
        let of = |from: &Value, key: &str| {
            let list = from.get(key).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        let spelled = |key: &str| [key.to_owned(), key.replace('_', "-")];
        let new = spelled(keys[0]).map(|key| of(secret, &key)).concat();
        let old = spelled(keys[1]).map(|key| of(file, &key)).concat();
        [new, old].concat()
    };
    let mut items = Vec::new();
    for (index, entry) in lists(["ignored_matches", "matches_ignore"])
        .iter()
        .enumerate()
    {
        let name = text_of(entry, "name").map_or(String::new(), |name| format!(" ({name})"));
        let name = format!("match {}{name}", index + 1);
        let value = entry.as_str().or_else(|| text_of(entry, "match"));
        items.push(match value {
            None => nothing(name, "it has no value, or one that is no text"),
            Some(value) => {
                let clear = || Known::Clear(Secret::new(value.as_bytes()));
                Item {
                    name,
                    what: What::Value {
                        known: hex::<32>(value).map_or_else(clear, Known::Sha256),
                        path: None,
                    },
                }
            }
        });
    }
    for entry in lists(["ignored_paths", "paths_ignore"]) {
        if let Some(pattern) = entry.as_str() {
            items.push(Item {
                name: format!("path {pattern}"),
                what: What::Path(pattern.to_owned()),
            });
        }
    }
    for entry in lists(["ignored_detectors", "banlisted_detectors"]) {
        let name = entry.as_str().unwrap_or_default();
        items.push(nothing(
            format!("detector {name}"),
            "its rules are others; turn ours off under `[rules] disable`",
        ));
    }
    items
}

fn kingfisher(file: &Value) -> Vec<Item> {
    let matches = file
        .get("ExactFindings")
        .and_then(|exact| exact.get("matches"));
    let matches = matches.and_then(Value::as_array);
    let items = matches.into_iter().flatten().enumerate();
    items
        .map(|(index, entry)| {
            let name = format!("match {}", index + 1);
            match (text_of(entry, "filepath"), line_of(entry, "linenum")) {
                (Some(file), Some(line)) => Item {
                    name,
                    what: What::Place {
                        path: path(file),
                        line,
                        commit: None,
                        value: None,
                    },
                },
                _ => nothing(name, "it has no place"),
            }
        })
        .collect()
}

/// The bytes that `text` writes in hexadecimal digits.
fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut out = [0; N];
    for (index, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str, line: usize, commit: Option<&str>) -> What {
        What::Place {
            path: path.into(),
            line,
            commit: commit.map(str::to_owned),
            value: None,
        }
    }

    fn said(format: Format, text: &str) -> Vec<What> {
        let items = read(format, text).unwrap();
        items.into_iter().map(|item| item.what).collect()
    }

    #[test]
    fn fingerprints_of_gitleaks_are_places() {
        let commit = "c".repeat(40);
        let text = format!("# why\nsrc/a.py:some-rule:3\n{commit}:./b:c.py:r:12\n\nnonsense\n");
        assert_eq!(
            said(Format::GitleaksIgnore, &text),
            [
                place("src/a.py", 3, None),
                place("b:c.py", 12, Some(&commit)),
                What::Nothing("it is no fingerprint"),
            ]
        );
    }

    #[test]
    fn a_report_of_gitleaks_has_places_and_maybe_values() {
        let text = r#"[{"RuleID":"x","File":"a","StartLine":2,"Secret":"abcdefgh","Commit":""},
            {"RuleID":"x","File":"a","StartLine":3,"Secret":"REDACTED","Commit":"c0"}]"#;
        let said = said(Format::GitleaksReport, text);
        assert!(
            matches!(&said[0], What::Place { value: Some(v), .. } if v.expose() == b"abcdefgh")
        );
        assert_eq!(said[1], place("a", 3, Some("c0")));
    }

    #[test]
    fn yaml_and_lines_are_read() {
        let text = "version: 2\nsecret:\n  ignored_matches:\n    - name: x\n      match: some-value\n  ignored_paths:\n    - '**/docs'\n";
        let read = said(Format::Ggshield, text);
        assert!(matches!(
            &read[0],
            What::Value {
                known: Known::Clear(_),
                ..
            }
        ));
        assert_eq!(read[1], What::Path("**/docs".into()));
        let text = "ExactFindings:\n  matches:\n    - filepath: src/a.rs\n      fingerprint: 00ff\n      linenum: 7\n";
        assert_eq!(said(Format::Kingfisher, text), [place("src/a.rs", 7, None)]);
        let text = "tests/\n!tests/x\n[secrets]\nsome-value\n";
        let read = said(Format::Ripsecrets, text);
        assert_eq!(read[0], What::Path("tests/".into()));
        assert!(matches!(read[1], What::Nothing(_)));
        assert!(matches!(&read[2], What::Value { .. }));
    }
}
