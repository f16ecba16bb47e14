//! The environment variables the product knows, read once.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::base::secret::Secret;

/// Values of the environment; unset and empty are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `STANCH_CONFIG`: the configuration file, in place of the project's.
    pub config: Option<PathBuf>,
    /// `STANCH_POLICY`: the organisation's policy file.
    pub policy: Option<PathBuf>,
    /// `STANCH_THREADS`: worker threads.
    pub threads: Option<String>,
    /// `XDG_CONFIG_HOME`, when absolute.
    pub config_home: Option<PathBuf>,
    /// `XDG_CACHE_HOME`, when absolute.
    pub cache_home: Option<PathBuf>,
    /// `XDG_STATE_HOME`, when absolute.
    pub state_home: Option<PathBuf>,
    /// `STANCH_LEDGER`: the ledger's file.
    pub ledger: Option<PathBuf>,
    /// `HOME`, or `USERPROFILE` where that is the custom.
    pub home: Option<PathBuf>,
    /// `STANCH_KEY`: the project key.
    pub key: Option<Secret>,
    /// `STANCH_REGISTER_KEY`: the key of the protected register.
    pub register_key: Option<Secret>,
    /// Who runs the program, as the system calls them.
    pub user: Option<String>,
    /// True when `CI` is set: nobody sits at the terminal.
    pub ci: bool,
}

impl Environment {
    /// Reads the process's environment.
    pub fn read() -> Environment {
        Environment::from_lookup(|name| std::env::var_os(name))
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Environment {
        let set = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let path = |name: &str| set(name).map(PathBuf::from);
        Environment {
            config: path("STANCH_CONFIG"),
            policy: path("STANCH_POLICY"),
            threads: set("STANCH_THREADS").map(|value| value.to_string_lossy().into_owned()),
            config_home: path("XDG_CONFIG_HOME").filter(|path| path.is_absolute()),
            cache_home: path("XDG_CACHE_HOME").filter(|path| path.is_absolute()),
            state_home: path("XDG_STATE_HOME").filter(|path| path.is_absolute()),
            ledger: path("STANCH_LEDGER"),
            home: path("HOME").or_else(|| path("USERPROFILE")),
            key: set("STANCH_KEY").map(|key| Secret::new(key.as_encoded_bytes())),
            register_key: set("STANCH_REGISTER_KEY").map(|key| Secret::new(key.as_encoded_bytes())),
            user: set("USER")
                .or_else(|| set("LOGNAME"))
                .or_else(|| set("USERNAME"))
                .map(|name| name.to_string_lossy().into_owned()),
            ci: set("CI").is_some(),
        }
    }

    /// The user's own configuration file, which need not exist.
    pub fn user_file(&self) -> Option<PathBuf> {
        let fallback = || self.home.as_ref().map(|home| home.join(".config"));
        let folder = self.config_home.clone().or_else(fallback)?;
        Some(folder.join("stanch").join("config.toml"))
    }

    /// Where the verdict cache is, unless somebody says otherwise.
    pub fn cache_folder(&self) -> Option<PathBuf> {
        let fallback = || self.home.as_ref().map(|home| home.join(".cache"));
        Some(self.cache_home.clone().or_else(fallback)?.join("stanch"))
    }

    /// Where what belongs to this machine and user is kept.
    pub fn state_folder(&self) -> Option<PathBuf> {
        let fallback = || self.home.as_ref().map(|home| home.join(".local/state"));
        Some(self.state_home.clone().or_else(fallback)?.join("stanch"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_and_relative_values_count_as_unset() {
        let environment = Environment::from_lookup(|name| match name {
            "STANCH_CONFIG" => Some("".into()),
            "XDG_CONFIG_HOME" => Some("relative".into()),
            "HOME" => Some("/home/me".into()),
            _ => None,
        });
        assert_eq!(environment.config, None);
        let expected = PathBuf::from("/home/me/.config/stanch/config.toml");
        assert_eq!(environment.user_file(), Some(expected));
    }

    #[test]
    fn xdg_goes_before_home() {
        let environment = Environment {
            config_home: Some("/xdg".into()),
            home: Some("/home/me".into()),
            ..Environment::default()
        };
        assert_eq!(
            environment.user_file(),
            Some("/xdg/stanch/config.toml".into())
        );
        assert_eq!(Environment::default().user_file(), None);
    }
}
