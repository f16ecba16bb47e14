//! From rule files to the rules in force: read, checked, joined, sorted by id.
//!
//! Built-in files are trusted to pass the lint (the tests see to it), so
//! loading them only reads; files of the user are linted on the way in.

mod kind;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::id::RuleId;
use crate::base::level::{Class, Confidence};
use crate::rules::builtin;
use crate::rules::diagnostic::{Checked, Diagnostics, clipped};
use crate::rules::digest::{digest, digest_of_one};
use crate::rules::file::{
    Allow, Alphabet, Examples, Marking, Near, Number, OnMismatch, Quantity, RuleEntry, RuleFile,
    join,
};
use crate::rules::info::RuleInfo;
use crate::rules::lint::{self, Beside};
use crate::rules::select::Selection;
use crate::rules::spanned::Spanned;
use crate::rules::terms::{Shared, Terms};
use crate::rules::validate::{self, Validator};

/// What a rule looks for.
#[derive(Clone, Debug)]
pub enum RuleKind {
    /// A regular expression over bytes: ASCII classes, `^` and `$` at lines.
    Pattern {
        /// The expression.
        pattern: String,
        /// The group that holds the secret; zero is the whole match.
        secret_group: usize,
    },
    /// A number, by the ways it is written.
    Number(Arc<Number>),
    /// Words that mark a text.
    Marking(Arc<Marking>),
    /// A recogniser written in code, by name.
    Recogniser(String),
    /// Nothing in the text: files are found by their paths.
    FileName,
}

/// One rule, ready to be compiled for matching.
#[derive(Clone)]
pub struct Rule {
    /// What people are told of it; the severity is the one in force.
    pub info: Arc<RuleInfo>,
    /// How sure a match is that passes all its checks.
    pub confidence: Confidence,
    /// What it looks for.
    pub kind: RuleKind,
    /// Offline check of the secret.
    pub validate: Option<&'static Validator>,
    /// What a failed check does.
    pub on_mismatch: OnMismatch,
    /// Lowest Shannon entropy of the secret, in bits per byte.
    pub min_entropy: Option<f64>,
    /// The alphabet that the secret is a random text over.
    pub random: Option<Alphabet>,
    /// Words one of which must stand near the match.
    pub near: Option<Near>,
    /// What else it demands, if anything.
    pub terms: Option<Arc<Terms>>,
    /// Harmless values, joined.
    pub allow: Allow,
    /// What it means how many values a file holds, where they are counted.
    pub quantity: Option<Quantity>,
    /// Examples, joined.
    pub examples: Examples,
    /// Why the rule may fire on clean code.
    pub noise: Option<String>,
    /// First version of the product that has the rule.
    pub since: String,
}

impl Rule {
    /// The rule's id.
    pub fn id(&self) -> &str {
        self.info.id.as_str()
    }

    /// True when its matches are counted, and one finding tells of all that a file holds.
    pub fn is_counted(&self) -> bool {
        matches!(self.info.class, Class::Personal | Class::Marking) || self.quantity.is_some()
    }

    /// BLAKE3 over everything in the rule that can change a finding. Texts for
    /// people are not part of it.
    pub fn digest(&self) -> [u8; 32] {
        digest_of_one(self)
    }

