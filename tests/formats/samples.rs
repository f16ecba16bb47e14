//! The shared set of findings that every format is compared with.

use std::sync::Arc;
use std::time::Duration;

use stanch::base::content::{SkipReason, Status};
use stanch::base::decoding::Encoding;
use stanch::base::evidence::Evidence;
use stanch::base::id::{FindingKey, RuleId};
use stanch::base::level::{Class, Confidence, Severity};
use stanch::base::provenance::Provenance;
use stanch::base::secret::Secret;
use stanch::base::span::{Place, Position, Span};
use stanch::judge::finding::{ExcerptLine, Finding, RuleInfo};
use stanch::judge::outcome::{Outcome, RunInfo, Skip, Summary, Tally};
use stanch::judge::status::Standing;
use stanch::report::Reporter;

/// The secret of the findings that stand in one line.
pub(crate) const PLANTED: &str = concat!("0f1", "e2d3c4b5a", "69788796");

/// The units of one run, in enumeration order.
pub(crate) struct Run {
    pub(crate) info: RunInfo,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Run {
    /// Sends the run through `reporter`, as the pipeline does.
    pub(crate) fn tell(
        &self,
        reporter: &mut dyn Reporter,
        elapsed: Duration,
    ) -> std::io::Result<()> {
        let mut summary = Summary {
            elapsed,
            ..Summary::default()
        };
        reporter.begin(&self.info)?;
        for outcome in &self.outcomes {
            summary.add(outcome, self.info.fail_on);
            outcome
                .findings
                .iter()
                .try_for_each(|finding| reporter.finding(finding))?;
            outcome
                .skips
                .iter()
                .try_for_each(|skip| reporter.skip(skip))?;
        }
        reporter.end(&summary)
    }

    /// Every finding, to be changed.
    pub(crate) fn findings_mut(&mut self) -> impl Iterator<Item = &mut Finding> {
        self.outcomes
            .iter_mut()
            .flat_map(|outcome| &mut outcome.findings)
    }
}

fn rule(id: &str, title: &str, class: Class, severity: Severity) -> Arc<RuleInfo> {
    Arc::new(RuleInfo {
        id: RuleId::new(id),
        formerly: Vec::new(),
        preview: false,
        title: title.into(),
        provider: id.split('-').next().unwrap_or_default().into(),
        class,
        severity,
        why: "Whoever reads it can act\nin the owner's name.".into(),
        remedy: "Revoke it at the provider. Then look for misuse in the logs.".into(),
        references: vec![format!("https://docs.example/{id}")],
    })
}

fn line(number: usize, text: &str, mark: (usize, usize)) -> ExcerptLine {
    ExcerptLine {
        number,
        text: text.into(),
        mark,
    }
}

fn place(bytes: (usize, usize), start: (usize, usize), end: (usize, usize)) -> Place {
    let position = |(line, column)| Position { line, column };
    Place {
        span: Span::new(bytes.0, bytes.1),
        start: position(start),
        end: position(end),
    }
}

/// A finding of `rule` with one marked line.
fn finding(rule: &Arc<RuleInfo>, key: &str, provenance: Provenance) -> Finding {
    Finding {
        rule: rule.clone(),
        key: FindingKey(format!("st1:{key}")),
        provenance: Arc::new(provenance),
        place: place((18, 38), (1, 19), (1, 39)),
        secret: Secret::new(PLANTED.as_bytes()),
        preview: "0f1e****************".into(),
        excerpt: vec![
            line(1, "ACME_TOKEN=prod-7:0f1e****************", (18, 38)),
            line(2, "ACME_REGION=north", (0, 0)),
        ],
        severity: rule.severity,
        confidence: Confidence::High,
        evidence: Evidence::PROVIDER_SHAPE | Evidence::CHECKSUM_VALID,
        decoded: None,
        document: None,
        amount: None,
        pair: None,
        exposure: None,
        standing: Standing::default(),
    }
}

fn unit(seq: u64, status: Status, findings: Vec<Finding>, skips: Vec<Skip>) -> Outcome {
    Outcome {
        seq,
        status,
        units: Tally::of(status, 1),
        parts: Tally::default(),
        bytes: if status == Status::Skipped { 0 } else { 12_345 },
        findings,
        hidden: u64::from(seq == 0),
        allowed: 0,
        elsewhere: 0,
        dropped: 0,
        decoded: false,
        reused: 0,
        skips,
    }
}

fn skip(provenance: Provenance, reason: SkipReason) -> Skip {
    Skip {
        provenance: Arc::new(provenance),
        reason,
    }
}

fn member(path: &str, inner: &str) -> Provenance {
    let mut provenance = Provenance::file(path);
    provenance.inner.push(inner.into());
    provenance
}

/// The rules, sorted by id: an account, a token, a password, a private key.
fn rules() -> [Arc<RuleInfo>; 4] {
    [
        rule(
            "acme-account",
            "Acme account",
            Class::Identifier,
            Severity::Low,
        ),
        rule(
            "acme-token",
            "Acme API token",
            Class::Secret,
            Severity::Critical,
        ),
        rule(
            "password",
            "Password in an assignment",
            Class::Secret,
            Severity::Medium,
        ),
        rule("private-key", "Private key", Class::Secret, Severity::High),
    ]
}

/// A key block over several lines.
fn block(rule: &Arc<RuleInfo>) -> Finding {
    let mut block = finding(
        rule,
        "000000000002",
        Provenance::file("deploy/my keys/ä.pem"),
    );
    block.place = place((0, 90), (1, 1), (4, 27));
    block.secret = Secret::new(b"begin\nbody one\nbody two\nend");
    block.preview = "begin ... end".into();
    block.excerpt = vec![
        line(1, "*****", (0, 5)),
        line(2, "********", (0, 8)),
        line(4, "***", (0, 3)),
    ];
    block.evidence = Evidence::KEY_BODY;
    block
}

/// An identifier beside wide characters, in decoded text.
fn wide(rule: &Arc<RuleInfo>) -> Finding {
    let mut wide = finding(rule, "000000000003", Provenance::file("doc/漢字.md"));
    wide.place = place((210, 230), (17, 6), (17, 26));
    wide.excerpt = vec![line(17, "\t漢字é 0f1e****************。", (5, 25))];
    wide.confidence = Confidence::Medium;
    wide.evidence = Evidence::KEYWORD_NEAR | Evidence::HIGH_ENTROPY;
    wide.decoded = Some(Encoding::Utf16.into());
    wide
}

/// A finding of every level, one of them in a member of an archive, and units
/// that ended in every way.
pub(crate) fn run() -> Run {
    let [account, token, password, key] = rules();
    let plain = finding(&token, "000000000001", Provenance::file("config/prod.env"));
    let mut inside = finding(&password, "000000000004", member("lib/a.zip", "conf/b.ini"));
    inside.evidence = Evidence::NONE;

    let archive = skip(member("lib/a.zip", "c.7z"), SkipReason::Container("7z"));
    let cause = SkipReason::Unreadable("Permission denied (os error 13)".into());
    let unreadable = skip(Provenance::file("vault.db"), cause);
    let link = skip(Provenance::file("latest"), SkipReason::Symlink);
    Run {
        outcomes: vec![
            unit(0, Status::Scanned, vec![plain], vec![]),
            unit(1, Status::Scanned, vec![block(&key)], vec![]),
            unit(2, Status::Scanned, vec![wide(&account)], vec![]),
            unit(3, Status::Skipped, vec![], vec![link]),
            unit(4, Status::Partial, vec![inside], vec![archive]),
            unit(5, Status::Failed, vec![], vec![unreadable]),
            unit(6, Status::Scanned, vec![], vec![]),
        ],
        info: RunInfo {
            targets: vec![".".into()],
            rules: vec![account, token, password, key],
            rules_digest: "c1d2e3f4".into(),
            min_confidence: Confidence::Medium,
            fail_on: Severity::Medium,
        },
    }
}

/// A run in which nothing was found and nothing left out.
pub(crate) fn clean() -> Run {
    let mut run = run();
    run.outcomes = vec![unit(1, Status::Scanned, vec![], vec![])];
    run
}

/// The shared run with hostile text wherever a scanned tree has a say.
pub(crate) fn hostile() -> Run {
    const HOSTILE: &str = "\u{1b}[31m\u{1b}]0;t\u{7}\r\n::error file=x::boo\n##vso[task.x]\
        \u{9b}2J\u{7f}\u{202e}gnp\u{2066}\u{2028}\u{2029}\u{200b}\u{feff}\u{0}\t\"'<b>&[a](b){0}\\";
    let mut run = run();
    run.info.targets = vec![HOSTILE.into()];
    let path = hostile_path(HOSTILE);
    for outcome in &mut run.outcomes {
        for finding in &mut outcome.findings {
            let mut provenance = Provenance::file(&path);
            provenance.inner.clone_from(&finding.provenance.inner);
            provenance
                .inner
                .extend((!provenance.inner.is_empty()).then(|| HOSTILE.into()));
            finding.provenance = Arc::new(provenance);
            finding.preview = HOSTILE.into();
            for line in &mut finding.excerpt {
                line.text = HOSTILE.into();
                line.mark = (4, 90);
            }
        }
        for skip in &mut outcome.skips {
            skip.provenance = Arc::new(Provenance::file(&path));
            if skip.reason.status() == Status::Failed {
                skip.reason = SkipReason::Unreadable(HOSTILE.into());
            }
        }
    }
    run
}

#[cfg(unix)]
fn hostile_path(text: &str) -> std::path::PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = text.as_bytes().to_vec();
    bytes.extend_from_slice(b"/\xff\xc3(\xe2\x80");
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn hostile_path(text: &str) -> std::path::PathBuf {
    text.into()
}
