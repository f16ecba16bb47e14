//! `stanch scan`: from arguments to an exit code, in named steps.

use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::base::content::SkipReason;
use crate::base::control::Control;
use crate::cli::args::{Global, ScanArgs};
use crate::cli::cache::{self, Under};
use crate::cli::exit::{self, AllowIncomplete, Exit};
use crate::cli::exposure::{Exposures, Look};
#[cfg(feature = "git")]
use crate::cli::git;
use crate::cli::interrupt;
use crate::cli::keep::{self, KeepArgs, Keeping, Unkept};
use crate::cli::later::Later;
use crate::cli::look::{look, outputs};
use crate::cli::own::OwnFiles;
use crate::cli::progress::{Progress, Show, with_progress};
use crate::cli::settings::{self, Loaded};
use crate::cli::target::Target;
use crate::cli::words::{self, Deciders, Project, Scope, Sheet};
use crate::cli::{key, message, protected};
use crate::config::file::When;
use crate::config::resolve::{Files, Flags};
use crate::config::settings::{Layer, Set, Settings};
use crate::detect::index::EnginePath;
use crate::judge::allow::Allowance;
use crate::judge::key::Keyer;
use crate::judge::outcome::{Outcome, RunInfo, Summary};
use crate::judge::reuse::REST;
use crate::judge::suppress::Comments;
use crate::record::cache::Cache;
use crate::report::Reporter;
use crate::report::output::{OutputOptions, OutputSpec, Reporters};
use crate::report::template::TemplateError;
use crate::rules::diagnostic::Diagnostics;
use crate::rules::load::RuleSet;
use crate::scan::pipeline::{self, RunEnd};
use crate::scan::scanner::{ScanOptions, Scanner};
use crate::source::Source;
use crate::source::exclude::Excludes;

/// Runs the command.
pub(super) fn run(args: &ScanArgs, keep: &KeepArgs, global: &Global) -> Exit {
    let done = prepare(args, global).and_then(|(plan, mut deciders)| {
        let kept = keep::open(keep, args, &plan, &mut deciders, global)?;
        execute(&plan, &mut deciders, kept, keep.own())
    });
    done.unwrap_or_else(|exit| exit)
}

/// Everything decided.
pub(super) struct Plan {
    pub(super) scanner: Scanner,
    pub(super) cache: Option<Arc<Cache>>,
    source: Box<dyn Source>,
    later: Later,
    outputs: Vec<OutputSpec>,
    look: OutputOptions,
    pub(super) run: RunInfo,
    pub(super) threads: NonZeroUsize,
    allow: AllowIncomplete,
    pub(super) show: Show,
    /// Whether it is looked at who else can see what is found.
    pub(super) exposure: Look,
    /// URLs of remotes of the repository that is scanned.
    remotes: Vec<String>,
    /// The settings in force.
    pub(super) settings: Settings,
}

pub(super) fn prepare(args: &ScanArgs, global: &Global) -> Result<(Plan, Deciders), Exit> {
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
    let project = Project::find(global)?;
    #[cfg(feature = "git")]
    let mut target = match &git {
        Some(git) => Target::of_git(git, args, settings, &project)?,
        None => Target::of_files(args, settings, &project)?,
    };
    #[cfg(not(feature = "git"))]
    let mut target = Target::of_files(args, settings, &project)?;
    let keyer = key::keyer(args.key_file.as_deref())?;
    let mut comments = words::comments(settings, target.scope, &project);
    comments.audit.clone_from(&args.audit);
    let sheets = std::mem::take(&mut target.sheets);
    let words = (sheets, target.scope, keyer.clone());
    #[cfg(feature = "git")]
    let deciders = deciders(settings, &project, words, git.as_ref())?;
    #[cfg(not(feature = "git"))]
    let deciders = deciders(settings, &project, words)?;
    let remotes = target.remotes.clone();
    let (scanner, cache) = scanner(
        args,
        &loaded,
        (&target.later, target.remotes),
        (keyer, comments),
    )?;
    let run = RunInfo {
        targets: shown(&scanner, target.names),
        rules: scanner.rules(),
        rules_digest: loaded.rules.digest.clone(),
        min_confidence: settings.min_confidence.value,
        fail_on: settings.fail_on.value,
    };
    let quiet = args.quiet || settings.progress.value == When::Never;
    let plan = Plan {
        scanner,
        cache,
        source: target.source,
        later: target.later,
        outputs,
        look,
        run,
        threads: threads(settings),
        allow: allow_incomplete(args, settings),
        show: if quiet { Show::Never } else { Show::Auto },
        remotes,
        exposure: Look::of(args),
        settings: loaded.settings,
    };
    Ok((plan, deciders))
}

