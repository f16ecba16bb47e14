//! The program itself, what the machine allows it, and the terminal.

use std::fs;
use std::io::{self, IsTerminal as _};

use crate::cli::scan::threads;
use crate::config::settings::Settings;
use crate::scan::scanner::ScanOptions;

use super::check::Account;
use super::counted;

/// Fewest open files that a run should be allowed.
const FILES: u64 = 256;

/// Features that a build may lack.
const FEATURES: &[(&str, bool)] = &[
    ("git", cfg!(feature = "git")),
    ("archives", cfg!(feature = "archives")),
    ("documents", cfg!(feature = "documents")),
    ("ledger", cfg!(feature = "ledger")),
];

/// Tells which program it is.
pub(super) fn program(account: &mut Account) {
    let path = std::env::current_exe().map_or_else(
        |_| "an unknown place".to_owned(),
        |path| path.display().to_string(),
    );
    account.ok(
        "version",
        format!(
            "{} ({}, {}) at {path}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::ARCH,
            std::env::consts::OS
        ),
    );
    let of = |there: bool| {
        let names = FEATURES.iter().filter(move |(_, built)| *built == there);
        names.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    let without = match of(false) {
        none if none.is_empty() => String::new(),
        missing => format!("; without {missing}"),
    };
    account.ok("built with", format!("{}{without}", of(true)));
}

/// Looks at threads, memory and open files.
pub(super) fn look(settings: &Settings, account: &mut Account) {
    let threads = threads(settings).get();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let told = format!(
        "{} for {}",
        counted(threads, "worker thread"),
        counted(processors, "processor")
    );
    if threads > processors * 4 {
        account.warn(
            "threads",
            told,
            "set `[scan] threads = 0`, one for each processor",
        );
    } else {
        account.ok("threads", told);
    }
    memory(threads, account, settings);
    files(account);
}

/// What a scan may need at worst, and what there is.
fn memory(threads: usize, account: &mut Account, settings: &Settings) {
    let limits = settings.limits();
    let window = ScanOptions::default().limits.window as u64;
    let each = limits.unpack.memory.saturating_add(3 * window);
    let need = each.saturating_mul(threads as u64) >> 20;
    let (have, of) = match (group_limit(), available()) {
        (Some(limit), Some(free)) if limit < free => (limit, "this control group"),
        (_, Some(free)) => (free, "this machine now"),
        (Some(limit), None) => (limit, "this control group"),
        (None, None) => {
            let told = format!("a scan takes at most about {need} MiB; what there is is not told");
            return account.ok("memory", told);
        }
    };
    let have = have >> 20;
    let told = format!("a scan takes at most about {need} MiB; {of} has {have} MiB");
    if have < need {
        account.warn(
            "memory",
            told,
            "fewer `--threads`, or `--unpack-limit memory=32M`",
        );
    } else {
        account.ok("memory", told);
    }
}

/// Bytes that the control group may take, where one sets a limit: versions 2 and 1.
fn group_limit() -> Option<u64> {
    let files = [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ];
    let limits = files
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok());
    let mut limits = limits.filter_map(|text| text.trim().parse().ok());
    // Version 1 says "no limit" by a number near the largest.
    limits.find(|limit| *limit < 1 << 60)
}

/// Bytes that programs can have now, as Linux tells.
fn available() -> Option<u64> {
    available_in(&fs::read_to_string("/proc/meminfo").ok()?)
}

fn available_in(text: &str) -> Option<u64> {
    let mut lines = text.lines();
    let line = lines.find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1 << 10)
}

#[cfg(unix)]
fn files(account: &mut Account) {
    use rustix::process::{Resource, getrlimit};
    let Some(most) = getrlimit(Resource::Nofile).current else {
        return account.ok("open files", "no limit");
    };
    let told = format!("at most {most}");
    if most < FILES {
        account.warn("open files", told, format!("ulimit -n {FILES}"));
    } else {
        account.ok("open files", told);
    }
}

#[cfg(not(unix))]
fn files(account: &mut Account) {
    account.ok("open files", "no limit that matters");
}

/// Looks at what standard output is.
pub(super) fn terminal(settings: &Settings, account: &mut Account) {
    let mut told = Vec::new();
    if io::stdout().is_terminal() {
        told.push("a terminal".to_owned());
        if let Some(columns) = columns() {
            told.push(counted(columns, "column"));
        }
    } else {
        told.push("no terminal: a file or a pipe".to_owned());
    }
    account.ok("output", told.join(", "));
    let choice = anstream::AutoStream::choice(&io::stdout());
    let colours = if choice == anstream::ColorChoice::Never {
        "none"
    } else {
        "shown"
    };
    let set = &settings.color;
    account.ok(
        "colours",
        format!("{colours} (`{}` by {})", set.value.as_str(), set.origin),
    );
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let locale = locale.filter_map(|name| std::env::var(name).ok());
    let locale = locale.into_iter().find(|value| !value.is_empty());
    let unicode = locale.as_deref().is_some_and(is_unicode);
    if cfg!(unix) && !unicode {
        let locale = locale.unwrap_or_else(|| "none set".into());
        let told = format!("not UTF-8 (locale: {locale}); names may look odd");
        account.ok("characters", told);
    } else {
        account.ok("characters", "UTF-8");
    }
}

fn is_unicode(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(unix)]
fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

#[cfg(not(unix))]
fn columns() -> Option<usize> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn available_memory_is_read_and_nonsense_is_not() {
        let text = "MemTotal:  100 kB\nMemAvailable:    20 kB\nSwapFree: 0 kB\n";
        assert_eq!(available_in(text), Some(20 << 10));
        assert_eq!(available_in("MemAvailable: many\n"), None);
        assert_eq!(available_in(""), None);
    }

    #[test]
    fn locales_tell_their_encoding() {
        assert!(is_unicode("de_AT.UTF-8") && is_unicode("C.utf8"));
        assert!(!is_unicode("POSIX") && !is_unicode("de_AT.ISO-8859-1"));
    }
}
