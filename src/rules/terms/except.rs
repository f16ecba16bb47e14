//! One entry of `except`: criteria that make a match harmless.

use crate::rules::file::{Except, Target, When};
use crate::rules::spanned::Spanned;
use crate::rules::terms::Sighting;
use crate::rules::terms::patterns::Patterns;

/// Criteria, ready to be asked.
#[derive(Debug, Default)]
pub struct Exception {
    when: When,
    paths: Patterns,
    target: Target,
    patterns: Patterns,
    words: Vec<String>,
}

impl Exception {
    /// The criteria of `written`.
    pub fn new(written: &Except) -> Exception {
        let texts = |list: &[Spanned<String>]| list.iter().map(|t| t.get_ref().clone()).collect();
        Exception {
            when: written.when,
            paths: Patterns::new(texts(&written.paths)),
            target: written.target,
            patterns: Patterns::new(texts(&written.patterns)),
            words: written.words.clone(),
        }
    }

    /// Everything that decides, as texts.
    pub fn texts(&self) -> Vec<String> {
        let mut out = vec![format!("{:?} {:?}", self.when, self.target)];
        let lists = [self.paths.texts(), self.patterns.texts(), &self.words];
        for list in lists {
            out.push(list.len().to_string());
            out.extend(list.iter().cloned());
        }
        out
    }

    /// True when the match is harmless. Without any criterion none is.
    pub fn covers(&self, sighting: &Sighting<'_>) -> bool {
        let given = [
            !self.paths.is_empty(),
            !self.patterns.is_empty(),
            !self.words.is_empty(),
        ];
        let holds = |criterion: usize| match criterion {
            0 => sighting.path.is_some_and(|path| self.path_holds(path)),
            1 => self.patterns.find_in(sighting.part(self.target)),
            _ => self
                .words
                .iter()
                .any(|word| holds_word(sighting.secret(), word)),
        };
        let mut asked = (0..given.len()).filter(|&criterion| given[criterion]);
        match self.when {
            When::Any => asked.any(holds),
            When::All => given.contains(&true) && asked.all(holds),
        }
    }

    /// Paths of other systems are written with backward slashes.
    fn path_holds(&self, path: &str) -> bool {
        self.paths.find_in(path.as_bytes())
            || (path.contains('/') && self.paths.find_in(path.replace('/', "\\").as_bytes()))
    }
}

/// True when `text` holds `word`, in any case.
pub fn holds_word(text: &[u8], word: &str) -> bool {
    word.is_empty()
        || text
            .windows(word.len())
            .any(|at| at.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(keys: &str, path: &str, text: &str) -> bool {
        let written: Except = toml::from_str(keys).unwrap();
        // The secret is what stands between the two bars.
        let bars: Vec<usize> = text.match_indices('|').map(|(at, _)| at).collect();
        Exception::new(&written).covers(&Sighting {
            path: Some(path),
            text: text.as_bytes(),
            span: bars[0]..bars[1] + 1,
            secret: bars[0] + 1..bars[1],
        })
    }

    #[test]
    fn one_criterion_or_all_of_them() {
        for (keys, path, expected) in [
            ("", "a.txt", false),
            ("when = 'all'", "a.txt", false),
            ("words = ['EXAMPLE']", "a.txt", true),
            ("words = ['other']", "a.txt", false),
            ("patterns = ['^my']", "a.txt", true),
            ("patterns = ['^key']", "a.txt", false),
            ("patterns = ['^key']\ntarget = 'line'", "a.txt", true),
            ("patterns = ['^.my']\ntarget = 'match'", "a.txt", true),
            ("paths = ['^t/']", "t/a", true),
            ("paths = ['^t\\\\']", "t/a", true),
            ("paths = ['^t/']\nwords = ['example']", "a.txt", true),
            (
                "when = 'all'\npaths = ['^t/']\nwords = ['example']",
                "a.txt",
                false,
            ),
            (
                "when = 'all'\npaths = ['^t/']\nwords = ['example']",
                "t/a",
                true,
            ),
        ] {
            assert_eq!(
                covers(keys, path, "x\nkey |myExample| y\nz"),
                expected,
                "{keys}"
            );
        }
    }
}
