//! TOML of gitleaks and of betterleaks, which is the same and more.
//!
//! The meaning is that of gitleaks 8.25 to 8.30 and betterleaks 1.7.

use crate::rules::file::{Capture, Requires, Target, When};
use crate::rules::import::dialect::{Dialect, port, port_short};
use crate::rules::import::draft::{Draft, Exempt, keywords};
use crate::rules::import::node::{Fields, Node};
use crate::rules::import::note::{Loss, Notes};
use crate::rules::import::{Format, Imported, ReadBeside, better};

/// How many files deep `extend` is followed.
const DEEPEST: usize = 2;

const NO_COMMITS: &str = "commits are not known where files are scanned";

/// A configuration, its own and what it extends put together.
#[derive(Default)]
struct Config {
    rules: Vec<Entry>,
    global: Vec<Exempt>,
    /// Allowlists of some rules, by id.
    targeted: Vec<(Vec<String>, Exempt)>,
    /// Expressions that are true of what is harmless for all rules.
    filters: Vec<String>,
}

/// A rule as written. What is not given is left to what is extended.
#[derive(Clone, Default)]
struct Entry {
    id: String,
    place: (String, usize),
    description: Option<String>,
    regex: Option<(String, usize)>,
    path: Option<(String, usize)>,
    group: Option<usize>,
    entropy: Option<f64>,
    keywords: Vec<String>,
    except: Vec<Exempt>,
    filter: Option<String>,
    requires: Vec<Requires>,
    helper: bool,
    specificity: Option<f64>,
}

pub(super) fn import(
    root: &Node,
    name: &str,
    beside: &ReadBeside<'_>,
    notes: &mut Notes,
    out: &mut Imported,
) {
    let reader = Reader {
        format: out.format,
        beside,
    };
    let config = reader.config(root, name, 0, notes);
    out.except.extend(config.global);
    let filters = out.filter.take().into_iter().chain(config.filters);
    out.filter = better::any(filters.collect());
    for mut entry in config.rules {
        let targeted = config.targeted.iter();
        let own = targeted.filter(|(ids, _)| ids.contains(&entry.id));
        entry.except.extend(own.map(|(_, exempt)| exempt.clone()));
        if let Some(draft) = draft(entry, out.format, notes) {
            out.drafts.push(draft);
        }
    }
}

struct Reader<'a> {
    format: Format,
    beside: &'a ReadBeside<'a>,
}

impl Reader<'_> {
    fn config(&self, root: &Node, name: &str, depth: usize, notes: &mut Notes) -> Config {
        let mut fields = Fields::of(root, None, notes);
        for key in [
            "title",
            "description",
            "minVersion",
            "betterleaksMinVersion",
        ] {
            // Words for people, and a demand on another program.
            fields.take(key);
        }
        let extend = fields.take("extend");
        let rules = fields.take("rules");
        let mut config = Config::default();
        for key in ["allowlist", "allowlists"] {
            for list in fields.take(key).into_iter().flat_map(Node::list) {
                let (ids, exempt) = allowlist(list, None, fields.notes);
                match (exempt, ids.is_empty()) {
                    (Some(exempt), true) => config.global.push(exempt),
                    (Some(exempt), false) => config.targeted.push((ids, exempt)),
                    (None, _) => {}
                }
            }
        }
        if self.format == Format::Betterleaks {
            for key in ["prefilter", "filter"] {
                config.filters.extend(better::filter(&mut fields, key));
            }
        }
        fields.finish();
        for rule in rules.into_iter().flat_map(Node::list) {
            config.rules.extend(self.entry(rule, name, notes));
        }
        if let Some(extend) = extend {
            self.extend(&mut config, extend, depth, notes);
        }
        config
    }

    fn entry(&self, node: &Node, name: &str, notes: &mut Notes) -> Option<Entry> {
        let id = node.get("id").and_then(Node::text).unwrap_or_default();
        let mut fields = Fields::of(node, Some(id).filter(|id| !id.is_empty()), notes);
        if id.is_empty() {
            fields.note(Loss::Refused, node.line, "id", "the rule has no id");
            return None;
        }
        fields.take("id");
        let line = |key: &str| node.get(key).map_or(node.line, |node| node.line);
        let located = |text: &str, key: &str| (text.to_owned(), line(key));
        let mut entry = Entry {
            id: id.to_owned(),
            place: (name.to_owned(), line("id")),
            description: fields.text("description").map(str::to_owned),
            regex: fields.text("regex").map(|text| located(text, "regex")),
            path: fields.text("path").map(|text| located(text, "path")),
            group: fields.count("secretGroup"),
            entropy: fields.number("entropy").filter(|bits| *bits > 0.0),
            helper: fields.truth("skipReport").unwrap_or_default(),
            ..Entry::default()
        };
        entry.keywords = keywords(&fields.texts("keywords"));
        for key in ["allowlist", "allowlists"] {
            for list in fields.take(key).into_iter().flat_map(Node::list) {
                let (ids, exempt) = allowlist(list, Some(id), fields.notes);
                if !ids.is_empty() {
                    let text = "only allowlists of all rules choose rules";
                    fields.note(Loss::Dropped, list.line, "targetRules", text);
                }
                entry.except.extend(exempt);
            }
        }
        for required in fields.take("required").into_iter().flat_map(Node::list) {
            entry
                .requires
                .extend(requirement(required, id, fields.notes));
        }
        fields.drop_keys(&[("tags", "rules have no tags")]);
        if self.format == Format::Betterleaks {
            better::entry(&mut fields, &mut entry.filter, &mut entry.specificity);
        }
        fields.finish();
        Some(entry)
    }

    fn extend(&self, config: &mut Config, node: &Node, depth: usize, notes: &mut Notes) {
        let mut fields = Fields::of(node, None, notes);
        if let Some(default) = fields.take("useDefault")
            && fields_true(default)
        {
            let text = "the default rules of another tool are not part of the product; its own stand in for them";
            fields.note(Loss::Dropped, default.line, "extend.useDefault", text);
        }
        fields.drop_keys(&[("url", "nothing is read from the network")]);
        let disabled: Vec<String> = owned(fields.texts("disabledRules"));
        let path = fields.take("path");
        fields.finish();
        let Some((path, line)) = path.and_then(|node| Some((node.text()?, node.line))) else {
            return;
        };
        let refused = |text: String, notes: &mut Notes| {
            notes.add(Loss::Dropped, None, line, "extend.path", text);
        };
        if depth + 1 > DEEPEST {
            refused(
                format!("files are extended {DEEPEST} deep and no deeper"),
                notes,
            );
            return;
        }
        let base = match (self.beside)(path).map(|text| Node::of_toml(&text)) {
            Ok(Ok(base)) => base,
            Ok(Err((_, message))) => {
                let first = message.lines().next().unwrap_or_default().to_owned();
                return refused(format!("`{path}` is not TOML: {first}"), notes);
            }
            Err(error) => return refused(format!("`{path}` cannot be read: {error}"), notes),
        };
        let mut of_base = Notes::new(path);
        let base = self.config(&base, path, depth + 1, &mut of_base);
        notes.list.append(&mut of_base.list);
        config.extend(base, &disabled);
    }
}

