//! `stanch rules show`: a rule as its writer sees it.

use crate::base::id::RuleIdx;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::explain::{examples, find};
use crate::cli::page::{Page, Paint};
use crate::cli::rules::{ShowArgs, counted};
use crate::cli::settings::{Loaded, load, stop, tell};
use crate::cli::terms;
use crate::config::resolve::Flags;
use crate::detect::compile::Plan;
use crate::detect::engine::Engine;
use crate::detect::index::EnginePath;
use crate::rules::file::OnMismatch;
use crate::rules::load::{Rule, RuleKind, RuleSet};

/// Width of the labels.
const MARGIN: usize = 14;
/// Most literals that are shown.
const LITERALS: usize = 8;

pub(super) fn run(args: &ShowArgs, global: &Global) -> Result<Exit, Exit> {
    let loaded = load(global, Flags::default())?;
    tell(&loaded.warnings);
    let rules = args.ids.iter().map(|id| find(&loaded, id));
    let rules = rules.collect::<Result<Vec<_>, _>>()?;
    let mut page = Page::default();
    for (position, rule) in rules.into_iter().enumerate() {
        if position > 0 {
            page.gap();
        }
        one(&loaded, rule, &mut page)?;
    }
    Ok(page.print(Exit::Clean))
}

fn one(loaded: &Loaded, rule: &Rule, page: &mut Page) -> Result<(), Exit> {
    let info = &rule.info;
    page.painted(Paint::Title, info.id.as_str(), "");
    let mut field = |label: &str, text: &str| page.field(MARGIN, label, text);
    field("title", &info.title);
    field("provider", &info.provider);
    field("class", info.class.as_str());
    field("severity", info.severity.as_str());
    field("confidence", rule.confidence.as_str());
    field("since", &rule.since);
    if loaded.rules.get(rule.id()).is_none() {
        field("in force", "no, the configuration turns it off");
    }
    kind(rule, page);
    plan(&planned(rule)?, page);
    checks(rule, page);
    page.field(MARGIN, "why", &info.why);
    page.field(MARGIN, "remedy", &info.remedy);
    for (position, reference) in info.references.iter().enumerate() {
        let label = if position == 0 { "references" } else { "" };
        page.field(MARGIN, label, reference);
    }
    let (matching, ignore) = (rule.examples.matching.len(), rule.examples.ignore.len());
    let told = format!("{matching} match, {ignore} ignore (not shown); what is found in them:");
    page.field(MARGIN, "examples", &told);
    examples(loaded, rule, page)
}

fn kind(rule: &Rule, page: &mut Page) {
    match &rule.kind {
        RuleKind::Recogniser(name) => page.field(MARGIN, "recogniser", name),
        RuleKind::Marking(marking) => {
            page.field(MARGIN, "phrases", &marking.phrases.join("; "));
            page.field(MARGIN, "base", &marking.base.to_string());
        }
        RuleKind::Number(number) => {
            page.field(MARGIN, "telling", &number.telling.join("  "));
            page.field(MARGIN, "forms", &number.forms.join("  "));
            page.field(MARGIN, "words", &number.words.join(", "));
        }
        RuleKind::FileName => page.field(MARGIN, "finds", "files, by their paths alone"),
        RuleKind::Pattern {
            pattern,
            secret_group,
        } => {
            // A pattern is shown in one piece, to be copied.
            page.line(&format!("{:<MARGIN$}{pattern}", "pattern"));
            let secret = match secret_group {
                0 => "the whole match".to_owned(),
                group => format!("capture group {group}"),
            };
            page.field(MARGIN, "secret", &secret);
        }
    }
}

/// How the engine looks for the rule.
fn planned(rule: &Rule) -> Result<Plan, Exit> {
    let alone = RuleSet {
        rules: vec![rule.clone().into()],
        digest: String::new(),
    };
    match Engine::new(&alone, EnginePath::default()) {
        Ok(engine) => Ok(engine.plan(RuleIdx(0))),
        Err(errors) => {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(stop(&told.join("; ")))
        }
    }
}

fn plan(plan: &Plan, page: &mut Page) {
    match plan {
        Plan::Recogniser | Plan::Number | Plan::Marking => {}
        Plan::ClassRun => page.field(MARGIN, "looks for", "a long run of one class of bytes"),
        Plan::Everything => page.field(
            MARGIN,
            "looks for",
            "nothing in particular: the pattern is tried at every byte, which is slow",
        ),
        Plan::Literals {
            literals,
            back,
            per_megabyte,
        } => {
            let mut quoted: Vec<String> = literals
                .iter()
                .take(LITERALS)
                .map(|text| format!("\"{text}\""))
                .collect();
            if literals.len() > LITERALS {
                quoted.push(format!("{} more", literals.len() - LITERALS));
            }
            let place = match back {
                0 => "at the beginning of the match".to_owned(),
                back => format!("at most {} into the match", counted(*back, "byte")),
            };
            let literal = if quoted.len() == 1 {
                "literal"
            } else {
                "literals"
            };
            page.field(MARGIN, literal, &format!("{}, {place}", quoted.join(", ")));
            page.field(MARGIN, "expected", &often(*per_megabyte));
        }
    }
}

/// How often a literal is expected, in words; the estimate is rough.
fn often(per_megabyte: f64) -> String {
    if per_megabyte < 0.001 {
        return "less than once in a gigabyte of source code".into();
    }
    if per_megabyte < 1.0 {
        let every = 1.0 / per_megabyte;
        return format!("about once in {every:.0} MB of source code");
    }
    format!("about {per_megabyte:.0} times in a megabyte of source code")
}

fn checks(rule: &Rule, page: &mut Page) {
    if let Some(validator) = rule.validate {
        let else_ = match rule.on_mismatch {
            OnMismatch::Drop => "else dropped",
            OnMismatch::Lower => "else confidence low",
            OnMismatch::Medium => "else confidence medium",
        };
        let text = format!("{}: {}; {else_}", validator.name, validator.about);
        page.field(MARGIN, "validate", &text);
    }
    if let Some(bits) = rule.min_entropy {
        page.field(MARGIN, "min-entropy", &format!("{bits} bits per byte"));
    }
    if let Some(near) = &rule.near {
        let text = format!("{} within {} bytes", near.words.join(", "), near.within);
        page.field(MARGIN, "near", &text);
    }
    for sentence in rule.terms().map(terms::sentences).into_iter().flatten() {
        page.field(MARGIN, "demands", &sentence);
    }
    if !rule.allow.words.is_empty() {
        page.field(MARGIN, "allow.words", &rule.allow.words.join(", "));
    }
    if !rule.allow.values.is_empty() {
        let text = format!("{} (not shown)", counted(rule.allow.values.len(), "value"));
        page.field(MARGIN, "allow.values", &text);
    }
    if let Some(noise) = &rule.noise {
        page.field(MARGIN, "noise", noise);
    }
}
