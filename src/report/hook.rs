//! What a developer reads when a hook speaks: what, where, and how to go on.
//!
//! A hook that has nothing to say writes nothing. No line begins with text of
//! the scanned repository, and none holds a control character.

use std::fmt::Write as _;

use crate::base::content::Status;
use crate::base::level::Class;
use crate::judge::finding::Finding;
use crate::judge::outcome::{Skip, Summary};
use crate::report::sanitise::{one_line, place_bytes, printable, printable_bytes};
use crate::report::veil::{veiled, veiled_path};

/// Findings, or items not examined, that are named.
const NAMED: usize = 10;
/// Characters of a line of the scanned text that are shown.
const EXCERPT: usize = 80;

/// Characters of a commit's id that are shown.
const SHORT: usize = 10;

/// What advice about findings says in place of a finding's key. One finding has its key
/// put there, so that the command can be used as it stands; several show theirs in their lines.
pub const KEY: &str = "KEY";

/// What the hook decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stands against it.
    Pass,
    /// There are findings.
    Findings,
    /// Something was not examined.
    Incomplete,
    /// The time was over before everything was examined.
    OutOfTime,
    /// The same, and the policy is to let it pass.
    OutOfTimePassed,
}

/// The words of one hook.
#[derive(Clone, Debug)]
pub struct Words {
    /// What it stops: `commit`.
    pub stops: &'static str,
    /// Where it looks: `the staged changes`.
    pub looks_at: &'static str,
    /// What to do about findings, one line each; [`KEY`] stands for a finding's key.
    pub findings: Vec<String>,
    /// What to do when something was not examined.
    pub incomplete: Vec<String>,
    /// What to do when the time was over.
    pub out_of_time: Vec<String>,
}

/// Gathers what a hook says.
#[derive(Debug, Default)]
pub struct Screen {
    findings: Vec<String>,
    /// Their keys.
    keys: Vec<String>,
    only_secrets: bool,
    more_findings: u64,
    skips: Vec<String>,
    more_skips: u64,
}

impl Screen {
    /// An empty screen.
    pub fn new() -> Screen {
        Screen {
            only_secrets: true,
            ..Screen::default()
        }
    }

    /// A finding that stops what was to be done.
    pub fn finding(&mut self, finding: &Finding) {
        self.only_secrets &= finding.rule.class == Class::Secret;
        if self.findings.len() < NAMED {
            self.findings.push(line_of(finding));
            self.keys.push(printable(&finding.key.0).into_owned());
        } else {
            self.more_findings += 1;
        }
    }

    /// Something that was not examined; what policy leaves out is not told.
    pub fn skip(&mut self, skip: &Skip) {
        if skip.reason.status() == Status::Skipped {
            return;
        }
        if self.skips.len() < NAMED {
            let place = printable_bytes(&place_bytes(&skip.provenance));
            let reason = printable(&skip.reason.describe()).into_owned();
            self.skips.push(format!("{place}: {reason}"));
        } else {
            self.more_skips += 1;
        }
    }

    /// The whole text; empty when there is nothing to say.
    pub fn text(&self, verdict: Verdict, words: &Words, summary: &Summary) -> String {
        let mut out = String::new();
        let head = self.head(verdict, words, summary);
        if !head.is_empty() {
            line(&mut out, &format!("stanch: {head}"));
        }
        let advice = match verdict {
            Verdict::Findings => {
                self.tell_findings(&mut out, words);
                return out;
            }
            Verdict::Incomplete => {
                list(&mut out, &self.skips, self.more_skips);
                &words.incomplete
            }
            Verdict::OutOfTime => &words.out_of_time,
            Verdict::OutOfTimePassed => return out,
            Verdict::Pass => {
                list(&mut out, &self.skips, self.more_skips);
                return out;
            }
        };
        for advice in advice {
            line(&mut out, &format!("  {advice}"));
        }
        out
    }

