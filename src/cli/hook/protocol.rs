//! What git tells its hooks: lines on standard input, or arguments.
//!
//! githooks(5): `pre-push` reads `<local ref> SP <local oid> SP <remote ref> SP
//! <remote oid>` a line, `pre-receive` reads `<old oid> SP <new oid> SP <ref>`,
//! and `update` is given `<ref> <old oid> <new oid>`. An object id of zeros says
//! that there is none: the reference is new, or goes away.

use std::fmt;
use std::io::{self, Read};

/// Most bytes that are read from git; some hundred thousand references.
const LONGEST: u64 = 64 << 20;

/// One reference that is about to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The reference's name on the side that receives it.
    pub(super) name: String,
    /// Where it pointed there; nothing for a new one.
    pub(super) old: Option<String>,
    /// Where it is to point; nothing when it is deleted.
    pub(super) new: Option<String>,
}

/// What git said makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Nonsense {
    line: usize,
    expected: &'static str,
}

impl fmt::Display for Nonsense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {} of standard input is not `{}`: is this run by git?",
            self.line, self.expected
        )
    }
}

/// Everything on standard input.
pub(super) fn read(input: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other("more than 64 MiB of references"));
    }
    Ok(bytes)
}

/// The changes that `pre-push` is told.
pub(super) fn pre_push(input: &[u8]) -> Result<Vec<Change>, Nonsense> {
    const FORM: &str = "<local ref> <local oid> <remote ref> <remote oid>";
    lines(input, FORM, |words| match words {
        // The local name is `(delete)` for deletions, or any revision.
        [.., new, name, old] if words.len() >= 4 => change(name, old, new),
        _ => None,
    })
}

/// The changes that `pre-receive` is told.
pub(super) fn pre_receive(input: &[u8]) -> Result<Vec<Change>, Nonsense> {
    lines(input, "<old oid> <new oid> <ref>", |words| match words {
        [old, new, name] => change(name, old, new),
        _ => None,
    })
}

/// The change that `update` is told.
pub(super) fn update(arguments: &[String]) -> Option<Change> {
    match arguments {
        [name, old, new] => change(name, old, new),
        _ => None,
    }
}

fn lines(
    input: &[u8],
    expected: &'static str,
    parse: impl Fn(&[&str]) -> Option<Change>,
) -> Result<Vec<Change>, Nonsense> {
    let text = String::from_utf8_lossy(input);
    let mut changes = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split(' ').collect();
        let line = number + 1;
        changes.push(parse(&words).ok_or(Nonsense { line, expected })?);
    }
    Ok(changes)
}

fn change(name: &str, old: &str, new: &str) -> Option<Change> {
    (!name.is_empty() && is_id(old) && is_id(new)).then(|| Change {
        name: name.to_owned(),
        old: present(old),
        new: present(new),
    })
}

/// An object id in full: SHA-1 or SHA-256.
fn is_id(word: &str) -> bool {
    matches!(word.len(), 40 | 64) && word.bytes().all(|b| b.is_ascii_hexdigit())
}

fn present(id: &str) -> Option<String> {
    id.bytes().any(|b| b != b'0').then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: char, length: usize) -> String {
        std::iter::repeat_n(digit, length).collect()
    }

    /// Old and new as digits of ids, `0` for none.
    fn expected(name: &str, old: char, new: char, length: usize) -> Change {
        let some = |digit| (digit != '0').then(|| id(digit, length));
        Change {
            name: name.into(),
            old: some(old),
            new: some(new),
        }
    }

    #[test]
    fn creations_changes_and_deletions_are_told_apart() {
        for length in [40, 64] {
            let [zero, a, b] = ['0', 'a', 'b'].map(|digit| id(digit, length));
            let receive =
                format!("{zero} {a} refs/heads/n\n{a} {b} refs/heads/c\n{b} {zero} refs/tags/d\n");
            let push = format!(
                "refs/heads/l {a} refs/heads/n {zero}\nHEAD~2 {b} refs/heads/c {a}\n(delete) {zero} refs/tags/d {b}\n"
            );
            let all = [
                expected("refs/heads/n", '0', 'a', length),
                expected("refs/heads/c", 'a', 'b', length),
                expected("refs/tags/d", 'b', '0', length),
            ];
            assert_eq!(pre_receive(receive.as_bytes()).unwrap(), all);
            assert_eq!(pre_push(push.as_bytes()).unwrap(), all);
            let arguments = ["refs/heads/c".to_owned(), a, b];
            assert_eq!(update(&arguments), Some(all[1].clone()));
        }
    }

    #[test]
    fn nothing_to_push_is_nothing_to_do() {
        assert_eq!(pre_push(b""), Ok(Vec::new()));
        assert_eq!(pre_receive(b""), Ok(Vec::new()));
    }

    #[test]
    fn a_local_name_may_hold_blanks() {
        // `git push origin ':/some words:refs/heads/x'`
        let (a, b) = (id('a', 40), id('b', 40));
        let line = format!(":/some words {a} refs/heads/x {b}\n");
        let changes = pre_push(line.as_bytes()).unwrap();
        assert_eq!(changes, [expected("refs/heads/x", 'b', 'a', 40)]);
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        let (a, b) = (id('a', 40), id('b', 40));
        for line in [
            "hello".to_owned(),
            format!("{a} {b}"),
            format!("{a} {b} "),
            format!("{a} master refs/heads/x"),
            format!("{a} {} refs/heads/x", &b[1..]),
            String::new(),
        ] {
            let input = format!("{a} {b} refs/heads/x\n{line}\n");
            let told = pre_receive(input.as_bytes()).unwrap_err().to_string();
            assert!(told.starts_with("line 2 "), "{line}: {told}");
        }
        assert!(pre_push(format!("x {a} {b}\n").as_bytes()).is_err());
        assert_eq!(update(&[a, b]), None);
    }
}
