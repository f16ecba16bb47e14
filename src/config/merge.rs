//! One layer over another: single values are replaced, lists grow.

use std::path::{Path, PathBuf};

use toml::Spanned;

use crate::base::level::Severity;
use crate::base::secret::Secret;
use crate::config::file::{Cache, File, Policy, Register, Suppress};
use crate::config::resolve::Flags;
use crate::config::settings::{Layer, Origin, Set, Settings};
use crate::rules::file::join;
use crate::rules::import::Format;
use crate::rules::select::IdGlob;

/// Severities by id, as a file has them.
type Severities = std::collections::BTreeMap<Spanned<String>, Spanned<Severity>>;

impl Settings {
    /// Puts what a file says over what was said before. `place` is the file and
    /// its text, `folder` is what paths in it are relative to.
    pub fn take_file(&mut self, file: File, place: &Origin, folder: &Path) {
        let to = self;
        let globs = |id: String| IdGlob::new(&id);
        put(
            &mut to.respect_gitignore,
            file.scan.respect_gitignore,
            place,
        );
        put(&mut to.follow_symlinks, file.scan.follow_symlinks, place);
        put(&mut to.decode, file.scan.decode, place);
        put(&mut to.threads, file.scan.threads, place);
        put(&mut to.min_confidence, file.scan.min_confidence, place);
        put(&mut to.fail_on, file.scan.fail_on, place);
        put(&mut to.learned, file.rules.learned, place);
        put(&mut to.preview, file.rules.preview, place);
        put(&mut to.color, file.output.color, place);
        put(&mut to.format, file.output.format, place);
        put(&mut to.progress, file.output.progress, place);
        add(&mut to.exclude, file.scan.exclude, place, |glob| glob);
        add(
            &mut to.allow_incomplete,
            file.scan.allow_incomplete,
            place,
            |code| code,
        );
        add(
            &mut to.unpack_limits,
            file.scan.unpack_limits,
            place,
            |limit| limit,
        );
        add(&mut to.rule_files, file.rules.files, place, |path| {
            rule_file(folder, &path)
        });
        add(&mut to.disable, file.rules.disable, place, globs);
        add(&mut to.enable, file.rules.enable, place, globs);
        add(&mut to.allow_values, file.allow.values, place, |value| {
            Secret::new(join(&value).as_bytes())
        });
        add(&mut to.allow_paths, file.allow.paths, place, |glob| glob);
        add(&mut to.stop_words, file.allow.stop_words, place, |word| {
            word
        });
        to.take_register(file.register, place, folder);
        to.take_cache(file.cache, place, folder);
        replace(&mut to.ledger_path, file.ledger.path, place, |path| {
            folder.join(path)
        });
        let classes = file.rules.classes;
        if !classes.is_empty() {
            to.classes.clear();
        }
        add(&mut to.classes, classes, place, |word| word);
        to.take_words(file.suppress, file.policy, place, folder);
        for (id, quantity) in file.quantity {
            let origin = place.at(id.span());
            let value = (IdGlob::new(id.get_ref()), quantity.into_inner());
            to.quantity.push(Set { value, origin });
        }
        to.take_severities(file.rules.severity, place);
    }

    fn take_severities(&mut self, severities: Severities, place: &Origin) {
        for (id, severity) in severities {
            let origin = place.at(id.span());
            let value = (IdGlob::new(id.get_ref()), severity.into_inner());
            self.severity.push(Set { value, origin });
        }
    }

    fn take_register(&mut self, register: Register, place: &Origin, folder: &Path) {
        let to = self;
        let path = |path: String| folder.join(path);
        replace(&mut to.register_index, register.index, place, path);
        replace(&mut to.register_key_file, register.key_file, place, path);
        let command = register.key_command;
        replace(&mut to.register_key_command, command, place, |command| {
            command
        });
    }

    fn take_cache(&mut self, cache: Cache, place: &Origin, folder: &Path) {
        put(&mut self.cache_use, cache.when, place);
        put(&mut self.cache_check, cache.check, place);
        replace(&mut self.cache_dir, cache.dir, place, |dir| {
            folder.join(dir)
        });
        replace(&mut self.cache_size, cache.size, place, |size| size);
    }

    /// The same for what a file says of other words about findings.
    fn take_words(&mut self, suppress: Suppress, policy: Policy, place: &Origin, folder: &Path) {
        let to = self;
        let globs = |id: String| IdGlob::new(&id);
        let below = |path: String| folder.join(path);
        put(&mut to.comments, suppress.comments, place);
        add(&mut to.honour, suppress.honour, place, |name| name);
        add(&mut to.ignore_files, suppress.ignore_files, place, below);
        add(&mut to.baselines, suppress.baselines, place, below);
        add(&mut to.locked, policy.locked, place, globs);
        add(&mut to.fixed, policy.fixed, place, |key| key);
    }

