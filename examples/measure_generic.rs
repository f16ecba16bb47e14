//! Scans a tree with the whole scanner, the learned score as told, and writes what scorers need.
//!
//! Usage: `cargo run --release --example measure_generic -- DIR OUT.jsonl
//! [--learned off|MODEL.bin] [--part SEED,N,OF] [--secrets]`
//!
//! Writes one JSON line for each finding of any confidence. `--part` takes only the directories below
//! `DIR/data` that fall into part N of OF by a digest, as `train_generic` divides them, so that a model
//! can be measured on what it was not trained with. `--secrets` adds the secrets: keep the output
//! outside of repositories.

#[allow(dead_code, reason = "other examples use the rest")]
mod labels;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stanch::base::level::Confidence;
use stanch::detect::generic::{Learned, Model};
use stanch::judge::finding::Finding;
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("first argument: DIR")?);
    let out = PathBuf::from(arguments.next().ok_or("second argument: OUT.jsonl")?);
    let (mut learned, mut part, mut secrets) = (Learned::BuiltIn, None, false);
    while let Some(option) = arguments.next() {
        if option == "--secrets" {
            secrets = true;
            continue;
        }
        let value = arguments.next().ok_or("an option lacks its value")?;
        match (option.as_str(), value.as_str()) {
            ("--learned", "off") => learned = Learned::Off,
            ("--learned", path) => {
                learned = Learned::With(Arc::new(Model::read(&std::fs::read(path)?)?));
            }
            ("--part", value) => part = Some(value.to_owned()),
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    let rules = RuleSet::load(&[]).map_err(|told| told.to_string())?;
    let options = ScanOptions {
        learned,
        min_confidence: Confidence::Low,
        ..ScanOptions::default()
    };
    let scanner = Scanner::new(&rules, options).map_err(|errors| format!("{errors:?}"))?;
    let mut writer = std::io::BufWriter::new(std::fs::File::create(out)?);
    let mut files = 0;
    let walk = walkdir::WalkDir::new(&root)
        .follow_links(true)
        .sort_by_file_name();
    for entry in walk.into_iter().flatten() {
        let wanted = part
            .as_deref()
            .is_none_or(|part| is_in(part, &root, entry.path()));
        if !entry.file_type().is_file() || !wanted {
            continue;
        }
        let Ok(text) = std::fs::read(entry.path()) else {
            continue;
        };
        files += 1;
        let outcome = scanner.scan_bytes(&entry.path().to_string_lossy(), &text);
        for finding in &outcome.findings {
            writeln!(writer, "{}", line(entry.path(), &text, finding, secrets))?;
        }
    }
    writer.flush()?;
    writeln!(std::io::stderr(), "{files} files")?;
    Ok(())
}

/// True when `path` belongs to the part that `SEED,N,OF` tells.
fn is_in(part: &str, root: &Path, path: &Path) -> bool {
    let mut told = part.split(',');
    let seed = told.next().unwrap_or_default();
    let mut number = || told.next().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (wanted, of) = (number(), number());
    let inner = path.strip_prefix(root.join("data")).unwrap_or(path);
    let group = inner.components().next().map_or_else(String::new, |first| {
        first.as_os_str().to_string_lossy().into_owned()
    });
    labels::part(seed, &group, of) == wanted
}

fn line(path: &Path, text: &[u8], finding: &Finding, secrets: bool) -> String {
    let mut line = serde_json::json!({
        "path": path.to_string_lossy(),
        "line_start": finding.place.start.line,
        "line_end": finding.place.end.line,
        "rule": finding.rule.id.as_str(),
        "confidence": finding.confidence.as_str(),
        "evidence": finding.evidence.codes().collect::<Vec<_>>(),
    });
    if secrets {
        let span = finding.place.span;
        let start = memchr::memrchr(b'\n', &text[..span.start]).map_or(0, |at| at + 1);
        let from = start.max(span.start.saturating_sub(120));
        let to = text.len().min(span.end + 40);
        line["secret"] = String::from_utf8_lossy(&text[span.start..span.end]).into();
        line["text"] = String::from_utf8_lossy(&text[from..to]).into();
    }
    line.to_string()
}
