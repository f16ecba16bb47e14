//! What the report formats promise, checked on one shared set of findings.
//!
//! `STANCH_OVERWRITE=1 cargo test --test formats` rewrites `tests/formats/*`;
//! read the difference before committing it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::Value;

use stanch::base::provenance::Provenance;
use stanch::base::secret::Secret;
use stanch::report::Reporter;
use stanch::report::foreign::Clock;
use stanch::report::html::HtmlReporter;
use stanch::report::json::JsonReporter;
use stanch::report::jsonl::JsonlReporter;
use stanch::report::output::Format;
use stanch::report::sanitise::is_hidden;
use stanch::report::sarif::{SarifOptions, SarifReporter};
use stanch::report::text::{Reveal, TextOptions, TextReporter};

#[path = "formats/samples.rs"]
mod samples;

use samples::{PLANTED, Run};

fn reporter<'a>(format: Format, to: impl Write + 'a) -> Box<dyn Reporter + 'a> {
    match format {
        Format::Text => Box::new(TextReporter::new(to, TextOptions::default())),
        Format::Json => Box::new(JsonReporter::new(to)),
        Format::Jsonl => Box::new(JsonlReporter::new(to)),
        Format::Sarif => Box::new(SarifReporter::new(to, SarifOptions::default())),
        Format::Template => unreachable!("it has no fixed form"),
        Format::Html => Box::new(HtmlReporter::new(to)),
        Format::Foreign(foreign) => foreign.open(to, Clock(|| SystemTime::UNIX_EPOCH)),
    }
}

fn written(run: &Run, format: Format, elapsed: Duration) -> String {
    let mut bytes = Vec::new();
    run.tell(&mut *reporter(format, &mut bytes), elapsed)
        .expect("memory takes every write");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

fn report(run: &Run, format: Format) -> String {
    written(run, format, Duration::from_millis(80))
}

fn formats() -> impl Iterator<Item = Format> {
    Format::ALL.iter().map(|&(_, format)| format)
}

fn compare(name: &str, report: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/formats")
        .join(name);
    let version = format!("ersion\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let spaced = version.replace("\":\"", "\": \"");
    let report = report
        .replace(&version, "ersion\":\"0.0.0\"")
        .replace(&spaced, "ersion\": \"0.0.0\"");
    let report = without_program(report);
    if std::env::var_os("STANCH_OVERWRITE").is_some() {
        std::fs::write(&path, &report).expect("the snapshot can be written");
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == report,
        "{} differs from:\n{report}",
        path.display()
    );
}

/// A page without its style, its script and their hashes, which are the program's and not the run's.
fn without_program(mut page: String) -> String {
    for (open, close) in [
        ("<style>", "</style>"),
        ("<script>", "</script>"),
        (" content=\"default-src", "\">"),
    ] {
        if let Some(begin) = page.find(open).map(|at| at + open.len())
            && let Some(end) = page[begin..].find(close)
        {
            page.replace_range(begin..begin + end, "");
        }
    }
    page
}

#[test]
fn every_format_writes_what_is_committed() {
    for &(name, format) in Format::ALL {
        compare(
            &format!("findings.{name}"),
            &report(&samples::run(), format),
        );
        compare(
            &format!("hostile.{name}"),
            &report(&samples::hostile(), format),
        );
    }
    compare("clean.text", &report(&samples::clean(), Format::Text));
    compare("clean.sarif", &report(&samples::clean(), Format::Sarif));
}

#[test]
fn machine_formats_do_not_depend_on_the_clock() {
    let run = samples::run();
    for format in formats().filter(|&format| format != Format::Text) {
        let slow = written(&run, format, Duration::from_secs(5));
        assert_eq!(slow, report(&run, format));
    }
}

#[test]
fn hostile_text_leaves_no_hidden_character_in_any_format() {
    for format in formats() {
        let report = report(&samples::hostile(), format);
        let hidden: Vec<char> = report
            .chars()
            .filter(|&c| c != '\n' && is_hidden(c))
            .collect();
        assert!(hidden.is_empty(), "{format:?} has {hidden:?}");
        assert!(!report.contains("##vso["), "{format:?} gives a command");
    }
}

/// How the lines begin that are not part of a drawing.
const OWN: &[&str] = &[
    "error[",
    "warning[",
    "note[",
    "warning: not fully examined: ",
    "scanned ",
    "partial ",
    "failed ",
    "skipped ",
    "findings ",
    "hidden ",
    "next: ",
    "4 findings",
];

#[test]
fn no_line_of_text_begins_with_scanned_text() {
    let report = report(&samples::hostile(), Format::Text);
    assert!(
        report.contains("::error file=x::boo"),
        "the hostile text is there, but inside lines"
    );
    for line in report.lines().filter(|line| !line.is_empty()) {
        let own = if let Some(rest) = line.strip_prefix(' ') {
            let rest = rest.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit());
            ["--> ", "|", "= "]
                .iter()
                .any(|sign| rest.starts_with(sign))
        } else {
            OWN.iter().any(|word| line.starts_with(word))
        };
        assert!(own, "a line begins with foreign text: {line}");
    }
}

