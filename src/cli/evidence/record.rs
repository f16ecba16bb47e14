//! Writes evidence of a run while it goes on.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::json;

use super::files::Implicated;
use crate::base::provenance::Origin;
use crate::cli::args::ScanArgs;
use crate::cli::cache::digest;
use crate::cli::exit::Exit;
use crate::cli::keep::{KeepArgs, Unkept, absolute};
use crate::cli::message;
use crate::cli::scan::Plan;
use crate::cli::settings::stop;
use crate::config::environment::Environment;
use crate::config::show::Origins;
use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::record::evidence::chain::{self, Chain};
use crate::record::evidence::copies::Digests;
use crate::record::evidence::sign::Signing;
use crate::record::evidence::statement::{envelope, statement};
use crate::record::evidence::{ENVELOPE, FILES, LINES, sha256};
use crate::register::date::Date;
use crate::report::Reporter;
use crate::report::model::{FindingModel, RunModel, SkipModel, SummaryModel, ToolModel};
use crate::report::veil::veiled;

/// What stands for a secret in the command line.
const MASK: &str = "********";

/// Writes evidence of the run that `plan` describes into `folder`.
///
/// # Errors
/// The folder is in use, or cannot be written; this has been told.
pub(in crate::cli) fn recorder(
    folder: &Path,
    keep: &KeepArgs,
    args: &ScanArgs,
    plan: &Plan,
) -> Result<Box<dyn Reporter>, Exit> {
    let key = keep.evidence_key.as_deref().map(signing_key).transpose()?;
    let failed = |error: io::Error| {
        stop(&format!(
            "no evidence can be written to {}: {error}; name an empty folder that you can write to",
            folder.display()
        ))
    };
    make(folder).map_err(failed)?;
    let copies = folder.join(FILES);
    if keep.preserve {
        make(&copies).map_err(failed)?;
    }
    let lines = create(&folder.join(LINES)).map_err(failed)?;
    let here = std::env::current_dir().map_err(failed)?;
    Ok(Box::new(Recorder {
        chain: Some(Chain::new(BufWriter::new(lines))),
        head: head(args, plan, key.as_ref()),
        folder: folder.to_owned(),
        copies: keep.preserve.then_some(copies),
        key,
        here,
        command: command(plan),
        seen: HashSet::new(),
    }))
}

fn signing_key(file: &Path) -> Result<Signing, Exit> {
    let name = file.display();
    let content = fs::read(file)
        .map_err(|error| stop(&format!("cannot read --evidence-key {name}: {error}")))?;
    Signing::parse(&content).ok_or_else(|| {
        stop(&format!(
            "{name} is no Ed25519 key; make one with `openssl genpkey -algorithm ed25519 -out FILE`"
        ))
    })
}

/// Makes an empty folder for its owner alone.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(io::Error::other("there is something in it"));
    }
    Ok(())
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// What evidence says before anything is scanned.
#[derive(Debug, Serialize)]
struct Head {
    tool: serde_json::Value,
    host: String,
    user: Option<String>,
    started: String,
    directory: String,
    /// Digests of what decides: settings, policy file, index.
    policy: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
}

fn head(args: &ScanArgs, plan: &Plan, key: Option<&Signing>) -> Head {
    let environment = Environment::read();
    let settings = &plan.settings;
    let own = std::env::current_exe().ok();
    let of = |path: Option<&Path>| path.and_then(|path| sha256_of(path).ok());
    let blake3 = own.as_deref().and_then(|path| digest(path).ok());
    let index = settings.register_index.as_ref().map(|set| &*set.value);
    let index = args.register.as_deref().or(index);
    // A command that prints a key may hold another one.
    let [shown] = masked(plan, [settings.show(Origins::Shown)]);
    Head {
        tool: json!({
            "name": ToolModel::THIS.name,
            "version": ToolModel::THIS.version,
            "binary_sha256": of(own.as_deref()),
            "binary_blake3": blake3.map(|digest| digest.to_hex().to_string()),
        }),
        host: host(),
        user: environment.user,
        started: now(),
        directory: std::env::current_dir()
            .map(|here| here.to_string_lossy().into_owned())
            .unwrap_or_default(),
        policy: json!({
            "settings_sha256": sha256(shown.as_bytes()),
            "settings": shown,
            "index_sha256": of(index),
        }),
        public_key: key.map(|key| key.public().digits()),
    }
}

fn sha256_of(path: &Path) -> io::Result<String> {
    Ok(Digests::of(&mut File::open(path)?, &mut io::sink())?.sha256)
}

#[cfg(unix)]
fn host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    String::new()
}

fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    time(since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0)))
}

