//! The few settings of a repository that change how its data is to be read.
//!
//! Only the repository's own file is read, without what it includes. Nothing
//! in it is ever run.

use gix_config::file::Metadata;
use gix_config::file::init::Options;
use gix_config::{File, Source};

/// Largest configuration file of a repository, in bytes.
pub(super) const CONFIG_MAX: u64 = 4 << 20;

/// A repository's configuration: data. It is kept as the text it is, since the
/// few questions about it cost less than a form that threads can share.
#[derive(Debug, Default)]
pub(super) struct Config(Vec<u8>);

impl Config {
    /// Takes `text`; `None` when it is no configuration.
    pub(super) fn parse(text: &[u8]) -> Option<Config> {
        let config = Config(text.to_owned());
        config.file().is_some().then_some(config)
    }

    fn file(&self) -> Option<File> {
        let meta = Metadata::from(Source::Local);
        File::from_bytes_no_includes(&self.0, meta, Options::default()).ok()
    }

    /// The last value of `key`, such as `core.worktree`.
    pub(super) fn value(&self, key: &str) -> Option<String> {
        let file = self.file()?;
        let value = file.raw_value(key).ok()?;
        Some(String::from_utf8_lossy(value.as_ref()).into_owned())
    }

    /// Name and URL of every remote; those to push to count, too.
    pub(super) fn remotes(&self) -> Vec<(String, String)> {
        let Some(file) = self.file() else {
            return Vec::new();
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut out = Vec::new();
        for remote in file.sections_by_name("remote").into_iter().flatten() {
            let Some(name) = remote.header().subsection_name() else {
                continue;
            };
            for key in ["url", "pushurl"] {
                let values = remote.values(key).into_iter();
                out.extend(values.map(|url| (text(name), text(&url))));
            }
        }
        out
    }

    /// True when a remote promises objects that are not here (a partial clone).
    pub(super) fn has_promisor(&self) -> bool {
        let Some(file) = self.file() else {
            return false;
        };
        let promised = file
            .sections_by_name("remote")
            .into_iter()
            .flatten()
            .any(|remote| {
                remote.value("promisor").is_some() || remote.value("partialclonefilter").is_some()
            });
        promised || self.value("extensions.partialclone").is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_data_and_includes_are_not_followed() {
        let text = b"[core]\n\tbare = true\n\tfsmonitor = /x\n[include]\n\tpath = /etc/passwd\n[remote \"o\"]\n\tpromisor = true\n";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.value("core.bare").as_deref(), Some("true"));
        assert!(config.has_promisor());
        assert_eq!(config.remotes(), []);
        let text = b"[remote \"o\"]\n\turl = a:b\n\tpushurl = c\n";
        let all = Config::parse(text).unwrap().remotes();
        assert_eq!(all, [("o".into(), "a:b".into()), ("o".into(), "c".into())]);
        assert_eq!(config.value("core.worktree"), None);
        assert!(Config::parse(b"[core\n").is_none());
        assert!(
            !Config::parse(b"[core]\n\tbare = false\n")
                .unwrap()
                .has_promisor()
        );
    }
}
