//! `stanch scan`: from arguments to an exit code.

use std::io;

use crate::base::control::Control;
use crate::base::level::{Confidence, Severity};
use crate::base::limits::Limits;
use crate::cli::args::{Global, ScanArgs};
use crate::cli::exit::{self, AllowIncomplete, Exit};
use crate::detect::index::EnginePath;
use crate::judge::outcome::{RunInfo, Summary};
use crate::report::Reporter;
use crate::report::output::{OutputOptions, OutputSpec, Reporters};
use crate::rules::load::RuleSet;
use crate::scan::pipeline;
use crate::scan::scanner::{ScanOptions, Scanner};
use crate::source::files::FileSource;
use crate::source::walk::WalkOptions;
use std::ops::ControlFlow;

pub(super) fn run(args: &ScanArgs, _global: &Global) -> Exit {
    let rules = RuleSet::builtin().expect("x");
    let min_confidence = args.confidence.unwrap_or(Confidence::Medium);
    let fail_on = args.fail_on.unwrap_or(Severity::Low);
    let mut limits = Limits::default();
    if let Some(w) = args.window {
        limits.window = w.get();
    }
    let path = if args.plain_engine {
        EnginePath::AhoCorasick
    } else {
        EnginePath::Prefilter
    };
    let scanner = Scanner::new(
        &rules,
        ScanOptions {
            path,
            limits,
            min_confidence,
            ..ScanOptions::default()
        },
    )
    .expect("x");
    let targets = if args.targets.is_empty() {
        vec![".".into()]
    } else {
        args.targets.clone()
    };
    let source = FileSource::new(targets, WalkOptions::default());
    let control = Control::default();
    let specs: Vec<OutputSpec> = if args.report.is_empty() {
        vec!["text".parse().expect("x")]
    } else {
        args.report.clone()
    };
    let mut reporters = Reporters::open(&specs, &OutputOptions::default()).expect("x");
    let mut summary = Summary::default();
    let run = RunInfo {
        targets: vec![],
        rules: scanner.rules(),
        rules_digest: rules.digest.clone(),
        min_confidence,
        fail_on,
    };
    reporters.begin(&run).expect("x");
    let mut error: Option<io::Error> = None;
    let threads = args.threads.unwrap_or_else(|| {
        std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN)
    });
    pipeline::run(
        &source,
        threads,
        &control,
        |n| scanner.worker(n),
        |w, u| scanner.scan_unit(w, u, &control),
        |outcome| {
            summary.add(&outcome, fail_on);
            let r = (|| -> io::Result<()> {
                for f in &outcome.findings {
                    reporters.finding(f)?;
                }
                for s in &outcome.skips {
                    reporters.skip(s)?;
                }
                Ok(())
            })();
            if let Err(e) = r {
                error = Some(e);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        },
    )
    .expect("x");
    reporters.end(&summary).expect("x");
    exit::of(&summary, &AllowIncomplete::Never)
}
