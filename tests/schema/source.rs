//! Structs and enums as the sources write them: names, remarks, types and what serde
//! is told. Reads the style of this repository and nothing else.

use std::fs;
use std::path::Path;

/// A struct or an enum.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) remark: String,
    pub(crate) is_enum: bool,
    /// What serde is told of it.
    pub(crate) serde: String,
    pub(crate) members: Vec<Member>,
}

/// A field or a variant.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) remark: String,
    pub(crate) kind: String,
    pub(crate) serde: String,
}

impl Item {
    /// True when serde is told `word`.
    pub(crate) fn has(&self, word: &str) -> bool {
        told(&self.serde, word)
    }

    /// The name of a member in data.
    pub(crate) fn written(&self, member: &Member) -> String {
        if let Some((_, rest)) = member.serde.split_once("rename = \"") {
            return rest.split('"').next().unwrap().to_owned();
        }
        if self.serde.contains("rename_all = \"kebab-case\"") {
            return member.name.replace('_', "-");
        }
        if self.serde.contains("rename_all = \"lowercase\"") {
            return member.name.to_lowercase();
        }
        member.name.clone()
    }
}

impl Member {
    /// True when serde is told `word`.
    pub(crate) fn has(&self, word: &str) -> bool {
        told(&self.serde, word)
    }
}

fn told(serde: &str, word: &str) -> bool {
    serde
        .split([',', '(', ')'])
        .any(|part| part.split('=').next().unwrap_or_default().trim() == word)
}

/// The items in the file at `path`.
pub(crate) fn items(path: &Path) -> Vec<Item> {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = Vec::new();
    let (mut remark, mut serde) = (String::new(), String::new());
    let mut open: Option<Item> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_end();
        let plain = line.trim_start();
        if let Some(words) = plain.strip_prefix("/// ") {
            remark.push_str(words);
            remark.push(' ');
        } else if let Some(first) = plain.strip_prefix("#[") {
            let mut whole = first.to_owned();
            while !whole.trim_end().ends_with(']') {
                let Some(more) = lines.next() else { break };
                whole.push_str(more.trim());
            }
            if let Some(words) = whole.strip_prefix("serde") {
                serde.push_str(words.trim_end_matches(']'));
                serde.push(',');
            }
        } else if let Some(item) = &mut open {
            if line == "}" {
                found.extend(open.take());
            } else if let Some(member) = member(plain, item.is_enum, &remark, &serde) {
                item.members.push(member);
            }
            (remark, serde) = (String::new(), String::new());
        } else {
            open = begun(line, &remark, &serde);
            (remark, serde) = (String::new(), String::new());
        }
    }
    found
}

fn begun(line: &str, remark: &str, serde: &str) -> Option<Item> {
    let line = line.trim_start_matches("pub(super) ");
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let (rest, is_enum) = match (line.strip_prefix("struct "), line.strip_prefix("enum ")) {
        (Some(rest), _) => (rest, false),
        (_, Some(rest)) => (rest, true),
        _ => return None,
    };
    let rest = rest.strip_suffix('{')?;
    Some(Item {
        name: rest.split(['<', ' ']).next()?.to_owned(),
        remark: remark.trim().to_owned(),
        is_enum,
        serde: serde.to_owned(),
        members: Vec::new(),
    })
}

fn member(line: &str, is_enum: bool, remark: &str, serde: &str) -> Option<Member> {
    let line = line.strip_suffix(',')?;
    let (name, kind) = if is_enum {
        (line, "")
    } else {
        line.strip_prefix("pub ").unwrap_or(line).split_once(": ")?
    };
    Some(Member {
        name: name.to_owned(),
        remark: remark.trim().to_owned(),
        kind: kind.to_owned(),
        serde: serde.to_owned(),
    })
}