#[test]
fn json_and_json_lines_say_the_same() {
    for run in [samples::run(), samples::hostile()] {
        let whole: Value = serde_json::from_str(&report(&run, Format::Json)).unwrap();
        let lines = report(&run, Format::Jsonl);
        let of = |kind: &str| -> Vec<Value> {
            let lines = lines
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap());
            let mut kept: Vec<Value> = lines.filter(|line| line["type"] == kind).collect();
            for value in &mut kept {
                value.as_object_mut().unwrap().remove("type");
            }
            kept
        };
        assert_eq!(whole["findings"].as_array().unwrap(), &of("finding"));
        assert_eq!(whole["skips"].as_array().unwrap(), &of("skip"));
        assert_eq!([whole["summary"].clone()].as_slice(), of("summary"));
        assert_eq!(of("run")[0]["rules_digest"], whole["run"]["rules_digest"]);
    }
}

/// Takes so many bytes, then refuses.
struct Full(usize, io::ErrorKind);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.0 {
            return Err(self.1.into());
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_write_that_fails_anywhere_is_an_error_of_the_same_kind() {
    let run = samples::run();
    for format in formats() {
        let whole = report(&run, format).len();
        for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
            for room in (0..whole).step_by(97).chain([whole - 1]) {
                let mut reporter = reporter(format, Full(room, kind));
                let told = run.tell(&mut *reporter, Duration::from_millis(80));
                assert_eq!(
                    told.unwrap_err().kind(),
                    kind,
                    "{format:?} with room for {room}"
                );
            }
        }
        let mut reporter = reporter(format, Full(whole, io::ErrorKind::BrokenPipe));
        run.tell(&mut *reporter, Duration::from_millis(80)).unwrap();
    }
}

#[test]
fn sarif_has_the_shape_that_code_scanning_needs() {
    for run in [samples::run(), samples::hostile(), samples::clean()] {
        let log: Value = serde_json::from_str(&report(&run, Format::Sarif)).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert!(rules.is_sorted_by_key(|rule| rule["id"].as_str()));
        for rule in rules {
            for field in ["shortDescription", "fullDescription", "help"] {
                assert_ne!(rule[field]["text"].as_str().unwrap(), "");
            }
            let score: f64 = rule["properties"]["security-severity"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap();
            assert!((0.1..=10.0).contains(&score));
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
        }
        for result in run["results"].as_array().unwrap() {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
            assert!(place["region"].get("snippet").is_none());
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b);
            assert!(uri.bytes().all(allowed) && !uri.starts_with('/'), "{uri}");
            let key = result["partialFingerprints"]["primaryLocationLineHash"]
                .as_str()
                .unwrap();
            assert!(key.starts_with("st1:"));
        }
    }
}

#[test]
fn a_secret_is_written_only_by_text_and_only_when_revealed() {
    let run = samples::run();
    let options = TextOptions {
        reveal: Reveal::Shown,
        ..TextOptions::default()
    };
    let mut bytes = Vec::new();
    run.tell(&mut TextReporter::new(&mut bytes, options), Duration::ZERO)
        .unwrap();
    let revealed = String::from_utf8(bytes).unwrap();
    assert!(revealed.contains(&format!(" 1 | ACME_TOKEN=prod-7:{PLANTED}\n")));
    assert!(revealed.contains("= secret: begin\\nbody one\\nbody two\\nend\n"));
    for format in formats() {
        assert!(!report(&run, format).contains(PLANTED));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Even when the masking upstream has failed and the secret stands in the
    /// preview, in the excerpt and in the file's name.
    #[test]
    fn no_format_writes_a_secret(
        secret in prop_oneof!["[!-~]{8,40}", "[a-zA-Z0-9éß漢\u{202e}\u{1b}]{8,40}"],
        around in "[ -~]{0,8}",
    ) {
        let mut run = samples::run();
        let text = format!("{around}{secret}{around}");
        for finding in run.findings_mut() {
            finding.secret = Secret::new(secret.as_bytes());
            finding.preview.clone_from(&text);
            finding.excerpt[0].text.clone_from(&text);
            if secret.len() >= 16 {
                let mut provenance = Provenance::file(&text);
                provenance.inner = vec![text.as_str().into()];
                finding.provenance = Arc::new(provenance);
            }
        }
        for format in formats() {
            let report = report(&run, format);
            prop_assert!(!report.contains(&secret), "{:?} writes it", format);
        }
    }
}
