//! Rules of other tools, as rules of this one.
//!
//! Each format is read with the meaning its own tool gives it, and becomes a
//! rule file. What has no place there is noted with its line, never dropped in
//! silence. `docs/rules-import.md` tells what becomes of what.

mod better;
mod dialect;
mod draft;
mod gitleaks;
mod node;
mod note;
mod tree;
mod trufflehog;
mod write;
mod yaml;
mod yaml_rules;

use std::fmt;
use std::io;
use std::path::Path;

use crate::rules::diagnostic::{Checked, Diagnostics};
use crate::rules::import::draft::{Draft, Exempt};
use crate::rules::import::node::Node;
use crate::rules::import::note::Notes;

pub use note::{Loss, Note};
pub use tree::read_yaml;
pub(super) use write::quoted;

/// A format of rule files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TOML of gitleaks.
    Gitleaks,
    /// TOML of betterleaks, which is gitleaks' and more.
    Betterleaks,
    /// YAML of kingfisher.
    Kingfisher,
    /// YAML of Nosey Parker.
    NoseyParker,
    /// YAML of Titus.
    Titus,
    /// YAML of trufflehog's custom detectors.
    TruffleHog,
}

impl Format {
    /// Every format with the name users give it.
    pub const ALL: &[(&str, Format)] = &[
        ("gitleaks", Format::Gitleaks),
        ("betterleaks", Format::Betterleaks),
        ("kingfisher", Format::Kingfisher),
        ("noseyparker", Format::NoseyParker),
        ("titus", Format::Titus),
        ("trufflehog", Format::TruffleHog),
    ];

    /// The format called `name`.
    pub fn named(name: &str) -> Option<Format> {
        let found = Format::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, format)| *format)
    }

    /// The name users give it, which is the provider of imported rules, too.
    pub fn provider(self) -> &'static str {
        let found = Format::ALL.iter().find(|(_, format)| *format == self);
        found.map_or("imported", |(name, _)| name)
    }

    /// The tool's name in sentences.
    pub fn title(self) -> &'static str {
        match self {
            Format::Gitleaks => "gitleaks",
            Format::Betterleaks => "betterleaks",
            Format::Kingfisher => "kingfisher",
            Format::NoseyParker => "Nosey Parker",
            Format::Titus => "Titus",
            Format::TruffleHog => "trufflehog",
        }
    }

    /// The format in front of a path, as in `gitleaks:.gitleaks.toml`, and the path.
    pub fn split(path: &Path) -> (Option<Format>, &Path) {
        let split = path.to_str().and_then(|text| {
            let (name, rest) = text.split_once(':')?;
            Some((Format::named(name)?, Path::new(rest)))
        });
        split.map_or((None, path), |(format, path)| (Some(format), path))
    }

    /// The format of a file, judged by its content.
    pub fn guess(text: &str) -> Option<Format> {
        let key = |word: &str| {
            text.lines().any(|line| {
                let line = line.trim_start().trim_start_matches("- ");
                let rest = line.strip_prefix(word);
                rest.is_some_and(|rest| rest.trim_start().starts_with([':', '=', ']', '.']))
            })
        };
        if Node::of_toml(text).is_ok() && !text.trim().is_empty() {
            let better = ["specificity", "tokenEfficiency", "betterleaksMinVersion"];
            let expression = ["filter", "prefilter", "validate"];
            let is_better = better.iter().chain(&expression).any(|word| key(word));
            let format = if is_better {
                Format::Betterleaks
            } else {
                Format::Gitleaks
            };
            return (text.contains("[[rules")
                || text.contains("[extend]")
                || text.contains("allowlist"))
            .then_some(format);
        }
        if key("detectors") {
            return Some(Format::TruffleHog);
        }
        if key("rules") && key("pattern") {
            let is = |words: &[&str]| words.iter().any(|word| key(word));
            return Some(if is(&["non_examples", "keywords", "validator"]) {
                Format::Titus
            } else if is(&[
                "min_entropy",
                "confidence",
                "visible",
                "validation",
                "depends_on_rule",
            ]) {
                Format::Kingfisher
            } else {
                Format::NoseyParker
            });
        }
        None
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.provider())
    }
}