    /// Puts what the command line says over what was said before.
    pub fn take_flags(&mut self, flags: &Flags) {
        let to = self;
        force(
            &mut to.respect_gitignore,
            flags.respect_gitignore,
            "--respect-gitignore",
        );
        force(
            &mut to.follow_symlinks,
            flags.follow_symlinks,
            "--follow-symlinks",
        );
        force(&mut to.threads, flags.threads, "--threads");
        force(
            &mut to.min_confidence,
            flags.min_confidence,
            "--min-confidence",
        );
        force(&mut to.fail_on, flags.fail_on, "--fail-on");
        force(&mut to.decode, flags.decode, "--no-decode");
        force(&mut to.learned, flags.learned, "--no-learned");
        force(&mut to.preview, flags.preview, "--preview");
        force(&mut to.color, flags.color, "--color");
        force(&mut to.format, flags.format, "--format");
        force(&mut to.progress, flags.progress, "--progress");
        force(&mut to.cache_use, flags.cache_use, "--cache, --no-cache");
        force(&mut to.cache_check, flags.cache_check, "--cache-check");
        if let Some(dir) = &flags.cache_dir {
            let origin = Origin::new(Layer::Flag, "--cache", &dir.to_string_lossy());
            to.cache_dir = Some(Set {
                value: dir.clone(),
                origin,
            });
        }
        extend(&mut to.exclude, &flags.exclude, "--exclude", String::clone);
        extend(
            &mut to.allow_incomplete,
            &flags.allow_incomplete,
            "--allow-incomplete",
            String::clone,
        );
        extend(
            &mut to.unpack_limits,
            &flags.unpack_limits,
            "--unpack-limit",
            String::clone,
        );
        if !flags.classes.is_empty() {
            to.classes.clear();
        }
        extend(&mut to.classes, &flags.classes, "--class", String::clone);
        extend(&mut to.disable, &flags.disable, "--disable", |id| {
            IdGlob::new(id)
        });
        extend(&mut to.enable, &flags.enable, "--enable", |id| {
            IdGlob::new(id)
        });
        paths(&mut to.rule_files, &flags.rule_files, "--rules");
        paths(&mut to.baselines, &flags.baselines, "--baseline");
        paths(&mut to.ignore_files, &flags.ignore_files, "--ignore-file");
    }
}

/// The rule file called `path` in a file of `folder`; a format in front stays there.
fn rule_file(folder: &Path, path: &str) -> PathBuf {
    match Format::split(Path::new(path)) {
        (Some(format), path) => format!("{format}:{}", folder.join(path).display()).into(),
        (None, path) => folder.join(path),
    }
}

fn put<T>(slot: &mut Set<T>, value: Option<Spanned<T>>, place: &Origin) {
    if let Some(value) = value {
        *slot = Set {
            origin: place.at(value.span()),
            value: value.into_inner(),
        };
    }
}

fn replace<T>(
    slot: &mut Option<Set<T>>,
    value: Option<Spanned<String>>,
    place: &Origin,
    make: impl Fn(String) -> T,
) {
    if let Some(value) = value {
        *slot = Some(Set {
            origin: place.at(value.span()),
            value: make(value.into_inner()),
        });
    }
}

fn add<T>(
    list: &mut Vec<Set<T>>,
    values: Vec<Spanned<String>>,
    place: &Origin,
    make: impl Fn(String) -> T,
) {
    list.extend(values.into_iter().map(|value| Set {
        origin: place.at(value.span()),
        value: make(value.into_inner()),
    }));
}

fn force<T>(slot: &mut Set<T>, value: Option<T>, flag: &str) {
    if let Some(value) = value {
        *slot = Set {
            value,
            origin: Origin::new(Layer::Flag, flag, ""),
        };
    }
}

fn extend<T>(list: &mut Vec<Set<T>>, values: &[String], flag: &str, make: impl Fn(&String) -> T) {
    list.extend(values.iter().map(|value| Set {
        value: make(value),
        origin: Origin::new(Layer::Flag, flag, value),
    }));
}

fn paths(list: &mut Vec<Set<PathBuf>>, values: &[PathBuf], flag: &str) {
    list.extend(values.iter().map(|path| Set {
        value: path.clone(),
        origin: Origin::new(Layer::Flag, flag, &path.to_string_lossy()),
    }));
}
