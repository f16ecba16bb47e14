//! The project key: from a file or the environment, never from an argument.

use std::path::Path;

use crate::cli::exit::Exit;
use crate::cli::message;
use crate::config::environment::Environment;
use crate::judge::key::Keyer;

/// Shortest key that is accepted, in bytes.
const SHORTEST: usize = 16;

/// The keyer for the key in `file`, else in `STANCH_KEY`, else for no key.
pub(super) fn keyer(file: Option<&Path>) -> Result<Keyer, Exit> {
    let key = match file {
        Some(file) => Some(read(file)?),
        None => Environment::read().key.map(|key| key.expose().to_vec()),
    };
    let Some(key) = key else {
        return Ok(Keyer::new(None));
    };
    let key = key.trim_ascii();
    if key.len() < SHORTEST {
        message::error(&format!(
            "the key has {} bytes, at least {SHORTEST} are needed; make one with `openssl rand -hex 32`",
            key.len()
        ));
        return Err(Exit::Usage);
    }
    Ok(Keyer::new(Some(key)))
}

fn read(file: &Path) -> Result<Vec<u8>, Exit> {
    let name = file.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if file.metadata().is_ok_and(|data| data.mode() & 0o077 != 0) {
            message::warning(&format!(
                "key file {name} can be read by others; run `chmod 600` on it"
            ));
        }
    }
    std::fs::read(file).map_err(|error| {
        message::error(&format!("cannot read key file {name}: {error}"));
        Exit::Usage
    })
}
