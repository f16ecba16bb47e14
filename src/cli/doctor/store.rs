//! What is kept between runs: the cache of verdicts, and the ledger.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::base::limits::number;
use crate::cli::ledger;
use crate::config::environment::Environment;
use crate::config::file::When;
use crate::config::settings::Settings;
use crate::record::cache;

use super::check::Account;

/// Beginning of a database of `SQLite`, and where its `user_version` stands in it; from
/// "Database File Format", section 1.3.
const SQLITE: &[u8] = b"SQLite format 3\0";
const USER_VERSION: usize = 60;

/// Looks at both.
pub(super) fn look(settings: &Settings, account: &mut Account) {
    let environment = Environment::read();
    verdicts(settings, &environment, account);
    machine_key(&environment, account);
    sightings(&environment, account);
}

fn verdicts(settings: &Settings, environment: &Environment, account: &mut Account) {
    let name = "cache";
    let named = settings.cache_dir.as_ref().map(|set| set.value.clone());
    let Some(folder) = named.or_else(|| environment.cache_folder()) else {
        return account.warn(
            name,
            "there is no home directory for it",
            "name one with `--cache`",
        );
    };
    let used = match settings.cache_use.value {
        When::Always => "used by all scans",
        When::Auto => "used by sweeps",
        When::Never => return account.ok(name, "turned off by `[cache] use`"),
    };
    let most = settings.cache_size.as_ref();
    let most = most
        .and_then(|set| number(&set.value))
        .unwrap_or(cache::SIZE);
    let path = folder.display();
    if is_writable(&folder) {
        let told = match size(&folder) {
            0 => format!("{path}, {used}; empty so far"),
            size => format!(
                "{path}, {used}; {} KiB of at most {}",
                size >> 10,
                most >> 10
            ),
        };
        account.ok(name, told);
    } else {
        account.warn(
            name,
            format!("{path} cannot be written to: everything is examined each time"),
            "make it writable, or name another folder with `[cache] dir`",
        );
    }
}

/// Bytes of everything in `folder` and the folders in it.
fn size(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).max_depth(2).into_iter();
    let files = files.filter_map(|entry| entry.ok()?.metadata().ok());
    files
        .filter(fs::Metadata::is_file)
        .map(|meta| meta.len())
        .sum()
}

fn machine_key(environment: &Environment, account: &mut Account) {
    let Some(folder) = environment.state_folder() else {
        return;
    };
    let path = folder.join("machine.key");
    if !path.exists() {
        return;
    }
    let shown = path.display();
    if crate::cli::key::is_open(&path) {
        account.warn(
            "machine key",
            format!("{shown} can be read by others, so no cache is used"),
            format!("rm '{shown}'   (a new one is made)"),
        );
    } else {
        account.ok("machine key", format!("{shown}, readable by you alone"));
    }
}

fn sightings(environment: &Environment, account: &mut Account) {
    let name = "ledger";
    if !ledger::IS_BUILT_IN {
        return account.ok(name, "not in this build (feature `ledger`)");
    }
    let own = || Some(environment.state_folder()?.join("ledger.sqlite"));
    let Some(path) = environment.ledger.clone().or_else(own) else {
        return account.warn(
            name,
            "there is no home directory for it",
            "name one with `--ledger FILE` or `STANCH_LEDGER`",
        );
    };
    let shown = path.display();
    if !is_writable(&path) {
        let remedy = "make it writable, or name another with `STANCH_LEDGER`";
        return account.warn(name, format!("{shown} cannot be written to"), remedy);
    }
    match version(&path) {
        Version::Absent => account.ok(
            name,
            format!("{shown}: none so far, `stanch sweep` makes it"),
        ),
        Version::Is(number) => account.ok(name, format!("{shown}, form {number}")),
        Version::None => account.fail(
            name,
            format!("{shown} is no ledger"),
            "name another with `STANCH_LEDGER`, or move the file away",
        ),
    }
}

/// The form of a ledger.
#[derive(Debug, PartialEq, Eq)]
enum Version {
    Absent,
    Is(u32),
    None,
}

fn version(path: &Path) -> Version {
    let mut head = [0; 100];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Version::Absent,
        Ok(()) if head.starts_with(SQLITE) => match head[USER_VERSION..].first_chunk() {
            Some(bytes) => Version::Is(u32::from_be_bytes(*bytes)),
            None => Version::None,
        },
        _ => Version::None,
    }
}

/// True when the file at `path`, or the nearest folder above it that exists, can
/// be written to. Tries nothing.
fn is_writable(path: &Path) -> bool {
    let mut there: PathBuf = path.to_owned();
    while !there.exists() {
        if !there.pop() {
            return false;
        }
    }
    may_write(&there)
}

#[cfg(unix)]
fn may_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_ledger_is_read_from_its_head() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        assert_eq!(version(&path), Version::Absent);
        let mut head = [0; 100];
        head[..16].copy_from_slice(SQLITE);
        head[63] = 3;
        fs::write(&path, head).unwrap();
        assert_eq!(version(&path), Version::Is(3));
        fs::write(&path, "something else").unwrap();
        assert_eq!(version(&path), Version::None);
    }

    #[test]
    fn what_does_not_exist_is_as_writable_as_what_is_above_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_writable(&folder.path().join("a/b/c")));
        assert!(!is_writable(Path::new("")));
    }
}
