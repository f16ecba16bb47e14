//! The end of the text report: what was examined, what was found, what to do next.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use crate::base::content::{SkipReason, Status};
use crate::base::level::{Confidence, Severity};
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Summary};
use crate::report::level::Level;
use crate::report::sanitise::printable;
use crate::report::text::palette::{Palette, painted};

/// What the summary needs beyond [`Summary`], gathered during the run.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// Skips to be named, each safe for a terminal.
    pub(super) named: Vec<String>,
    unnamed: u64,
    kinds: BTreeMap<&'static str, Status>,
    worst: Option<(Severity, Confidence, String)>,
    shown_from: Option<Confidence>,
    fail_on: Option<Severity>,
}

impl Account {
    /// Notes the conditions of the run.
    pub(super) fn begin(&mut self, run: &RunInfo) {
        self.shown_from = Some(run.min_confidence);
        self.fail_on = Some(run.fail_on);
    }

    /// Keeps the rule of the gravest finding, the first of equals.
    pub(super) fn finding(&mut self, finding: &Finding) {
        let grade = (finding.severity, finding.confidence);
        if self
            .worst
            .as_ref()
            .is_none_or(|worst| (worst.0, worst.1) < grade)
        {
            let rule = printable(finding.rule.id.as_str()).into_owned();
            self.worst = Some((grade.0, grade.1, rule));
        }
    }

    /// Notes a skip, and keeps `line` when it is to be named.
    pub(super) fn skip(&mut self, reason: &SkipReason, line: Option<String>) {
        let status = reason.status();
        self.kinds.insert(reason.code(), status);
        match line {
            Some(line) => self.named.push(line),
            None => self.unnamed += u64::from(status != Status::Skipped),
        }
    }

    /// Writes the named skips, the table and the last lines.
    pub(super) fn write(
        &self,
        to: &mut impl Write,
        summary: &Summary,
        palette: &Palette,
    ) -> io::Result<()> {
        let warning = painted(palette.level(Level::Warning), "warning").to_string();
        for line in &self.named {
            writeln!(to, "{warning}: not fully examined: {line}")?;
        }
        if self.unnamed > 0 {
            let more = grouped(self.unnamed);
            writeln!(
                to,
                "{warning}: {more} more not fully examined; name them with --list-skipped"
            )?;
        }
        if !self.named.is_empty() || self.unnamed > 0 {
            writeln!(to)?;
        }
        for (label, text) in self.rows(summary) {
            let label = painted(palette.frame, format_args!("{label:<9}")).to_string();
            writeln!(to, "{label} {text}")?;
        }
        if let (Some((_, _, rule)), true) = (&self.worst, summary.findings > 0) {
            let label = painted(palette.frame, "next:").to_string();
            writeln!(to, "{label} stanch explain {rule}")?;
        }
        let (verdict, style) = self.verdict(summary, palette);
        writeln!(to, "{}", painted(style, verdict))
    }

    fn rows(&self, summary: &Summary) -> Vec<(&'static str, String)> {
        let mut rows = vec![("scanned", scanned(summary))];
        let inside = summary.parts.total();
        if inside > 0 {
            let parts = counted(inside, "part");
            let whole = if summary.parts.scanned == inside {
                String::new()
            } else {
                let open = inside - summary.parts.scanned;
                format!(", {} not fully examined", grouped(open))
            };
            rows.push(("inside", format!("{parts} of archives{whole}")));
        }
        if summary.reused > 0 {
            let files = counted(summary.reused, "file");
            let how = "clean before, under the same rules; examine all with --no-cache";
            rows.push(("cached", format!("{files} of these: {how}")));
        }
        for (label, units, status) in [
            ("partial", summary.partial, Status::Partial),
            ("failed", summary.failed, Status::Failed),
            ("skipped", summary.skipped, Status::Skipped),
        ] {
            let reasons = self.reasons(summary, status);
            if units > 0 || !reasons.is_empty() {
                let policy = if status == Status::Skipped {
                    " by policy"
                } else {
                    ""
                };
                let colon = if reasons.is_empty() { "" } else { ": " };
                rows.push((label, format!("{}{policy}{colon}{reasons}", grouped(units))));
            }
        }
        if summary.findings > 0 {
            rows.push(("findings", by_severity(summary)));
        }
        if summary.known > 0 {
            let found = counted(summary.known, "finding");
            rows.push(("known", format!("{found} in the baseline")));
        }
        if !summary.allowed_by.is_empty() {
            rows.push(("allowed", allowed(summary)));
        }
        if summary.elsewhere > 0 {
            let found = counted(summary.elsewhere, "finding");
            let how = "show them with --whole-files";
            rows.push((
                "old lines",
                format!("{found} on lines that were there before; {how}"),
            ));
        }
        if summary.hidden > 0 {
            let below = self.shown_from.unwrap_or(Confidence::Medium);
            let found = counted(summary.hidden, "finding");
            let how = "show them with --confidence low";
            rows.push(("hidden", format!("{found} below {below} confidence; {how}")));
        }
        rows
    }

    fn reasons(&self, summary: &Summary, status: Status) -> String {
        let of_status = |code: &&str| self.kinds.get(*code) == Some(&status);
        let reasons = summary.by_reason.iter().filter(|(code, _)| of_status(code));
        let words: Vec<String> = reasons
            .map(|(code, n)| format!("{code} {}", grouped(*n)))
            .collect();
        words.join(", ")
    }

