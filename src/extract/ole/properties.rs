//! Property sets: author, title, and the properties that users and labels add
//! (MS-OLEPS).

use super::bytes::{in_page, long, short, wide};

/// Most properties of a set.
const MOST: usize = 10_000;

/// The properties in `bytes`, a line for each; `None` when they are no set.
pub(super) fn read(bytes: &[u8]) -> Option<String> {
    if short(bytes, 0)? != 0xFFFE {
        return None;
    }
    let mut out = String::new();
    let count = (long(bytes, 24)? as usize).min(16);
    for section in 0..count {
        let at = long(bytes, 28 + 20 * section + 16)? as usize;
        let Some(content) = bytes.get(at..) else {
            continue;
        };
        read_section(content, section, &mut out);
    }
    Some(out)
}

fn read_section(section: &[u8], number: usize, out: &mut String) -> Option<()> {
    let count = (long(section, 4)? as usize).min(MOST);
    let pairs: Vec<(u32, usize)> = (0..count)
        .filter_map(|n| {
            Some((
                long(section, 8 + 8 * n)?,
                long(section, 12 + 8 * n)? as usize,
            ))
        })
        .collect();
    let place = |id| pairs.iter().find(|pair| pair.0 == id).map(|pair| pair.1);
    let page = place(1)
        .and_then(|at| short(section, at + 4))
        .unwrap_or(1252);
    let names = place(0)
        .map(|at| dictionary(section, at, page))
        .unwrap_or_default();
    for (id, at) in &pairs {
        if *id < 2 {
            continue;
        }
        let own = names.iter().find(|(known, _)| known == id);
        let name = own.map_or(standard(number, *id), |(_, name)| name);
        let mut values = Vec::new();
        value(section, *at, page, &mut values, 0);
        for value in values.iter().filter(|value| !value.is_empty()) {
            out.extend([name, ": ", value, "\n"]);
        }
    }
    Some(())
}

/// The names of the properties that users added.
fn dictionary(section: &[u8], at: usize, page: u16) -> Vec<(u32, String)> {
    let mut names = Vec::new();
    let mut at = at;
    let Some(count) = long(section, at) else {
        return names;
    };
    at += 4;
    for _ in 0..count.min(MOST as u32) {
        let (Some(id), Some(length)) = (long(section, at), long(section, at + 4)) else {
            break;
        };
        let length = match page {
            1200 => (length as usize).saturating_mul(2),
            _ => length as usize,
        };
        at += 8;
        let Some(name) = at.checked_add(length).and_then(|end| section.get(at..end)) else {
            break;
        };
        names.push((id, text(name, page)));
        at += if page == 1200 {
            length.next_multiple_of(4)
        } else {
            length
        };
    }
    names
}

fn text(bytes: &[u8], page: u16) -> String {
    in_page(bytes, page).trim_end_matches('\0').to_owned()
}

/// Adds what the value at `at` says; where the value behind it begins.
fn value(
    section: &[u8],
    at: usize,
    page: u16,
    out: &mut Vec<String>,
    depth: usize,
) -> Option<usize> {
    let kind = long(section, at)?;
    let at = at + 4;
    let string = |at: usize, unit: usize| {
        let length = (long(section, at)? as usize).checked_mul(unit)?;
        let end = (at + 4).checked_add(length)?;
        Some((section.get(at + 4..end)?, end.next_multiple_of(4)))
    };
    match kind {
        0x1E | 0x08 => {
            let (bytes, end) = string(at, 1)?;
            out.push(text(bytes, page));
            Some(end)
        }
        0x1F => {
            let (bytes, end) = string(at, 2)?;
            out.push(wide(bytes).trim_end_matches('\0').to_owned());
            Some(end)
        }
        0x41 => {
            let (bytes, end) = string(at, 1)?;
            let mut text = String::new();
            super::bytes::strings(bytes, &mut text);
            out.push(text);
            Some(end)
        }
        0x0B => {
            let is_true = short(section, at)? != 0;
            out.push(if is_true { "true" } else { "false" }.to_owned());
            Some(at + 4)
        }
        0x02 | 0x03 | 0x13 | 0x16 | 0x17 => {
            out.push(long(section, at)?.to_string());
            Some(at + 4)
        }
        0x101E | 0x101F | 0x100C if depth == 0 => {
            let count = long(section, at)?;
            let mut at = at + 4;
            for _ in 0..count.min(MOST as u32) {
                if kind == 0x100C {
                    at = value(section, at, page, out, 1)?;
                    continue;
                }
                let unit = if kind == 0x101F { 2 } else { 1 };
                let (bytes, end) = string(at, unit)?;
                out.push(text(bytes, if unit == 2 { 1200 } else { page }));
                // Strings of one byte are not padded in lists.
                at = if unit == 2 { end } else { at + 4 + bytes.len() };
            }
            Some(at)
        }
        0x05 | 0x06 | 0x07 | 0x14 | 0x15 | 0x40 => Some(at + 8),
        _ => None,
    }
}

/// The name of a property that every set may have.
fn standard(section: usize, id: u32) -> &'static str {
    match (section, id) {
        (0, 2) => "Title",
        (0, 3) => "Subject",
        (0, 4) => "Author",
        (0, 5) => "Keywords",
        (0, 6) => "Comments",
        (0, 7) => "Template",
        (0, 8) => "LastAuthor",
        (0, 14) => "Manager",
        (0, 15) => "Company",
        _ => "Property",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set with one property of the user.
    fn set(name: &str, value: &str) -> Vec<u8> {
        let mut section = Vec::new();
        let mut add = |numbers: &[u32]| {
            section.extend(numbers.iter().flat_map(|n| n.to_le_bytes()));
        };
        add(&[0, 3, 1, 32, 0, 40, 2, 40 + 12 + name.len() as u32]);
        add(&[2, 1252, 1, 2, name.len() as u32]);
        section.extend(name.as_bytes());
        section.extend(
            [0x1E_u32, value.len() as u32]
                .iter()
                .flat_map(|n| n.to_le_bytes()),
        );
        section.extend(value.as_bytes());
        let mut bytes = vec![0xFE, 0xFF];
        bytes.resize(24, 0);
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend([0; 16]);
        bytes.extend(48_u32.to_le_bytes());
        bytes.extend(section);
        bytes
    }

    #[test]
    fn a_property_of_the_user_has_its_name() {
        let bytes = set("Label", "some value");
        assert_eq!(read(&bytes).as_deref(), Some("Label: some value\n"));
        for cut in 0..bytes.len() {
            let _ = read(&bytes[..cut]);
        }
        assert_eq!(read(b"no set"), None);
    }
}
