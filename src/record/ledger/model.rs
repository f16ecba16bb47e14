//! What the ledger tells, as values.

use serde::Serialize;

use super::Status;

/// A finding and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number in this file.
    #[serde(skip)]
    pub id: i64,
    /// The finding key.
    #[serde(rename = "id")]
    pub key: String,
    /// The rule's id.
    pub rule: String,
    /// How bad: higher is worse.
    #[serde(skip)]
    pub severity: u8,
    /// How sure: higher is surer.
    #[serde(skip)]
    pub confidence: u8,
    /// When it was first and last seen, in seconds since 1970.
    pub first_seen: i64,
    /// See `first_seen`.
    pub last_seen: i64,
    /// The runs that saw it first and last.
    pub first_run: i64,
    /// See `first_run`.
    pub last_run: i64,
    /// The word for its status.
    pub status: String,
    /// The last day on which the status holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What somebody said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// One of its places; one where it still is, if there is one.
    pub path: String,
    /// The line there.
    pub line: i64,
    /// Places where it is.
    pub places: i64,
}

/// Where a finding stands or stood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// `file`, `stdin` or `git`.
    pub source: String,
    /// Its path.
    pub path: String,
    /// Line and column, from one.
    pub line: i64,
    /// See `line`.
    pub column: i64,
    /// The commit that brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The run that saw it last.
    pub last_run: i64,
    /// The run that did not find it there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<i64>,
}

/// Something that was said of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The run that said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<i64>,
    /// Or the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The status before.
    pub was: String,
    /// The status then.
    pub became: String,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A finding with its places and what was said of it.
pub type Story = (Entry, Vec<Place>, Vec<Event>);

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// When it began and ended, in seconds since 1970.
    pub begun: i64,
    /// See `begun`; nothing while it goes on, or when it was killed.
    pub ended: Option<i64>,
    /// How it ended.
    pub outcome: Option<String>,
    /// The program.
    pub program: String,
    /// Digest of the rules.
    pub rules: String,
    /// What was scanned, a list in JSON.
    pub targets: String,
    /// Units, and those of them that were known before.
    pub units: i64,
    /// See `units`.
    pub reused: i64,
    /// Findings that count.
    pub findings: i64,
}

/// Which findings are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this status.
    pub status: Option<Status>,
    /// Of this rule: `*` stands for any run of characters.
    pub rule: Option<String>,
    /// At a path that holds this text.
    pub path: Option<String>,
    /// Of this owner.
    pub owner: Option<String>,
    /// At least so bad.
    pub severity: u8,
    /// Only those whose status is over on this day.
    pub expired_on: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
}

/// What findings are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountBy {
    /// All, by status.
    Status,
    /// Open ones, by severity.
    Severity,
    /// Open ones, by rule; the ten most frequent.
    Rule,
}
