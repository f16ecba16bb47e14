//! What there is to know of the compiled rules beside their matches.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::id::RuleIdx;
use crate::base::span::Span;
use crate::detect::compile::Plan;
use crate::detect::engine::Engine;
use crate::detect::frame::Carry;
use crate::detect::generic::Recogniser;
use crate::detect::index::LiteralIndex;
use crate::rules::load::{Rule, RuleKind};

impl Engine {
    /// How many bytes of `secret` the rule's catalogue entry makes public
    /// anyway: a fixed prefix, or the header line of a key block.
    pub fn public_prefix(&self, rule: RuleIdx, secret: &[u8]) -> usize {
        if secret.starts_with(b"-----BEGIN ") {
            return memchr::memmem::find(&secret[11..], b"-----").map_or(0, |at| at + 16);
        }
        let rule = self.patterns[rule.index()].as_ref();
        rule.map_or(0, |rule| rule.public_prefix(secret))
    }

    /// How the engine looks for `rule`, in words for rule writers.
    pub fn plan(&self, rule: RuleIdx) -> Plan {
        if matches!(self.rules[rule.index()].kind, RuleKind::Number(_)) {
            return Plan::Number;
        }
        if self.markings.has(rule.index()) {
            return Plan::Marking;
        }
        Plan::of(self.patterns[rule.index()].as_ref())
    }

    /// The literals of all rules, as they are searched for.
    pub fn index(&self) -> &LiteralIndex {
        &self.index
    }

    /// The rules, in index order.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// True when `rule` counts only in files with one of its keywords, and none
    /// of the texts that `carries` come from had one.
    pub fn is_shut(&self, rule: RuleIdx, carries: &[Carry]) -> bool {
        self.gates
            .as_ref()
            .is_some_and(|gates| gates.is_gated(rule))
            && !carries.iter().any(|carry| carry.open.contains(&rule.0))
    }

    /// True when a rule requires others, serves others, or gives way on a line.
    pub fn has_related_rules(&self) -> bool {
        self.related
    }

    /// Most bytes of a match of `rule`; none for rules without a pattern.
    pub fn longest(&self, rule: RuleIdx) -> Option<usize> {
        let pattern = self.patterns[rule.index()].as_ref();
        pattern.map(|pattern| pattern.max_len)
    }

    /// Rules whose literals stand in `within` of `text`, by id, and recognisers
    /// that look at something there, by name.
    pub fn tried(&self, text: &[u8], within: Span) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let mut hits = Vec::new();
        self.index.hits(text, within.start, within.end, &mut hits);
        let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
        for hit in hits {
            let owner = hit.owner as usize;
            match owner.checked_sub(self.rules.len()) {
                None => _ = ids.insert(self.rules[owner].id()),
                Some(recogniser) => names.extend(self.name_of(self.recognisers[recogniser])),
            }
        }
        (ids, names)
    }

    fn name_of(&self, recogniser: Recogniser) -> Option<&str> {
        self.rules.iter().find_map(|rule| match &rule.kind {
            RuleKind::Recogniser(name) if Recogniser::find(name) == Some(recogniser) => {
                Some(name.as_str())
            }
            _ => None,
        })
    }

    /// Rules that find the file at `path` by its path alone.
    pub fn file_rules(&self, path: &str) -> Vec<RuleIdx> {
        let finds = |rule: &&RuleIdx| {
            let terms = self.rules[rule.index()].terms();
            terms.is_some_and(|terms| terms.path_fits(Some(path)) && !terms.allows_file(path))
        };
        self.file_names.iter().filter(finds).copied().collect()
    }
}