    /// What the rule demands beside its pattern; most rules demand nothing.
    pub fn terms(&self) -> Option<&Terms> {
        self.terms.as_deref()
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("id", &self.id())
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The rules in force.
#[derive(Clone, Debug)]
pub struct RuleSet {
    /// Sorted by id; the position is the rule's index everywhere else.
    pub rules: Vec<Arc<Rule>>,
    /// BLAKE3, hexadecimal, over everything in the rules that can change a
    /// finding. Texts for people are not part of it.
    pub digest: String,
}

impl RuleSet {
    /// The built-in rules.
    ///
    /// # Errors
    /// Never, in a build that passed its tests.
    pub fn builtin() -> Result<RuleSet, Diagnostics> {
        RuleSet::load(&[])
    }

    /// The built-in rules and those of `files`, given as name and text.
    ///
    /// # Errors
    /// Every mistake of every file; a user's rule may not have the id of another rule.
    pub fn load(files: &[(&str, &str)]) -> Result<RuleSet, Diagnostics> {
        let mut read = read_all(builtin::FILES, Depth::Trusted);
        read.extend(read_all(files, Depth::Form));
        assemble(read)
    }

    /// The rules of `files` alone, given as name and text.
    ///
    /// # Errors
    /// Every mistake of every file.
    pub fn of(files: &[(&str, &str)]) -> Result<RuleSet, Diagnostics> {
        assemble(read_all(files, Depth::Form))
    }

    /// The set as the configuration wants it: rules on and off, severities replaced.
    #[must_use]
    pub fn select(&self, selection: &Selection) -> RuleSet {
        let kept = self
            .rules
            .iter()
            .filter(|rule| selection.chooses(&rule.info));
        let rules = kept.map(|rule| {
            let given = |id: &RuleId| selection.severity_of(id.as_str());
            let severity = rule.info.ids().find_map(given);
            let severity = severity.unwrap_or(rule.info.severity);
            let wanted = selection.quantity_of(rule.id());
            if severity == rule.info.severity && wanted == Quantity::default() {
                return Arc::clone(rule);
            }
            let info = RuleInfo {
                severity,
                ..RuleInfo::clone(&rule.info)
            };
            let quantity = match rule.quantity {
                Some(own) => Some(wanted.or(own)),
                None if wanted == Quantity::default() => None,
                None => Some(wanted),
            };
            Arc::new(Rule {
                info: Arc::new(info),
                quantity,
                ..Rule::clone(rule)
            })
        });
        RuleSet::sorted(rules.collect())
    }

    /// The rule called `id`, now or before it had another name.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        if let Ok(at) = self.rules.binary_search_by(|rule| rule.id().cmp(id)) {
            return Some(&self.rules[at]);
        }
        let meant = |former: &RuleId| former.as_str() == id;
        let mut rules = self.rules.iter();
        rules.find(|rule| rule.info.formerly.iter().any(meant))
    }

    /// Those of the rules for which `wanted` holds.
    #[must_use]
    pub fn filtered(&self, mut wanted: impl FnMut(&Rule) -> bool) -> RuleSet {
        let rules = self.rules.iter().filter(|rule| wanted(rule));
        RuleSet::sorted(rules.cloned().collect())
    }

    fn sorted(mut rules: Vec<Arc<Rule>>) -> RuleSet {
        rules.sort_by(|a, b| a.info.id.cmp(&b.info.id));
        let digest = digest(&rules);
        RuleSet { rules, digest }
    }
}

/// How closely a file is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// It passed the lint before the product was built.
    Trusted,
    /// Everything that can be judged without running a pattern.
    Form,
    /// Everything, examples included.
    Full,
}

/// A file that was read: its rules, where their ids stand, and its mistakes.
struct Read<'a> {
    checked: Checked<'a>,
    rules: Vec<(Rule, std::ops::Range<usize>)>,
}

fn read_all<'a>(files: &[(&'a str, &'a str)], depth: Depth) -> Vec<Read<'a>> {
    if files.len() < 8 {
        return files
            .iter()
            .map(|&(file, text)| read(file, text, depth))
            .collect();
    }
    files
        .par_iter()
        .map(|&(file, text)| read(file, text, depth))
        .collect()
}

fn read<'a>(file: &'a str, text: &'a str, depth: Depth) -> Read<'a> {
    let mut checked = Checked::new(file, text);
    let builtin = (depth == Depth::Trusted).then(|| builtin::parsed(file));
    let parsed = match builtin
        .flatten()
        .map_or_else(|| toml::from_str::<RuleFile>(text), Ok)
    {
        Ok(parsed) => parsed,
        Err(error) => {
            lint::unreadable(&error, &mut checked);
            return Read {
                checked,
                rules: Vec::new(),
            };
        }
    };
    if depth != Depth::Trusted {
        lint::provider(&parsed.provider, &mut checked);
        lint::shared(&parsed.except, parsed.filter.as_ref(), &mut checked);
    }
    let shared = Shared::of(&parsed.except, parsed.filter.as_ref());
    let mut rules = Vec::with_capacity(parsed.rules.len());
    for entry in parsed.rules {
        let (table, span) = (entry.span(), entry.get_ref().id.span());
        let examples = (depth == Depth::Full).then(|| entry.get_ref().examples.clone());
        let before = checked.errors();
        if depth != Depth::Trusted {
            lint::form(&parsed.provider, &entry, &mut checked);
        }
        let terms = Terms::of(entry.get_ref(), shared.as_ref());
        let Some(mut rule) = convert(&parsed.provider, entry, &mut checked) else {
            continue;
        };
        rule.terms = terms.map(Arc::new);
        // Examples of a rule that is wrong in itself would only repeat that.
        if let Some(written) = examples.filter(|_| checked.errors() == before) {
            lint::examples(&rule, &written, table, &mut checked);
        }
        rules.push((rule, span));
    }
    Read { checked, rules }
}

