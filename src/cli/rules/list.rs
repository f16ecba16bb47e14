//! `stanch rules list`.

use serde::Serialize;

use crate::base::level::{Class, Confidence, Severity};
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::{Page, print};
use crate::cli::rules::{ListArgs, ListFormat, counted};
use crate::cli::settings::{Loaded, load, stop, tell};
use crate::config::resolve::Flags;
use crate::rules::diagnostic::closest;
use crate::rules::load::{Rule, RuleKind, RuleSet};
use crate::rules::validate;

pub(super) fn run(args: &ListArgs, global: &Global) -> Result<Exit, Exit> {
    let flags = Flags {
        classes: args.class.iter().map(ToString::to_string).collect(),
        ..Flags::default()
    };
    let loaded = load(global, flags)?;
    tell(&loaded.warnings);
    if args.validators {
        return Ok(validators(args.format));
    }
    if let Some(provider) = &args.provider {
        known(provider, &loaded.known)?;
    }
    let wanted: Vec<&Rule> = loaded
        .rules
        .rules
        .iter()
        .map(|rule| &**rule)
        .filter(|rule| wants(args, rule))
        .collect();
    match args.format {
        ListFormat::Text => Ok(text(&wanted, &loaded)),
        ListFormat::Json => Ok(json(&wanted.into_iter().map(entry).collect::<Vec<_>>())),
    }
}

fn wants(args: &ListArgs, rule: &Rule) -> bool {
    let info = &rule.info;
    args.class.is_none_or(|class| info.class == class)
        && args.severity.is_none_or(|least| info.severity >= least)
        && args
            .provider
            .as_ref()
            .is_none_or(|name| info.provider == *name)
}

/// Refuses a provider that no rule has.
fn known(provider: &str, rules: &RuleSet) -> Result<(), Exit> {
    let providers = rules.rules.iter().map(|rule| rule.info.provider.as_str());
    let mut names: Vec<&str> = providers.collect();
    names.sort_unstable();
    names.dedup();
    if names.contains(&provider) {
        return Ok(());
    }
    let hint = match closest(provider, &names) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    };
    Err(stop(&format!(
        "no rule has the provider `{provider}`{hint}"
    )))
}

fn text(rules: &[&Rule], loaded: &Loaded) -> Exit {
    let mut page = Page::default();
    let rows: Vec<[String; 5]> = rules.iter().map(|rule| row(rule)).collect();
    if !rows.is_empty() {
        page.table(["ID", "SEVERITY", "CONFIDENCE", "CLASS", "TITLE"], &rows);
        page.gap();
    }
    let off = loaded.known.rules.len() - loaded.rules.rules.len();
    let off = match off {
        0 => String::new(),
        off => format!(
            " ({} off: of other classes, or turned off by the configuration)",
            counted(off, "other")
        ),
    };
    page.line(&(counted(rules.len(), "rule") + &off));
    page.print(Exit::Clean)
}

fn row(rule: &Rule) -> [String; 5] {
    let info = &rule.info;
    [
        info.id.as_str().to_owned(),
        info.severity.to_string(),
        rule.confidence.to_string(),
        info.class.to_string(),
        info.title.clone(),
    ]
}

/// A rule for programs. Examples are left out: they look like secrets.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    title: &'a str,
    provider: &'a str,
    class: Class,
    severity: Severity,
    confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recogniser: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forms: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    validate: Option<&'a str>,
    since: &'a str,
    why: &'a str,
    remedy: &'a str,
    references: &'a [String],
}

fn entry(rule: &Rule) -> Entry<'_> {
    let info = &rule.info;
    let (pattern, recogniser, number) = match &rule.kind {
        RuleKind::Pattern { pattern, .. } => (Some(pattern.as_str()), None, None),
        RuleKind::Number(number) => (None, None, Some(&**number)),
        RuleKind::Recogniser(name) => (None, Some(name.as_str()), None),
        RuleKind::Marking(_) | RuleKind::FileName => (None, None, None),
    };
    Entry {
        id: info.id.as_str(),
        title: &info.title,
        provider: &info.provider,
        class: info.class,
        severity: info.severity,
        confidence: rule.confidence,
        pattern,
        recogniser,
        forms: number.map(|number| [&number.telling[..], &number.forms].concat()),
        validate: rule.validate.map(|validator| validator.name),
        since: &rule.since,
        why: &info.why,
        remedy: &info.remedy,
        references: &info.references,
    }
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    kind: &'static str,
    about: &'static str,
}

fn validators(format: ListFormat) -> Exit {
    let checks = validate::all().into_iter().map(|validator| Check {
        name: validator.name,
        kind: if validator.checksum {
            "checksum"
        } else {
            "structure"
        },
        about: validator.about,
    });
    if format == ListFormat::Json {
        return json(&checks.collect::<Vec<_>>());
    }
    let rows = checks.map(|check| [check.name, check.kind, check.about].map(str::to_owned));
    let mut page = Page::default();
    page.table(
        ["NAME", "KIND", "WHAT IT CHECKS"],
        &rows.collect::<Vec<_>>(),
    );
    page.print(Exit::Clean)
}

fn json<T: Serialize>(list: &[T]) -> Exit {
    match serde_json::to_string_pretty(list) {
        Ok(text) => print((text + "\n").as_bytes(), Exit::Clean),
        Err(error) => stop(&format!("the list cannot be written as JSON: {error}")),
    }
}
