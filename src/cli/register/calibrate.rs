//! `stanch register calibrate`: which fingerprints fire where nothing leaked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args as ClapArgs;

use super::{KeyArgs, load_index, print};
use crate::base::control::Control;
use crate::base::level::Confidence;
use crate::cli::exit::Exit;
use crate::cli::key;
use crate::cli::settings::stop;
use crate::judge::finding::Finding;
use crate::report::sanitise::one_line;
use crate::rules::load::RuleSet;
use crate::scan::pipeline;
use crate::scan::scanner::{ScanOptions, Scanner};
use crate::source::chain::Sources;
use crate::source::walk::WalkOptions;

/// Files named for one document.
const NAMED: usize = 10;

/// Arguments of `stanch register calibrate`.
#[derive(Debug, ClapArgs)]
pub struct CalibrateArgs {
    /// The index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    /// File or folder in which nothing protected can be (may be given more than once)
    #[arg(long, value_name = "PATH", required = true)]
    clean: Vec<PathBuf>,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn run(args: &CalibrateArgs) -> Result<Exit, Exit> {
    let keys = key::register_keys(&args.key.key, args.key.key_file.as_deref())?;
    let index = load_index(&args.index, keys)?;
    let options = ScanOptions {
        register: Some(Arc::new(index)),
        min_confidence: Confidence::Medium,
        ..ScanOptions::default()
    };
    let rules = RuleSet::of(&[]).map_err(|_| Exit::Internal)?;
    let scanner = Scanner::new(&rules, options).map_err(|_| Exit::Internal)?;
    let (files, findings) = scan(args, &scanner)?;
    print(&told(files, &findings))?;
    Ok(Exit::Clean)
}

/// Number of files, and what was found in them.
fn scan(args: &CalibrateArgs, scanner: &Scanner) -> Result<(usize, Vec<Finding>), Exit> {
    let mut sources = Sources::default();
    sources.add_targets(args.clean.clone(), "<stdin>", WalkOptions::default());
    let threads = std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN);
    let control = Control::default();
    let (mut files, mut findings) = (0, Vec::new());
    pipeline::run(
        &sources,
        threads,
        &control,
        |number| scanner.worker(number),
        |worker, unit| scanner.scan_unit(worker, unit, &control),
        |outcome| {
            files += usize::from(outcome.units.total() > 0);
            findings.extend(outcome.findings);
            ControlFlow::Continue(())
        },
    )
    .map_err(|error| stop(&format!("cannot start threads: {error}")))?;
    Ok((files, findings))
}

fn told(files: usize, findings: &[Finding]) -> String {
    let mut documents: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Some(found) = &finding.document {
            documents
                .entry(&found.document.entry.id)
                .or_default()
                .push(finding);
        }
    }
    let counted = |count: usize, what: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {what}{plural}")
    };
    let mut out = format!(
        "{}, {}\n",
        counted(files, "file"),
        counted(findings.len(), "finding")
    );
    for (id, findings) in &documents {
        let _ = writeln!(out, "{}: {}", one_line(id), counted(findings.len(), "file"));
        for finding in findings.iter().take(NAMED) {
            let place = &finding.place;
            let _ = writeln!(
                out,
                "  {}:{}-{}  {}",
                one_line(&finding.provenance.display()),
                place.start.line,
                place.end.line,
                one_line(&finding.preview)
            );
        }
    }
    if !documents.is_empty() {
        out += "what stands there rightly is public: name these files under `public` in the \
                register, or give them to `register build --public`\n";
    }
    out
}
