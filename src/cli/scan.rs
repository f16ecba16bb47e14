//! `stanch scan`: from arguments to an exit code, in named steps.

use std::io::{self, IsTerminal, Write as _};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::cli::args::{Global, ScanArgs};
use crate::cli::exit::{self, AllowIncomplete, Exit};
#[cfg(feature = "git")]
use crate::cli::git;
use crate::cli::interrupt;
use crate::cli::later::Later;
#[cfg(feature = "git")]
use crate::cli::later::Settling;
use crate::cli::progress::{Progress, Show, with_progress};
use crate::cli::register::load_index;
use crate::cli::settings::{self, Loaded};
use crate::cli::{key, message};
use crate::config::environment::Environment;
use crate::config::file::When;
use crate::config::resolve::Flags;
use crate::config::settings::Settings;
use crate::detect::index::EnginePath;
use crate::judge::allow::Allowance;
use crate::judge::outcome::{Outcome, RunInfo, Summary};
use crate::register::index::Index;
use crate::report::Reporter;
use crate::report::output::{Destination, OutputOptions, OutputSpec, Reporters};
use crate::report::text::{Colour, Reveal, SkipDetail, TextOptions};
use crate::scan::pipeline::{self, RunEnd};
use crate::scan::scanner::{ScanOptions, Scanner};
use crate::source::chain::Sources;
use crate::source::exclude::Excludes;
use crate::source::list::Separator;
use crate::source::walk::{IgnoreMode, LinkMode, WalkOptions};
use crate::source::{Source, Unit};

