//! Who can see a finding besides its owner: the system's other users, whoever has
//! the repository, whoever gets the package.

/// Where a finding is exposed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// What the file system says of the file.
    pub file: Option<FileExposure>,
    /// What the repository around it says.
    pub git: Option<GitExposure>,
    /// The file, below the folder it is in, that makes it part of a package.
    pub published_by: Option<String>,
}

/// Who can read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileExposure {
    /// Permissions, as `chmod` takes them.
    pub mode: u32,
    /// Number of the user it belongs to.
    pub owner: u32,
    /// True when every user of the system can read it, and pass all folders above.
    pub world_readable: bool,
}

/// Who has a file by its repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitExposure {
    /// Whether the repository has the file.
    pub standing: Standing,
    /// True when the value stands in the file as `HEAD` has it.
    pub in_head: bool,
    /// Short names of branches whose last state of the file has the value: the
    /// first of them, sorted.
    pub branches: Vec<String>,
    /// How many more branches have it.
    pub more_branches: usize,
    /// URLs of the repository's remotes, without users and passwords.
    pub remotes: Vec<String>,
}

/// Whether a repository has a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has.
    Tracked,
    /// It is told not to.
    Ignored,
    /// It may take it with the next `git add`.
    Untracked,
}

impl Standing {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Tracked => "tracked",
            Standing::Ignored => "ignored",
            Standing::Untracked => "untracked",
        }
    }
}

impl Exposure {
    /// The exposure in a few words; empty when there is nothing to tell.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        if self.file.is_some_and(|file| file.world_readable) {
            words.push("every user of this system can read it".to_owned());
        }
        if let Some(git) = &self.git {
            words.push(git.words());
        }
        if let Some(manifest) = &self.published_by {
            words.push(format!("{manifest} publishes it"));
        }
        words.join("; ")
    }
}

impl GitExposure {
    fn words(&self) -> String {
        let begin = match self.standing {
            Standing::Ignored => return "git ignores it".into(),
            Standing::Untracked => return "git does not have it yet".into(),
            Standing::Tracked if self.in_head => "in HEAD",
            Standing::Tracked => "tracked by git, not in HEAD",
        };
        let branches =
            self.branches
                .first()
                .map(|first| match self.branches.len() - 1 + self.more_branches {
                    0 => format!(", on {first}"),
                    more => format!(", on {first} and {more} more"),
                });
        let remote = self.remotes.first();
        let remote = remote.map(|remote| format!(", remote {remote}"));
        let [branches, remote] = [branches, remote].map(Option::unwrap_or_default);
        format!("{begin}{branches}{remote}")
    }
}

/// `url` without user and password: of URLs what stands before the `@` of the
/// host, of `user@host:path` the user.
pub fn without_user(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let end = if scheme.is_empty() {
        rest.find([':', '/'])
    } else {
        rest.find(['/', '?', '#'])
    };
    let (host, path) = rest.split_at(end.unwrap_or(rest.len()));
    // A password may hold an `@`, and, in an address without a scheme, a colon.
    let whole = match (scheme.is_empty(), rest.rfind('@')) {
        (true, Some(at)) if !rest[..at].contains('/') => &rest[at + 1..],
        (true, _) => rest,
        (false, _) => {
            let host = host.rsplit('@').next().unwrap_or(host);
            // Tokens also travel in queries.
            let path = path.split(['?', '#']).next().unwrap_or(path);
            return format!("{scheme}{host}{path}");
        }
    };
    whole.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_their_users() {
        for (url, expected) in [
            ("https://example.org/a/b.git", "https://example.org/a/b.git"),
            ("https://ada@example.org/a", "https://example.org/a"),
            (
                concat!("https://ada:pa", "ss@example.org/a?token=x"),
                "https://example.org/a",
            ),
            (
                concat!("https://x:a", "@b@example.org:8443/a"),
                "https://example.org:8443/a",
            ),
            ("git@example.org:a/b.git", "example.org:a/b.git"),
            ("ssh://git@example.org/a", "ssh://example.org/a"),
            ("/srv/git/a@b.git", "/srv/git/a@b.git"),
            ("../a", "../a"),
            ("", ""),
        ] {
            assert_eq!(without_user(url), expected, "{url}");
        }
    }

    #[test]
    fn words_are_few() {
        let git = GitExposure {
            standing: Standing::Tracked,
            in_head: true,
            branches: vec!["main".into(), "next".into()],
            more_branches: 3,
            remotes: vec!["example.org:a/b".into()],
        };
        let exposure = Exposure {
            file: Some(FileExposure {
                mode: 0o644,
                owner: 0,
                world_readable: true,
            }),
            git: Some(git),
            published_by: Some("package.json".into()),
        };
        assert_eq!(
            exposure.words(),
            "every user of this system can read it; in HEAD, on main and 4 more, remote \
             example.org:a/b; package.json publishes it"
        );
        assert_eq!(Exposure::default().words(), "");
    }
}
