//! What a stronger hand has fixed: `[policy] fixed` names keys that no later
//! layer may set.
//!
//! After each layer its settings are compared with those before it. A fixed key
//! that differs gets its old value back, and whoever wanted it otherwise is told.

use crate::config::diagnose::at;
use crate::config::file::KEYS;
use crate::config::settings::{Origin, Set, Settings};
use crate::rules::diagnostic::{Diagnostic, Level};
use crate::rules::select::IdGlob;

impl Settings {
    /// Gives fixed keys back the values they had `before` the last layer, and
    /// tells what had no effect.
    pub fn hold(&mut self, before: &Settings) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (section, keys) in KEYS {
            for key in *keys {
                let name = format!("{section}.{key}");
                let fixed = before.fixed.iter();
                let mut fixed = fixed.filter(|set| IdGlob::new(&set.value).matches(&name));
                let Some(by) = fixed.next() else { continue };
                for origin in self.restore(&name, before) {
                    let message = format!("`{name}` has no effect: {} fixes it", by.origin);
                    found.push(at(&origin, Level::Warning, "C030", message));
                }
            }
        }
        found
    }

    /// Patterns of `[policy] fixed` that mean no key.
    pub(super) fn fixed_nothing(&self) -> Vec<Diagnostic> {
        let is_known = |set: &&Set<String>| {
            let glob = IdGlob::new(&set.value);
            let mut names = KEYS
                .iter()
                .flat_map(|(section, keys)| keys.iter().map(move |key| format!("{section}.{key}")));
            !names.any(|name| glob.matches(&name))
        };
        let unknown = self.fixed.iter().filter(is_known);
        let told = unknown.map(|set| {
            let message = format!("`{}` is no key of a configuration file", set.value);
            at(&set.origin, Level::Error, "C017", message)
                .with_help("write it as `section.key` or `section.*`")
        });
        told.collect()
    }

    /// Gives `key` the value it had before; where the values were written that
    /// go away.
    fn restore(&mut self, key: &str, before: &Settings) -> Vec<Origin> {
        let to = self;
        match key {
            "scan.respect-gitignore" => one(&mut to.respect_gitignore, &before.respect_gitignore),
            "scan.follow-symlinks" => one(&mut to.follow_symlinks, &before.follow_symlinks),
            "scan.decode" => one(&mut to.decode, &before.decode),
            "scan.threads" => one(&mut to.threads, &before.threads),
            "scan.exclude" => list(&mut to.exclude, &before.exclude),
            "scan.min-confidence" => one(&mut to.min_confidence, &before.min_confidence),
            "scan.fail-on" => one(&mut to.fail_on, &before.fail_on),
            "scan.allow-incomplete" => list(&mut to.allow_incomplete, &before.allow_incomplete),
            "rules.classes" => whole(&mut to.classes, &before.classes),
            "quantity.*" => list(&mut to.quantity, &before.quantity),
            "rules.files" => list(&mut to.rule_files, &before.rule_files),
            "rules.disable" => list(&mut to.disable, &before.disable),
            "rules.enable" => list(&mut to.enable, &before.enable),
            "rules.severity" => list(&mut to.severity, &before.severity),
            "scan.unpack-limits" => list(&mut to.unpack_limits, &before.unpack_limits),
            "rules.preview" => one(&mut to.preview, &before.preview),
            "register.index" => some(&mut to.register_index, before.register_index.as_ref()),
            "register.key-file" => {
                some(&mut to.register_key_file, before.register_key_file.as_ref())
            }
            "register.key-command" => some(
                &mut to.register_key_command,
                before.register_key_command.as_ref(),
            ),
            "rules.learned" => one(&mut to.learned, &before.learned),
            "allow.values" => list(&mut to.allow_values, &before.allow_values),
            "allow.paths" => list(&mut to.allow_paths, &before.allow_paths),
            "allow.stop-words" => list(&mut to.stop_words, &before.stop_words),
            "suppress.comments" => one(&mut to.comments, &before.comments),
            "suppress.honour" => list(&mut to.honour, &before.honour),
            "suppress.ignore-files" => list(&mut to.ignore_files, &before.ignore_files),
            "suppress.baselines" => list(&mut to.baselines, &before.baselines),
            "policy.locked" => list(&mut to.locked, &before.locked),
            "policy.fixed" => list(&mut to.fixed, &before.fixed),
            "cache.use" => one(&mut to.cache_use, &before.cache_use),
            "cache.dir" => some(&mut to.cache_dir, before.cache_dir.as_ref()),
            "cache.size" => some(&mut to.cache_size, before.cache_size.as_ref()),
            "cache.check" => one(&mut to.cache_check, &before.cache_check),
            "ledger.path" => some(&mut to.ledger_path, before.ledger_path.as_ref()),
            "output.color" => one(&mut to.color, &before.color),
            "output.format" => one(&mut to.format, &before.format),
            "output.progress" => one(&mut to.progress, &before.progress),
            _ => Vec::new(),
        }
    }
}

