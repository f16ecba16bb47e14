//! `stanch rules check`: every mistake in rule files, drawn at its place.
//!
//! Beside what the lint tells (see [`crate::rules::lint`]):
//!
//! | code | what |
//! |---|---|
//! | R060 | the engine cannot compile the rule |
//! | R061 | nothing to look for but the whole expression (a warning) |
//! | R062 | literals that stand everywhere (a warning) |
//! | R063 | long matches that are tried often (a warning) |
//! | R064 | keywords that every match holds anyway (a warning) |
//! | R065 | an example that another rule finds, too (a warning) |

use crate::base::id::{RuleId, RuleIdx};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::rules::{CheckArgs, borrowed, counted, read_all};
use crate::cli::settings::{resolve, tell};
use crate::config::resolve::Flags;
use crate::detect::compile::Plan;
use crate::detect::engine::Engine;
use crate::detect::index::EnginePath;
use crate::rules::diagnostic::{Checked, Diagnostic, Level, listed};
use crate::rules::lint::{self, Beside};
use crate::rules::load::{Rule, RuleSet};
use crate::scan::examples::Bench;

/// Most places per megabyte of source code where a rule should be tried; the
/// built-in rules stay below 300.
const OFTEN: f64 = 1000.0;

/// Most bytes that are searched for a rule in a megabyte of source code.
const MOST_SEARCHED: f64 = 500_000.0;

const HELP: &str =
    "give the pattern a fixed run of three bytes or more, rare ones, that every match contains";

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
        found.0.extend(overlaps(rules, &files, beside)?);
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
    let rules = engine.rules().iter().zip(0..);
    let told = rules.flat_map(|(rule, number)| {
        let plan = engine.plan(RuleIdx(number));
        let longest = engine.longest(RuleIdx(number)).unwrap_or_default();
        let costs = slow(rule.id(), &plan).or_else(|| long(rule.id(), &plan, longest));
        let costs = costs.map(|(code, message)| (code, message, HELP));
        let weak = costs.into_iter().chain(needless(rule, &plan));
        weak.flat_map(|(code, message, help)| {
            at_rule(files, rule.id(), |checked, span| {
                checked.warn(code, span, message);
                checked.explain(|d| d.with_help(help));
            })
        })
        .collect::<Vec<_>>()
    });
    told.collect()
}

/// Says that a rule's matches are long for how often it is tried.
fn long(id: &str, plan: &Plan, longest: usize) -> Option<(&'static str, String)> {
    let Plan::Literals { per_megabyte, .. } = plan else {
        return None;
    };
    // Lengths are far below 2^52.
    #[expect(clippy::cast_precision_loss, reason = "lengths are small numbers")]
    let searched = per_megabyte * longest as f64;
    (searched > MOST_SEARCHED).then(|| {
        let message = format!(
            "rule `{id}` searches up to {longest} bytes at about {per_megabyte:.0} places in a \
             megabyte of source code"
        );
        ("R063", message)
    })
}

/// Says that a rule's keywords keep it from nothing.
fn needless(rule: &Rule, plan: &Plan) -> Option<(&'static str, String, &'static str)> {
    let keywords = &rule.terms()?.keywords;
    let Plan::Literals { literals, .. } = plan else {
        return None;
    };
    let implied = |literal: &String| {
        let literal = literal.to_ascii_lowercase();
        keywords
            .iter()
            .any(|word| literal.contains(&word.to_ascii_lowercase()))
    };
    (!keywords.is_empty() && literals.iter().all(implied)).then(|| {
        let message = format!(
            "every match of rule `{}` holds one of its `keywords`",
            rule.id()
        );
        (
            "R064",
            message,
            "leave out `keywords`: the pattern implies them",
        )
    })
}

/// Examples of `rules` that another rule finds at the same place.
fn overlaps(
    rules: &RuleSet,
    files: &[(&str, &str)],
    beside: Beside,
) -> Result<Vec<Diagnostic>, Exit> {
    let all = match beside {
        Beside::Nothing => rules.clone(),
        Beside::BuiltIn => match RuleSet::load(files) {
            Ok(all) => all,
            // What is wrong is told already.
            Err(_) => return Ok(Vec::new()),
        },
    };
    let bench = Bench::new(&all).map_err(|_| Exit::Usage)?;
    let mut found = Vec::new();
    for rule in &rules.rules {
        for (number, example) in rule.examples.matching.iter().enumerate() {
            let others = bench.rivals(rule.id(), example);
            if others.is_empty() {
                continue;
            }
            let others: Vec<&str> = others.iter().map(RuleId::as_str).collect();
            let message = format!(
                "match example {} of rule `{}` is found by {}, too",
                number + 1,
                rule.id(),
                listed(&others)
            );
            found.extend(at_rule(files, rule.id(), |checked, span| {
                checked.warn("R065", span, message);
                checked
                    .explain(|d| d.with_help("make one of the patterns narrower, or drop a rule"));
            }));
            break;
        }
    }
    Ok(found)
}

/// What makes a rule slow, if it is.
fn slow(id: &str, plan: &Plan) -> Option<(&'static str, String)> {
    match plan {
        Plan::Everything => {
            let message = format!("rule `{id}` has no literal and is tried at every byte");
            Some(("R061", message))
        }
        Plan::Literals { per_megabyte, .. } if *per_megabyte > OFTEN => {
            let times = format!("about {per_megabyte:.0} times in a megabyte of source code");
            let message = format!("the literals of rule `{id}` stand {times}");
            Some(("R062", message))
        }
        _ => None,
    }
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
    checked.found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_literals_are_good_and_common_ones_are_not() {
        let literals = |per_megabyte| Plan::Literals {
            literals: vec!["acme_".into()],
            back: 0,
            per_megabyte,
        };
        for (plan, code) in [
            (literals(0.1), None),
            (literals(OFTEN), None),
            (literals(5000.0), Some("R062")),
            (Plan::Everything, Some("R061")),
            (Plan::ClassRun, None),
            (Plan::Recogniser, None),
        ] {
            assert_eq!(slow("acme-key", &plan).map(|told| told.0), code, "{plan:?}");
        }
    }

    #[test]
    fn what_the_engine_says_stands_at_the_rules_id() {
        let files = [("a.toml", "id = 'x'"), ("b.toml", "id = 'acme-key'")];
        let found = at_rule(&files, "acme-key", |checked, span| {
            checked.error("R060", span, "no".into());
        });
        assert_eq!(found[0].file, "b.toml");
        assert_eq!(&found[0].source[found[0].span.clone()], "'acme-key'");
    }
}
