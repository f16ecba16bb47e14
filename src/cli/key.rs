//! Keys: from a file, a command or the environment, never from an argument.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args as ClapArgs;

use crate::base::secret::Secret;
use crate::cli::exit::Exit;
use crate::cli::message;
use crate::config::environment::Environment;
use crate::config::settings::Settings;
use crate::fingerprint::keys::Keys;
use crate::judge::key::Keyer;

/// Shortest key that is accepted, in bytes.
pub(super) const SHORTEST: usize = 16;

/// Where the register key comes from.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct RegisterKeyArgs {
    /// File with the register key (or set `STANCH_REGISTER_KEY`); only its owner may read it
    #[arg(long, value_name = "FILE")]
    pub register_key_file: Option<PathBuf>,
    /// Command that prints the register key, for example one of a key service
    #[arg(long, value_name = "COMMAND", conflicts_with = "register_key_file")]
    pub register_key_command: Option<String>,
}

/// The keyer for the key in `file`, else in `STANCH_KEY`, else for no key.
pub(super) fn keyer(file: Option<&Path>) -> Result<Keyer, Exit> {
    let key = project(file)?;
    let key = key.as_ref().map(long_enough).transpose()?;
    Ok(Keyer::new(key))
}

/// The project key in `file`, else in `STANCH_KEY`, if there is one.
pub(super) fn project(file: Option<&Path>) -> Result<Option<Secret>, Exit> {
    match file {
        Some(file) => Ok(Some(read(file)?)),
        None => Ok(Environment::read().key),
    }
}

/// The passwords in `file`, one per line.
pub(super) fn passwords(file: Option<&Path>) -> Result<Vec<Secret>, Exit> {
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let text = std::fs::read(file).map_err(|error| {
        let name = file.display();
        message::error(&format!("cannot read --password-file {name}: {error}"));
        Exit::Usage
    })?;
    let lines = text.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(Secret::new)
        .collect())
}

/// The register's keys: of the file, the command, `STANCH_REGISTER_KEY`, and at
/// last those of the project's key in `file` or `STANCH_KEY`.
pub(super) fn register_keys(args: &RegisterKeyArgs, file: Option<&Path>) -> Result<Keys, Exit> {
    let environment = Environment::read();
    let key = if let Some(file) = &args.register_key_file {
        Some(read_private(file)?)
    } else if let Some(command) = &args.register_key_command {
        Some(run(command)?)
    } else if environment.register_key.is_some() {
        environment.register_key
    } else if let Some(file) = file {
        Some(read_private(file)?)
    } else {
        environment.key
    };
    let Some(key) = key else {
        message::error(
            "a register needs its key: name it with --register-key-file or --register-key-command, \
             or set STANCH_REGISTER_KEY; make one with `openssl rand -hex 32`",
        );
        return Err(Exit::Usage);
    };
    Ok(Keys::derive(long_enough(&key)?))
}

/// Where the register key comes from, when neither the options nor the
/// environment say: from where the settings say.
pub(super) fn with_settings(args: &RegisterKeyArgs, settings: &Settings) -> RegisterKeyArgs {
    let given = args.register_key_file.is_some() || args.register_key_command.is_some();
    if given || Environment::read().register_key.is_some() {
        return args.clone();
    }
    let file = settings.register_key_file.as_ref();
    let command = settings.register_key_command.as_ref();
    RegisterKeyArgs {
        register_key_file: file.map(|set| set.value.clone()),
        register_key_command: command.map(|set| set.value.clone()),
    }
}

fn long_enough(key: &Secret) -> Result<&[u8], Exit> {
    let key = key.expose().trim_ascii();
    if key.len() < SHORTEST {
        message::error(&format!(
            "the key has {} bytes, at least {SHORTEST} are needed; make one with `openssl rand -hex 32`",
            key.len()
        ));
        return Err(Exit::Usage);
    }
    Ok(key)
}

fn read(file: &Path) -> Result<Secret, Exit> {
    let name = file.display();
    if is_open(file) {
        message::warning(&format!(
            "key file {name} can be read by others; run `chmod 600` on it"
        ));
    }
    let key = std::fs::read(file).map_err(|error| {
        message::error(&format!("cannot read key file {name}: {error}"));
        Exit::Usage
    })?;
    Ok(Secret::new(&key))
}

/// Reads a key that opens a register: nobody else may.
fn read_private(file: &Path) -> Result<Secret, Exit> {
    if is_open(file) {
        message::error(&format!(
            "register key file {} can be read by others; run `chmod 600` on it",
            file.display()
        ));
        return Err(Exit::Usage);
    }
    read(file)
}

/// True when others may read `file`.
#[cfg(unix)]
pub(super) fn is_open(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|data| data.mode() & 0o077 != 0)
}

/// True when others may read `file`; not told here.
#[cfg(not(unix))]
pub(super) fn is_open(_: &Path) -> bool {
    false
}

/// What `command` prints, run by the system's shell.
fn run(command: &str) -> Result<Secret, Exit> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let failed = |why: &str| {
        message::error(&format!("the key command failed: {why}"));
        Exit::Usage
    };
    // What the command says on standard error is for the user.
    let output = Command::new(shell)
        .args([flag, command])
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return Err(failed(&output.status.to_string()));
    }
    Ok(Secret::new(&output.stdout))
}
