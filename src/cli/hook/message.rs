//! The part of a commit message file that becomes the message.

/// What git writes above the changes that it shows below a message: git-commit(1), `--verbose`.
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// `text` up to the scissors line. What stands below is for the eyes of the
/// writer and not kept; a comment line above may be.
pub(super) fn kept(text: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        if is_scissors(line.trim_ascii_end()) {
            return &text[..at];
        }
        at += line.len();
    }
    text
}

/// The comment character is a matter of configuration, and may be several.
fn is_scissors(line: &[u8]) -> bool {
    line.strip_suffix(SCISSORS).is_some_and(|comment| {
        !comment.is_empty() && comment.len() <= 8 && !comment.iter().any(u8::is_ascii_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_ends_at_the_scissors() {
        let scissors = "# ------------------------ >8 ------------------------";
        for (text, expected) in [
            ("a\nb\n", "a\nb\n".to_owned()),
            ("a\n# comment\nb", "a\n# comment\nb".to_owned()),
            (&format!("a\n{scissors}\nb\n"), "a\n".to_owned()),
            (&format!("a\n;{}\r\nb\n", &scissors[1..]), "a\n".to_owned()),
            (
                &format!("a\n{}\nb\n", &scissors[1..]),
                format!("a\n{}\nb\n", &scissors[1..]),
            ),
            (
                &format!("a\nx{}\nb\n", &scissors[1..]),
                format!("a\nx{}\nb\n", &scissors[1..]),
            ),
            (
                &format!("a\n{scissors} x\nb\n"),
                format!("a\n{scissors} x\nb\n"),
            ),
            ("", String::new()),
        ] {
            assert_eq!(kept(text.as_bytes()), expected.as_bytes(), "{text:?}");
        }
    }
}