/// Runs the command.
pub(super) fn run(args: &ScanArgs, global: &Global) -> Exit {
    match prepare(args, global).and_then(|plan| execute(&plan)) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// Everything decided.
struct Plan {
    scanner: Scanner,
    source: Box<dyn Source>,
    later: Later,
    outputs: Vec<OutputSpec>,
    look: OutputOptions,
    run: RunInfo,
    threads: NonZeroUsize,
    allow: AllowIncomplete,
    show: Show,
}

fn prepare(args: &ScanArgs, global: &Global) -> Result<Plan, Exit> {
    #[cfg(feature = "git")]
    let git = git::open(&args.git, &args.targets)?;
    #[cfg(feature = "git")]
    let loaded = git::load(git.as_ref(), global, flags(args))?;
    #[cfg(not(feature = "git"))]
    let loaded = settings::load(global, flags(args))?;
    settings::tell(&loaded.warnings);
    let settings = &loaded.settings;
    let outputs = outputs(args, settings);
    let look = look(args, settings, &outputs)?;
    #[cfg(feature = "git")]
    let target = match git {
        Some(git) => git_target(&git, settings)?,
        None => file_target(args, settings)?,
    };
    #[cfg(not(feature = "git"))]
    let target = file_target(args, settings)?;
    let scanner = scanner(args, &loaded, &target.later)?;
    let run = RunInfo {
        targets: target.names,
        rules: scanner.rules(),
        rules_digest: loaded.rules.digest.clone(),
        min_confidence: settings.min_confidence.value,
        fail_on: settings.fail_on.value,
    };
    let quiet = args.quiet || settings.progress.value == When::Never;
    Ok(Plan {
        scanner,
        source: target.source,
        later: target.later,
        outputs,
        look,
        run,
        threads: threads(settings),
        allow: allow_incomplete(args, settings),
        show: if quiet { Show::Never } else { Show::Auto },
    })
}

/// What the options say, for the layers of the configuration.
fn flags(args: &ScanArgs) -> Flags {
    let on = |given: bool| given.then_some(true);
    Flags {
        respect_gitignore: on(args.respect_gitignore),
        follow_symlinks: on(args.follow_symlinks),
        threads: args.threads.map(NonZeroUsize::get),
        exclude: args.exclude.clone(),
        min_confidence: args.confidence,
        fail_on: args.fail_on,
        allow_incomplete: args.allow_incomplete.clone().unwrap_or_default(),
        unpack_limits: args.unpack_limit.clone(),
        ..Flags::default()
    }
}

/// The targets; without any, the current directory.
fn targets(args: &ScanArgs) -> Vec<PathBuf> {
    if args.targets.is_empty() && args.files_from.is_none() {
        return vec![PathBuf::from(".")];
    }
    args.targets.clone()
}

fn outputs(args: &ScanArgs, settings: &Settings) -> Vec<OutputSpec> {
    if args.report.is_empty() {
        return vec![OutputSpec {
            format: settings.format.value,
            destination: Destination::Stdout,
        }];
    }
    args.report.clone()
}

/// How reports look: colours and clear text only where a person asked for them.
fn look(
    args: &ScanArgs,
    settings: &Settings,
    outputs: &[OutputSpec],
) -> Result<OutputOptions, Exit> {
    let terminal = io::stdout().is_terminal();
    if args.reveal
        && (!terminal || Environment::read().ci || outputs.iter().all(|o| !o.is_text_on_stdout()))
    {
        message::error("--reveal shows secrets in the text report at a terminal only");
        return Err(Exit::Usage);
    }
    let text = TextOptions {
        colour: colour(settings.color.value),
        reveal: if args.reveal {
            Reveal::Shown
        } else {
            Reveal::Hidden
        },
        skips: if args.list_skipped {
            SkipDetail::All
        } else {
            SkipDetail::First(10)
        },
    };
    Ok(OutputOptions {
        text,
        ..OutputOptions::default()
    })
}

/// Colours for standard output.
fn colour(when: When) -> Colour {
    let choice = match when {
        When::Auto => anstream::AutoStream::choice(&io::stdout()),
        When::Always => anstream::ColorChoice::Always,
        When::Never => anstream::ColorChoice::Never,
    };
    if choice == anstream::ColorChoice::Never {
        Colour::Plain
    } else {
        Colour::Coloured
    }
}

/// What is scanned.
struct Target {
    source: Box<dyn Source>,
    /// As reports name it.
    names: Vec<String>,
    later: Later,
}

fn file_target(args: &ScanArgs, settings: &Settings) -> Result<Target, Exit> {
    let names = targets(args);
    Ok(Target {
        source: Box::new(sources(args, settings)?),
        names: names
            .iter()
            .map(|t| t.to_string_lossy().into_owned())
            .collect(),
        later: Later::default(),
    })
}

#[cfg(feature = "git")]
fn git_target(git: &git::GitScan, settings: &Settings) -> Result<Target, Exit> {
    let (source, history) = git.source(excludes(settings)?)?;
    let later = match history {
        Some(history) => Later::of(Settling {
            history,
            allowance: allowance(settings, &Later::default())?,
            excludes: excludes(settings)?,
        }),
        None => Later::default(),
    };
    Ok(Target {
        source,
        names: vec![git.target.clone()],
        later,
    })
}

fn scanner(args: &ScanArgs, loaded: &Loaded, later: &Later) -> Result<Scanner, Exit> {
    let settings = &loaded.settings;
    let mut limits = settings.limits();
    if let Some(window) = args.window {
        limits.window = window.get();
    }
    let options = ScanOptions {
        path: if args.plain_engine {
            EnginePath::AhoCorasick
        } else {
            EnginePath::Prefilter
        },
        limits,
        keyer: key::keyer(args.key_file.as_deref())?,
        allowance: allowance(settings, later)?,
        min_confidence: settings.min_confidence.value,
        register: register(args)?,
        passwords: key::passwords(args.password_file.as_deref())?,
    };
    Scanner::new(&loaded.rules, options).map_err(|errors| {
        for error in errors {
            message::error(&error.to_string());
        }
        Exit::Usage
    })
}

/// The index of protected documents, if one is named.
fn register(args: &ScanArgs) -> Result<Option<Arc<Index>>, Exit> {
    let Some(path) = &args.register else {
        return Ok(None);
    };
    let keys = key::register_keys(&args.register_key, args.key_file.as_deref())?;
    Ok(Some(Arc::new(load_index(path, keys)?)))
}

/// What is harmless. Paths are left to `later` if that looks at them.
pub(super) fn allowance(settings: &Settings, later: &Later) -> Result<Allowance, Exit> {
    let values: Vec<Vec<u8>> = settings
        .allow_values
        .iter()
        .map(|v| v.value.expose().to_vec())
        .collect();
    let words: Vec<String> = settings
        .stop_words
        .iter()
        .map(|w| w.value.clone())
        .collect();
    let paths = settings.allow_paths.iter().map(|p| p.value.as_str());
    let paths = paths.filter(|_| !later.looks_at_paths());
    Allowance::new(values, &words, paths).map_err(|error| {
        message::error(&format!("allow.paths: {error}"));
        Exit::Usage
    })
}

pub(super) fn excludes(settings: &Settings) -> Result<Excludes, Exit> {
    let excludes = Excludes::new(settings.exclude.iter().map(|glob| glob.value.as_str()));
    excludes.map_err(|error| {
        message::error(&format!("exclude: {error}"));
        Exit::Usage
    })
}

fn sources(args: &ScanArgs, settings: &Settings) -> Result<Sources, Exit> {
    let excludes = excludes(settings)?;
    let options = WalkOptions {
        links: if settings.follow_symlinks.value {
            LinkMode::Follow
        } else {
            LinkMode::Skip
        },
        ignore: if settings.respect_gitignore.value {
            IgnoreMode::Respect
        } else {
            IgnoreMode::Everything
        },
        excludes,
    };
    let mut sources = Sources::default();
    sources.add_targets(targets(args), &args.stdin_name, options.clone());
    if let Some(list) = &args.files_from {
        let separator = if args.null {
            Separator::Nul
        } else {
            Separator::Newline
        };
        sources
            .add_list(list, separator, options)
            .map_err(|error| {
                message::error(&format!(
                    "cannot read --files-from {}: {error}",
                    list.display()
                ));
                Exit::Usage
            })?;
    }
    Ok(sources)
}

pub(super) fn threads(settings: &Settings) -> NonZeroUsize {
    NonZeroUsize::new(settings.threads.value)
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN)
}

