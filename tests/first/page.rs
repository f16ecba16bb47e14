//! Blocks of pages under docs/, which tests hold to what they say.

use std::fs;
use std::path::PathBuf;

/// The blocks of a page that begin with ```` ```LANGUAGE NAME ````, with their names.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<(String, String)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(page);
    let text = fs::read_to_string(path).unwrap();
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let (name, rest) = info.split_once(' ').unwrap_or((info, ""));
        if name == language {
            found.push((rest.to_owned(), body.join("\n") + "\n"));
        }
    }
    found
}

/// The block called `name`.
pub(crate) fn block(page: &str, language: &str, name: &str) -> String {
    let mut blocks = blocks(page, language).into_iter();
    blocks.find(|(found, _)| found == name).unwrap().1
}
