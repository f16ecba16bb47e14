//! Looks whether evidence is what it was.

use std::fs;
use std::io;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::copies::Digests;
use super::sign::Public;
use super::statement::{signed_bytes, statement, written};
use super::{ENVELOPE, FILES, LINES, chain, sha256};

/// Largest file that is read whole, in bytes.
const LARGEST: u64 = 4 << 30;

/// What sound evidence is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Lines.
    pub lines: u64,
    /// Copies of files.
    pub copies: usize,
    /// Who signed it.
    pub signed: Signed,
    /// SHA-256 of the envelope.
    pub envelope: String,
}

/// Who signed evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Nobody: whoever can write the folder could have made it anew.
    ByNobody,
    /// The key that it names itself, in hexadecimal digits.
    ByItsOwnKey(String),
    /// The key that was given.
    ByTheKey,
}

/// Looks whether the evidence in `folder` is what it was; with `key`, whether
/// that signed it.
///
/// # Errors
/// Everything that is wrong.
pub fn verify(folder: &Path, key: Option<&Public>) -> Result<Sound, Vec<String>> {
    let read = |name: &str| {
        let path = folder.join(name);
        read(&path).map_err(|error| vec![format!("{name}: {error}")])
    };
    let (lines, envelope) = (read(LINES)?, read(ENVELOPE)?);
    let (sum, records) = chain::read(&lines).map_err(|what| vec![format!("{LINES}: {what}")])?;
    let mut wrong = Vec::new();
    let signed = checked(&envelope, &statement(&sum, &records), &records, key);
    let signed = signed.unwrap_or_else(|what| {
        wrong.push(format!("{ENVELOPE}: {what}"));
        Signed::ByNobody
    });
    let copies = copies(folder, &records, &mut wrong);
    strangers(folder, &mut wrong);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Sound {
        lines: sum.lines,
        copies,
        signed,
        envelope: sha256(&envelope),
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_file() || meta.len() > LARGEST {
        return Err(io::Error::other("it is no file, or too large"));
    }
    fs::read(path)
}

#[derive(Deserialize)]
struct Envelope {
    payload: String,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    keyid: String,
    sig: String,
}

/// Who signed the envelope, if its every byte is what it has to be.
fn checked(
    bytes: &[u8],
    expected: &[u8],
    records: &[Map<String, Value>],
    key: Option<&Public>,
) -> Result<Signed, String> {
    let envelope: Envelope =
        serde_json::from_slice(bytes).map_err(|_| "it is no envelope".to_owned())?;
    let payload = STANDARD.decode(&envelope.payload);
    if payload.as_deref() != Ok(expected) {
        return Err(format!("its statement does not follow from {LINES}"));
    }
    let mut signatures = envelope.signatures.into_iter();
    let (signature, None) = (signatures.next(), signatures.next()) else {
        return Err("it has more than one signature".into());
    };
    let signature = signature
        .map(|signature| {
            Ok((
                signature.keyid,
                STANDARD.decode(signature.sig).map_err(drop)?,
            ))
        })
        .transpose()
        .map_err(|()| "its signature is none".to_owned())?;
    if written(expected, signature.as_ref()) != bytes {
        return Err("it is not written as it was".into());
    }
    let own = records
        .first()
        .and_then(|run| run.get("public_key"))
        .and_then(Value::as_str);
    match (signature, own, key) {
        (None, None, None) => Ok(Signed::ByNobody),
        (None, None, Some(_)) => Err("nobody has signed it".into()),
        (None, Some(_), _) => Err("its signature was taken away".into()),
        (Some(_), None, _) => Err("its signature was added later".into()),
        (Some((id, signed)), Some(own), key) => {
            let claimed = Public::parse(own.as_bytes()).ok_or("the key it names is none")?;
            let by = key.copied().unwrap_or(claimed);
            if claimed != by {
                return Err("another key has signed it".into());
            }
            if by.id() != id || !by.accepts(&signed_bytes(expected), &signed) {
                return Err("its signature is wrong".into());
            }
            Ok(match key {
                Some(_) => Signed::ByTheKey,
                None => Signed::ByItsOwnKey(own.to_owned()),
            })
        }
    }
}

/// How many copies there are; those that are wrong or missing are told.
fn copies(folder: &Path, records: &[Map<String, Value>], wrong: &mut Vec<String>) -> usize {
    let mut names: Vec<&str> = records
        .iter()
        .filter(|record| record.get("type").is_some_and(|kind| kind == "file"))
        .filter(|record| record.contains_key("preserved"))
        .filter_map(|record| record.get("sha256").and_then(Value::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in &names {
        let path = folder.join(FILES).join(name);
        match digest(&path) {
            Ok(digest) if digest == *name => {}
            Ok(_) => wrong.push(format!(
                "{FILES}/{name}: it is not the file that was copied"
            )),
            Err(error) => wrong.push(format!("{FILES}/{name}: {error}")),
        }
    }
    let there = fs::read_dir(folder.join(FILES))
        .into_iter()
        .flatten()
        .flatten();
    for entry in there {
        let name = entry.file_name();
        if !names.iter().any(|known| name == *known) {
            wrong.push(format!(
                "{FILES}/{}: nothing names it",
                name.to_string_lossy()
            ));
        }
    }
    names.len()
}

/// SHA-256 of a file of any size.
fn digest(path: &Path) -> io::Result<String> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let digests = Digests::of(&mut fs::File::open(path)?, &mut io::sink())?;
    Ok(digests.sha256)
}

/// Tells what does not belong into the folder.
fn strangers(folder: &Path, wrong: &mut Vec<String>) {
    let there = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in there {
        let name = entry.file_name();
        if ![LINES, ENVELOPE, FILES].iter().any(|known| name == *known) {
            wrong.push(format!("{}: nothing names it", name.to_string_lossy()));
        }
    }
}