/// A time in UTC, as RFC 3339 writes it, of seconds since 1970.
pub(super) fn time(seconds: i64) -> String {
    let day = Date::of_unix(seconds.unsigned_abs());
    let rest = seconds.rem_euclid(86_400);
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{day}T{hours:02}:{minutes:02}:{seconds:02}Z")
}

/// The arguments of the process. Whatever the rules take for a secret, alone or
/// beside its neighbours, is masked.
fn command(plan: &Plan) -> Vec<String> {
    let arguments = std::env::args_os();
    let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    masked(plan, arguments.collect::<Vec<_>>())
}

/// `texts` without what the rules take for a secret, alone or beside its neighbours.
fn masked<T: AsRef<[String]> + AsMut<[String]>>(plan: &Plan, mut texts: T) -> T {
    for between in [" ", "\n"] {
        let whole = texts.as_ref().join(between);
        let outcome = plan.scanner.scan_bytes("command.sh", whole.as_bytes());
        for finding in outcome.findings {
            if let Ok(secret) = std::str::from_utf8(finding.secret.expose()) {
                for text in texts.as_mut() {
                    *text = text.replace(secret, MASK);
                }
            }
        }
    }
    texts
}

/// Writes evidence.
struct Recorder {
    /// Until the end.
    chain: Option<Chain<BufWriter<File>>>,
    head: Head,
    folder: PathBuf,
    /// Where copies go, if there are to be any.
    copies: Option<PathBuf>,
    key: Option<Signing>,
    here: PathBuf,
    command: Vec<String>,
    /// Files that were looked at.
    seen: HashSet<PathBuf>,
}

impl Recorder {
    fn line(&mut self, kind: &str, value: &impl Serialize) -> io::Result<()> {
        let Some(chain) = &mut self.chain else {
            return Ok(());
        };
        let written = chain.line(kind, value);
        written.map_err(|error| self.unkept(&error))
    }

    fn unkept(&self, error: &io::Error) -> io::Error {
        let place = self.folder.display();
        Unkept {
            message: format!(
                "the evidence in {place} could not be written: {error}; it is worth nothing; make \
                 room, or name another folder, and run this again"
            ),
            exit: Exit::Usage,
        }
        .into()
    }

    /// Writes the line about the file that `finding` is in, once.
    fn file(&mut self, finding: &Finding, name: &str) -> io::Result<()> {
        let Origin::File { path, .. } = &finding.provenance.origin else {
            return Ok(());
        };
        let path = absolute(&self.here, path);
        if !self.seen.insert(path.clone()) {
            return Ok(());
        }
        let found = Implicated::look(&path, name.to_owned(), self.copies.as_deref());
        let found = found.map_err(|error| self.unkept(&error))?;
        self.line("file", &found)
    }

    fn seal(&mut self) -> io::Result<String> {
        let Some(chain) = self.chain.take() else {
            return Ok(String::new());
        };
        let (to, _) = chain.end()?;
        to.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()?;
        // The statement follows from what is on the disk.
        let bytes = fs::read(self.folder.join(LINES))?;
        let (sum, lines) = chain::read(&bytes).map_err(io::Error::other)?;
        let envelope = envelope(&statement(&sum, &lines), self.key.as_ref());
        let mut file = create(&self.folder.join(ENVELOPE))?;
        io::Write::write_all(&mut file, &envelope)?;
        file.sync_all()?;
        Ok(sha256(&envelope))
    }
}

impl Reporter for Recorder {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        let head = serde_json::to_value(&self.head)?;
        let mut whole = serde_json::to_value(RunModel::from(run))?;
        if let (Some(whole), serde_json::Value::Object(head)) = (whole.as_object_mut(), head) {
            whole.extend(head);
        }
        self.line("run", &whole)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let command = std::mem::take(&mut self.command);
        let command = command.iter().map(|text| veiled(text, &finding.secret));
        self.command = command.map(std::borrow::Cow::into_owned).collect();
        let mut model = FindingModel::from(finding);
        // Lines around a finding may hold what no rule knows.
        model.excerpt.clear();
        self.line("finding", &model)?;
        let name = model.blob.path.clone();
        self.file(finding, &name)
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.line("skip", &SkipModel::from(skip))
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        let command = std::mem::take(&mut self.command);
        let end = json!({
            "command": command,
            "finished": now(),
            "summary": SummaryModel::from(summary),
        });
        self.line("end", &end)?;
        let digest = self.seal().map_err(|error| self.unkept(&error))?;
        let place = self.folder.display();
        if self.key.is_none() {
            message::warning(&format!(
                "the evidence in {place} is not signed: note its digest where nobody can change it: {digest}"
            ));
        }
        Ok(())
    }
}