/// Who decides whether findings count. The words are the project's files, where
/// what is scanned comes from, and what derives keys.
fn deciders(
    settings: &Settings,
    project: &Project,
    (sheets, scope, keyer): (Vec<Sheet>, Scope, Keyer),
    #[cfg(feature = "git")] git: Option<&git::GitScan>,
) -> Result<Deciders, Exit> {
    #[cfg(feature = "git")]
    let named = |file: &Set<PathBuf>| match git {
        Some(git) => git.named(file),
        None => words::from_disk(file),
    };
    #[cfg(feature = "git")]
    let below = git.and_then(git::GitScan::below);
    #[cfg(not(feature = "git"))]
    let (named, below) = (words::from_disk, None);
    Ok(Deciders {
        books: words::books(settings, sheets, &named, project, keyer)?,
        folders: words::folders(settings, project, scope, below),
    })
}

/// What the options say, for the layers of the configuration.
fn flags(args: &ScanArgs) -> Flags {
    let on = |given: bool| given.then_some(true);
    let mut flags = Flags {
        respect_gitignore: on(args.respect_gitignore),
        follow_symlinks: on(args.follow_symlinks),
        decode: args.no_decode.then_some(false),
        threads: args.threads.map(NonZeroUsize::get),
        exclude: args.exclude.clone(),
        classes: args.class.clone(),
        min_confidence: args.confidence,
        learned: args.no_learned.then_some(false),
        preview: args.preview.then_some(true),
        fail_on: args.fail_on,
        allow_incomplete: args.allow_incomplete.clone().unwrap_or_default(),
        baselines: args.baseline.clone(),
        ignore_files: args.ignore_file.clone(),
        unpack_limits: args.unpack_limit.clone(),
        files: if args.untrusted {
            Files::Untrusted
        } else {
            Files::Discover
        },
        ..Flags::default()
    };
    args.cache.tell(&mut flags);
    flags
}

fn scanner(
    args: &ScanArgs,
    loaded: &Loaded,
    (later, remotes): (&Later, Vec<String>),
    (keyer, comments): (Keyer, Comments),
) -> Result<(Scanner, Option<Arc<Cache>>), Exit> {
    let settings = &loaded.settings;
    let mut limits = settings.limits();
    if let Some(window) = args.window {
        limits.window = window.get();
    }
    let mut options = ScanOptions {
        learned: settings.learned(),
        path: if args.plain_engine {
            EnginePath::AhoCorasick
        } else {
            EnginePath::Prefilter
        },
        limits,
        keyer,
        comments,
        allowance: allowance(settings, later)?,
        min_confidence: settings.min_confidence.value,
        register: protected::index(
            args.register.as_deref(),
            &args.register_key,
            args.key_file.as_deref(),
            settings,
        )?,
        remotes,
        passwords: key::passwords(args.password_file.as_deref())?,
        counts_from_one: false,
        reuse: None,
    };
    let under = Under {
        loaded,
        key_file: args.key_file.as_deref(),
        register: args.register.as_deref(),
        habit: args.habit,
        rest: args.cache.cache_rest.map_or(REST, i64::from),
    };
    let cache = if options.comments.audit.is_some() {
        // What is not examined shows no comments.
        None
    } else {
        cache::attach(&mut options, &under)?
    };
    Ok((compile(&loaded.rules, options)?, cache))
}

/// The scanner for `rules`.
///
/// # Errors
/// Patterns that cannot be used have been told.
pub(super) fn compile(rules: &RuleSet, options: ScanOptions) -> Result<Scanner, Exit> {
    Scanner::new(rules, options).map_err(|errors| {
        for error in errors {
            message::error(&error.to_string());
        }
        Exit::Usage
    })
}

/// What is harmless. Paths are left to `later` if that looks at them.
pub(super) fn allowance(settings: &Settings, later: &Later) -> Result<Allowance, Exit> {
    let all = allowance_of(settings, later, |_| true)?;
    let locks = words::locks_on_project(settings);
    if locks.is_empty() {
        return Ok(all);
    }
    let strong = allowance_of(settings, later, |layer| layer < Layer::User)?;
    Ok(all.but(locks, strong))
}