/// Rules that were imported.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Where they come from.
    pub format: Format,
    drafts: Vec<Draft>,
    except: Vec<Exempt>,
    filter: Option<String>,
    /// What was not carried over as it was, by file and line.
    pub notes: Vec<Note>,
}

impl Imported {
    /// Number of rules.
    pub fn rules(&self) -> usize {
        self.drafts.len()
    }

    /// Gives what one of several files says for all of its rules, those from
    /// number `first` on, to each of them.
    fn settle_shared(&mut self, first: usize) {
        let (except, filter) = (std::mem::take(&mut self.except), self.filter.take());
        for draft in &mut self.drafts[first..] {
            draft.except.extend(except.iter().cloned());
            let filters = filter.iter().cloned().chain(draft.filter.take());
            draft.filter = better::any(filters.collect());
        }
    }

    /// Number of notes about `loss`.
    pub fn count(&self, loss: Loss) -> usize {
        self.notes.iter().filter(|note| note.loss == loss).count()
    }

    /// The rules as a rule file.
    pub fn to_toml(&self) -> String {
        write::write(self)
    }
}

/// Reads a file that another one names: its name beside that one.
pub type ReadBeside<'a> = dyn Fn(&str) -> io::Result<String> + 'a;

/// Imports `files`, given as name and text. `beside` reads files they name.
///
/// # Errors
/// A file cannot be read at all.
pub fn import(
    format: Format,
    files: &[(&str, &str)],
    beside: &ReadBeside<'_>,
) -> Result<Imported, Diagnostics> {
    let mut out = Imported {
        format,
        drafts: Vec::new(),
        except: Vec::new(),
        filter: None,
        notes: Vec::new(),
    };
    for &(name, text) in files {
        let root = read(format, name, text)?;
        let before = out.drafts.len();
        let mut notes = Notes::new(name);
        match format {
            Format::Gitleaks | Format::Betterleaks => {
                gitleaks::import(&root, name, beside, &mut notes, &mut out);
            }
            Format::TruffleHog => trufflehog::import(&root, name, &mut notes, &mut out),
            _ => yaml_rules::import(&root, name, &mut notes, &mut out),
        }
        out.notes.append(&mut notes.list);
        if files.len() > 1 {
            out.settle_shared(before);
        }
    }
    rename(&mut out);
    let by_place = |note: &Note| (note.file.clone(), note.line);
    out.notes.sort_by_key(by_place);
    Ok(out)
}

fn read(format: Format, name: &str, text: &str) -> Result<Node, Diagnostics> {
    let read = match format {
        Format::Gitleaks | Format::Betterleaks => Node::of_toml(text),
        _ => yaml::read(text),
    };
    read.map_err(|(span, message)| {
        let mut checked = Checked::new(name, text);
        let span = crate::rules::diagnostic::clipped(text, span);
        let message = message.lines().collect::<Vec<_>>().join(", ");
        checked.error("R070", span, message);
        Diagnostics(checked.found)
    })
}

/// Makes ids unique, and gives requirements the new ids.
fn rename(imported: &mut Imported) {
    let mut taken = std::collections::HashSet::new();
    let mut ids = std::collections::HashMap::new();
    for draft in &mut imported.drafts {
        let base = draft.id.clone();
        let mut number = 2;
        while !taken.insert(draft.id.clone()) {
            draft.id = format!("{base}-{number}");
            number += 1;
        }
        ids.entry(draft.origin.clone()).or_insert(draft.id.clone());
    }
    let mut lost = Vec::new();
    imported.drafts.retain_mut(|draft| {
        let missing = draft.requires.iter().find(|r| !ids.contains_key(&r.rule));
        if let Some(missing) = missing {
            lost.push(Note {
                file: draft.place.0.clone(),
                line: draft.place.1,
                rule: Some(draft.origin.clone()),
                key: "required".into(),
                loss: Loss::Refused,
                text: format!(
                    "there is no rule `{}`, so this one can never match",
                    missing.rule
                ),
            });
            return false;
        }
        for required in &mut draft.requires {
            if let Some(id) = ids.get(&required.rule) {
                required.rule.clone_from(id);
            }
        }
        true
    });
    imported.notes.append(&mut lost);
}
