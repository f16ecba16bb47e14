//! Whether a finding counts: new, known or allowed, and on whose word.

use std::sync::Arc;

use crate::register::date::Date;

/// Whether a finding counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// It counts.
    #[default]
    New,
    /// It was there when a baseline was made.
    Known {
        /// The baseline.
        baseline: Arc<str>,
    },
    /// Somebody said, with a reason, that it is harmless or accepted.
    Allowed {
        /// Who, where, why.
        by: Arc<Grant>,
    },
}

impl Status {
    /// The word used in reports.
    pub fn as_str(&self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Known { .. } => "known",
            Status::Allowed { .. } => "allowed",
        }
    }
}

/// By what means something was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// A comment of ours beside it.
    Comment,
    /// A comment beside it that was written for another scanner.
    ForeignComment(&'static str),
    /// An ignore file.
    IgnoreFile,
    /// `[allow]` of a configuration file.
    Configuration,
    /// A baseline.
    Baseline,
    /// A ledger.
    Ledger,
}

impl Means {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Means::Comment => "comment",
            Means::ForeignComment(_) => "foreign-comment",
            Means::IgnoreFile => "ignore-file",
            Means::Configuration => "configuration",
            Means::Baseline => "baseline",
            Means::Ledger => "ledger",
        }
    }

    /// True when it stands in the scanned text itself.
    pub fn is_in_source(self) -> bool {
        matches!(self, Means::Comment | Means::ForeignComment(_))
    }
}

/// Somebody's word that a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// By what means.
    pub means: Means,
    /// Where it is written: `line 3`, `.stanch/ignore:7`.
    pub place: String,
    /// Why; may be empty in comments for other scanners.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
}

/// Why somebody's word has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It names no rule.
    NoRule,
    /// It gives no reason.
    NoReason,
    /// Its date is none.
    NoDate(String),
    /// It is for another rule.
    OtherRule(String),
    /// The block it begins has no end.
    NoEnd,
    /// Its last day is over.
    Expired(Date),
    /// A policy keeps the rule from being silenced; the text names it.
    Locked(String),
    /// Nobody vouches for who wrote it: it stands in a tree that is not the
    /// project's own, or came with the change under examination.
    Untrusted,
    /// It was written for another scanner, and the configuration does not say
    /// that this counts.
    NotHonoured,
    /// It names rules of another scanner.
    ForeignRules,
    /// The finding tells of so many more values that it is not about.
    NotAll(usize),
    /// It is about what belongs to the secret, and not about the secret.
    OtherHalf,
}

impl Why {
    /// The stable word for this reason.
    pub fn code(&self) -> &'static str {
        match self {
            Why::NoRule => "no-rule",
            Why::NoReason => "no-reason",
            Why::NoDate(_) => "no-date",
            Why::OtherRule(_) => "other-rule",
            Why::NoEnd => "no-end",
            Why::Expired(_) => "expired",
            Why::Locked(_) => "locked",
            Why::Untrusted => "untrusted",
            Why::NotHonoured => "not-honoured",
            Why::ForeignRules => "foreign-rules",
            Why::NotAll(_) => "not-all",
            Why::OtherHalf => "other-half",
        }
    }

    /// The reason in words.
    pub fn describe(&self) -> String {
        match self {
            Why::NoRule => "it names no rule".into(),
            Why::NoReason => "it gives no reason".into(),
            Why::NoDate(text) => format!("`{text}` is no day such as 2027-12-31"),
            Why::OtherRule(rules) => format!("it is for `{rules}`"),
            Why::NoEnd => "its block is never ended".into(),
            Why::Expired(day) => format!("it held until {day}"),
            Why::Locked(by) => format!("{by} protects the rule"),
            Why::Untrusted => "it is not trusted here".into(),
            Why::NotHonoured => {
                "`[suppress] honour` does not name the scanner it is written for".into()
            }
            Why::ForeignRules => "it names rules of another scanner".into(),
            Why::OtherHalf => "it is about what belongs to the secret, not about the secret".into(),
            Why::NotAll(1) => "it is not about one of the values".into(),
            Why::NotAll(others) => format!("it is not about {others} of the values"),
        }
    }
}

/// Somebody's word that has no effect, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The word.
    pub grant: Arc<Grant>,
    /// Why it has no effect.
    pub why: Why,
}

/// What was decided of a finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it counts.
    pub status: Status,
    /// Words that would have it not count, and have no effect.
    pub refused: Vec<Refusal>,
}

impl Standing {
    /// True when the finding counts.
    pub fn is_new(&self) -> bool {
        self.status == Status::New
    }

    /// Takes away what people wrote, where it may not be shown: it stands beside
    /// protected text.
    pub fn hush(&mut self) {
        let hush = |grant: &mut Arc<Grant>| {
            let grant = Arc::make_mut(grant);
            grant.reason.clear();
            grant.owner = None;
        };
        if let Status::Allowed { by } = &mut self.status {
            hush(by);
        }
        for refusal in &mut self.refused {
            hush(&mut refusal.grant);
        }
    }
}
