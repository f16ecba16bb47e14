//! The pages of `docs/rules` are what the built-in rules say. `STANCH_BLESS=1`
//! writes them anew.
//!
//! Secrets are on pages by the first letter of their provider; rules without a
//! provider, personal data and markings have pages of their own.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use stanch::base::level::Class;
use stanch::rules::builtin;
use stanch::rules::file::RuleFile;
use stanch::rules::load::{Rule, RuleSet};

/// Titles of the pages that are not about a letter.
const THEMES: [(&str, &str); 4] = [
    ("generic", "Secrets of no one provider"),
    ("personal", "Personal and financial data"),
    ("markings", "Classification markings"),
    ("documents", "Protected documents"),
];

#[test]
fn the_pages_say_what_the_rules_say() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let pages = pages();
    if std::env::var_os("STANCH_BLESS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(&folder).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        for (name, text) in &pages {
            fs::write(folder.join(name), text).unwrap();
        }
    }
    let kept: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(kept, pages.keys().cloned().collect(), "STANCH_BLESS=1");
    for (name, text) in &pages {
        let kept = fs::read_to_string(folder.join(name)).unwrap();
        assert!(&kept == text, "docs/rules/{name} is old: STANCH_BLESS=1");
    }
}

#[test]
fn every_rule_stands_on_one_page() {
    let pages = pages();
    for rule in RuleSet::builtin().unwrap().rules {
        let cell = format!("`{}`", rule.id());
        let on = pages.values().filter(|text| text.contains(&cell)).count();
        assert_eq!(on, 1, "{}", rule.id());
    }
}

/// All pages by file name.
fn pages() -> BTreeMap<String, String> {
    let titles: BTreeMap<String, String> = builtin::FILES
        .iter()
        .map(|(_, text)| toml::from_str::<RuleFile>(text).unwrap())
        .map(|file| (file.provider, file.title))
        .collect();
    let set = RuleSet::builtin().unwrap();
    let mut sorted: BTreeMap<String, BTreeMap<String, Vec<&Rule>>> = BTreeMap::new();
    for rule in &set.rules {
        let providers = sorted.entry(page_of(rule, &titles)).or_default();
        let title = titles[&rule.info.provider].clone();
        providers.entry(title).or_default().push(rule);
    }
    let mut pages: BTreeMap<String, String> = sorted
        .iter()
        .map(|(page, providers)| (format!("{page}.md"), one_page(page, providers)))
        .collect();
    pages.insert("README.md".to_owned(), index(&sorted));
    pages
}

fn page_of(rule: &Rule, titles: &BTreeMap<String, String>) -> String {
    match rule.info.class {
        Class::Personal => "personal".to_owned(),
        Class::Marking => "markings".to_owned(),
        Class::Document => "documents".to_owned(),
        Class::Secret | Class::Identifier if rule.info.provider == "generic" => {
            "generic".to_owned()
        }
        Class::Secret | Class::Identifier => {
            let first = titles[&rule.info.provider].chars().next().unwrap();
            let first = first.to_ascii_lowercase();
            if first.is_ascii_lowercase() {
                first.to_string()
            } else {
                "0-9".to_owned()
            }
        }
    }
}

/// A table for each provider.
fn one_page(page: &str, providers: &BTreeMap<String, Vec<&Rule>>) -> String {
    let mut text = format!("# Rules: {}\n\n", title_of(page));
    text.push_str("Made of the built-in rules by `STANCH_BLESS=1 cargo test --test rule_pages`. ");
    text.push_str("`stanch explain ID` tells the same and more.\n");
    for (title, rules) in by_letter(providers) {
        let _ = write!(text, "\n## {title}\n\n");
        text.push_str("| rule | severity | confidence | why it matters | what to do |\n");
        text.push_str("|---|---|---|---|---|\n");
        for rule in rules {
            let info = &rule.info;
            let trial = if info.preview { ", on trial" } else { "" };
            let _ = writeln!(
                text,
                "| {}<br>`{}` | {} | {}{trial} | {} | {} |",
                cell(&info.title),
                info.id,
                info.severity.as_str(),
                rule.confidence.as_str(),
                cell(&info.why),
                cell(&info.remedy),
            );
        }
    }
    text
}

fn index(sorted: &BTreeMap<String, BTreeMap<String, Vec<&Rule>>>) -> String {
    let count = |page: &BTreeMap<String, Vec<&Rule>>| page.values().map(Vec::len).sum::<usize>();
    let all: usize = sorted.values().map(count).sum();
    let mut text = format!("# The {all} built-in rules\n\n");
    text.push_str("How they are written, and how to write your own: [rules/README.md](../../rules/README.md). ");
    text.push_str(
        "Where they can be switched on and off: [configuration.md](../configuration.md).\n\n",
    );
    text.push_str("| page | rules | providers |\n|---|---:|---|\n");
    let themes = THEMES
        .iter()
        .filter_map(|(name, _)| sorted.get_key_value(*name));
    let letters = sorted.iter().filter(|(name, _)| !is_theme(name));
    for (name, providers) in themes.chain(letters) {
        let names: Vec<String> = if is_theme(name) {
            Vec::new()
        } else {
            by_letter(providers)
                .iter()
                .map(|(title, _)| cell(title))
                .collect()
        };
        let _ = writeln!(
            text,
            "| [{}]({name}.md) | {} | {} |",
            title_of(name),
            count(providers),
            names.join(", ")
        );
    }
    text
}

/// Providers as a person looks for them: without regard to case.
fn by_letter<'a>(providers: &'a BTreeMap<String, Vec<&'a Rule>>) -> Vec<(&'a str, &'a [&'a Rule])> {
    let mut list: Vec<_> = providers
        .iter()
        .map(|(title, rules)| (title.as_str(), rules.as_slice()))
        .collect();
    list.sort_by_key(|(title, _)| title.to_lowercase());
    list
}

fn is_theme(page: &str) -> bool {
    THEMES.iter().any(|(name, _)| *name == page)
}

fn title_of(page: &str) -> String {
    let theme = THEMES.iter().find(|(name, _)| *name == page);
    theme.map_or_else(|| page.to_uppercase(), |(_, title)| (*title).to_owned())
}

/// Text as it may stand in the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('<', "&lt;")
        .replace('*', "\\*")
}