impl Config {
    /// Puts `base` under this configuration.
    fn extend(&mut self, base: Config, disabled: &[String]) {
        for rule in base.rules {
            if disabled.contains(&rule.id) {
                continue;
            }
            match self.rules.iter_mut().find(|own| own.id == rule.id) {
                Some(own) => own.over(rule),
                None => self.rules.push(rule),
            }
        }
        self.global.extend(base.global);
        self.targeted.extend(base.targeted);
        self.filters.extend(base.filters);
    }
}

impl Entry {
    /// Takes from `base` what is not given here; lists are put together.
    fn over(&mut self, base: Entry) {
        self.description = self.description.take().or(base.description);
        self.regex = self.regex.take().or(base.regex);
        self.path = self.path.take().or(base.path);
        self.group = self.group.filter(|group| *group > 0).or(base.group);
        self.entropy = self.entropy.or(base.entropy);
        self.filter = self.filter.take().or(base.filter);
        self.specificity = self.specificity.or(base.specificity);
        self.keywords.extend(base.keywords);
        self.except.extend(base.except);
        self.requires.extend(base.requires);
        self.helper |= base.helper;
    }
}

fn fields_true(node: &Node) -> bool {
    matches!(node.value, super::node::Value::Bool(true))
}

fn owned(texts: Vec<(&str, usize)>) -> Vec<String> {
    let texts = texts.into_iter();
    texts.map(|(text, _)| text.to_owned()).collect()
}