fn one<T: Clone + PartialEq>(slot: &mut Set<T>, before: &Set<T>) -> Vec<Origin> {
    if slot == before {
        return Vec::new();
    }
    vec![std::mem::replace(slot, before.clone()).origin]
}

fn some<T: Clone + PartialEq>(slot: &mut Option<Set<T>>, before: Option<&Set<T>>) -> Vec<Origin> {
    if slot.as_ref() == before {
        return Vec::new();
    }
    let said = std::mem::replace(slot, before.cloned());
    said.into_iter().map(|set| set.origin).collect()
}

/// Lists only grow.
fn list<T>(slot: &mut Vec<Set<T>>, before: &[Set<T>]) -> Vec<Origin> {
    let more = slot.split_off(before.len().min(slot.len()));
    more.into_iter().map(|set| set.origin).collect()
}

/// A list that is replaced as a whole.
fn whole<T: Clone + PartialEq>(slot: &mut Vec<Set<T>>, before: &[Set<T>]) -> Vec<Origin> {
    if slot == before {
        return Vec::new();
    }
    let more = std::mem::replace(slot, before.to_vec());
    more.into_iter().map(|set| set.origin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::Layer;

    #[test]
    fn every_key_can_be_fixed() {
        let wild = |value: &str| Set {
            value: value.to_owned(),
            origin: Origin::new(Layer::Organisation, "policy.toml", value),
        };
        for (section, keys) in KEYS {
            for key in *keys {
                let name = format!("{section}.{key}");
                let before = Settings {
                    fixed: vec![wild(&name)],
                    ..Settings::default()
                };
                let mut after = before.clone();
                let text = sample(section, key);
                let file = toml::from_str(&text).unwrap();
                let place = Origin::new(Layer::Project, "stanch.toml", &text);
                after.take_file(file, &place, std::path::Path::new(""));
                assert_ne!(after, before, "{name}");
                let told = after.hold(&before);
                assert_eq!(after, before, "{name}");
                assert_eq!(told.len(), 1, "{name}");
            }
        }
    }

    /// A file that sets one key.
    fn sample(section: &str, key: &str) -> String {
        let value = match key {
            "respect-gitignore" | "follow-symlinks" | "preview" => "true",
            "index" | "key-file" | "key-command" | "dir" | "path" => "'x'",
            "size" => "'1M'",
            "check" => "'content'",
            "learned" | "decode" => "false",
            "threads" => "7",
            "min-confidence" => "'low'",
            "fail-on" => "'critical'",
            "comments" | "color" | "progress" | "use" => "'never'",
            "format" => "'json'",
            "severity" => "{ 'a-*' = 'low' }",
            "*" => return "[quantity]\n'iban' = { report-from = 3 }\n".into(),
            _ => "['scan.threads']",
        };
        format!("[{section}]\n{key} = {value}\n")
    }

    #[test]
    fn a_section_can_be_fixed_as_a_whole() {
        let fix = |value: &str| Settings {
            fixed: vec![Set {
                value: value.to_owned(),
                origin: Origin::new(Layer::Organisation, "policy.toml", value),
            }],
            ..Settings::default()
        };
        assert!(fix("scan.*").fixed_nothing().is_empty());
        assert_eq!(fix("scan.treads").fixed_nothing()[0].code, "C017");
    }
}
