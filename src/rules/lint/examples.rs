//! Checks of a rule against its own examples and its own file.

use std::ops::Range;

use crate::rules::diagnostic::Checked;
use crate::rules::file::{Examples, join};
use crate::rules::lint::form::place_of;
use crate::rules::load::{Rule, RuleKind};
use crate::rules::sample::Sample;

/// Secrets of this many bytes or more may not stand whole in the file.
const WHOLE: usize = 12;

/// Tries `rule` on its examples. `written` are the examples as the file has
/// them, `table` is where the rule stands in it.
pub(crate) fn examples(
    rule: &Rule,
    written: &Examples,
    table: Range<usize>,
    checked: &mut Checked<'_>,
) {
    number(rule, written, table.clone(), checked);
    let sample = match Sample::new(rule) {
        Ok(Some(sample)) => sample,
        Ok(None) => return,
        Err(error) => {
            // A mistake of syntax is told already, at its column.
            if let regex::Error::CompiledTooBig(limit) = error {
                let span = place_of(checked.text, table, "pattern");
                let message = format!("the compiled pattern takes more than {limit} bytes");
                checked.error("R027", span, message);
            }
            return;
        }
    };
    for text in &written.matching {
        matching(rule, &sample, text, table.clone(), checked);
    }
    for text in &written.ignore {
        if !sample.fires_on(join(text).as_bytes()).is_empty() {
            let span = place_of(checked.text, table.clone(), text);
            let message = format!("rule `{}` fires on an example it should ignore", rule.id());
            checked.error("R052", span, message);
        }
    }
    for span in sample.fires_on(checked.text.as_bytes()) {
        whole(span, checked);
    }
}

fn number(rule: &Rule, written: &Examples, table: Range<usize>, checked: &mut Checked<'_>) {
    if matches!(rule.kind, RuleKind::FileName) {
        return;
    }
    for (key, texts) in [("match", &written.matching), ("ignore", &written.ignore)] {
        if texts.len() < 2 {
            let span = place_of(checked.text, table.clone(), rule.id());
            let message = format!("rule `{}` has fewer than two `{key}` examples", rule.id());
            checked.warn("R050", span, message);
        }
    }
}

fn matching(
    rule: &Rule,
    sample: &Sample<'_>,
    text: &str,
    table: Range<usize>,
    checked: &mut Checked<'_>,
) {
    let joined = join(text);
    let secrets = sample.fires_on(joined.as_bytes());
    if secrets.is_empty() {
        let span = place_of(checked.text, table, text);
        let message = format!("rule `{}` does not fire on its example", rule.id());
        checked.error("R051", span, message);
        return;
    }
    for secret in secrets {
        let Some(secret) = joined.get(secret).filter(|secret| secret.len() >= WHOLE) else {
            continue;
        };
        if let Some(at) = checked.text.find(secret) {
            whole(at..at + secret.len(), checked);
        }
    }
}

fn whole(span: Range<usize>, checked: &mut Checked<'_>) {
    if checked
        .found
        .iter()
        .any(|d| d.code == "R053" && d.span == span)
    {
        return;
    }
    checked.error(
        "R053",
        span,
        "an example secret stands whole in the file".into(),
    );
    checked.explain(|d| d.with_help("break it with `{+}`, which is removed on load"));
}
