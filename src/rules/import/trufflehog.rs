//! Custom detectors of trufflehog.
//!
//! A detector has one or more named expressions, and all of them must match.
//! Each becomes a rule that requires the others; with `primary_regex_name` only
//! that one gives findings. The meaning is that of trufflehog 3.97, but for the
//! stretch of text in which all must match: here it is the file.

use crate::rules::file::{Characters, Requires, Target};
use crate::rules::import::Imported;
use crate::rules::import::dialect::{Dialect, port, port_short};
use crate::rules::import::draft::{Draft, Exempt, keywords};
use crate::rules::import::node::{Fields, Node, Value};
use crate::rules::import::note::{Loss, Notes};

pub(super) fn import(root: &Node, name: &str, notes: &mut Notes, out: &mut Imported) {
    let mut fields = Fields::of(root, None, notes);
    let detectors = fields.take("detectors");
    fields.finish();
    for detector in detectors.into_iter().flat_map(Node::list) {
        out.drafts.extend(rules(detector, name, out, notes));
    }
}

/// The rules of one detector; none when one of its expressions cannot be.
fn rules(node: &Node, file: &str, out: &Imported, notes: &mut Notes) -> Vec<Draft> {
    let name = node.get("name").and_then(Node::text).unwrap_or_default();
    let mut fields = Fields::of(node, Some(name).filter(|name| !name.is_empty()), notes);
    fields.take("name");
    let Some(Value::Map(regexes)) = fields.take("regex").map(|node| &node.value) else {
        fields.note(
            Loss::Refused,
            node.line,
            "regex",
            "the detector has no expression",
        );
        return Vec::new();
    };
    if name.is_empty() || regexes.is_empty() {
        fields.note(
            Loss::Refused,
            node.line,
            "name",
            "it has no name or no expression",
        );
        return Vec::new();
    }
    let description = fields.text("description");
    let primary = fields.text("primary_regex_name");
    if primary.is_some_and(|primary| !is_known(regexes, primary)) {
        let why = "no expression has this name; all of them give findings";
        fields.note(Loss::Dropped, node.line, "primary_regex_name", why);
    }
    let primary = primary.filter(|primary| is_known(regexes, primary));
    let keywords = keywords(&fields.texts("keywords"));
    let entropy = fields.number("entropy").filter(|bits| *bits > 0.0);
    let except = exceptions(&mut fields);
    let validations = fields.take("validations");
    strangers(validations, regexes, &mut fields);
    fields.drop_keys(&[("verify", "nothing is asked over the network")]);
    let origin = |regex: &str| match regexes.len() {
        1 => name.to_owned(),
        _ => format!("{name} {regex}"),
    };
    let mut drafts = Vec::new();
    for (regex, pattern) in regexes {
        let Some(mut draft) = rule(pattern, &origin(regex), file, out, &mut fields) else {
            return Vec::new();
        };
        draft.describe(None, description);
        draft.keywords.clone_from(&keywords);
        draft.min_entropy = entropy;
        if !draft.is_possible(&mut fields, "entropy") {
            return Vec::new();
        }
        draft.except.clone_from(&except);
        draft.characters = validations
            .and_then(|all| all.get(regex))
            .and_then(|node| characters(node, fields.notes, name));
        let others = regexes.iter().filter(|(other, _)| other != regex);
        draft.requires = others.map(|(other, _)| required(origin(other))).collect();
        draft.helper = primary.is_some_and(|primary| primary != regex);
        drafts.push(draft);
    }
    fields.finish();
    drafts
}

fn is_known(regexes: &[(String, Node)], name: &str) -> bool {
    regexes.iter().any(|(known, _)| known == name)
}

/// Notes validations of expressions that do not exist.
fn strangers(validations: Option<&Node>, regexes: &[(String, Node)], fields: &mut Fields<'_, '_>) {
    let Some(Value::Map(all)) = validations.map(|node| &node.value) else {
        return;
    };
    for (regex, validation) in all.iter().filter(|(name, _)| !is_known(regexes, name)) {
        let why = format!("there is no expression `{regex}`");
        fields.note(Loss::Dropped, validation.line, "validations", why);
    }
}

fn required(rule: String) -> Requires {
    Requires {
        rule,
        within_lines: None,
        within_columns: None,
    }
}

fn rule(
    pattern: &Node,
    origin: &str,
    file: &str,
    out: &Imported,
    fields: &mut Fields<'_, '_>,
) -> Option<Draft> {
    let ported = pattern
        .text()
        .ok_or_else(|| "is not a text".to_owned())
        .and_then(|text| port(text, Dialect::Go));
    match ported {
        Ok(ported) => {
            for change in ported.changes {
                fields.note(Loss::Changed, pattern.line, "regex", change);
            }
            let mut draft = Draft::new(out.format, origin, (file.to_owned(), pattern.line));
            draft.pattern = Some(ported.pattern);
            draft.max_length = ported.max_length;
            Some(draft)
        }
        Err(error) => {
            fields.note(Loss::Refused, pattern.line, "regex", error);
            None
        }
    }
}

fn exceptions(fields: &mut Fields<'_, '_>) -> Vec<Exempt> {
    let words = fields.texts("exclude_words").into_iter();
    let words: Vec<String> = words.map(|(word, _)| word.to_owned()).collect();
    let mut out = vec![Exempt {
        words: words.into_iter().filter(|word| !word.is_empty()).collect(),
        ..Exempt::default()
    }];
    let keys = [
        ("exclude_regexes_capture", Target::Secret),
        ("exclude_regexes_match", Target::Match),
    ];
    for (key, target) in keys {
        let mut patterns = Vec::new();
        for (text, line) in fields.texts(key) {
            match port_short(text, Dialect::Go) {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => {
                    let why = format!("no regular expression here: {error}");
                    fields.note(Loss::Dropped, line, key, why);
                }
            }
        }
        out.push(Exempt {
            target,
            patterns,
            ..Exempt::default()
        });
    }
    out.retain(|exempt| !exempt.is_empty());
    out
}

fn characters(node: &Node, notes: &mut Notes, rule: &str) -> Option<Characters> {
    let mut fields = Fields::of(node, Some(rule), notes);
    let mut one = |key: &str| usize::from(fields.truth(key) == Some(true));
    let wanted = Characters {
        digits: one("contains_digit"),
        lowercase: one("contains_lowercase"),
        uppercase: one("contains_uppercase"),
        special: one("contains_special_char"),
        specials: None,
    };
    fields.finish();
    Some(wanted).filter(|wanted| *wanted != Characters::default())
}
