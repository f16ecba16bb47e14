//! The settings in force, written as a configuration file.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::config::file::When;
use crate::config::settings::{Origin, Set, Settings};
use crate::report::output::Format;

/// Whether each value is followed by where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origins {
    /// As a comment behind it.
    Shown,
    /// Not at all.
    Hidden,
}

impl Settings {
    /// The settings as TOML. Read again, it gives the same settings, but for
    /// allowed values: those may be real secrets, so only their number and
    /// lengths are told, in a comment.
    pub fn show(&self, origins: Origins) -> String {
        let mut page = Page {
            text: String::new(),
            origins,
        };
        page.section("scan");
        page.one(
            "respect-gitignore",
            &self.respect_gitignore,
            bool::to_string,
        );
        page.one("follow-symlinks", &self.follow_symlinks, bool::to_string);
        page.one("decode", &self.decode, bool::to_string);
        page.one("threads", &self.threads, usize::to_string);
        page.list("exclude", &self.exclude, |glob| quoted(glob));
        page.one("min-confidence", &self.min_confidence, |level| {
            quoted(level.as_str())
        });
        page.one("fail-on", &self.fail_on, |level| quoted(level.as_str()));
        page.list("allow-incomplete", &self.allow_incomplete, |code| {
            quoted(code)
        });
        page.list("unpack-limits", &self.unpack_limits, |limit| quoted(limit));
        page.section("rules");
        page.list("classes", &self.classes, |word| quoted(word));
        page.list("files", &self.rule_files, |path| {
            quoted(&path.to_string_lossy())
        });
        page.list("disable", &self.disable, |glob| quoted(glob.as_str()));
        page.list("enable", &self.enable, |glob| quoted(glob.as_str()));
        page.severities(self);
        page.one("preview", &self.preview, bool::to_string);
        page.quantities(self);
        page.one("learned", &self.learned, bool::to_string);
        page.section("allow");
        page.values(self);
        page.list("paths", &self.allow_paths, |glob| quoted(glob));
        page.list("stop-words", &self.stop_words, |word| quoted(word));
        page.section("suppress");
        page.one("comments", &self.comments, |obey| quoted(obey.as_str()));
        page.list("honour", &self.honour, |name| quoted(name));
        let path = |path: &PathBuf| quoted(&path.to_string_lossy());
        page.list("ignore-files", &self.ignore_files, path);
        page.list("baselines", &self.baselines, path);
        page.section("policy");
        page.list("locked", &self.locked, |glob| quoted(glob.as_str()));
        page.list("fixed", &self.fixed, |key| quoted(key));
        page.register(self);
        let when = |when: &When| quoted(when.as_str());
        page.section("cache");
        page.one("use", &self.cache_use, when);
        page.cache(self);
        if let Some(ledger) = &self.ledger_path {
            page.section("ledger");
            page.one("path", ledger, path);
        }
        page.section("output");
        page.one("color", &self.color, when);
        page.one("format", &self.format, |format| quoted(name_of(*format)));
        page.one("progress", &self.progress, when);
        page.text
    }
}

struct Page {
    text: String,
    origins: Origins,
}

impl Page {
    fn section(&mut self, name: &str) {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.line(&format!("{gap}[{name}]"), None);
    }

    fn one<T>(&mut self, key: &str, set: &Set<T>, write: impl Fn(&T) -> String) {
        self.line(&format!("{key} = {}", write(&set.value)), Some(&set.origin));
    }

    fn list<T>(&mut self, key: &str, sets: &[Set<T>], write: impl Fn(&T) -> String) {
        if sets.is_empty() {
            self.line(&format!("{key} = []"), Some(&Origin::default_value()));
            return;
        }
        self.line(&format!("{key} = ["), None);
        for set in sets {
            self.line(&format!("    {},", write(&set.value)), Some(&set.origin));
        }
        self.line("]", None);
    }

    fn severities(&mut self, settings: &Settings) {
        for set in &settings.severity {
            let (glob, severity) = &set.value;
            let key = format!("severity.{}", quoted(glob.as_str()));
            self.line(
                &format!("{key} = {}", quoted(severity.as_str())),
                Some(&set.origin),
            );
        }
    }