fn allow_incomplete(args: &ScanArgs, settings: &Settings) -> AllowIncomplete {
    if args.allow_incomplete.as_ref().is_some_and(Vec::is_empty) {
        return AllowIncomplete::Always;
    }
    match &settings.allow_incomplete[..] {
        [] => AllowIncomplete::Never,
        codes => AllowIncomplete::Reasons(codes.iter().map(|code| code.value.clone()).collect()),
    }
}

/// Runs the plan and reports it.
fn execute(plan: &Plan) -> Result<Exit, Exit> {
    interrupt::silence_panics();
    let control = Arc::new(Control::default());
    interrupt::watch(&control);
    let failed = |error: io::Error| {
        message::error(&format!("the report could not be written: {error}"));
        Exit::Usage
    };
    let mut reporters = Reporters::open(&plan.outputs, &plan.look).map_err(failed)?;
    let own = OwnFiles::new(reporters.files());
    reporters.begin(&plan.run).map_err(failed)?;
    let started = Instant::now();
    let (summary, told) = with_progress(plan.show, &control, |progress| {
        scan(plan, &control, &own, &mut reporters, progress)
    });
    let mut summary = summary?;
    told.map_err(failed)?;
    summary.elapsed = started.elapsed();
    reporters.end(&summary).map_err(failed)?;
    io::stdout().flush().map_err(failed)?;
    Ok(exit::of(&summary, &plan.allow))
}

/// The scan itself: the account, and whether it could be told.
fn scan(
    plan: &Plan,
    control: &Control,
    own: &OwnFiles,
    reporters: &mut Reporters,
    progress: &Progress,
) -> (Result<Summary, Exit>, io::Result<()>) {
    let mut summary = Summary::default();
    let mut told = Ok(());
    let mut held = plan.later.begin();
    let end = pipeline::run(
        &*plan.source,
        plan.threads,
        control,
        |number| plan.scanner.worker(number),
        |worker, unit| {
            if own.is_own(unit) {
                let reason = SkipReason::Excluded("report file".into());
                return plan.scanner.leave_out(unit, reason);
            }
            plan.scanner.scan_unit(worker, unit, control)
        },
        |mut outcome| {
            held.hold(&mut outcome);
            summary.add(&outcome, plan.run.fail_on);
            told = progress.suspend(|| tell(reporters, &outcome));
            if told.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
    );
    match end {
        Ok(end) => {
            summary.interrupted = end == RunEnd::Cancelled;
            for finding in held.settle(&plan.scanner, &mut summary, control) {
                summary.add_finding(&finding, plan.run.fail_on);
                if told.is_ok() {
                    told = progress.suspend(|| reporters.finding(&finding));
                }
            }
            (Ok(summary), told)
        }
        Err(error) => {
            message::error(&format!("cannot start threads: {error}"));
            (Err(Exit::Internal), told)
        }
    }
}

fn tell(reporters: &mut Reporters, outcome: &Outcome) -> io::Result<()> {
    for finding in &outcome.findings {
        reporters.finding(finding)?;
    }
    outcome
        .skips
        .iter()
        .try_for_each(|skip| reporters.skip(skip))
}

/// The reports of this very run, which grow while it goes on.
struct OwnFiles(Vec<PathBuf>);

impl OwnFiles {
    fn new(files: Vec<PathBuf>) -> OwnFiles {
        OwnFiles(files)
    }

    fn is_own(&self, unit: &Unit) -> bool {
        let (Unit::File(path) | Unit::Linked(path)) = unit else {
            return false;
        };
        let Some(name) = path.file_name() else {
            return false;
        };
        let alike = |own: &&PathBuf| own.file_name() == Some(name);
        self.0.iter().filter(alike).any(|own| same_file(own, path))
    }
}

/// True when both paths lead to the same file.
fn same_file(a: &Path, b: &Path) -> bool {
    a.canonicalize()
        .is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}
