//! `stanch explain`: a rule in words, for whoever has a finding in front of them.

use clap::Args as ClapArgs;

use crate::base::id::RuleId;
use crate::base::level::Confidence;
use crate::cli::args::Global;
use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::settings::{Loaded, load, stop, tell};
use crate::cli::spot::{self, SpotArg};
use crate::config::resolve::Flags;
use crate::judge::finding::{Finding, RuleInfo};
use crate::judge::{document, phrase};
use crate::rules::diagnostic::closest;
use crate::rules::file::{Number, OnMismatch};
use crate::rules::load::{Rule, RuleKind};
use crate::rules::select::{IdGlob, Selection};
use crate::scan::examples::Bench;

/// Arguments of `stanch explain`.
#[derive(Debug, ClapArgs)]
pub struct ExplainArgs {
    /// Id of a rule, as findings show it; or a place in a file, of which is told which rules were
    /// tried there and what became of each candidate
    #[arg(value_name = "RULE|PATH:LINE[:COLUMN]")]
    pub what: String,
}

pub(super) fn run(args: &ExplainArgs, global: &Global) -> Exit {
    let done = match SpotArg::parse(&args.what) {
        Some(spot) => spot::explain(&spot, global),
        None => explain(args, global),
    };
    done.unwrap_or_else(|exit| exit)
}

/// The page of a rule of the protected register, which is in no rule file.
fn of_register(info: &RuleInfo) -> Page {
    let mut page = Page::default();
    page.heading(&format!("{}: {}", info.id.as_str(), info.title));
    page.line(&format!(
        "{}, from a register of protected documents",
        info.class
    ));
    if !info.formerly.is_empty() {
        let former: Vec<&str> = info.formerly.iter().map(RuleId::as_str).collect();
        page.line(&format!("It was called {} before.", former.join(", ")));
    }
    if info.preview {
        page.line("It is on trial: off unless `--preview` or its id is given.");
    }
    page.heading("Why it matters");
    page.prose(2, &info.why);
    page.heading("What to do");
    page.prose(2, &info.remedy);
    page.heading("How it is found, and how sure that is");
    page.prose(
        2,
        "`stanch scan --register INDEX` knows the text by keyed fingerprints. What there is to know \
         of a document, `stanch register explain INDEX` tells.",
    );
    page
}

fn explain(args: &ExplainArgs, global: &Global) -> Result<Exit, Exit> {
    let registered = [document::rule(), phrase::rule()];
    if let Some(info) = registered.iter().find(|info| info.id.as_str() == args.what) {
        return Ok(of_register(info).print(Exit::Clean));
    }
    let loaded = load(global, Flags::default())?;
    tell(&loaded.warnings);
    let rule = find(&loaded, &args.what)?;
    let mut page = Page::default();
    let info = &rule.info;
    page.heading(&format!("{}: {}", info.id.as_str(), info.title));
    page.line(&format!(
        "{}, severity {}, confidence up to {}",
        info.class, info.severity, rule.confidence
    ));
    if loaded.rules.get(rule.id()).is_none() {
        page.line("The configuration turns this rule off.");
    }
    page.heading("Why it matters");
    page.prose(2, &info.why);
    page.heading("What to do");
    page.prose(2, &info.remedy);
    page.heading("How it is found, and how sure that is");
    for sentence in grounds(rule) {
        page.prose(2, &sentence);
    }
    page.heading("Examples, with what they hide masked");
    examples(&loaded, rule, &mut page)?;
    if !info.references.is_empty() {
        page.heading("Read more");
        for reference in &info.references {
            page.line(&format!("  {reference}"));
        }
    }
    Ok(page.print(Exit::Clean))
}

/// The rule called `id`, be it in force or not.
///
/// # Errors
/// There is none; that is told.
pub(super) fn find<'a>(loaded: &'a Loaded, id: &str) -> Result<&'a Rule, Exit> {
    let found = loaded.rules.get(id).or_else(|| loaded.known.get(id));
    if let Some(rule) = found {
        return Ok(rule);
    }
    let ids: Vec<&str> = loaded.known.rules.iter().map(|rule| rule.id()).collect();
    let hint = match closest(id, &ids) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => "; `stanch rules list` shows every rule".into(),
    };
    Err(stop(&format!("no rule is called `{id}`{hint}")))
}

