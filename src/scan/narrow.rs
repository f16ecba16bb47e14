//! Verdicts under rules that have changed since: what was bare then is searched
//! for the changed rules alone.

use super::options::ScanOptions;
use super::scanner::Scanner;
use crate::base::limits::Limits;
use crate::detect::compile::EngineError;
use crate::judge::reuse::{Clean, Earlier, Subject};

/// What looks for rules that have changed.
#[derive(Debug)]
pub(super) struct Narrow {
    earlier: Earlier,
    /// Know the changed rules, and decode what is encoded, or leave it; without,
    /// rules only went away.
    scanners: Option<Box<[Scanner; 2]>>,
}

/// What a content was under earlier rules.
pub(super) enum Was<'n> {
    /// Bare, and what is in force now was in force then.
    Same(Clean),
    /// Bare; this scanner knows what else there is to look for. It is the one
    /// of this number, and has memory of its own.
    Under(&'n Scanner, usize),
    /// Nothing that helps.
    Unknown,
}

impl Narrow {
    /// Takes what there is of earlier verdicts out of `options`.
    ///
    /// # Errors
    /// Every changed rule whose pattern cannot be used.
    pub(super) fn of(options: &mut ScanOptions) -> Result<Option<Narrow>, Vec<EngineError>> {
        let Some(earlier) = options
            .reuse
            .as_mut()
            .and_then(|reuse| reuse.earlier.take())
        else {
            return Ok(None);
        };
        // What is declared harmless, and protected documents, are left out: the
        // verdict holds for the one, and whatever is found has all rules asked.
        let narrow = |decode: usize| ScanOptions {
            path: options.path,
            limits: Limits {
                decode,
                ..options.limits
            },
            learned: options.learned.clone(),
            passwords: options.passwords.clone(),
            counts_from_one: options.counts_from_one,
            ..ScanOptions::default()
        };
        let rules = &earlier.rules;
        let scanners = if rules.rules.is_empty() {
            None
        } else {
            let all = Scanner::new(rules, narrow(options.limits.decode))?;
            let plain = Scanner::new(rules, narrow(0))?;
            Some(Box::new([all, plain]))
        };
        Ok(Some(Narrow { earlier, scanners }))
    }

    /// What `subject` was.
    pub(super) fn find(&self, subject: &Subject) -> Was<'_> {
        let clean = (self.earlier.find)(subject).filter(|clean| clean.is_bare);
        match (clean, &self.scanners) {
            (Some(clean), None) => Was::Same(clean),
            (Some(clean), Some(scanners)) => {
                let number = usize::from(clean.is_plain);
                Was::Under(&scanners[number], number)
            }
            (None, _) => Was::Unknown,
        }
    }

    /// True when some content of this size was clean.
    pub(super) fn knows_size(&self, size: u64) -> bool {
        (self.earlier.find)(&Subject::Size(size)).is_some()
    }
}
