//! `stanch register phrase`: a short secret text, kept as a keyed tag.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read as _};

use clap::Args as ClapArgs;

use super::{FileArgs, KeyArgs, load, print};
use crate::base::secret::Secret;
use crate::cli::exit::Exit;
use crate::cli::key;
use crate::cli::settings::stop;
use crate::fingerprint::phrase::{PhraseTag, SHORTEST};
use crate::fingerprint::symbols::{Alphabet, Grain};
use crate::register::file::RegisterFile;
use crate::register::phrase::{Kind, WrittenTag};

/// Longest phrase that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// Arguments of `stanch register phrase`.
#[derive(Debug, ClapArgs)]
pub struct PhraseArgs {
    /// Name in the register; choose one that tells nothing
    #[arg(long, value_name = "ID")]
    id: String,
    /// What it is: phrase, canary, name
    #[arg(long, value_name = "KIND", default_value = "phrase")]
    kind: Kind,
    /// Keep the text itself: for names that are no secret but must not turn up elsewhere
    #[arg(long)]
    plain: bool,
    /// Whom to ask
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    #[command(flatten)]
    file: FileArgs,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn run(args: &PhraseArgs) -> Result<Exit, Exit> {
    let register = &args.file.file;
    let known = load(register)?;
    if known.phrases.iter().any(|phrase| phrase.id == args.id) {
        return Err(stop(&format!(
            "the register has a phrase `{}` already",
            args.id
        )));
    }
    if args.plain {
        let text = read()?;
        let text = String::from_utf8_lossy(text.expose()).into_owned();
        return enter(args, "text", &text);
    }
    let keys = key::register_keys(&args.key.key, args.key.key_file.as_deref())?;
    let phrase = read()?;
    let symbols = Alphabet::default().symbols(phrase.expose(), Grain::Raw(0));
    let Some(tag) = PhraseTag::new(&keys, &symbols) else {
        return Err(stop(&format!(
            "the phrase has {} letters and digits, at least {SHORTEST} are needed",
            symbols.len()
        )));
    };
    let tag = WrittenTag {
        key: keys.id().short(),
        tag,
    };
    enter(args, "tag", &tag.to_string())
}

/// Adds the phrase to the register file.
fn enter(args: &PhraseArgs, name: &str, value: &str) -> Result<Exit, Exit> {
    let register = &args.file.file;
    let value = toml::Value::from(value);
    let mut text = fs::read_to_string(register)
        .map_err(|error| stop(&format!("cannot read {}: {error}", register.display())))?;
    let id = toml::Value::from(args.id.clone());
    let _ = write!(
        text,
        "\n[[phrase]]\nid = {id}\nkind = \"{}\"\n{name} = {value}\n",
        args.kind
    );
    if let Some(owner) = &args.owner {
        let _ = writeln!(text, "owner = {}", toml::Value::from(owner.clone()));
    }
    RegisterFile::parse(&text).map_err(|told| stop(&told))?;
    fs::write(register, text)
        .map_err(|error| stop(&format!("cannot write {}: {error}", register.display())))?;
    print(&format!("added {} `{}`\n", args.kind, args.id))?;
    Ok(Exit::Clean)
}

/// The phrase, from standard input: an argument could be seen by others.
fn read() -> Result<Secret, Exit> {
    let mut bytes = Vec::new();
    io::stdin()
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| stop(&format!("cannot read the phrase: {error}")))?;
    Ok(Secret::new(bytes.trim_ascii()))
}
