//! YAML rules of Nosey Parker, and of kingfisher and Titus, which grew from them.
//!
//! The meaning is that of Nosey Parker 0.24, kingfisher 1.x and Titus 1.1.

use crate::base::level::Confidence;
use crate::rules::file::Characters;
use crate::rules::import::dialect::{Dialect, Ported, port};
use crate::rules::import::draft::{Draft, Exempt, broken, keywords};
use crate::rules::import::node::{Fields, Node};
use crate::rules::import::note::{Loss, Notes};
use crate::rules::import::{Format, Imported};

const NO_NETWORK: &str = "nothing is asked over the network";

pub(super) fn import(root: &Node, name: &str, notes: &mut Notes, out: &mut Imported) {
    let mut fields = Fields::of(root, None, notes);
    let rules = fields.take("rules");
    fields.drop_keys(&[("rulesets", "rules are chosen in the configuration")]);
    fields.finish();
    for rule in rules.into_iter().flat_map(Node::list) {
        out.drafts.extend(draft(rule, name, out.format, notes));
    }
}

fn draft(node: &Node, file: &str, format: Format, notes: &mut Notes) -> Option<Draft> {
    let id = node.get("id").and_then(Node::text).unwrap_or_default();
    let mut fields = Fields::of(node, Some(id).filter(|id| !id.is_empty()), notes);
    if id.is_empty() {
        fields.note(Loss::Refused, node.line, "id", "the rule has no id");
        return None;
    }
    fields.take("id");
    let mut draft = Draft::new(format, id, (file.to_owned(), node.line));
    let (name, description) = (fields.text("name"), fields.text("description"));
    draft.describe(name, description);
    match fields.text("confidence").map(str::parse::<Confidence>) {
        Some(Ok(confidence)) => draft.confidence = confidence,
        Some(Err(_)) => fields.note(Loss::Dropped, node.line, "confidence", "is not known"),
        None => {}
    }
    draft.helper = fields.truth("visible") == Some(false);
    draft.entropy_over = fields.number("min_entropy").filter(|bits| *bits > 0.0);
    for (text, line) in fields.texts("references") {
        if text.starts_with("https://") && !text.contains(char::is_whitespace) {
            draft.references.push(text.to_owned());
        } else {
            fields.note(
                Loss::Dropped,
                line,
                "references",
                "is no `https://` address",
            );
        }
    }
    draft.keywords = keywords(&fields.texts("keywords"));
    examples(&mut fields, &mut draft);
    if let Some(requirements) = fields.take("pattern_requirements") {
        demands(requirements, id, fields.notes, &mut draft);
    }
    fields.drop_keys(&[
        ("categories", "rules have no categories"),
        ("tags", "rules have no tags"),
        ("prevalidated", NO_NETWORK),
        ("validation", NO_NETWORK),
        ("validator", NO_NETWORK),
        ("revocation", NO_NETWORK),
        (
            "depends_on_rule",
            "it only serves validation over the network",
        ),
    ]);
    let is_found = pattern(&mut fields, node, &mut draft, format);
    let is_possible = draft.is_possible(&mut fields, "min_entropy");
    fields.finish();
    (is_found && is_possible).then_some(draft)
}

/// Takes the pattern; false when the rule cannot be.
fn pattern(fields: &mut Fields<'_, '_>, node: &Node, draft: &mut Draft, format: Format) -> bool {
    let line = node.get("pattern").map_or(node.line, |node| node.line);
    let Some(text) = fields.text("pattern") else {
        fields.note(Loss::Refused, line, "pattern", "the rule has no pattern");
        return false;
    };
    match port(text, Dialect::Lines) {
        Ok(ported) if ported.groups == 0 && format == Format::NoseyParker => {
            let why = "it has no group, and nothing is found without one";
            fields.note(Loss::Refused, line, "pattern", why);
            false
        }
        Ok(ported) => {
            for change in &ported.changes {
                fields.note(Loss::Changed, line, "pattern", change.clone());
            }
            draft.secret = token(&ported).filter(|group| *group != 1);
            draft.max_length = ported.max_length;
            draft.pattern = Some(ported.pattern);
            true
        }
        Err(error) => {
            fields.note(Loss::Refused, line, "pattern", error);
            false
        }
    }
}

/// The last group called `TOKEN`; without one the first group counts.
fn token(ported: &Ported) -> Option<usize> {
    let named = ported.named.iter().rev();
    let mut tokens = named.filter(|(_, name)| name == "TOKEN");
    tokens.next().map(|(group, _)| *group)
}

fn examples(fields: &mut Fields<'_, '_>, draft: &mut Draft) {
    let lists = [
        ("examples", true),
        ("negative_examples", false),
        ("non_examples", false),
    ];
    for (key, matches) in lists {
        for (text, line) in fields.texts(key) {
            if text.contains("{+}") {
                let why = "`{+}` in an example is taken out on load";
                fields.note(Loss::Dropped, line, key, why);
            } else if matches {
                draft.matching.push(broken(text));
            } else {
                draft.ignore.push(broken(text));
            }
        }
    }
}

/// What `pattern_requirements` asks.
fn demands(node: &Node, rule: &str, notes: &mut Notes, draft: &mut Draft) {
    let mut fields = Fields::of(node, Some(rule), notes);
    let specials = fields.text("special_chars").map(str::to_owned);
    let mut count = |key: &str| fields.count(key).unwrap_or_default();
    let wanted = Characters {
        digits: count("min_digits"),
        uppercase: count("min_uppercase"),
        lowercase: count("min_lowercase"),
        special: count("min_special_chars"),
        specials: None,
    };
    if wanted != Characters::default() {
        draft.characters = Some(Characters { specials, ..wanted });
    }
    let words = fields.texts("ignore_if_contains").into_iter();
    let words: Vec<String> = words
        .map(|(word, _)| word.to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    if !words.is_empty() {
        draft.except.push(Exempt {
            words,
            ..Exempt::default()
        });
    }
    fields.drop_keys(&[(
        "checksum",
        "templates are not run; values with a wrong checksum are found, too",
    )]);
    fields.finish();
}
