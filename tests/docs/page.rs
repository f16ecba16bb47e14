//! A page as the test sees it: its blocks of commands, and its links.

/// A page.
pub(crate) struct Page {
    /// Its blocks of the shell's language, in order.
    pub(crate) blocks: Vec<Block>,
}

/// A block of the shell's language.
pub(crate) enum Block {
    /// Commands, each in one piece whatever its lines.
    Commands(Vec<String>),
    /// Something that no test can run.
    NotRun { reason: String, text: String },
}

impl Page {
    /// Reads a page in Markdown.
    pub(crate) fn parse(text: &str) -> Page {
        let mut blocks = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.trim_start().strip_prefix("```") else {
                continue;
            };
            let body: Vec<&str> = lines
                .by_ref()
                .take_while(|line| line.trim_start() != "```")
                .collect();
            let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
            match (language, rest.strip_prefix("not run:")) {
                ("sh", Some(reason)) => blocks.push(Block::NotRun {
                    reason: reason.trim().to_owned(),
                    text: body.join("\n"),
                }),
                ("sh", None) => blocks.push(Block::Commands(commands(&body))),
                ("console" | "shell" | "bash", _) => {
                    blocks.push(Block::Commands(prompted(&body)));
                }
                _ => {}
            }
        }
        Page { blocks }
    }
}

/// Commands of a block: lines joined where they end in a backslash, without remarks.
fn commands(body: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in body {
        let line = line.split(" # ").next().unwrap_or_default().trim();
        let (part, goes_on) = match line.strip_suffix('\\') {
            Some(part) => (part.trim_end(), true),
            None => (line, false),
        };
        if open {
            if let Some(last) = found.last_mut() {
                last.push(' ');
                last.push_str(part);
            }
        } else if !part.is_empty() && !part.starts_with("# ") {
            found.push(part.to_owned());
        }
        open = goes_on;
    }
    found
}

/// Commands of a block that shows a session: the lines behind `$ `.
fn prompted(body: &[&str]) -> Vec<String> {
    let lines: Vec<&str> = body
        .iter()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    commands(&lines)
}

/// Where a page's links lead, as file and heading; those to other hosts are left out. An
/// empty file is the page itself.
pub(crate) fn links(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in prose(text) {
        for part in line.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            if !target.contains("://") {
                found.push((file.to_owned(), heading.to_owned()));
            }
        }
    }
    found
}

/// The names of a page's headings in links.
pub(crate) fn headings(text: &str) -> Vec<String> {
    let headings = prose(text).filter_map(|line| line.strip_prefix('#'));
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// The lines that stand in no block.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !inside && !fence
    })
}

#[test]
fn commands_are_told_from_remarks_and_output() {
    let page = Page::parse(concat!(
        "```sh\na  # remark\n# remark\nb \\\n    c\n```\n```text\nd\n```\n",
        "```sh not run: needs a moon\ne\n```\n```console\n$ f\nsaid\n```\n",
    ));
    let found: Vec<String> = page
        .blocks
        .iter()
        .map(|block| match block {
            Block::Commands(commands) => commands.join("|"),
            Block::NotRun { reason, text } => format!("{reason}: {text}"),
        })
        .collect();
    assert_eq!(found, ["a|b c", "needs a moon: e", "f"]);
}

#[test]
fn links_and_headings_go_by_the_same_names() {
    let text =
        "# A `b`: c, d\n[x](#a-b-c-d) [y](z.md#e) ![w](v.svg) [u](https://t)\n```\n# no\n```\n";
    assert_eq!(headings(text), ["a-b-c-d"]);
    let pairs = [("", "a-b-c-d"), ("z.md", "e"), ("v.svg", "")];
    assert_eq!(
        links(text),
        pairs.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}