/// What some layers declare harmless.
fn allowance_of(
    settings: &Settings,
    later: &Later,
    by: impl Fn(Layer) -> bool,
) -> Result<Allowance, Exit> {
    fn of<T>(list: &[Set<T>], by: impl Fn(Layer) -> bool) -> impl Iterator<Item = &T> {
        let meant = list.iter().filter(move |set| by(set.origin.layer));
        meant.map(|set| &set.value)
    }
    let values = of(&settings.allow_values, &by).map(|value| value.expose().to_vec());
    let words: Vec<String> = of(&settings.stop_words, &by).cloned().collect();
    let paths = of(&settings.allow_paths, &by).map(String::as_str);
    let paths = paths.filter(|_| !later.looks_at_paths());
    Allowance::new(values.collect(), &words, paths).map_err(|error| {
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
fn execute(
    plan: &Plan,
    deciders: &mut Deciders,
    kept: Vec<Box<dyn Reporter>>,
    own: Vec<PathBuf>,
) -> Result<Exit, Exit> {
    interrupt::silence_panics();
    let control = Arc::new(Control::default());
    interrupt::watch(&control);
    let reports = Reporters::open(&plan.outputs, &plan.look).map_err(|e| failed(&e))?;
    let mut kept_files = own;
    kept_files.extend(plan.cache.iter().map(|cache| cache.folder().to_owned()));
    let own = OwnFiles::new(reports.files(), &kept_files);
    let mut reporters = Keeping { kept, reports };
    reporters.begin(&plan.run).map_err(|e| failed(&e))?;
    let started = Instant::now();
    let (summary, told) = with_progress(plan.show, &control, |progress| {
        scan(plan, deciders, &control, (&own, &mut reporters), progress)
    });
    let mut summary = summary?;
    told.map_err(|e| failed(&e))?;
    summary.elapsed = started.elapsed();
    reporters.end(&summary).map_err(|e| failed(&e))?;
    io::stdout().flush().map_err(|e| failed(&e))?;
    Ok(exit::of(&summary, &plan.allow))
}

/// Says what could not be written.
fn failed(error: &io::Error) -> Exit {
    if let Some(unkept) = error.get_ref().and_then(|e| e.downcast_ref::<Unkept>()) {
        message::error(&unkept.to_string());
        return unkept.exit;
    }
    if let Some(TemplateError(told)) = error.get_ref().and_then(|e| e.downcast_ref()) {
        settings::tell(&Diagnostics(vec![(**told).clone()]));
        return Exit::Usage;
    }
    message::error(&format!("the report could not be written: {error}"));
    Exit::Usage
}

/// The names of targets without the secrets in them.
fn shown(scanner: &Scanner, names: Vec<String>) -> Vec<String> {
    let shown = |name: String| scanner.shown_path(name.into());
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    names.into_iter().map(shown).map(text).collect()
}

/// The scan itself: the account, and whether it could be told.
pub(super) fn scan(
    plan: &Plan,
    deciders: &mut Deciders,
    control: &Control,
    (own, reporters): (&OwnFiles, &mut dyn Reporter),
    progress: &Progress,
) -> (Result<Summary, Exit>, io::Result<()>) {
    let mut summary = Summary::default();
    let mut told = Ok(());
    let mut held = plan.later.begin();
    let mut exposures = Exposures::new(plan.exposure, &plan.remotes);
    let end = pipeline::run(
        &*plan.source,
        plan.threads,
        control,
        |number| plan.scanner.worker(number),
        |worker, unit| {
            if own.is_own(unit) {
                let reason = SkipReason::Excluded("report file".into());
                return plan.scanner.leave_out(worker, unit, reason);
            }
            plan.scanner.scan_unit(worker, unit, control)
        },
        |mut outcome| {
            plan.scanner.mask_unexamined(&mut outcome, control);
            held.hold(&mut outcome);
            let findings = outcome.findings.iter_mut();
            findings.for_each(|finding| {
                deciders.settle(finding);
                exposures.settle(finding);
            });
            summary.add(&outcome, plan.run.fail_on);
            told = progress.suspend(|| tell(reporters, &outcome));
            if told.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
    );
    if let Some(cache) = &plan.cache {
        cache::close(cache);
    }
    match end {
        Ok(end) => {
            summary.interrupted = end == RunEnd::Cancelled;
            for mut finding in held.settle(&plan.scanner, &mut summary, control) {
                deciders.settle(&mut finding);
                exposures.settle(&mut finding);
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

fn tell(reporters: &mut dyn Reporter, outcome: &Outcome) -> io::Result<()> {
    for finding in &outcome.findings {
        reporters.finding(finding)?;
    }
    outcome
        .skips
        .iter()
        .try_for_each(|skip| reporters.skip(skip))
}