/// Writes what the rule finds in its match examples, and why.
pub(super) fn examples(loaded: &Loaded, rule: &Rule, page: &mut Page) -> Result<(), Exit> {
    let alone = loaded.known.select(&Selection {
        disable: vec![IdGlob::new("*")],
        enable: vec![IdGlob::new(rule.id())],
        ..Selection::default()
    });
    let bench = Bench::new(&alone).map_err(|errors| {
        for error in &errors {
            stop(&error.to_string());
        }
        Exit::Usage
    })?;
    let found = bench.found_in_examples(rule.id());
    if found.is_empty() {
        page.line("  none");
    }
    for finding in &found {
        example(finding, page);
    }
    Ok(())
}

fn example(finding: &Finding, page: &mut Page) {
    for line in &finding.excerpt {
        page.line(&format!("  {}", line.text));
    }
    let evidence: Vec<&str> = finding.evidence.words().collect();
    page.prose(
        6,
        &format!("{}: {}", finding.confidence, evidence.join(", ")),
    );
}

/// What a match must have to be reported, in sentences.
fn grounds(rule: &Rule) -> Vec<String> {
    let mut told = match &rule.kind {
        RuleKind::Recogniser(name) => vec![recogniser(name).to_owned()],
        RuleKind::Number(number) => number_told(number),
        RuleKind::Marking(_) => vec![
            "It is found by its words; where they stand tells whether they mark the text.".into(),
        ],
        RuleKind::FileName => vec!["It is found by its path; nothing in it is read.".to_owned()],
        RuleKind::Pattern { .. } => pattern(rule),
    };
    let words = &rule.allow.words;
    if !words.is_empty() {
        told.push(format!(
            "Values that hold {} are taken for examples.",
            any_of(words)
        ));
    }
    match rule.allow.values.len() {
        0 => {}
        1 => told.push("One well-known value is left out.".into()),
        several => told.push(format!("{several} well-known values are left out.")),
    }
    if let Some(noise) = &rule.noise {
        told.push(format!("It may be wrong about clean files: {noise}"));
    }
    told
}

fn number_told(number: &Number) -> Vec<String> {
    let mut told = vec!["It is found by the ways it is written.".to_owned()];
    if !number.telling.is_empty() {
        let alone = number.alone.unwrap_or(Confidence::Low);
        told.push(format!(
            "Without a word that names it, its confidence is {alone}."
        ));
    }
    if !number.forms.is_empty() {
        told.push(
            "Some ways to write it need such a word near, or at the head of the column.".into(),
        );
    }
    told
}

fn pattern(rule: &Rule) -> Vec<String> {
    let mut told = vec![format!(
        "It is found by its form, which `stanch rules show {}` tells. A match has confidence {}.",
        rule.id(),
        rule.confidence
    )];
    if let Some(near) = &rule.near {
        told.push(format!(
            "{} must stand within {} bytes of it.",
            any_of(&near.words),
            near.within
        ));
    }
    if let Some(bits) = rule.min_entropy {
        told.push(format!(
            "The value must look random: {bits} bits per byte or more."
        ));
    }
    if let Some(validator) = rule.validate {
        let what = if validator.checksum {
            "Its checksum"
        } else {
            "Its structure"
        };
        let name = validator.name;
        told.push(match rule.on_mismatch {
            OnMismatch::Drop => format!("{what} must be right (`{name}`)."),
            OnMismatch::Lower => {
                format!("{what} is checked (`{name}`); when it is wrong, confidence is low.")
            }
            OnMismatch::Medium => {
                format!("{what} is checked (`{name}`); when it is wrong, confidence is medium.")
            }
        });
    }
    told
}

fn any_of(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => words.concat(),
    }
}

/// How a recogniser decides.
fn recogniser(name: &str) -> &'static str {
    match name {
        "assignment" => {
            "It is found by its name: a name that speaks of a secret, and a value that belongs to \
             it. A long value that looks random has confidence high; shorter ones, weaker names \
             and looser ties between the two have medium; quoted words under the name of a \
             password have low. What is plainly a placeholder, a reference or code is left out."
        }
        "uri-userinfo" => {
            "It is found by its place in a URL, between the user and the host. Confidence is low \
             for placeholders, ordinary words and passwords that repeat the user's name, and high \
             for everything else."
        }
        "auth-header" => {
            "It is found behind an HTTP authorization scheme, or as the user argument of a \
             command. Confidence is high when the value decodes to user and password or is a \
             long token, else medium or low."
        }
        "private-key" => {
            "It is found by the first line of a key block. The block must have a body of the form \
             that its first line promises; then confidence is high."
        }
        _ => "It is found by code of its own, which weighs the evidence.",
    }
}