    /// The last line: whether there are findings, and whether the result is complete.
    fn verdict(&self, summary: &Summary, palette: &Palette) -> (String, anstyle::Style) {
        let left = summary.partial + summary.failed;
        let were = if left == 1 { "was" } else { "were" };
        let unexamined = format!("{} {were} not fully examined", counted(left, "item"));
        let gaps = match (summary.interrupted, left) {
            (true, 0) => Some("the run was interrupted".to_owned()),
            (true, _) => Some(format!("the run was interrupted and {unexamined}")),
            (false, 0) => None,
            (false, _) => Some(unexamined),
        };
        if summary.findings == 0 {
            return match gaps {
                None => ("clean and complete".into(), palette.good),
                Some(gaps) => {
                    // The exit code of an interrupted run is the signal's business.
                    let exit = if summary.interrupted {
                        ""
                    } else {
                        " (exit 3 unless --allow-incomplete)"
                    };
                    (
                        format!("no findings, but {gaps}{exit}"),
                        palette.level(Level::Warning),
                    )
                }
            };
        }
        let mut verdict = counted(summary.findings, "finding");
        if let Some(fail_on) = self.fail_on {
            if summary.failing == 0 {
                let _ = write!(verdict, ", none of {fail_on} severity or above");
            } else if summary.failing < summary.findings {
                let failing = grouped(summary.failing);
                let _ = write!(verdict, ", {failing} of {fail_on} severity or above");
            }
        }
        match gaps {
            None => verdict.push_str("; the scan is complete"),
            Some(gaps) => {
                let _ = write!(verdict, "; the scan is not complete: {gaps}");
            }
        }
        let level = if summary.failing > 0 {
            Level::Error
        } else {
            Level::Warning
        };
        (verdict, palette.level(level))
    }
}

fn scanned(summary: &Summary) -> String {
    let files = if summary.scanned == summary.enumerated {
        counted(summary.scanned, "file")
    } else {
        format!(
            "{} of {}",
            grouped(summary.scanned),
            counted(summary.enumerated, "file")
        )
    };
    let seconds = summary.elapsed.as_secs_f64();
    let mut text = format!(
        "{files}, {} in {}",
        size(summary.bytes),
        time(summary.elapsed)
    );
    if seconds > 0.0 && summary.bytes > 0 {
        // Rates are for people; the loss of a float's precision does not show.
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "shown rounded"
        )]
        let rate = (summary.bytes as f64 / seconds) as u64;
        let _ = write!(text, " ({}/s)", size(rate));
    }
    text
}

fn by_severity(summary: &Summary) -> String {
    let gravest_first = summary.by_severity.iter().rev().filter(|(_, n)| **n > 0);
    let words: Vec<String> = gravest_first
        .map(|(s, n)| format!("{} {s}", grouped(*n)))
        .collect();
    format!("{}: {}", grouped(summary.findings), words.join(", "))
}

fn allowed(summary: &Summary) -> String {
    let number = summary.allowed_by.values().sum();
    let by = summary.allowed_by.iter();
    let words: Vec<String> = by
        .map(|(means, n)| format!("{means} {}", grouped(*n)))
        .collect();
    format!("{}: {}", counted(number, "finding"), words.join(", "))
}

fn counted(number: u64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {word}{plural}", grouped(number))
}

/// A number with a comma after every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in the largest binary unit that leaves at least one.
fn size(bytes: u64) -> String {
    let (mut unit, mut divisor) = ("B", 1_u64);
    for (name, bits) in [
        ("KiB", 10),
        ("MiB", 20),
        ("GiB", 30),
        ("TiB", 40),
        ("PiB", 50),
    ] {
        if bytes >> bits > 0 {
            (unit, divisor) = (name, 1 << bits);
        }
    }
    if divisor == 1 {
        return format!("{bytes} B");
    }
    let tenths = u128::from(bytes) * 10 / u128::from(divisor);
    format!("{}.{} {unit}", grouped((tenths / 10) as u64), tenths % 10)
}

fn time(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..10 => format!("{:.2} s", elapsed.as_secs_f64()),
        10..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn verdict(summary: &Summary) -> String {
        let mut account = Account::default();
        account.begin(&samples::run());
        account.verdict(summary, &Palette::default()).0
    }

    #[test]
    fn the_last_line_says_whether_the_result_is_complete() {
        let summary = |findings, failing, failed, interrupted| Summary {
            failed,
            findings,
            failing,
            interrupted,
            ..Summary::default()
        };
        for (summary, expected) in [
            (summary(0, 0, 0, false), "clean and complete"),
            (
                summary(0, 0, 2, false),
                "no findings, but 2 items were not fully examined \
 (exit 3 unless --allow-incomplete)",
            ),
            (
                summary(0, 0, 0, true),
                "no findings, but the run was interrupted",
            ),
            (summary(1, 1, 0, false), "1 finding; the scan is complete"),
            (
                summary(3, 1, 1, true),
                "3 findings, 1 of medium severity or above; the scan is not complete: \
                 the run was interrupted and 1 item was not fully examined",
            ),
            (
                summary(3, 0, 0, false),
                "3 findings, none of medium severity or above; the scan is complete",
            ),
        ] {
            assert_eq!(verdict(&summary), expected);
        }
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(u64::MAX), "16,383.9 PiB");
        assert_eq!(time(Duration::from_millis(84)), "0.08 s");
        assert_eq!(time(Duration::from_secs(3725)), "1 h 2 min");
    }
}
