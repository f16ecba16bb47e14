//! Comments that silence nothing.
//!
//! Nobody notices them in a scan: there is no finding to tell of them. Who asks
//! for them gets all of files whose comments count.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Ask, Directives, Placed, form};
use crate::base::provenance::Provenance;
use crate::judge::directive::{Reach, Tool};
use crate::judge::status::Why;
use crate::rules::select::IdGlob;

/// A comment that silences nothing.
#[derive(Clone, Debug)]
pub struct Idle {
    /// The file.
    pub provenance: Arc<Provenance>,
    /// The line of its tag, from one.
    pub line: usize,
    /// The rules it names, with commas between them.
    pub rules: String,
    /// Why it could not silence anything; without, there is nothing to silence.
    pub why: Option<Why>,
}

/// Collects comments that silence nothing, from all threads.
#[derive(Debug, Default)]
pub struct Audit(Mutex<Vec<Idle>>);

impl Audit {
    /// What was collected so far, by file and line.
    pub fn take(&self) -> Vec<Idle> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = std::mem::take(&mut *all);
        all.sort_by(|a, b| {
            let key = |idle: &Idle| (idle.provenance.display(), idle.line);
            key(a).cmp(&key(b))
        });
        all
    }

    fn add(&self, idle: Vec<Idle>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(idle);
    }
}

impl Directives {
    /// Tells the audit, if there is one, of comments that no finding asked for,
    /// once all findings have asked.
    pub fn tell_idle(&self, ask: &Ask<'_>, provenance: &Arc<Provenance>) {
        let Some(audit) = ask.comments.audit.as_ref().filter(|_| ask.trusted) else {
            return;
        };
        let used = self.used.borrow();
        let idle = self.all.iter().enumerate().filter(|(index, placed)| {
            let ours = placed.directive.tool == Tool::Stanch;
            // Without a rule it is a text about comments, more often than not.
            let named = !placed.directive.rules.is_empty();
            ours && named && placed.directive.reach != Reach::End && !used.contains(index)
        });
        let idle = idle.map(|(index, placed)| Idle {
            provenance: Arc::clone(provenance),
            line: placed.line,
            rules: ask.masks.text(&names(placed)),
            why: self.flaw(index, placed, ask),
        });
        audit.add(idle.collect());
    }

    /// What keeps a comment from having any effect.
    fn flaw(&self, index: usize, placed: &Placed, ask: &Ask<'_>) -> Option<Why> {
        let directive = &placed.directive;
        // A name that its own pattern matches, since no rule's name is asked about here.
        let rule = directive.rules.first().map_or("", IdGlob::as_str);
        if let Some(why) = form(directive, rule, |text| ask.masks.text(text)) {
            return Some(why);
        }
        let open = |block: &super::Block| block.comment == index && block.end.is_none();
        if self.blocks.iter().any(open) {
            return Some(Why::NoEnd);
        }
        match directive.until {
            Some(Ok(until)) if until < ask.comments.today => Some(Why::Expired(until)),
            _ => None,
        }
    }
}

fn names(placed: &Placed) -> String {
    let rules = placed.directive.rules.iter().map(IdGlob::as_str);
    rules.collect::<Vec<_>>().join(",")
}