    /// The findings, and what to do about them.
    fn tell_findings(&self, out: &mut String, words: &Words) {
        let asked = words.findings.iter().any(|advice| advice.contains(KEY));
        let only = (self.keys.len() == 1).then(|| self.keys[0].as_str());
        if asked && only.is_none() {
            let keyed = self.findings.iter().zip(&self.keys);
            let lines: Vec<String> = keyed
                .map(|(line, key)| format!("{line}  [{key}]"))
                .collect();
            list(out, &lines, self.more_findings);
        } else {
            list(out, &self.findings, self.more_findings);
        }
        for advice in &words.findings {
            let advice = advice.replace(KEY, only.unwrap_or(KEY));
            line(out, &format!("  {advice}"));
        }
    }

    fn head(&self, verdict: Verdict, words: &Words, summary: &Summary) -> String {
        let Words {
            stops, looks_at, ..
        } = words;
        let skips = self.skips.len() as u64 + self.more_skips;
        match verdict {
            Verdict::Findings => {
                let count = self.findings.len() as u64 + self.more_findings;
                let what = if self.only_secrets {
                    "secret"
                } else {
                    "finding"
                };
                format!("{stops} blocked: {} in {looks_at}", counted(count, what))
            }
            Verdict::Incomplete => format!(
                "{stops} blocked: {} of {looks_at} could not be examined",
                counted(skips, "part")
            ),
            Verdict::OutOfTime => format!(
                "{stops} blocked: time was up after {}, before all of {looks_at} was examined",
                counted(summary.scanned, "item")
            ),
            Verdict::OutOfTimePassed => format!(
                "warning: {stops} let through, but time was up after {}: {looks_at} were not all examined",
                counted(summary.scanned, "item")
            ),
            Verdict::Pass if skips == 0 => String::new(),
            Verdict::Pass => format!(
                "warning: {} of {looks_at} could not be examined; the {stops} goes on",
                counted(skips, "part")
            ),
        }
    }
}

/// Where it is, what it is, and the masked line it stands in.
fn line_of(finding: &Finding) -> String {
    let secret = &finding.secret;
    let path = printable_bytes(&veiled_path(place_bytes(&finding.provenance), secret));
    let start = &finding.place.start;
    let title = one_line(&finding.rule.title);
    let mut told = format!("{path}:{}:{}  {title}", start.line, start.column);
    let commit = finding
        .provenance
        .git_place()
        .and_then(|place| place.commit.as_ref());
    if let Some(commit) = commit {
        let short: String = printable(&commit.id).chars().take(SHORT).collect();
        // Writing to a `String` does not fail.
        let _ = write!(told, " (commit {short})");
    }
    let marked = finding
        .excerpt
        .iter()
        .find(|line| line.mark.0 < line.mark.1);
    let shown = marked.map_or(&finding.preview, |line| &line.text);
    let shown = one_line(&veiled(shown, secret));
    let mut cut: String = shown.chars().take(EXCERPT).collect();
    if cut.len() < shown.len() {
        cut.push_str("...");
    }
    let _ = write!(told, "  {cut}");
    told
}

