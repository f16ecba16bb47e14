//! The configuration in force, the rules it chooses, and whose word silences findings.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::args::Global;
use crate::cli::settings;
use crate::cli::words::{BASELINE, IGNORE, Project};
use crate::config::environment::Environment;
use crate::config::resolve::Flags;
use crate::config::settings::Settings;
use crate::detect::engine::Engine;
use crate::detect::index::EnginePath;
use crate::judge::key::Keyer;
use crate::record::baseline::Baseline;
use crate::record::ignore::IgnoreFile;
use crate::record::plain;
use crate::rules::load::RuleSet;

use super::check::Account;
use super::{counted, resolved};

/// Looks at all of it. The settings in force; none when they cannot be used.
pub(super) fn look(
    global: &Global,
    project: &Project,
    key_file: Option<&Path>,
    account: &mut Account,
) -> Option<Settings> {
    let Some(resolved) = resolved(global) else {
        account.fail(
            "files",
            "the configuration cannot be used; standard error tells why",
            "mend the file; `stanch config path` tells which ones count",
        );
        return None;
    };
    let environment = Environment::read();
    for file in &resolved.files {
        account.ok("files", whose(file, global, &environment, project));
    }
    if resolved.files.is_empty() {
        account.ok(
            "files",
            "none: everything is as it comes; `stanch init` writes one",
        );
    }
    for warning in &resolved.warnings.0 {
        let remedy = warning.help.clone();
        let remedy = remedy.unwrap_or_else(|| format!("look at {}", warning.file));
        account.warn("files", warning.message.clone(), remedy);
    }
    rules(global, account);
    words(project, key_file, account);
    Some(resolved.settings)
}

/// A file, and why it has a say.
fn whose(file: &Path, global: &Global, environment: &Environment, project: &Project) -> String {
    let is = |named: Option<&std::path::PathBuf>| {
        named.is_some_and(|named| project.here.join(named) == file)
    };
    let role = if is(global.policy.as_ref()) {
        "the organisation's, by `--policy`"
    } else if is(environment.policy.as_ref()) {
        "the organisation's, by `STANCH_POLICY`"
    } else if environment.user_file().as_deref() == Some(file) {
        "your own"
    } else if is(global.config.as_ref()) {
        "named by `--config`"
    } else if is(environment.config.as_ref()) {
        "named by `STANCH_CONFIG`"
    } else {
        "the project's"
    };
    format!("{} ({role})", project.shown(file))
}

/// The rules in force, by class, and those that cannot be used.
fn rules(global: &Global, account: &mut Account) {
    let Ok(loaded) = settings::load(global, Flags::default()) else {
        return account.fail(
            "rules",
            "a rule file cannot be used; standard error tells why",
            "mend it; `stanch rules check FILE` names all mistakes in it",
        );
    };
    for warning in &loaded.warnings.0 {
        if warning.code.starts_with('R') {
            account.warn(
                "rules",
                warning.to_string(),
                "`stanch rules check` tells more",
            );
        }
    }
    match Engine::new(&loaded.rules, EnginePath::Prefilter) {
        Ok(_) => {
            let off = loaded.known.rules.len() - loaded.rules.rules.len();
            let told = by_class(&loaded.rules);
            if loaded.rules.rules.is_empty() {
                let remedy = "look at `[rules]` in `stanch config show --origin`";
                return account.fail("rules", "no rule is in force: nothing is found", remedy);
            }
            account.ok(
                "rules",
                format!("{told}; {off} off, see `stanch rules list`"),
            );
        }
        Err(errors) => {
            for error in errors {
                let remedy = "mend the rule, or turn it off with `[rules] disable`";
                account.fail("rules", error.to_string(), remedy);
            }
        }
    }
}

fn by_class(rules: &RuleSet) -> String {
    let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in &rules.rules {
        *classes.entry(rule.info.class.as_str()).or_default() += 1;
    }
    let classes: Vec<String> = classes
        .into_iter()
        .map(|(class, count)| format!("{count} {class}"))
        .collect();
    format!(
        "{} ({})",
        counted(rules.rules.len(), "rule"),
        classes.join(", ")
    )
}

/// The project's ignore file and baseline.
fn words(project: &Project, key_file: Option<&Path>, account: &mut Account) {
    let path = project.file(IGNORE);
    let name = project.shown(&path);
    match plain::read(&path) {
        Ok(None) => {}
        Ok(Some(text)) => {
            let file = IgnoreFile::parse(&text);
            let told = format!("{name}: {}", entries(file.entries.len()));
            match file.faults.first() {
                None => account.ok("ignore file", told),
                Some(fault) => account.warn(
                    "ignore file",
                    format!("{name}:{} has no effect: {}", fault.line, fault.message),
                    "mend or remove the line",
                ),
            }
        }
        Err(error) => account.fail(
            "ignore file",
            format!("{name} cannot be read: {error}"),
            "scans stop there: make it a readable file",
        ),
    }
    baseline(project, key_file, account);
}

fn baseline(project: &Project, key_file: Option<&Path>, account: &mut Account) {
    let path = project.file(BASELINE);
    let name = project.shown(&path);
    let text = match plain::read(&path) {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(error) => {
            return account.fail(
                "baseline",
                format!("{name} cannot be read: {error}"),
                "scans stop there: make it a readable file",
            );
        }
    };
    let baseline = Baseline::parse(&text);
    let keyer = super::keys::project_key(key_file).map_or_else(
        || Keyer::new(None),
        |key| Keyer::new(Some(key.expose().trim_ascii())),
    );
    if !baseline.is_keyed_by(&keyer) {
        return account.warn(
            "baseline",
            format!("{name} was made with another project key and knows nothing here"),
            "set the same `STANCH_KEY`, or make it again with `stanch baseline create --force`",
        );
    }
    match baseline.faults.first() {
        None => account.ok(
            "baseline",
            format!("{name}: {} known", entries(baseline.entries.len())),
        ),
        Some((line, why)) => account.warn(
            "baseline",
            format!("{name}:{line} has no effect: {why}"),
            "mend or remove the line",
        ),
    }
}

fn entries(count: usize) -> String {
    if count == 1 {
        "1 entry".into()
    } else {
        format!("{count} entries")
    }
}