    fn register(&mut self, settings: &Settings) {
        let path = |set: &Set<PathBuf>| (quoted(&set.value.to_string_lossy()), set.origin.clone());
        let text = |set: &Set<String>| (quoted(&set.value), set.origin.clone());
        let all = [
            ("index", settings.register_index.as_ref().map(path)),
            ("key-file", settings.register_key_file.as_ref().map(path)),
            (
                "key-command",
                settings.register_key_command.as_ref().map(text),
            ),
        ];
        if all.iter().all(|(_, set)| set.is_none()) {
            return;
        }
        self.section("register");
        for (key, set) in all {
            if let Some((value, origin)) = set {
                self.line(&format!("{key} = {value}"), Some(&origin));
            }
        }
    }

    fn cache(&mut self, settings: &Settings) {
        if let Some(dir) = &settings.cache_dir {
            self.one("dir", dir, |dir| quoted(&dir.to_string_lossy()));
        }
        if let Some(size) = &settings.cache_size {
            self.one("size", size, |size| quoted(size));
        }
        self.one("check", &settings.cache_check, |check| {
            quoted(check.as_str())
        });
    }

    fn quantities(&mut self, settings: &Settings) {
        if settings.quantity.is_empty() {
            return;
        }
        self.section("quantity");
        for set in &settings.quantity {
            let (glob, quantity) = &set.value;
            let steps = [
                ("report-from", quantity.report_from),
                ("low-from", quantity.low_from),
                ("medium-from", quantity.medium_from),
                ("high-from", quantity.high_from),
                ("critical-from", quantity.critical_from),
            ];
            let steps = steps
                .into_iter()
                .filter_map(|(key, from)| Some(format!("{key} = {}", from?)));
            let steps: Vec<String> = steps.collect();
            let key = quoted(glob.as_str());
            let line = format!("{key} = {{ {} }}", steps.join(", "));
            self.line(&line, Some(&set.origin));
        }
    }

    fn values(&mut self, settings: &Settings) {
        for set in &settings.allow_values {
            let words = format!("# values: one of {} bytes, not shown", set.value.len());
            self.line(&words, Some(&set.origin));
        }
        if settings.allow_values.is_empty() {
            self.line("values = []", Some(&Origin::default_value()));
        }
    }

    fn line(&mut self, text: &str, origin: Option<&Origin>) {
        // Writing to a string cannot fail.
        let _ = match origin.filter(|_| self.origins == Origins::Shown) {
            Some(origin) => writeln!(self.text, "{text:<39} # {}", comment(origin)),
            None => writeln!(self.text, "{text}"),
        };
    }
}

/// The origin on one line, whatever the file is called.
fn comment(origin: &Origin) -> String {
    origin.to_string().replace(char::is_control, "?")
}

fn name_of(format: Format) -> &'static str {
    let named = Format::ALL.iter().find(|(_, known)| *known == format);
    named.map_or("text", |(name, _)| name)
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use crate::config::diagnose::{self, Role};
    use crate::config::settings::Layer;
    use crate::rules::select::IdGlob;

    fn sample() -> Settings {
        let from = |line: &str| Origin::new(Layer::Project, "stanch.toml", line);
        Settings {
            threads: Set {
                value: 3,
                origin: Origin::new(Layer::Flag, "--threads", ""),
            },
            exclude: vec![Set {
                value: "a \"b\"/**".into(),
                origin: from("x"),
            }],
            severity: vec![Set {
                value: (IdGlob::new("acme-*"), crate::base::level::Severity::Info),
                origin: from("x"),
            }],
            allow_values: vec![Set {
                value: Secret::new(b"open sesame"),
                origin: from("x"),
            }],
            ..Settings::default()
        }
    }

    #[test]
    fn what_is_shown_can_be_read_again() {
        for origins in [Origins::Shown, Origins::Hidden] {
            let text = sample().show(origins);
            let file = diagnose::parse("x", &text, Role::Project).unwrap();
            assert_eq!(file.scan.threads.unwrap().into_inner(), 3);
            assert_eq!(file.scan.exclude[0].get_ref(), "a \"b\"/**");
            assert_eq!(file.rules.severity.len(), 1);
        }
    }

    #[test]
    fn origins_are_shown_and_secrets_are_not() {
        let text = sample().show(Origins::Shown);
        assert!(
            text.contains("threads = 3                             # --threads"),
            "{text}"
        );
        assert!(text.contains("# stanch.toml:1"), "{text}");
        assert!(text.contains("one of 11 bytes"), "{text}");
        assert!(!text.contains("sesame"));
        assert!(!sample().show(Origins::Hidden).contains("--threads"));
    }
}
