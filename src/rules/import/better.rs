//! What betterleaks has beyond gitleaks: expressions that filter.

use crate::rules::filter::Filter;
use crate::rules::import::node::Fields;
use crate::rules::import::note::Loss;

/// Names of what is only known where commits are scanned.
const OF_COMMITS: &[&str] = &["git.", "fs.symlink", "resource"];

/// The expression under `key`, when it can be used. One that cannot is noted,
/// and its rules report more than they should, not less.
pub(super) fn filter(fields: &mut Fields<'_, '_>, key: &str) -> Option<String> {
    let node = fields.take(key)?;
    let text = node.text().filter(|text| !text.trim().is_empty())?;
    let line = node.line;
    if let Err(error) = Filter::parse(text) {
        let why = format!("the rule is there without it: {error}");
        fields.note(Loss::Dropped, line, key, why);
        return None;
    }
    if OF_COMMITS.iter().any(|name| text.contains(name)) {
        let why = "what it asks of commits is taken for not known";
        fields.note(Loss::Changed, line, key, why);
    }
    Some(text.trim().to_owned())
}

/// What rules have beyond those of gitleaks.
pub(super) fn entry(
    fields: &mut Fields<'_, '_>,
    own: &mut Option<String>,
    specificity: &mut Option<f64>,
) {
    let filters = [filter(fields, "prefilter"), filter(fields, "filter")];
    *own = any(filters.into_iter().flatten().collect());
    let line = fields.line_of("specificity");
    if let Some(rank) = fields.number("specificity") {
        *specificity = Some(rank);
        if rank > 0.0 && (rank - 100.0).abs() > f64::EPSILON {
            let why = "of overlapping findings the more specific rule counts anyway";
            fields.note(Loss::Dropped, line, "specificity", why);
        }
    }
    let line = fields.line_of("tokenEfficiency");
    if fields.truth("tokenEfficiency") == Some(true) {
        let why = "it needs a language model's vocabulary, which is not part of the product";
        fields.note(Loss::Dropped, line, "tokenEfficiency", why);
    }
    fields.drop_keys(&[("validate", "nothing is asked over the network")]);
}

/// One expression that is true when one of `filters` is.
pub(super) fn any(mut filters: Vec<String>) -> Option<String> {
    match filters.len() {
        0 | 1 => filters.pop(),
        _ => {
            let parts: Vec<String> = filters.iter().map(|text| format!("({text}\n)")).collect();
            Some(parts.join(" || "))
        }
    }
}
