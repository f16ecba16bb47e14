//! Exclude globs: which paths the user left out, and by which pattern.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Compiled exclude patterns.
///
/// A pattern without a slash matches a file or directory name at any depth; a
/// pattern with one matches a path, either as it is reported or relative to
/// the target it was found under. `*` and `?` do not cross slashes, `**` does.
/// A slash at the end is ignored: `dist/` and `dist/**` both exclude `dist`
/// with all its content.
#[derive(Clone, Debug, Default)]
pub struct Excludes {
    set: GlobSet,
    /// For each glob of `set`, the pattern it was made from.
    origin: Vec<usize>,
    patterns: Vec<String>,
}

impl Excludes {
    /// Compiles `patterns`; the error names the first one that is malformed.
    pub fn new<I>(patterns: I) -> Result<Excludes, globset::Error>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let mut builder = GlobSetBuilder::new();
        let mut origin = Vec::new();
        let patterns: Vec<String> = patterns.into_iter().map(Into::into).collect();
        for (index, pattern) in patterns.iter().enumerate() {
            for glob in globs_of(pattern) {
                builder.add(GlobBuilder::new(&glob).literal_separator(true).build()?);
                origin.push(index);
            }
        }
        Ok(Excludes {
            set: builder.build()?,
            origin,
            patterns,
        })
    }

    /// True when nothing is excluded.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The first pattern that excludes `path` itself, which was found under `target`.
    pub fn pattern_for(&self, path: &Path, target: &Path) -> Option<&str> {
        if self.is_empty() {
            return None;
        }
        let relative = path.strip_prefix(target).ok();
        [Some(path), relative]
            .into_iter()
            .flatten()
            .filter(|candidate| !candidate.as_os_str().is_empty())
            .find_map(|candidate| self.first_match(candidate))
    }

    /// The first pattern that excludes `path` or a directory above it, for
    /// paths that were named one by one and not reached by walking.
    pub fn pattern_above(&self, path: &Path) -> Option<&str> {
        if self.is_empty() {
            return None;
        }
        let plain = path.strip_prefix(".").unwrap_or(path);
        plain
            .ancestors()
            .filter(|ancestor| !ancestor.as_os_str().is_empty())
            .find_map(|ancestor| self.first_match(ancestor))
    }

    fn first_match(&self, path: &Path) -> Option<&str> {
        if !self.set.is_match(path) {
            return None;
        }
        let glob = *self.set.matches(path).first()?;
        Some(&self.patterns[self.origin[glob]])
    }
}

/// The globs that together mean `pattern`.
fn globs_of(pattern: &str) -> Vec<String> {
    let mut core = pattern.strip_prefix("./").unwrap_or(pattern);
    while let Some(shorter) = core.strip_suffix("/**").or_else(|| core.strip_suffix('/')) {
        core = shorter;
    }
    if core.is_empty() {
        return Vec::new();
    }
    if let Some(anchored) = core.strip_prefix('/') {
        return vec![core.to_owned(), anchored.to_owned()];
    }
    if core.contains('/') {
        return vec![core.to_owned()];
    }
    vec![format!("**/{core}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_the_paths_they_mean() {
        let cases = [
            ("*.log", "a/b/x.log", true),
            ("*.log", "a/b/x.log.txt", false),
            ("node_modules", "web/node_modules", true),
            ("node_modules/", "node_modules", true),
            ("node_modules/**", "node_modules", true),
            ("dist/*.js", "dist/a.js", true),
            ("dist/*.js", "dist/sub/a.js", false),
            ("dist/**/*.js", "dist/sub/a.js", true),
            ("/build", "top/build", true),
            ("/build", "top/sub/build", false),
            ("./a/b", "a/b", true),
            ("sub/x", "top/sub/x", true),
        ];
        for (pattern, path, expected) in cases {
            let excludes = Excludes::new([pattern]).unwrap();
            let target = Path::new(if path.starts_with("top") { "top" } else { "." });
            let found = excludes.pattern_for(Path::new(path), target);
            assert_eq!(found.is_some(), expected, "{pattern} on {path}");
            if expected {
                assert_eq!(found, Some(pattern));
            }
        }
    }

    #[test]
    fn a_named_path_is_excluded_with_the_directory_it_is_in() {
        let excludes = Excludes::new(["vendor/"]).unwrap();
        assert!(
            excludes
                .pattern_above(Path::new("./vendor/x/y.js"))
                .is_some()
        );
        assert!(excludes.pattern_above(Path::new("vendored/y.js")).is_none());
    }

    #[test]
    fn a_malformed_pattern_is_an_error() {
        assert!(Excludes::new(["a[b"]).is_err());
        assert!(
            Excludes::new(["", "/"])
                .unwrap()
                .pattern_above(Path::new("a"))
                .is_none()
        );
    }
}
