//! What can be wrong with a configuration, told at its place.
//!
//! | code | what |
//! |---|---|
//! | C001 | not TOML, or not of the right shape |
//! | C002 | a file cannot be read |
//! | C003 | policy in the user's own file |
//! | C004 | a file that belongs to another user |
//! | C005 | unknown section or key |
//! | C006 | a file in a tree that is not trusted (a warning) |
//! | C007 | a setting of the whole project in the file of a folder |
//! | C010 | malformed glob |
//! | C011 | impossible number of threads |
//! | C012 | unknown skip code |
//! | C013 | allowed value or word that would hide too much |
//! | C014 | unknown scanner to honour |
//! | C015 | unknown class of rules |
//! | C016 | a command, or a place to write to, in a project's file that nobody named |
//! | C017 | a limit on unpacking that is none |
//! | C018 | a size that is none |
//! | C020 | id or pattern that means no rule (a warning) |
//! | C021 | id that a rule had before (a warning) |
//! | C017 | a fixed key that is none |
//! | C030 | a key that a stronger policy fixes (a warning) |

use globset::GlobBuilder;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::content::SkipReason;
use crate::base::id::RuleId;
use crate::base::level::Class;
use crate::base::limits::{Unpack, number};
use crate::config::file::{ANY, File, KEYS, TASTE};
use crate::config::folder;
use crate::config::settings::{Origin, Set, Settings};
use crate::judge::directive::Tool;
use crate::rules::diagnostic::{Checked, Diagnostic, Diagnostics, Level};
use crate::rules::load::RuleSet;
use crate::rules::select::{ClassWord, IdGlob};

/// Most worker threads that make sense.
const THREADS_MAX: usize = 1024;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The organisation's.
    Organisation,
    /// The project's, or the one named in its place.
    Project,
    /// The user's own, for matters of taste.
    User,
    /// That of a folder inside of the project.
    Folder,
}

/// Reads a configuration file.
///
/// # Errors
/// Every unknown key; else every mistake of syntax; else the first wrong value.
pub fn parse(name: &str, text: &str, role: Role) -> Result<File, Vec<Diagnostic>> {
    let mut checked = Checked::new(name, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        checked.toml_error("C001", error);
    }
    if errors.is_empty() {
        keys(table.get_ref(), role, &mut checked);
    }
    if !checked.found.is_empty() {
        checked.found.sort_by_key(|d| d.span.start);
        return Err(checked.found);
    }
    toml::from_str(text).map_err(|error| {
        checked.toml_error("C001", &error);
        checked.found
    })
}

/// A diagnostic about a value that was written at `origin`.
pub fn at(origin: &Origin, level: Level, code: &'static str, message: String) -> Diagnostic {
    Diagnostic {
        file: origin.name.to_string(),
        source: origin.source.clone(),
        span: origin.span.clone(),
        code,
        level,
        message,
        label: None,
        help: None,
    }
}

/// Everything that is wrong with the values of `settings`, as far as that can
/// be told without the rules.
pub fn settings(settings: &Settings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for glob in settings.exclude.iter().chain(&settings.allow_paths) {
        found.extend(malformed(glob));
    }
    let threads = &settings.threads;
    if threads.value > THREADS_MAX {
        let message = format!("{} threads are more than {THREADS_MAX}", threads.value);
        found.push(at(&threads.origin, Level::Error, "C011", message));
    }
    for code in &settings.allow_incomplete {
        let known = SkipReason::CODES;
        if !known.contains(&code.value.as_str()) {
            let message = format!("unknown skip code `{}`", code.value);
            let diagnostic = at(&code.origin, Level::Error, "C012", message);
            found.push(diagnostic.with_suggestion(&code.value, known));
        }
    }
    for limit in &settings.unpack_limits {
        if let Err(message) = Unpack::default().set(&limit.value) {
            found.push(at(&limit.origin, Level::Error, "C017", message));
        }
    }
    if let Some(size) = &settings.cache_size
        && number(&size.value).is_none()
    {
        let message = format!("`{}` is no size such as 64M", size.value);
        found.push(at(&size.origin, Level::Error, "C018", message));
    }
    found.extend(settings.honour.iter().filter_map(unknown_scanner));
    found.extend(settings.classes.iter().filter_map(unknown_class));
    found.extend(settings.fixed_nothing());
    found.extend(too_broad(settings));
    found.sort_by(|a, b| (&a.file, a.span.start).cmp(&(&b.file, b.span.start)));
    found
}

