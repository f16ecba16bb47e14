//! Names of remote repositories, as far as they say where something is.

use crate::source::exclude::Excludes;

/// Host and path of a remote's URL: `git@host:team/x.git`, `ssh://git@host:22/team/x` and
/// `https://me@host/team/x.git` are all `host/team/x`. Who logs in, and how, is left out.
pub fn place_of(url: &str) -> String {
    let url = url.trim();
    let (rest, has_scheme) = match url.split_once("://") {
        Some(("file", rest)) => return ended(rest),
        Some((_, rest)) => (rest, true),
        None => (url, false),
    };
    let (host, path) = match (has_scheme, rest.find(['/', ':'])) {
        (true, _) => rest.split_once('/').unwrap_or((rest, "")),
        (false, Some(at)) if rest[at..].starts_with(':') => (&rest[..at], &rest[at + 1..]),
        // A path on this machine.
        (false, _) => return ended(rest),
    };
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    format!(
        "{}/{}",
        host.to_ascii_lowercase(),
        ended(path.trim_start_matches('/'))
    )
}

fn ended(path: &str) -> String {
    let path = path.trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path).to_owned()
}

/// True when every one of `remotes` is a place that `globs` allow, and there is one.
pub fn all_allowed(globs: &[String], remotes: &[String]) -> bool {
    if globs.is_empty() || remotes.is_empty() {
        return false;
    }
    let globs = globs.iter().map(|glob| place_of(glob));
    Excludes::new(globs).is_ok_and(|globs| {
        let known = |url: &String| globs.pattern_above(place_of(url).as_ref()).is_some();
        remotes.iter().all(known)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_one_place_are_the_same() {
        for url in [
            "git@Git.example.org:team/plans.git",
            "ssh://git@git.example.org:2222/team/plans",
            "https://me:word@git.example.org/team/plans.git/",
            "git.example.org:team/plans",
        ] {
            assert_eq!(place_of(url), "git.example.org/team/plans", "{url}");
        }
        assert_eq!(place_of("/srv/git/x.git"), "/srv/git/x");
        assert_eq!(place_of("file:///srv/git/x"), "/srv/git/x");
    }

    #[test]
    fn every_remote_must_be_allowed() {
        let globs = ["git.example.org/team/**".to_owned()];
        let remotes =
            |urls: &[&str]| -> Vec<String> { urls.iter().map(ToString::to_string).collect() };
        let inside = "git@git.example.org:team/a/b.git";
        assert!(all_allowed(&globs, &remotes(&[inside])));
        for urls in [
            &[][..],
            &["https://public.example/team/a"],
            &[inside, "https://public.example/team/a"],
            &["git@git.example.org.evil.example:team/a"],
            &["git@git.example.org:other/a"],
        ] {
            assert!(!all_allowed(&globs, &remotes(urls)), "{urls:?}");
        }
        assert!(!all_allowed(&[], &remotes(&[inside])));
    }
}
