//! What reports say of a place in a git repository: which commit brought it,
//! and whether it is still there.

use serde::Serialize;

use crate::base::provenance::{GitCommit, GitLife, GitPart, GitPlace};
use crate::base::secret::Secret;
use crate::report::sanitise::one_line;
use crate::report::veil::veiled;

/// A place in a repository, as the machine formats tell it.
#[derive(Debug, Serialize)]
pub struct GitModel {
    /// What holds the text: `blob`, `staged`, `file-name`, `commit`, `tag`, `tree`, `reference`.
    pub part: &'static str,
    /// Id of the object; empty for what is none.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub object: String,
    /// The commit that introduced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<CommitModel>,
    /// What became of it.
    #[serde(flatten)]
    pub life: Option<LifeModel>,
}

/// A commit.
#[derive(Debug, Serialize)]
pub struct CommitModel {
    /// Its id.
    pub id: String,
    /// The author's name.
    pub author: String,
    /// The author's mail address.
    pub email: String,
    /// When it was written: RFC 3339, in the author's time zone.
    pub date: String,
    /// First line of its message.
    pub subject: String,
}

/// What became of a content.
#[derive(Debug, Serialize)]
pub struct LifeModel {
    /// True when it is in what `HEAD` names.
    pub in_head: bool,
    /// The last commit that took it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<CommitModel>,
    /// References in whose history it is, the first of them.
    pub references: Vec<String>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_references: usize,
    /// Objects that hold it at this path.
    pub versions: usize,
    /// Other paths of the same contents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_paths: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl GitModel {
    /// Describes `place`; no text in it holds `secret`.
    pub fn new(place: &GitPlace, secret: &Secret) -> GitModel {
        GitModel {
            part: place.part.as_str(),
            object: place.object.to_string(),
            commit: place
                .commit
                .as_ref()
                .map(|commit| CommitModel::new(commit, secret)),
            life: place.life.as_ref().map(|life| LifeModel::new(life, secret)),
        }
    }
}

impl CommitModel {
    fn new(commit: &GitCommit, secret: &Secret) -> CommitModel {
        let text = |text: &str| veiled(text, secret).into_owned();
        CommitModel {
            id: commit.id.to_string(),
            author: text(&commit.author),
            email: text(&commit.email),
            date: date(commit.seconds, commit.offset),
            subject: text(&commit.subject),
        }
    }
}

impl LifeModel {
    fn new(life: &GitLife, secret: &Secret) -> LifeModel {
        let text = |text: &str| veiled(text, secret).into_owned();
        LifeModel {
            in_head: life.in_head,
            removed: life
                .removed
                .as_ref()
                .map(|commit| CommitModel::new(commit, secret)),
            references: life.references.iter().map(|name| text(name)).collect(),
            more_references: life.more_references,
            versions: life.versions,
            other_paths: life
                .other_paths
                .iter()
                .map(|path| text(&path.to_string_lossy()))
                .collect(),
        }
    }
}

/// Remarks for people, each with its label; on one line each, safe to show.
pub fn remarks(place: &GitPlace, secret: &Secret) -> Vec<(&'static str, String)> {
    let mut remarks = Vec::new();
    let what = match place.part {
        GitPart::Name => Some("in the name of a file"),
        GitPart::Reference => Some("in the name of a branch, a tag or another reference"),
        GitPart::Staged => Some("staged for the next commit"),
        GitPart::Blob | GitPart::Commit | GitPart::Tag | GitPart::Tree => None,
    };
    remarks.extend(what.map(|what| ("git:", what.to_owned())));
    if let Some(commit) = &place.commit {
        remarks.push(("git:", format!("came with {}", told(commit, secret))));
    }
    if let Some(life) = &place.life
        && !matches!(place.part, GitPart::Reference | GitPart::Tag)
    {
        remarks.push(("now:", state(place, life, secret)));
        remarks.extend(reach(life, secret).map(|reach| ("in:", reach)));
    }
    remarks
}

/// Short id, author, day, and subject.
fn told(commit: &GitCommit, secret: &Secret) -> String {
    let short = &commit.id[..commit.id.len().min(10)];
    let day = date(commit.seconds, commit.offset);
    let day = day.split('T').next().unwrap_or_default();
    let text = |text: &str| one_line(&veiled(text, secret));
    format!(
        "commit {short} of {} <{}>, {day}: {}",
        text(&commit.author),
        text(&commit.email),
        text(&commit.subject),
    )
}

fn state(place: &GitPlace, life: &GitLife, secret: &Secret) -> String {
    match (&life.removed, &place.commit) {
        _ if life.in_head => "in HEAD".to_owned(),
        (Some(commit), _) => format!("in history only, removed by {}", told(commit, secret)),
        (None, Some(_)) => "in history only".to_owned(),
        (None, None) => "in no commit, but still in the repository".to_owned(),
    }
}

fn reach(life: &GitLife, secret: &Secret) -> Option<String> {
    let names: Vec<String> = life
        .references
        .iter()
        .map(|name| one_line(&veiled(name, secret)))
        .collect();
    let mut parts = Vec::new();
    if !names.is_empty() {
        let more = match life.more_references {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        parts.push(format!("{}{more}", names.join(", ")));
    }
    if life.versions > 1 {
        parts.push(format!("{} versions of the file", life.versions));
    }
    if !life.other_paths.is_empty() {
        let paths = life.other_paths.iter();
        let paths: Vec<String> = paths
            .map(|path| one_line(&veiled(&path.to_string_lossy(), secret)))
            .collect();
        parts.push(format!("also at {}", paths.join(", ")));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// A time as RFC 3339 writes it. `offset` is the distance from UTC in seconds.
pub fn date(seconds: i64, offset: i32) -> String {
    // Years that no calendar of ours has are clipped.
    let local = seconds
        .saturating_add(i64::from(offset))
        .clamp(-62_135_596_800, 253_402_300_799);
    let (days, rest) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hours, minutes) = (rest / 3600, rest / 60 % 60);
    let zone = offset.abs() / 60;
    let sign = if offset < 0 { '-' } else { '+' };
    format!(
        "{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{:02}{sign}{:02}:{:02}",
        rest % 60,
        zone / 60 % 100,
        zone % 60,
    )
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin with March here, so that the leap day comes last.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (year + era * 400 + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, offset, expected) in [
            (0, 0, "1970-01-01T00:00:00+00:00"),
            (951_782_400, 0, "2000-02-29T00:00:00+00:00"),
            (1_700_000_000, -12_600, "2023-11-14T18:43:20-03:30"),
            (-1, 3600, "1970-01-01T00:59:59+01:00"),
            (i64::MAX, i32::MAX, "9999-12-31T23:59:59+23:14"),
        ] {
            let told = date(seconds, offset);
            assert_eq!(&told[..19], &expected[..19]);
            if offset.abs() < 86_400 {
                assert_eq!(told, expected);
            }
        }
    }

    #[test]
    fn a_subject_that_holds_the_secret_is_masked() {
        let value = ["Zk3vQ9", "xLw0RtYb7M"].concat();
        let secret = Secret::new(value.as_bytes());
        let commit = GitCommit {
            id: "ab".repeat(20).into(),
            author: "A\nB".into(),
            email: "a@x".into(),
            seconds: 0,
            offset: 0,
            subject: format!("use {value}"),
        };
        let line = told(&commit, &secret);
        assert!(!line.contains("Zk3v") && !line.contains('\n'), "{line}");
        let model = CommitModel::new(&commit, &secret);
        assert!(model.subject.ends_with("****"));
    }
}