/// Ids and patterns of `settings` that mean none of `rules`, which are all
/// rules there are, before any is turned off.
pub fn unknown_rules(settings: &Settings, rules: &RuleSet) -> Diagnostics {
    let all = rules.rules.iter().flat_map(|rule| rule.info.ids());
    let ids: Vec<&str> = all.map(RuleId::as_str).collect();
    let named = settings.disable.iter().chain(&settings.enable);
    let named = named.map(|set| (&set.value, &set.origin));
    let graded = settings
        .severity
        .iter()
        .map(|set| (&set.value.0, &set.origin));
    let counted = settings
        .quantity
        .iter()
        .map(|set| (&set.value.0, &set.origin));
    let short = ids.iter().filter_map(|id| id.strip_prefix("personal-"));
    let short: Vec<&str> = short.collect();
    let unknown = named
        .chain(graded)
        .filter(|(glob, _)| !ids.iter().any(|id| glob.matches(id)));
    let unknown = unknown.chain(counted.filter(|(glob, _)| {
        let mut all = ids.iter().chain(&short);
        !all.any(|id| glob.matches(id))
    }));
    let unknown = unknown.map(|(glob, origin)| no_rule(glob, origin, &ids));
    let mut found: Vec<Diagnostic> = unknown.collect();
    found.extend(renamed(settings, rules));
    Diagnostics(found)
}

/// Ids that rules had before: they still work, and should be replaced.
fn renamed<'a>(
    settings: &'a Settings,
    rules: &'a RuleSet,
) -> impl Iterator<Item = Diagnostic> + 'a {
    let named = settings.disable.iter().chain(&settings.enable);
    let named = named.map(|set| (&set.value, &set.origin));
    let graded = settings.severity.iter();
    let named = named.chain(graded.map(|set| (&set.value.0, &set.origin)));
    named.filter_map(|(glob, origin)| {
        let rule = rules.get(glob.as_str())?;
        if !glob.is_exact() || rule.id() == glob.as_str() {
            return None;
        }
        let message = format!("rule `{}` is called `{}` now", glob.as_str(), rule.id());
        let diagnostic = at(origin, Level::Warning, "C021", message);
        Some(diagnostic.with_help("the old id still works; write the new one"))
    })
}

fn no_rule(glob: &IdGlob, origin: &Origin, ids: &[&str]) -> Diagnostic {
    let kind = if glob.is_exact() {
        "rule is called"
    } else {
        "rule id matches"
    };
    let message = format!("no {kind} `{}`", glob.as_str());
    let diagnostic = at(origin, Level::Warning, "C020", message);
    match crate::rules::diagnostic::closest(glob.as_str(), ids) {
        Some(near) if glob.is_exact() => diagnostic.with_label(format!("did you mean `{near}`?")),
        _ => diagnostic.with_help("`stanch rules list` shows every id"),
    }
}

/// Names every key that does not exist, or does not belong where it stands.
fn keys(table: &DeTable<'_>, role: Role, checked: &mut Checked<'_>) {
    let sections: Vec<&str> = KEYS.iter().map(|(section, _)| *section).collect();
    for (section, value) in table {
        let name = section.get_ref().as_ref();
        let Some((section_name, known)) = KEYS.iter().find(|(known, _)| *known == name) else {
            unknown_section(section, &sections, checked);
            continue;
        };
        let DeValue::Table(table) = value.get_ref() else {
            continue;
        };
        for key in table.keys() {
            key_of(section_name, known, key, role, checked);
        }
    }
}

fn unknown_section(
    section: &Spanned<std::borrow::Cow<'_, str>>,
    sections: &[&str],
    checked: &mut Checked<'_>,
) {
    let name = section.get_ref().as_ref();
    checked.error(
        "C005",
        section.span(),
        format!("unknown section or key `{name}`"),
    );
    checked.explain(|d| d.with_suggestion(name, sections));
    elsewhere(name, "", checked);
}

fn key_of(
    section: &str,
    known: &[&str],
    key: &Spanned<std::borrow::Cow<'_, str>>,
    role: Role,
    checked: &mut Checked<'_>,
) {
    let name = key.get_ref().as_ref();
    if !known.contains(&name) && known != ANY {
        checked.error(
            "C005",
            key.span(),
            format!("unknown key `{name}` in `[{section}]`"),
        );
        checked.explain(|d| d.with_suggestion(name, known));
        elsewhere(name, section, checked);
    } else if role == Role::Folder && !folder::KEYS.contains(&(section, name)) {
        let message = format!("`{section}.{name}` is no matter of one folder");
        checked.error("C007", key.span(), message);
        checked.explain(|d| d.with_help("put it into the `stanch.toml` at the project's root"));
    } else if role == Role::User && !TASTE.contains(&(section, name)) {
        let message = format!("`{section}.{name}` is policy, and this file is for taste only");
        checked.error("C003", key.span(), message);
        checked.explain(|d| {
            d.with_help("put it into the project's `stanch.toml`, so that every machine agrees")
        });
    }
}

/// Says so when the key exists in another section.
fn elsewhere(name: &str, section: &str, checked: &mut Checked<'_>) {
    let home = KEYS
        .iter()
        .find(|(other, keys)| *other != section && keys.contains(&name));
    if let Some((home, _)) = home {
        checked.explain(|d| d.with_label(format!("it belongs into `[{home}]`")));
    }
}

