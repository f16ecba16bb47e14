//! Where keys come from and whether they will do, and the index of protected
//! documents. What a key is, is never told.

use std::fs;
use std::path::Path;

use crate::base::secret::Secret;
use crate::cli::key::{self, SHORTEST};
use crate::config::environment::Environment;
use crate::config::settings::{Layer, Settings};
use crate::fingerprint::keys::Keys;
use crate::register::date::Date;
use crate::register::layout::{self, Head};

use super::check::Account;

/// How to make a key.
const MAKE: &str = "make one with `openssl rand -hex 32`";

/// Looks at the project key, the register key and the index.
pub(super) fn look(key_file: Option<&Path>, settings: &Settings, account: &mut Account) {
    finding_key(key_file, account);
    let keys = register_key(key_file, settings, account);
    index(settings, keys, account);
}

/// The project key, if there is one that can be read.
pub(super) fn project_key(file: Option<&Path>) -> Option<Secret> {
    match file {
        Some(file) => fs::read(file).ok().map(|key| Secret::new(&key)),
        None => Environment::read().key,
    }
}

fn finding_key(file: Option<&Path>, account: &mut Account) {
    let name = "finding key";
    if let Some(file) = file {
        if !readable(name, file, account) {
            return;
        }
        if key::is_open(file) {
            let told = format!("{} can be read by others", file.display());
            account.warn(name, told, format!("chmod 600 '{}'", file.display()));
        }
    }
    match project_key(file) {
        None => account.ok(
            name,
            "none; values that could be guessed are kept by rule and file name (`STANCH_KEY`)",
        ),
        Some(key) => enough(name, &key, &source(file, "`STANCH_KEY`"), account),
    }
}

fn source(file: Option<&Path>, variable: &str) -> String {
    file.map_or_else(
        || format!("from {variable}"),
        |file| format!("from {}", file.display()),
    )
}

/// Tells whether `key` is long enough.
fn enough(name: &'static str, key: &Secret, source: &str, account: &mut Account) {
    let length = key.expose().trim_ascii().len();
    if length < SHORTEST {
        let told = format!("{source}: {length} bytes, at least {SHORTEST} are needed");
        account.fail(name, told, MAKE);
    } else {
        account.ok(name, format!("{source}, {length} bytes"));
    }
}

fn readable(name: &'static str, file: &Path, account: &mut Account) -> bool {
    match fs::File::open(file) {
        Ok(_) => true,
        Err(error) => {
            let told = format!("{} cannot be read: {error}", file.display());
            account.fail(
                name,
                told,
                "name another file, or make it readable for you alone",
            );
            false
        }
    }
}

/// The register's keys, from where a scan would take them. A command is not run.
fn register_key(
    key_file: Option<&Path>,
    settings: &Settings,
    account: &mut Account,
) -> Option<Keys> {
    let name = "register key";
    let environment = Environment::read();
    let file = settings.register_key_file.as_ref();
    let key = if let Some(key) = environment.register_key {
        enough(name, &key, "from `STANCH_REGISTER_KEY`", account);
        key
    } else if let Some(file) = file.map(|set| set.value.as_path()).or(key_file) {
        if !readable(name, file, account) {
            return None;
        }
        if key::is_open(file) {
            let told = format!("{} can be read by others and is refused", file.display());
            account.fail(name, told, format!("chmod 600 '{}'", file.display()));
            return None;
        }
        let key = Secret::new(&fs::read(file).ok()?);
        enough(name, &key, &source(Some(file), ""), account);
        key
    } else if let Some(command) = &settings.register_key_command {
        let told = format!(
            "from the command set by {}, which is not run here",
            command.origin
        );
        account.ok(name, told);
        return None;
    } else if let Some(key) = environment.key {
        if settings.register_index.is_some() {
            account.ok(name, "the finding key serves, too");
        }
        key
    } else {
        if let Some(index) = &settings.register_index {
            account.fail(
                name,
                format!("none, and {} names an index", index.origin),
                format!("set `STANCH_REGISTER_KEY` or `[register] key-file`; {MAKE}"),
            );
        }
        return None;
    };
    let key = key.expose().trim_ascii();
    (key.len() >= SHORTEST).then(|| Keys::derive(key))
}

fn index(settings: &Settings, keys: Option<Keys>, account: &mut Account) {
    let name = "register index";
    let Some(set) = &settings.register_index else {
        return account.ok(
            name,
            "none: no documents are protected; `stanch register init` begins a register",
        );
    };
    let path = set.value.display();
    let by = match set.origin.layer {
        Layer::Default => String::new(),
        _ => format!(", set by {}", set.origin),
    };
    let again = "build it again with `stanch register build`";
    let bytes = match fs::read(&set.value) {
        Ok(bytes) => bytes,
        Err(error) => {
            return account.fail(name, format!("{path} cannot be read: {error}{by}"), again);
        }
    };
    let head = match Head::read(&bytes) {
        Ok(head) => head,
        Err(error) => return account.fail(name, format!("{path}: {error}"), again),
    };
    let told = format!(
        "{path} of {}, {} fingerprints, key id {}{by}",
        Date::of_unix(head.created),
        head.count,
        head.key
    );
    match keys.map(|keys| layout::read(bytes, keys)) {
        None => account.ok(name, format!("{told}; not opened, its key is not at hand")),
        Some(Ok(_)) => account.ok(name, told),
        Some(Err(error)) => account.fail(name, format!("{path}: {error}"), again),
    }
}
