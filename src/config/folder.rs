//! What the settings of a folder inside of a project can say: less is reported
//! there, or more or less loudly. What is scanned, and how, is the project's.

use std::path::Path;

use crate::base::level::{Confidence, Severity};
use crate::config::diagnose::{self, Role};
use crate::config::settings::{Layer, Origin, Set, Settings};
use crate::judge::allow::Allowance;
use crate::rules::diagnostic::Diagnostic;
use crate::rules::select::Selection;

/// Keys that have a meaning for one folder.
pub const KEYS: &[(&str, &str)] = &[
    ("scan", "min-confidence"),
    ("rules", "disable"),
    ("rules", "enable"),
    ("rules", "severity"),
    ("allow", "values"),
    ("allow", "paths"),
    ("allow", "stop-words"),
];

/// The settings of a folder.
#[derive(Debug)]
pub struct Folder {
    said: Settings,
    selection: Selection,
    allowance: Allowance,
    /// The file, for what cannot be told more exactly.
    name: String,
}

impl Folder {
    /// Reads `text`, the file called `name` in the folder at `path`, seen from
    /// the project's root. What `above` fixes has no effect, and is told.
    ///
    /// # Errors
    /// Every mistake.
    pub fn parse(
        name: &str,
        text: &str,
        path: &Path,
        above: &Settings,
    ) -> Result<(Folder, Vec<Diagnostic>), Vec<Diagnostic>> {
        let file = diagnose::parse(name, text, Role::Folder)?;
        let place = Origin::new(Layer::Project, name, text);
        let before = Settings {
            fixed: above.fixed.clone(),
            ..Settings::default()
        };
        let mut said = before.clone();
        said.take_file(file, &place, path);
        let warnings = said.hold(&before);
        let mistakes = diagnose::settings(&said);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let values = said.allow_values.iter();
        let words: Vec<String> = said.stop_words.iter().map(|w| w.value.clone()).collect();
        let folder = path.to_string_lossy();
        // Patterns are seen from the folder.
        let paths: Vec<String> = said
            .allow_paths
            .iter()
            .map(|glob| format!("{}/{}", globset::escape(&folder), glob.value))
            .collect();
        let allowance = Allowance::new(
            values.map(|set| set.value.expose().to_vec()).collect(),
            &words,
            paths.iter().map(String::as_str),
        );
        let allowance = allowance.map_err(|error| {
            let message = format!("allow.paths: {error}");
            let level = crate::rules::diagnostic::Level::Error;
            vec![diagnose::at(&place, level, "C010", message)]
        })?;
        let folder = Folder {
            selection: said.selection(),
            said,
            allowance,
            name: name.to_owned(),
        };
        Ok((folder, warnings))
    }

    /// The severity that findings of `rule` have here.
    pub fn severity_of(&self, rule: &str) -> Option<Severity> {
        self.selection.severity_of(rule)
    }

    /// Where it says, and why, that what `rule` found at `path` does not count.
    pub fn allows(
        &self,
        rule: &str,
        value: &[u8],
        path: &Path,
        confidence: Confidence,
    ) -> Option<(String, &'static str)> {
        if !self.selection.includes(rule) {
            let off = self.said.disable.iter();
            let off = off.filter(|set| set.value.matches(rule));
            let place = off.map(|set| set.origin.to_string()).next();
            return Some((
                place.unwrap_or_else(|| self.name.clone()),
                "the rule is off in this folder",
            ));
        }
        if self.allowance.allows(rule, value, path) {
            return Some((self.name.clone(), "declared harmless in this folder"));
        }
        let least: &Set<Confidence> = &self.said.min_confidence;
        (least.origin.layer == Layer::Project && confidence < least.value)
            .then(|| (least.origin.to_string(), "not sure enough for this folder"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(text: &str) -> Folder {
        let above = Settings::default();
        Folder::parse("a/stanch.toml", text, Path::new("a"), &above)
            .unwrap()
            .0
    }

    #[test]
    fn a_folder_says_what_does_not_count_below_it() {
        let text = "[scan]\nmin-confidence = 'high'\n[rules]\ndisable = ['generic-*']\n\
                    [rules.severity]\n'x-*' = 'low'\n[allow]\npaths = ['fix/*']\nstop-words = ['dummy']\n";
        let folder = folder(text);
        let ask = |rule: &str, value: &str, path: &str, sure: Confidence| {
            let told = folder.allows(rule, value.as_bytes(), Path::new(path), sure);
            told.map(|(place, _)| place)
        };
        let high = Confidence::High;
        assert_eq!(ask("x-token", "v", "a/b", high), None);
        assert_eq!(
            ask("generic-key", "v", "a/b", high).as_deref(),
            Some("a/stanch.toml:4")
        );
        assert!(ask("x-token", "v", "a/fix/b", high).is_some());
        assert!(ask("x-token", "v", "fix/b", high).is_none());
        assert!(ask("x-token", "a-Dummy-b", "a/b", high).is_some());
        assert!(ask("x-token", "v", "a/b", Confidence::Medium).is_some());
        assert_eq!(folder.severity_of("x-token"), Some(Severity::Low));
    }

    #[test]
    fn what_is_the_projects_business_is_refused() {
        let above = Settings::default();
        let parse = |text: &str| Folder::parse("a/stanch.toml", text, Path::new("a"), &above);
        for text in [
            "[scan]\nthreads = 2\n",
            "[policy]\nlocked = ['x']\n",
            "[suppress]\ncomments = 'always'\n",
        ] {
            assert_eq!(parse(text).unwrap_err()[0].code, "C007", "{text}");
        }
    }

    #[test]
    fn what_is_fixed_above_has_no_effect() {
        let fixed = Set {
            value: "rules.disable".to_owned(),
            origin: Origin::new(Layer::Project, "stanch.toml", ""),
        };
        let above = Settings {
            fixed: vec![fixed],
            ..Settings::default()
        };
        let text = "[rules]\ndisable = ['*']\n";
        let (folder, told) = Folder::parse("a/stanch.toml", text, Path::new("a"), &above).unwrap();
        assert_eq!(told[0].code, "C030");
        assert!(
            folder
                .allows("x", b"v", Path::new("a/b"), Confidence::Low)
                .is_none()
        );
    }
}