fn malformed(glob: &Set<String>) -> Option<Diagnostic> {
    let error = GlobBuilder::new(&glob.value)
        .literal_separator(true)
        .build()
        .err()?;
    let message = format!("malformed glob `{}`", glob.value);
    let diagnostic = at(&glob.origin, Level::Error, "C010", message);
    Some(diagnostic.with_label(error.kind().to_string()))
}

fn unknown_class(word: &Set<String>) -> Option<Diagnostic> {
    word.value.parse::<ClassWord>().err()?;
    let message = format!("unknown class of rules `{}`", word.value);
    let words: Vec<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
    let diagnostic = at(&word.origin, Level::Error, "C015", message);
    Some(diagnostic.with_suggestion(&word.value, &[&words[..], &["all"]].concat()))
}

fn unknown_scanner(name: &Set<String>) -> Option<Diagnostic> {
    let known: Vec<&str> = Tool::FOREIGN.iter().map(|(name, _)| *name).collect();
    if known.contains(&name.value.as_str()) {
        return None;
    }
    let message = format!("no scanner is known as `{}`", name.value);
    let diagnostic = at(&name.origin, Level::Error, "C014", message);
    Some(diagnostic.with_suggestion(&name.value, &known))
}

/// Values and words so short that most secrets would be called harmless.
fn too_broad(settings: &Settings) -> Vec<Diagnostic> {
    let values = settings
        .allow_values
        .iter()
        .filter(|set| set.value.is_empty());
    let values = values.map(|set| (&set.origin, "an empty value is no secret"));
    let words = settings.stop_words.iter().filter(|set| set.value.len() < 3);
    let words = words.map(|set| {
        (
            &set.origin,
            "stop word is too short: random secrets hold it",
        )
    });
    let found = values.chain(words);
    found
        .map(|(origin, message)| at(origin, Level::Error, "C013", message.into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::Layer;

    fn first(text: &str) -> Diagnostic {
        parse("stanch.toml", text, Role::Project)
            .unwrap_err()
            .remove(0)
    }

    #[test]
    fn every_unknown_key_is_told() {
        let text = "colour = 1\n[scan]\nthread = 2\nformat = 'json'\n[rule]\n";
        let found = parse("stanch.toml", text, Role::Project).unwrap_err();
        let told: Vec<_> = found
            .iter()
            .map(|d| {
                (
                    &text[d.span.clone()],
                    d.label.as_deref().unwrap_or_default(),
                )
            })
            .collect();
        let expected = [
            ("colour", ""),
            ("thread", "did you mean `threads`?"),
            ("format", "it belongs into `[output]`"),
            ("rule", "did you mean `rules`?"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn wrong_values_are_told_at_their_place() {
        for (text, drawn, label) in [
            (
                "[scan]\nfail-on = 'hihg'\n",
                "'hihg'",
                Some("did you mean `high`?"),
            ),
            ("[scan]\nthreads = 'two'\n", "'two'", None),
            ("scan = 3\n", "3", None),
            ("[scan\n", "", None),
        ] {
            let found = first(text);
            assert_eq!(found.code, "C001", "{text}");
            assert_eq!(&text[found.span.clone()], drawn, "{text}");
            assert_eq!(found.label.as_deref(), label, "{text}");
        }
    }

    #[test]
    fn ids_that_mean_no_rule_are_warned_of() {
        let file = "provider = 'acme'\ntitle = 'Acme'\n[[rule]]\nid = 'acme-key'\ntitle = 'Key'\n\
             class = 'secret'\nseverity = 'high'\nconfidence = 'high'\nsince = '0.1.0'\n\
             why = 'Opens all doors.'\nremedy = 'Revoke the key.'\npattern = 'acme_[a-z]{9}'\n";
        let rules = RuleSet::of(&[("acme.toml", file)]).unwrap();
        let origin = Origin::new(Layer::Flag, "--disable", "x");
        let disable = |id: &str| Set {
            value: IdGlob::new(id),
            origin: origin.clone(),
        };
        let settings = Settings {
            disable: ["acme-kye", "acme-*", "umbrella-*", "acme-key"]
                .map(disable)
                .into(),
            ..Settings::default()
        };
        let found = unknown_rules(&settings, &rules).0;
        let told: Vec<_> = found
            .iter()
            .map(|d| (d.message.as_str(), d.label.as_deref()))
            .collect();
        let expected = [
            (
                "no rule is called `acme-kye`",
                Some("did you mean `acme-key`?"),
            ),
            ("no rule id matches `umbrella-*`", None),
        ];
        assert_eq!(told, expected);
        assert!(found.iter().all(|d| d.level == Level::Warning));
    }
}
