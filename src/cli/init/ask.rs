//! Questions to whoever sits at the terminal.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::config::environment::Environment;

/// Longest answer that is read, in bytes.
const LONGEST: u64 = 1 << 10;

/// What somebody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Yes, or just the return key.
    Yes,
    /// No, or nobody was there to ask.
    No,
}

/// Asks `question`, if somebody is there to answer.
pub(super) fn ask(question: &str) -> Answer {
    let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    if !terminal || Environment::read().ci {
        return Answer::No;
    }
    let mut to = anstream::stderr();
    // Who cannot see the question has not answered it.
    if write!(to, "{question} [Y/n] ")
        .and_then(|()| to.flush())
        .is_err()
    {
        return Answer::No;
    }
    let mut line = String::new();
    let mut from = io::Read::take(io::stdin().lock(), LONGEST);
    match from.read_line(&mut line) {
        Ok(0) | Err(_) => Answer::No,
        Ok(_) => understood(&line),
    }
}

fn understood(line: &str) -> Answer {
    match line.trim().to_ascii_lowercase().as_str() {
        "" | "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_one() {
        for yes in ["\n", "y\n", " YES \r\n"] {
            assert_eq!(understood(yes), Answer::Yes, "{yes:?}");
        }
        for no in ["n\n", "no\n", "what?\n", "yess"] {
            assert_eq!(understood(no), Answer::No, "{no:?}");
        }
    }

    #[test]
    fn without_a_terminal_nothing_is_asked() {
        // Tests have none, or answer nothing.
        if !io::stdin().is_terminal() {
            assert_eq!(ask("?"), Answer::No);
        }
    }
}
