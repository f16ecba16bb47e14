//! The verdict cache of a run: whether there is one, where, and under which policy.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args as ClapArgs, ValueEnum};

use crate::base::limits::number;
use crate::cli::exit::Exit;
use crate::cli::settings::{Loaded, stop};
use crate::cli::{key, message};
use crate::config::environment::Environment;
use crate::config::file::When;
use crate::config::resolve::Flags;
use crate::config::settings::{Layer, Settings};
use crate::judge::reuse::{Check, Earlier, Reuse};
use crate::record::cache::sets::{self, Keys, Opened};
use crate::record::cache::{self, Cache, machine};
use crate::scan::scanner::ScanOptions;

/// Heading of the options about the cache.
const CACHE: &str = "Cache options";

/// Which verdicts of earlier scans count.
#[derive(Clone, Debug, Default, ClapArgs)]
pub struct CacheArgs {
    /// Do not examine again what was clean under the same rules; verdicts are kept in DIR [default: off]
    #[arg(long, help_heading = CACHE, value_name = "DIR")]
    pub cache: Option<PathBuf>,
    /// Examine everything, whatever the configuration says
    #[arg(long, help_heading = CACHE, conflicts_with = "cache")]
    pub no_cache: bool,
    /// How known files are told: by what the file system says of them, or always by their content
    #[arg(long, help_heading = CACHE, value_name = "HOW")]
    pub cache_check: Option<CheckArg>,
    /// How long a file must not have changed to be known by its state
    #[arg(long, hide = true, value_name = "SECONDS")]
    pub cache_rest: Option<u32>,
}

/// How known files are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckArg {
    /// By device, number, size and times, where those can be relied on.
    Status,
    /// By the digest of their content.
    Content,
}

/// What a run does when nobody says whether it uses a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Habit {
    /// It does not.
    #[default]
    Scan,
    /// It does.
    Sweep,
}

impl CacheArgs {
    /// Adds what the options say to `flags`.
    pub(super) fn tell(&self, flags: &mut Flags) {
        flags.cache_use = match (&self.cache, self.no_cache) {
            (_, true) => Some(When::Never),
            (Some(_), false) => Some(When::Always),
            (None, false) => None,
        };
        flags.cache_dir.clone_from(&self.cache);
        flags.cache_check = self.cache_check.map(|check| match check {
            CheckArg::Status => Check::Status,
            CheckArg::Content => Check::Content,
        });
    }
}

/// What a verdict depends on beside the options of a scan.
pub(super) struct Under<'a> {
    /// Settings and rules.
    pub(super) loaded: &'a Loaded,
    /// The file with the project key, if one is named.
    pub(super) key_file: Option<&'a Path>,
    /// The index of protected documents, if one is named.
    pub(super) register: Option<&'a Path>,
    /// What the run does when nobody says.
    pub(super) habit: Habit,
    /// How long a file must not have changed to be known by its state, in seconds.
    pub(super) rest: i64,
}

/// Opens the cache, if the run uses one, and has `options` use it.
///
/// # Errors
/// It was asked for by an option and cannot be used; this has been told.
pub(super) fn attach(
    options: &mut ScanOptions,
    under: &Under<'_>,
) -> Result<Option<Arc<Cache>>, Exit> {
    let settings = &under.loaded.settings;
    let wanted = match settings.cache_use.value {
        When::Always => true,
        When::Never => false,
        When::Auto => under.habit == Habit::Sweep,
    };
    if !wanted {
        return Ok(None);
    }
    let (cache, earlier) = match open(options, under) {
        Ok((cache, earlier)) => (Arc::new(cache), earlier),
        Err(Refused::Told(exit)) => return Err(exit),
        Err(Refused::Why(why)) if settings.cache_use.origin.layer == Layer::Flag => {
            return Err(stop(&format!("no verdict cache: {why}")));
        }
        Err(Refused::Why(why)) => {
            message::warning(&format!("no verdict cache, everything is examined: {why}"));
            return Ok(None);
        }
    };
    let [finding, keeping, vouching] = [(); 3].map(|()| Arc::clone(&cache));
    options.reuse = Some(Reuse {
        find: Box::new(move |subject| finding.find(subject)),
        keep: Box::new(move |subject, clean| keeping.keep(subject, clean)),
        vouches: Box::new(move |state, path| vouching.vouches(state, path)),
        check: settings.cache_check.value,
        rest: under.rest,
        earlier: earlier.map(|(seals, rules)| Earlier {
            find: {
                let cache = Arc::clone(&cache);
                Box::new(move |subject| cache.find_under(&seals, subject))
            },
            rules,
        }),
    });
    Ok(Some(cache))
}