/// Makes the runtime form; a rule that cannot have one leaves an error instead.
fn convert(provider: &str, entry: Spanned<RuleEntry>, checked: &mut Checked<'_>) -> Option<Rule> {
    let header = clipped(checked.text, entry.span());
    let entry = entry.into_inner();
    let kind = kind::of(&entry, header, checked);
    let validate = validator(&entry, checked);
    let info = RuleInfo {
        id: RuleId::new(entry.id.get_ref()),
        formerly: entry
            .formerly
            .iter()
            .map(|id| RuleId::new(id.get_ref()))
            .collect(),
        preview: entry.preview,
        title: entry.title,
        provider: provider.to_owned(),
        class: entry.class,
        severity: entry.severity,
        why: entry.why,
        remedy: entry.remedy,
        references: entry.references,
    };
    Some(Rule {
        info: Arc::new(info),
        confidence: entry.confidence,
        kind: kind?,
        validate: validate.ok()?,
        on_mismatch: entry.on_mismatch,
        min_entropy: entry.min_entropy.map(Spanned::into_inner),
        random: entry.random.map(Spanned::into_inner),
        near: entry.near.map(Spanned::into_inner),
        terms: None,
        allow: Allow {
            values: joined(&entry.allow.values),
            words: entry.allow.words,
        },
        quantity: entry.quantity.map(Spanned::into_inner),
        examples: Examples {
            matching: joined(&entry.examples.matching),
            ignore: joined(&entry.examples.ignore),
            path: entry.examples.path,
        },
        noise: entry.noise,
        since: entry.since,
    })
}

fn joined(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| join(text)).collect()
}

fn validator(
    entry: &RuleEntry,
    checked: &mut Checked<'_>,
) -> Result<Option<&'static Validator>, ()> {
    let Some(name) = &entry.validate else {
        return Ok(None);
    };
    if let Some(validator) = validate::find(name.get_ref()) {
        return Ok(Some(validator));
    }
    let known: Vec<&str> = validate::all()
        .iter()
        .map(|validator| validator.name)
        .collect();
    let message = format!("unknown validator `{}`", name.get_ref());
    checked.error("R004", name.span(), message);
    checked.explain(|d| d.with_suggestion(name.get_ref(), &known));
    Err(())
}

/// Everything the lint has to say about `files`.
pub(super) fn check(files: &[(&str, &str)], beside: Beside) -> Diagnostics {
    let mut read = match beside {
        Beside::BuiltIn => read_all(builtin::FILES, Depth::Trusted),
        Beside::Nothing => Vec::new(),
    };
    read.extend(read_all(files, Depth::Full));
    join_files(read).1
}

fn assemble(read: Vec<Read<'_>>) -> Result<RuleSet, Diagnostics> {
    let (rules, found) = join_files(read);
    if found.has_errors() {
        return Err(found);
    }
    Ok(RuleSet::sorted(rules))
}

/// Puts the files together; ids must be unique over all of them.
fn join_files(read: Vec<Read<'_>>) -> (Vec<Arc<Rule>>, Diagnostics) {
    let mut homes: HashMap<RuleId, String> = HashMap::new();
    let (mut rules, mut found) = (Vec::new(), Vec::new());
    for Read {
        mut checked,
        rules: of_file,
    } in read
    {
        for (rule, span) in of_file {
            let taken = rule.info.ids().find_map(|id| Some((id, homes.get(id)?)));
            if let Some((id, home)) = taken {
                checked.error("R002", span, format!("rule id `{id}` is taken by {home}"));
                checked.explain(|d| d.with_help(TAKEN));
                continue;
            }
            for id in rule.info.ids() {
                homes.insert(id.clone(), format!("a rule in {}", checked.file));
            }
            rules.push(Arc::new(rule));
        }
        checked.found.sort_by_key(|d| (d.span.start, d.span.end));
        found.append(&mut checked.found);
    }
    (rules, Diagnostics(found))
}

const TAKEN: &str =
    "give it an id of its own; to change a built-in rule, disable that one in the configuration";

#[cfg(test)]
mod tests;
