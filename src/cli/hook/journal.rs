//! The record of what hooks let pass unseen: `stanch.log` in the repository's
//! git directory, one JSON object per line, only ever appended to.
//!
//! A record holds the time, the hook, the reason that was given, and the
//! references. It never holds content, and no reason that looks like a secret.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::kind::Kind;
use super::protocol::Change;

/// The name of the file.
const NAME: &str = "stanch.log";
/// Characters of a reason that are kept.
const REASON_MAX: usize = 200;
/// References that are named in one record.
const CHANGES_MAX: usize = 100;

/// Why a hook did not look, or not at everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Event {
    /// Somebody asked it not to.
    Bypass,
    /// Time was up, and the policy is to let it pass.
    OutOfTime,
}

/// One record.
#[derive(Debug, Serialize)]
struct Record<'a> {
    time: String,
    event: Event,
    hook: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeModel<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    more_changes: usize,
}

#[derive(Debug, Serialize)]
struct ChangeModel<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'a str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the form that serde asks for"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Appends a record to the log in `folder`, and gives the log's path.
/// `is_secret` says whether a reason must not be written down.
///
/// # Errors
/// The log cannot be written, or something else stands at its name. Then
/// nothing may pass unseen.
pub(super) fn append(
    folder: &Path,
    event: Event,
    kind: Kind,
    reason: Option<&str>,
    changes: &[Change],
    is_secret: impl Fn(&str) -> bool,
) -> io::Result<PathBuf> {
    let kept = |reason: &str| {
        let short: String = reason.chars().take(REASON_MAX).collect();
        if is_secret(reason) {
            "(withheld: it looks like a secret)".to_owned()
        } else {
            short
        }
    };
    let named = changes.iter().take(CHANGES_MAX);
    let record = Record {
        time: timestamp(SystemTime::now()),
        event,
        hook: kind.name(),
        reason: reason.map(kept),
        changes: named
            .map(|change| ChangeModel {
                name: &change.name,
                old: change.old.as_deref(),
                new: change.new.as_deref(),
            })
            .collect(),
        more_changes: changes.len().saturating_sub(CHANGES_MAX),
    };
    let mut line = serde_json::to_vec(&record)?;
    line.push(b'\n');
    let path = folder.join(NAME);
    write(&path, &line)?;
    Ok(path)
}

fn write(path: &Path, line: &[u8]) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if !meta.is_file() => return Err(io::Error::other("it is no file")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // One write of one line: concurrent hooks do not mix theirs.
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(line)?;
    file.sync_all()
}

/// `time` in UTC, as RFC 3339 has it.
fn timestamp(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |past| past.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a number of days since 1970, in the Gregorian
/// calendar. Years are counted from March, so that the leap day is the last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let leaps = day_of_era / 1460 + day_of_era / 146_096 - day_of_era / 36_524;
    let year_of_era = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn change() -> Change {
        Change {
            name: "refs/heads/x\n\u{1b}[2J".into(),
            old: None,
            new: Some("a".repeat(40)),
        }
    }

    #[test]
    fn records_are_lines_and_are_appended() {
        let root = tempfile::tempdir().unwrap();
        for reason in ["ticket-1", "two\nlines"] {
            let written = append(
                root.path(),
                Event::Bypass,
                Kind::PrePush,
                Some(reason),
                &[change()],
                |_| false,
            );
            assert_eq!(written.unwrap(), root.path().join("stanch.log"));
        }
        let text = fs::read_to_string(root.path().join("stanch.log")).unwrap();
        let records: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(records.len(), 2);
        assert_eq!(records[0]["event"], "bypass");
        assert_eq!(records[0]["hook"], "pre-push");
        assert_eq!(records[1]["reason"], "two\nlines");
        assert!(records[1]["changes"][0].get("old").is_none());
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_reason_that_looks_like_a_secret_is_withheld() {
        let root = tempfile::tempdir().unwrap();
        let word = ["hun", "ter2"].concat();
        append(
            root.path(),
            Event::Bypass,
            Kind::PreCommit,
            Some(&word),
            &[],
            |_| true,
        )
        .unwrap();
        let text = fs::read_to_string(root.path().join("stanch.log")).unwrap();
        assert!(text.contains("withheld") && !text.contains(&word));
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let root = tempfile::tempdir().unwrap();
        let changes = vec![change(); 103];
        append(
            root.path(),
            Event::OutOfTime,
            Kind::Update,
            None,
            &changes,
            |_| false,
        )
        .unwrap();
        let text = fs::read_to_string(root.path().join("stanch.log")).unwrap();
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(record["changes"].as_array().unwrap().len(), 100);
        assert_eq!(record["more_changes"], 3);
        assert!(record.get("reason").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_the_record_elsewhere() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = root.path().join("elsewhere");
        std::os::unix::fs::symlink(&elsewhere, root.path().join("stanch.log")).unwrap();
        let refused = append(
            root.path(),
            Event::Bypass,
            Kind::PreCommit,
            None,
            &[],
            |_| false,
        );
        assert!(refused.is_err());
        assert!(!elsewhere.exists());
    }

    #[test]
    fn days_have_their_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(timestamp(time), expected);
        }
    }
}