/// An allowlist, and the rules it is for; no entry when nothing of it is left.
fn allowlist(node: &Node, rule: Option<&str>, notes: &mut Notes) -> (Vec<String>, Option<Exempt>) {
    let mut fields = Fields::of(node, rule, notes);
    let ids = owned(fields.texts("targetRules"));
    let when = match fields.text("condition").map(str::to_uppercase).as_deref() {
        Some("AND" | "&&") => When::All,
        None | Some("OR" | "||") => When::Any,
        Some(_) => {
            let why = "is not known, and taken for `OR`";
            fields.note(Loss::Changed, node.line, "condition", why);
            When::Any
        }
    };
    let mut exempt = Exempt {
        when,
        reason: fields.text("description").map(str::to_owned),
        words: owned(fields.texts("stopwords")),
        target: match fields.text("regexTarget") {
            Some("match") => Target::Match,
            Some("line") => Target::Line,
            None | Some("secret") => Target::Secret,
            Some(_) => {
                let why = "is not known, and taken for `secret`";
                fields.note(Loss::Changed, node.line, "regexTarget", why);
                Target::Secret
            }
        },
        ..Exempt::default()
    };
    exempt.words.retain(|word| !word.is_empty());
    let commits = fields
        .take("commits")
        .filter(|node| !node.list().is_empty());
    let before = fields.notes.list.len();
    for (key, list) in [
        ("paths", &mut exempt.paths),
        ("regexes", &mut exempt.patterns),
    ] {
        for (text, line) in fields.texts(key) {
            match port_short(text, Dialect::Go) {
                Ok(pattern) => list.push(pattern),
                Err(error) => {
                    let text = format!("no regular expression here: {error}");
                    fields.note(Loss::Dropped, line, key, text);
                }
            }
        }
    }
    if let Some(commits) = commits {
        fields.note(Loss::Dropped, commits.line, "commits", NO_COMMITS);
    }
    let lost = fields.notes.list.len() > before;
    if when == When::All && lost {
        // Without one of its criteria it would allow more than it should.
        let text = "all its criteria must hold, and one of them cannot be told";
        fields.note(Loss::Dropped, node.line, "allowlists", text);
        exempt = Exempt::default();
    }
    fields.finish();
    (ids, Some(exempt).filter(|exempt| !exempt.is_empty()))
}

fn requirement(node: &Node, rule: &str, notes: &mut Notes) -> Option<Requires> {
    let mut fields = Fields::of(node, Some(rule), notes);
    let id = fields.text("id").map(str::to_owned);
    let required = Requires {
        rule: id.clone().unwrap_or_default(),
        within_lines: fields.count("withinLines"),
        within_columns: fields.count("withinColumns"),
    };
    if id.is_none() {
        fields.note(Loss::Dropped, node.line, "required", "it names no rule");
    }
    fields.finish();
    id.map(|_| required)
}

/// The rule as it will be written; none when it cannot be.
fn draft(entry: Entry, format: Format, notes: &mut Notes) -> Option<Draft> {
    let mut making = Making {
        notes: Notes::new(&entry.place.0),
        draft: Draft::new(format, &entry.id, entry.place.clone()),
        is_good: true,
    };
    making.describe(&entry);
    making.pattern(&entry);
    making.path(&entry);
    if entry.entropy.is_some_and(|bits| bits >= 32.0) {
        making.refuse(
            entry.place.1,
            "entropy",
            "no value is as random as that".into(),
        );
    }
    let Making {
        notes: mut of_rule,
        mut draft,
        is_good,
    } = making;
    notes.list.append(&mut of_rule.list);
    draft.generic =
        entry.id.contains("generic") || entry.specificity.is_some_and(|rank| rank <= 0.0);
    draft.keywords = entry.keywords;
    draft.entropy_over = entry.entropy;
    draft.except = entry.except;
    draft.filter = entry.filter;
    draft.requires = entry.requires;
    draft.helper = entry.helper;
    is_good.then_some(draft)
}

/// A rule that is being made.
struct Making {
    notes: Notes,
    draft: Draft,
    /// False when it cannot mean what it should.
    is_good: bool,
}

impl Making {
    fn describe(&mut self, entry: &Entry) {
        self.draft.describe(None, entry.description.as_deref());
    }

    fn tell(&mut self, loss: Loss, line: usize, key: &str, text: String) {
        let origin = self.draft.origin.clone();
        self.notes.add(loss, Some(&origin), line, key, text);
    }

    fn refuse(&mut self, line: usize, key: &str, text: String) {
        self.tell(Loss::Refused, line, key, text);
        self.is_good = false;
    }

    fn pattern(&mut self, entry: &Entry) {
        let Some((regex, line)) = &entry.regex else {
            if entry.path.is_none() {
                let why = "there is neither `regex` nor `path`";
                self.refuse(entry.place.1, "regex", why.into());
            }
            return;
        };
        let ported = match port(regex, Dialect::Go) {
            Ok(ported) => ported,
            Err(error) => return self.refuse(*line, "regex", error),
        };
        for change in ported.changes {
            self.tell(Loss::Changed, *line, "regex", change);
        }
        match entry.group.filter(|group| *group > 0) {
            Some(group) if group > ported.groups => {
                self.refuse(*line, "secretGroup", format!("there is no group {group}"));
            }
            Some(group) => self.draft.secret = Some(group),
            None => self.draft.capture = Capture::First,
        }
        self.draft.pattern = Some(ported.pattern);
        self.draft.max_length = ported.max_length;
    }

    fn path(&mut self, entry: &Entry) {
        let Some((path, line)) = &entry.path else {
            return;
        };
        match port_short(path, Dialect::Go) {
            Ok(path) => self.draft.paths.push(path),
            Err(error) => self.refuse(*line, "path", error),
        }
    }
}
