//! The package's own source files, read as code: comments and literals blanked
//! out, test modules told apart from the rest.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One file under `src`.
pub(crate) struct SourceFile {
    /// Path below `src`, with slashes.
    pub(crate) path: String,
    /// The file as it is.
    pub(crate) text: String,
    /// The file with comments and the insides of literals blanked out; line
    /// breaks stay, so that line numbers hold.
    pub(crate) code: String,
    /// The same without anything under `#[cfg(test)]`.
    pub(crate) product: String,
}

impl SourceFile {
    /// Lines of `text` that are not under `#[cfg(test)]`.
    pub(crate) fn product_lines(&self) -> usize {
        let tests = spans_of_tests(&self.code)
            .iter()
            .map(|span| self.code[span.clone()].matches('\n').count() + 1)
            .sum();
        self.text.lines().count().saturating_sub(tests)
    }
}

/// Every Rust file under `src`, sorted by path.
pub(crate) fn source_files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, "", &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let only_tests: BTreeSet<String> = files.iter().flat_map(test_files).collect();
    for file in &mut files {
        if only_tests.contains(&file.path) {
            file.product.clear();
        }
    }
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<SourceFile>) {
    for entry in fs::read_dir(folder).expect("the source folder can be listed") {
        let entry = entry.expect("the source folder can be listed");
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else if entry.path().extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(entry.path()).expect("source files are UTF-8");
            let code = blanked(&text);
            let product = without_tests(&code);
            files.push(SourceFile {
                path,
                text,
                code,
                product,
            });
        }
    }
}

/// The files that `file` declares as `#[cfg(test)] mod name;`.
fn test_files(file: &SourceFile) -> Vec<String> {
    let folder = match file.path.rsplit_once('/') {
        Some((folder, "mod.rs")) => format!("{folder}/"),
        Some(_) => format!("{}/", file.path.trim_end_matches(".rs")),
        None => String::new(),
    };
    let names = spans_of_tests(&file.code).into_iter().filter_map(|span| {
        let item = file.code[span].split_once("mod ")?.1;
        Some(item.strip_suffix(';')?.trim().to_owned())
    });
    names
        .flat_map(|name| {
            [
                format!("{folder}{name}.rs"),
                format!("{folder}{name}/mod.rs"),
            ]
        })
        .collect()
}

fn without_tests(code: &str) -> String {
    let mut out = code.to_owned();
    for span in spans_of_tests(code).into_iter().rev() {
        let lines = "\n".repeat(code[span.clone()].matches('\n').count());
        out.replace_range(span, &lines);
    }
    out
}

/// Where items under `#[cfg(test)]` stand in `code`, which is blanked.
fn spans_of_tests(code: &str) -> Vec<std::ops::Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(found) = code[at..].find("#[cfg(test)]") {
        let start = at + found;
        let end = end_of_item(code, start);
        spans.push(start..end);
        at = end;
    }
    spans
}

/// The end of the item that begins at `start`: behind its semicolon or its last brace.
fn end_of_item(code: &str, start: usize) -> usize {
    let mut depth = 0;
    for (offset, byte) in code[start..].bytes().enumerate() {
        match byte {
            b';' if depth == 0 => return start + offset + 1,
            b'{' => depth += 1,
            b'}' if depth == 1 => return start + offset + 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// `text` with comments and the insides of literals replaced by blanks.
fn blanked(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    while out.len() < bytes.len() {
        let at = out.len();
        let length = opaque(&bytes[at..], at.checked_sub(1).map(|before| bytes[before]));
        if length == 0 {
            out.push(bytes[at]);
        }
        let hidden = &bytes[at..(at + length).min(bytes.len())];
        out.extend(hidden.iter().map(|&b| if b == b'\n' { b } else { b' ' }));
    }
    String::from_utf8(out).expect("only whole comments and literals are replaced")
}

/// Length of the comment or literal at the beginning of `rest`, zero if there is none.
fn opaque(rest: &[u8], before: Option<u8>) -> usize {
    let in_word = before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    match rest {
        [b'/', b'/', ..] => rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => block_comment(rest),
        [b'"', ..] => quoted(rest, b'"'),
        [b'b', b'"', ..] if !in_word => 1 + quoted(&rest[1..], b'"'),
        [b'b', b'r', b'"' | b'#', ..] if !in_word => raw(&rest[1..]).map_or(0, |n| n + 1),
        [b'r', b'"' | b'#', ..] if !in_word => raw(rest).unwrap_or(0),
        [b'\'', b'\\', ..] => quoted(rest, b'\''),
        // A character of up to four bytes; anything else is a lifetime.
        [b'\'', ..] => (2..=5)
            .find(|&n| rest.get(n) == Some(&b'\'') && (n == 2 || rest[1] >= 0x80))
            .map_or(0, |n| n + 1),
        _ => 0,
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at + 1 < rest.len() {
        match &rest[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// Length of the raw string at the beginning of `rest`; none for `r#name`.
fn raw(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|&&b| b == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let end: Vec<u8> = std::iter::once(b'"')
        .chain(std::iter::repeat_n(b'#', hashes))
        .collect();
    let body = &rest[hashes + 2..];
    let found = body.windows(end.len()).position(|window| window == end)?;
    Some(hashes + 2 + found + end.len())
}

mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked() {
        for (text, code) in [
            ("a // crate::x\nb", "a            \nb"),
            ("a /* /* */ { */ b", "a               b"),
            (r#"f("a\"b{", c)"#, "f(       , c)"),
            ("r#\"a\"b\"# r#type br\"{\"", "         r#type      "),
            ("'{' '\\'' 'é' &'a str", "              &'a str"),
        ] {
            assert_eq!(blanked(text), code, "{text}");
        }
    }

    #[test]
    fn items_under_test_are_cut_out() {
        let code = "a\n#[cfg(test)]\nmod t {\n{}\n}\nb\n#[cfg(test)]\nmod u;\nc\n";
        assert_eq!(without_tests(code), "a\n\n\n\n\nb\n\n\nc\n");
    }
}
