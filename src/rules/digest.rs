//! What identifies a rule set.

use std::sync::Arc;

use crate::base::id::RuleId;
use crate::rules::load::{Rule, RuleKind};
use crate::rules::terms::Terms;

/// BLAKE3 over everything in `rules` that can change a finding, hexadecimal.
pub(super) fn digest(rules: &[Arc<Rule>]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("stanch rule set v1");
    for rule in rules {
        feed_rule(&mut hasher, rule);
    }
    hasher.finalize().to_hex().to_string()
}

/// BLAKE3 over everything in `rule` that can change a finding.
pub(super) fn digest_of_one(rule: &Rule) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("stanch rule v1");
    feed_rule(&mut hasher, rule);
    *hasher.finalize().as_bytes()
}

fn feed_rule(hasher: &mut blake3::Hasher, rule: &Rule) {
    let kind = match &rule.kind {
        RuleKind::Pattern {
            pattern,
            secret_group,
        } => format!("{secret_group} {pattern}"),
        RuleKind::Marking(marking) => format!("marking {marking:?}"),
        RuleKind::Number(number) => format!("number {number:?}"),
        RuleKind::Recogniser(name) => format!("recogniser {name}"),
        RuleKind::FileName => "file name".into(),
    };
    let near = rule.near.as_ref();
    feed(hasher, [rule.id(), &kind]);
    feed(
        hasher,
        [rule.info.class.as_str(), rule.info.severity.as_str()],
    );
    feed(
        hasher,
        [rule.confidence.as_str(), &format!("{:?}", rule.on_mismatch)],
    );
    feed(hasher, rule.validate.map(|validator| validator.name));
    feed(hasher, rule.min_entropy.map(|bits| bits.to_string()));
    feed(hasher, rule.random.map(|alphabet| format!("{alphabet:?}")));
    feed(hasher, rule.info.formerly.first().map(RuleId::as_str));
    feed(
        hasher,
        near.map(|near| format!("{} {:?}", near.within, near.lines)),
    );
    feed(hasher, rule.terms().map(Terms::texts).unwrap_or_default());
    feed(hasher, near.map(|near| &near.words).into_iter().flatten());
    feed(hasher, &rule.allow.values);
    feed(hasher, &rule.allow.words);
    feed(
        hasher,
        rule.quantity.map(|quantity| format!("{quantity:?}")),
    );
}

/// Adds a list so that no two lists of texts give the same bytes.
fn feed<T: AsRef<str>>(hasher: &mut blake3::Hasher, texts: impl IntoIterator<Item = T>) {
    for text in texts {
        let text = text.as_ref();
        hasher.update(&[1]);
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&[0]);
}
