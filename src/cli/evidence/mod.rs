//! Evidence of a run: written beside the reports, and looked at later.

mod files;
mod record;

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::exit::Exit;
use crate::cli::page::Page;
use crate::cli::settings::stop;
use crate::record::evidence::sign::Public;
use crate::record::evidence::verify::{Signed, verify};

pub(super) use record::recorder;

/// What to do with evidence.
#[derive(Debug, Subcommand)]
pub enum EvidenceCommand {
    /// Find any change since it was written
    Verify(VerifyArgs),
}

/// Arguments of `stanch evidence verify`.
#[derive(Debug, ClapArgs)]
pub struct VerifyArgs {
    /// The folder that `--evidence` named
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The public key that must have signed it, as `openssl pkey -pubout` writes it
    #[arg(long, value_name = "FILE")]
    pub public_key: Option<PathBuf>,
    /// The SHA-256 that the run told at its end
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,
}

/// Runs the command.
pub(super) fn run(command: &EvidenceCommand) -> Exit {
    let EvidenceCommand::Verify(args) = command;
    check(args).unwrap_or_else(|exit| exit)
}

fn check(args: &VerifyArgs) -> Result<Exit, Exit> {
    let key = args.public_key.as_deref().map(public_key).transpose()?;
    let name = args.folder.display();
    if !args.folder.is_dir() {
        return Err(stop(&format!("{name} is no folder with evidence")));
    }
    let mut page = Page::default();
    let sound = match verify(&args.folder, key.as_ref()) {
        Ok(sound) => sound,
        Err(wrong) => {
            for what in wrong {
                page.line(&format!("{name}: {what}"));
            }
            page.line("changed: this is not the evidence that was written");
            return Ok(page.print(Exit::Findings));
        }
    };
    if let Some(digest) = &args.digest
        && !digest.eq_ignore_ascii_case(&sound.envelope)
    {
        page.line(&format!("{name}: its digest is {}", sound.envelope));
        page.line("changed: this is not the evidence that was written");
        return Ok(page.print(Exit::Findings));
    }
    page.line(&format!(
        "{name}: unchanged, {} lines, {} copies of files",
        sound.lines, sound.copies
    ));
    page.line(&match (&sound.signed, &args.digest) {
        (Signed::ByTheKey, _) => "signed by the key".to_owned(),
        (Signed::ByItsOwnKey(key), _) => {
            format!("signed by {key}; --public-key tells whether that is the right one")
        }
        (Signed::ByNobody, Some(_)) => "not signed; the digest is the one that was given".into(),
        (Signed::ByNobody, None) => format!(
            "not signed: whoever can write the folder could have made it anew; compare its digest {} \
             with the one that was noted",
            sound.envelope
        ),
    });
    Ok(page.print(Exit::Clean))
}

fn public_key(file: &Path) -> Result<Public, Exit> {
    let name = file.display();
    let content = std::fs::read(file)
        .map_err(|error| stop(&format!("cannot read the public key {name}: {error}")))?;
    Public::parse(&content).ok_or_else(|| {
        stop(&format!(
            "{name} is no public Ed25519 key in PEM or hexadecimal digits"
        ))
    })
}