/// Writes what is left, and tells what was odd.
pub(super) fn close(cache: &Cache) {
    cache.write();
    if let Some(error) = cache.fault() {
        message::warning(&format!(
            "the verdict cache could not be written: {error}; this scan is whole, the next one takes longer"
        ));
    }
    let forged = cache.account().forged;
    if forged > 0 {
        message::warning(&format!(
            "{forged} records of the verdict cache do not carry its seal and were not believed; \
             somebody or something has changed them"
        ));
    }
}

/// Why there is no cache.
enum Refused {
    /// It has been told.
    Told(Exit),
    /// In words.
    Why(String),
}

fn open(options: &ScanOptions, under: &Under<'_>) -> Result<Opened, Refused> {
    let environment = Environment::read();
    let settings = &under.loaded.settings;
    let why = |text: &str| Refused::Why(text.to_owned());
    let named = settings.cache_dir.as_ref().map(|set| set.value.clone());
    let folder = named
        .or_else(|| environment.cache_folder())
        .ok_or_else(|| why("there is no home directory; name a folder with --cache"))?;
    let state = environment
        .state_folder()
        .ok_or_else(|| why("there is no home directory for the machine's key"))?
        .join("machine.key");
    let machine = machine::key(&state)
        .map_err(|error| Refused::Why(format!("the key file {}: {error}", state.display())))?;
    let project = key::project(under.key_file).map_err(Refused::Told)?;
    let frame = frame(options, under)
        .map_err(|(name, error)| Refused::Why(format!("cannot read {name}: {error}")))?;
    let project = project.as_ref().map(|key| key.expose().trim_ascii());
    let rules = &under.loaded.rules;
    let keys = Keys {
        project,
        machine: &machine,
        frame: &frame,
    };
    sets::open(&folder, &keys, rules, size(settings))
        .map_err(|error| Refused::Why(format!("the folder {}: {error}", folder.display())))
}

fn size(settings: &Settings) -> u64 {
    let set = settings.cache_size.as_ref();
    set.and_then(|set| number(&set.value))
        .unwrap_or(cache::SIZE)
}

/// A digest of everything beside the rules that can change whether a content is
/// clean: the program itself, the limits, the index, and what is harmless, because
/// that is not counted.
fn frame(options: &ScanOptions, under: &Under<'_>) -> Result<[u8; 32], (String, io::Error)> {
    let Loaded { settings, .. } = under.loaded;
    // Named one by one, so that whoever adds an option has to decide about it here.
    // What is not used only has a say in what becomes of something that was found.
    let ScanOptions {
        path,
        limits,
        learned,
        register,
        passwords,
        counts_from_one,
        keyer: _,
        allowance: _,
        comments: _,
        min_confidence: _,
        remotes: _,
        reuse: _,
    } = options;
    let mut facts = Facts(blake3::Hasher::new_derive_key(
        "stanch 2026 verdict frame v1",
    ));
    let program = std::env::current_exe().map_err(|error| ("this program".to_owned(), error))?;
    facts.file(&program)?;
    facts.text(env!("CARGO_PKG_VERSION"));
    facts.text(&format!(
        "{path:?} {learned:?} {limits:?} {counts_from_one}"
    ));
    let named = settings.register_index.as_ref().map(|set| &*set.value);
    match under.register.or(named).filter(|_| register.is_some()) {
        Some(index) => facts.file(index)?,
        None => facts.text(""),
    }
    facts.count(passwords.len());
    for password in passwords {
        facts.bytes(password.expose());
    }
    facts.count(settings.allow_values.len());
    for value in &settings.allow_values {
        facts.text(&format!("{:?}", value.origin.layer));
        facts.bytes(value.value.expose());
    }
    for words in [&settings.stop_words, &settings.allow_paths] {
        facts.count(words.len());
        for word in words {
            facts.text(&format!("{:?}", word.origin.layer));
            facts.text(&word.value);
        }
    }
    facts.count(settings.locked.len());
    for glob in &settings.locked {
        facts.text(&format!("{:?}", glob.origin.layer));
        facts.text(glob.value.as_str());
    }
    Ok(*facts.0.finalize().as_bytes())
}

/// What goes into the digest, each with its length.
struct Facts(blake3::Hasher);

impl Facts {
    fn count(&mut self, count: usize) {
        self.0.update(&(count as u64).to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// The content of a file, as a digest of its own.
    fn file(&mut self, path: &Path) -> Result<(), (String, io::Error)> {
        let digest = digest(path).map_err(|error| (path.display().to_string(), error))?;
        self.bytes(digest.as_bytes());
        Ok(())
    }
}

/// BLAKE3 of a file's content.
pub(super) fn digest(path: &Path) -> io::Result<blake3::Hash> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize()),
            count => hasher.update(&buffer[..count]),
        };
    }
}
