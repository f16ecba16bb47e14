//! Makes findings of rows of protected tables: how many, never what stands in them.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::base::id::RuleId;
use crate::base::level::{Class, Confidence, Severity};
use crate::base::provenance::Provenance;
use crate::judge::authorised::is_authorised;
use crate::judge::blob::{Judge, Verdict};
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::protected::{Told, hush, severity, sort};
use crate::register::date::Date;
use crate::register::records::Table;
use crate::register::records::entry::TableEntry;
use crate::register::records::search::Rows;

/// The id all findings of rows have.
pub const RULE: &str = "protected-record";

/// Rows from which on a finding is critical.
const MANY: u32 = 100;

/// The rule of protected tables as such.
pub fn rule() -> RuleInfo {
    RuleInfo {
        id: RuleId::new(RULE),
        formerly: Vec::new(),
        preview: false,
        title: "Rows of a protected table".into(),
        provider: "register".into(),
        class: Class::Document,
        severity: Severity::High,
        why: "The register protects this table. Its rows say something of persons or accounts, \
              and a leak of them may have to be reported."
            .into(),
        remedy: "Take the rows out of the file, and ask the owner of the table what has to be \
                 told to whom."
            .into(),
        references: Vec::new(),
    }
}

/// Adds the rows that were `found` in the blob at `provenance` to its verdict.
pub fn add(
    verdict: &mut Verdict,
    found: Vec<(&Table, Rows)>,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    today: Date,
) {
    if found.is_empty() {
        return;
    }
    // Excerpts of secrets may stand in any row of the file.
    verdict.findings.iter_mut().for_each(hush);
    for (table, rows) in found {
        let entry = &table.entry;
        let allowed = is_authorised(&entry.authorised, &entry.remotes, provenance, judge);
        if allowed {
            verdict.allowed += 1;
        } else {
            let finding = finding(entry, &rows, judge, provenance, today);
            verdict.findings.push(finding);
        }
    }
    sort(verdict);
}

fn finding(
    entry: &TableEntry,
    rows: &Rows,
    judge: &Judge,
    provenance: &Arc<Provenance>,
    today: Date,
) -> Finding {
    let mut rule = rule();
    if !entry.id.is_empty() {
        rule.title = format!("Rows of protected table `{}`", entry.title());
        if !entry.classification.is_empty() {
            let _ = write!(rule.title, " ({})", entry.classification);
        }
    }
    let running = if rows.rows[0] >= MANY {
        Severity::Critical
    } else {
        Severity::High
    };
    let told = Told {
        rule,
        owner: &entry.owner,
        handling: entry.handling.as_deref(),
        value: format!("{}\n{}", entry.id, rows.table),
        ordinal: 0,
        place: rows.place,
        summary: summary(rows),
        severity: severity(entry.term(today), running),
        confidence: Confidence::High,
        document: None,
    };
    told.finding(judge, provenance)
}

/// What was found, in numbers.
pub fn summary(rows: &Rows) -> String {
    let [one, two, three] = rows.rows;
    let plural = |count: u32| if count == 1 { "" } else { "s" };
    let mut out = format!("{one} row{}", plural(one));
    for (count, cells) in [(two, "two"), (three, "three")] {
        if count > 0 {
            let _ = write!(out, ", {count} with {cells} cells or more");
        }
    }
    let _ = write!(
        out,
        ", at most {} cell{} of a row",
        rows.columns,
        plural(rows.columns)
    );
    out
}
