//! What a rule of a file looks for: one thing, and no other.

use std::sync::Arc;

use super::{RuleKind, joined};
use crate::rules::diagnostic::Checked;
use crate::rules::file::RuleEntry;
use crate::rules::shape;

/// What `entry` looks for; what is wrong with it is told.
pub(super) fn of(
    entry: &RuleEntry,
    header: std::ops::Range<usize>,
    checked: &mut Checked<'_>,
) -> Option<RuleKind> {
    let id = entry.id.get_ref();
    if let Some(marking) = &entry.marking
        && (entry.pattern.is_some() || entry.number.is_some() || entry.recogniser.is_some())
    {
        let message = format!("rule `{id}` has a `marking` and something else to look for");
        checked.error("R003", marking.span(), message);
        checked.explain(|d| d.with_help("keep one of the two"));
        return None;
    }
    match (&entry.pattern, &entry.number, &entry.recogniser) {
        (Some(pattern), None, None) => {
            let pattern = pattern.get_ref().clone();
            let chosen = entry.secret.as_ref().map(|group| *group.get_ref());
            let secret_group = chosen.unwrap_or(usize::from(shape::has_group(&pattern)));
            Some(RuleKind::Pattern {
                pattern,
                secret_group,
            })
        }
        (None, Some(number), None) => {
            let mut number = number.get_ref().clone();
            number.samples = joined(&number.samples);
            Some(RuleKind::Number(Arc::new(number)))
        }
        (None, None, None) if entry.marking.is_some() => {
            let marking = entry
                .marking
                .as_ref()
                .map(|marking| marking.get_ref().clone());
            Some(RuleKind::Marking(Arc::new(marking.unwrap_or_default())))
        }
        (None, None, Some(name)) => Some(RuleKind::Recogniser(name.get_ref().clone())),
        (None, None, None) if !entry.paths.is_empty() => Some(RuleKind::FileName),
        (None, None, None) => {
            let message = format!("rule `{id}` has neither a `pattern` nor a `recogniser`");
            checked.error("R003", header, message);
            None
        }
        (Some(_), None, Some(name)) => {
            let message = format!("rule `{id}` has both a `pattern` and a `recogniser`");
            checked.error("R003", name.span(), message);
            checked.explain(|d| d.with_help("keep one of the two"));
            None
        }
        (_, Some(number), _) => {
            let message = format!("rule `{id}` has a `number` and something else to look for");
            checked.error("R003", number.span(), message);
            checked.explain(|d| d.with_help("keep one of the two"));
            None
        }
    }
}
