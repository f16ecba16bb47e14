//! `stanch rules check`: every mistake in rule files, drawn at its place.
//!
//! Beside what the lint tells (see [`crate::rules::lint`]):
//!
//! | code | what |
//! |---|---|
//! | R060 | the engine cannot compile the rule |
//! | R061 | nothing to look for but the whole expression (a warning) |

use crate::base::id::RuleIdx;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::rules::{CheckArgs, borrowed, counted, read_all};
use crate::cli::settings::{resolve, tell};
use crate::config::resolve::Flags;
use crate::detect::engine::{Engine, Plan};
use crate::detect::index::EnginePath;
use crate::rules::diagnostic::{Checked, Diagnostic, Diagnostics, Level};
use crate::rules::lint::{self, Beside};
use crate::rules::load::RuleSet;

pub(super) fn run(args: &CheckArgs, global: &Global) -> Result<Exit, Exit> {
    resolve(global, Flags::default())?;
    let files = read_all(&args.files)?;
    let files = borrowed(&files);
    let beside = if args.alone {
        Beside::Nothing
    } else {
        Beside::BuiltIn
    };
    let mut found = lint::check(&files, beside);
    let rules = RuleSet::of(&files);
    if let Ok(rules) = &rules {
        found.0.extend(compiled(rules, &files));
    }
    tell(&found);
    let errors = found.0.iter().filter(|d| d.level == Level::Error).count();
    let warnings = found.0.len() - errors;
    let rules = rules.map_or(String::new(), |rules| {
        format!(", {}", counted(rules.rules.len(), "rule"))
    });
    let mut page = Page::default();
    page.line(&format!(
        "{}{rules}: {}, {}",
        counted(files.len(), "file"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    Ok(page.print(if errors > 0 { Exit::Usage } else { Exit::Clean }))
}

/// What the engine says of the rules.
fn compiled(rules: &RuleSet, files: &[(&str, &str)]) -> Vec<Diagnostic> {
    let engine = match Engine::new(rules, EnginePath::default()) {
        Ok(engine) => engine,
        Err(errors) => {
            let told = errors.into_iter().map(|error| {
                at_rule(files, &error.rule, |checked, span| {
                    checked.error("R060", span, error.to_string());
                })
            });
            return told.flatten().collect();
        }
    };
    let slow = engine
        .rules()
        .iter()
        .zip(0..)
        .filter(|&(_, number)| engine.plan(RuleIdx(number)) == Plan::Everything);
    let told = slow.map(|(rule, _)| {
        at_rule(files, rule.id(), |checked, span| {
            let message = format!("rule `{}` is tried at every byte", rule.id());
            checked.warn("R061", span, message);
            checked.explain(|d| {
                d.with_help(
                    "give the pattern a fixed run of three bytes or more that every match contains",
                )
            });
        })
    });
    told.flatten().collect()
}

/// What `tell` says at the place where the rule's id is written.
fn at_rule(
    files: &[(&str, &str)],
    id: &str,
    tell: impl FnOnce(&mut Checked<'_>, std::ops::Range<usize>),
) -> Vec<Diagnostic> {
    let quoted = [format!("\"{id}\""), format!("'{id}'")];
    let place = files.iter().find_map(|&(file, text)| {
        let at = quoted.iter().find_map(|id| text.find(id.as_str()))?;
        Some((file, text, at..at + id.len() + 2))
    });
    let (file, text, span) = place.unwrap_or(("", "", 0..0));
    let mut checked = Checked::new(file, text);
    tell(&mut checked, span);
    Diagnostics(checked.found).0
}
