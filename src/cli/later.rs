//! Findings that are told at the end: those of a history, whose commits are
//! looked up once all of them are known.

#[cfg(feature = "git")]
use std::sync::Arc;

use crate::base::control::Control;
#[cfg(feature = "git")]
use crate::judge::allow::Allowance;
use crate::judge::finding::Finding;
use crate::judge::outcome::{Outcome, Summary};
#[cfg(feature = "git")]
use crate::scan::history::Waiting;
use crate::scan::scanner::Scanner;
#[cfg(feature = "git")]
use crate::source::exclude::Excludes;
#[cfg(feature = "git")]
use crate::source::git::History;

/// What is told when everything was scanned.
#[derive(Debug, Default)]
pub(super) struct Later {
    #[cfg(feature = "git")]
    history: Option<Settling>,
}

/// A history, and which of its paths count.
#[cfg(feature = "git")]
#[derive(Debug)]
pub(super) struct Settling {
    /// The history.
    pub(super) history: Arc<History>,
    /// What the configuration declares harmless: here, paths.
    pub(super) allowance: Allowance,
    /// What it leaves out.
    pub(super) excludes: Excludes,
}

/// The findings of one scan that wait.
#[derive(Debug)]
pub(super) struct Held<'a> {
    #[cfg_attr(
        not(feature = "git"),
        expect(dead_code, reason = "only git has a history")
    )]
    later: &'a Later,
    #[cfg(feature = "git")]
    waiting: Waiting,
}

impl Later {
    /// For a scan of a history.
    #[cfg(feature = "git")]
    pub(super) fn of(settling: Settling) -> Later {
        Later {
            history: Some(settling),
        }
    }

    /// True when paths of findings are looked at in the end, and not before.
    #[cfg_attr(
        not(feature = "git"),
        expect(clippy::unused_self, reason = "only git has a history")
    )]
    pub(super) fn looks_at_paths(&self) -> bool {
        #[cfg(feature = "git")]
        return self.history.is_some();
        #[cfg(not(feature = "git"))]
        false
    }

    /// Begins a scan.
    pub(super) fn begin(&self) -> Held<'_> {
        Held {
            later: self,
            #[cfg(feature = "git")]
            waiting: Waiting::default(),
        }
    }
}

#[cfg(feature = "git")]
impl Held<'_> {
    /// Takes out of `outcome` the findings that have to wait.
    pub(super) fn hold(&mut self, outcome: &mut Outcome) {
        if self.later.history.is_some() {
            outcome
                .findings
                .drain(..)
                .for_each(|finding| self.waiting.take(finding));
        }
    }

    /// The findings that waited, now complete. What turned out to be harmless
    /// is counted in `summary`.
    pub(super) fn settle(
        self,
        scanner: &Scanner,
        summary: &mut Summary,
        control: &Control,
    ) -> Vec<Finding> {
        let Some(settling) = &self.later.history else {
            return Vec::new();
        };
        let settled = self
            .waiting
            .settle(&settling.history, scanner, control, &|finding, path| {
                settling.excludes.pattern_above(path).is_some()
                    || settling.allowance.allows(
                        finding.rule.id.as_str(),
                        finding.secret.expose(),
                        path,
                    )
            });
        summary.add_allowed(settled.allowed);
        settled.findings
    }
}

#[cfg(not(feature = "git"))]
impl Held<'_> {
    /// Takes out of `outcome` the findings that have to wait: none.
    #[expect(clippy::unused_self, reason = "the same as with git")]
    pub(super) fn hold(&mut self, _: &mut Outcome) {}

    /// The findings that waited: none.
    #[expect(clippy::unused_self, reason = "the same as with git")]
    pub(super) fn settle(self, _: &Scanner, _: &mut Summary, _: &Control) -> Vec<Finding> {
        Vec::new()
    }
}