fn list(out: &mut String, items: &[String], more: u64) {
    for item in items {
        line(out, &format!("  {item}"));
    }
    if more > 0 {
        line(out, &format!("  ... and {more} more"));
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn counted(count: u64, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::base::content::SkipReason;
    use crate::base::provenance::Provenance;
    use crate::report::samples;

    fn words() -> Words {
        Words {
            stops: "commit",
            looks_at: "the staged changes",
            findings: vec!["fix: take it out".into()],
            incomplete: vec!["fix: allow it".into()],
            out_of_time: vec!["fix: more time".into()],
        }
    }

    fn text(screen: &Screen, verdict: Verdict) -> String {
        let summary = Summary {
            scanned: 7,
            ..Summary::default()
        };
        screen.text(verdict, &words(), &summary)
    }

    #[test]
    fn a_finding_is_told_in_three_lines() {
        let mut screen = Screen::new();
        screen.finding(&samples::finding("dir/x.env"));
        let expected = "\
stanch: commit blocked: 1 secret in the staged changes
  dir/x.env:3:5  Acme token  key=Zx**********
  fix: take it out
";
        assert_eq!(text(&screen, Verdict::Findings), expected);
    }

    #[test]
    fn advice_has_the_key_of_one_finding_and_each_of_several_its_own() {
        let mut words = words();
        words.findings = vec![format!("harmless? stanch ignore {KEY}")];
        let mut screen = Screen::new();
        let finding = samples::finding("x");
        let key = &finding.key.0;
        screen.finding(&finding);
        let told = screen.text(Verdict::Findings, &words, &Summary::default());
        assert!(told.ends_with(&format!(
            "key=Zx**********\n  harmless? stanch ignore {key}\n"
        )));
        screen.finding(&finding);
        let told = screen.text(Verdict::Findings, &words, &Summary::default());
        assert!(told.contains(&format!("key=Zx**********  [{key}]\n")));
        assert!(told.ends_with("  harmless? stanch ignore KEY\n"));
    }

    #[test]
    fn nothing_to_say_is_no_line() {
        assert_eq!(text(&Screen::new(), Verdict::Pass), "");
        let mut screen = Screen::new();
        screen.skip(&skip("a", SkipReason::Symlink));
        assert_eq!(text(&screen, Verdict::Pass), "");
    }

    #[test]
    fn many_findings_are_counted() {
        let mut screen = Screen::new();
        for _ in 0..14 {
            screen.finding(&samples::finding("x"));
        }
        let text = text(&screen, Verdict::Findings);
        assert!(text.starts_with("stanch: commit blocked: 14 secrets in"));
        assert!(text.contains("\n  ... and 4 more\n"));
        assert_eq!(text.lines().count(), 1 + 10 + 1 + 1);
    }

    fn skip(path: &str, reason: SkipReason) -> Skip {
        Skip {
            provenance: Arc::new(Provenance::file(path)),
            reason,
        }
    }

    #[test]
    fn what_was_not_examined_stops_or_is_told() {
        let mut screen = Screen::new();
        screen.skip(&skip("a.zip", SkipReason::Container("zip")));
        let stopped = text(&screen, Verdict::Incomplete);
        assert!(stopped.starts_with("stanch: commit blocked: 1 part of the staged changes"));
        assert!(stopped.ends_with("  fix: allow it\n"));
        let passed = text(&screen, Verdict::Pass);
        assert!(passed.starts_with("stanch: warning: 1 part of"));
        assert!(passed.contains("\n  a.zip: zip content"));
    }

    #[test]
    fn an_end_of_time_says_what_it_means() {
        let stopped = text(&Screen::new(), Verdict::OutOfTime);
        assert!(stopped.starts_with("stanch: commit blocked: time was up after 7 items"));
        let passed = text(&Screen::new(), Verdict::OutOfTimePassed);
        assert!(passed.starts_with("stanch: warning: commit let through"));
    }

    #[test]
    fn nothing_of_the_repository_begins_a_line() {
        let mut screen = Screen::new();
        let mut finding = samples::finding("::error file=x::\n::error::");
        finding.excerpt[0].text = "\u{1b}[2J\u{202e}key=\n::error::".into();
        screen.finding(&finding);
        screen.skip(&skip("\r::error::\n", SkipReason::Vanished));
        for verdict in [Verdict::Findings, Verdict::Incomplete] {
            for line in text(&screen, verdict).lines() {
                assert!(line.starts_with("stanch: ") || line.starts_with("  "));
                assert!(!line.chars().any(char::is_control));
            }
        }
    }

    #[test]
    fn a_secret_in_a_name_is_masked() {
        let mut finding = samples::finding("x");
        let word = concat!("Zx81", "-not-", "it!").repeat(2);
        finding.secret = crate::base::secret::Secret::new(word.as_bytes());
        finding.provenance = Arc::new(Provenance::file(&word));
        finding.excerpt[0].text = format!("key={word}");
        let mut screen = Screen::new();
        screen.finding(&finding);
        assert!(!text(&screen, Verdict::Findings).contains(&word));
    }
}
