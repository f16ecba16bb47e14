//! Tags with their attributes, and what entities stand for.

use std::borrow::Cow;

/// Longest entity, with its signs.
pub(super) const ENTITY: usize = 40;
/// Most entities of a document type, and most bytes of one.
const ENTITIES: usize = 256;
const EXPANSION: usize = 1 << 10;

/// Entities by their names.
pub(super) type Entities = Vec<(Vec<u8>, Vec<u8>)>;

/// The beginning of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'x> {
    /// Its name without prefix.
    pub(crate) name: &'x [u8],
    pub(super) attributes: &'x [u8],
}

impl<'x> Tag<'x> {
    /// The value of the attribute whose name without prefix is `name`.
    pub(crate) fn attribute(&self, name: &str) -> Option<Cow<'x, [u8]>> {
        self.attributes()
            .find(|(known, _)| local(known) == name.as_bytes())
            .map(|(_, value)| value)
    }

    /// The value of an attribute as text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let value = self.attribute(name)?;
        Some(String::from_utf8_lossy(&value).into_owned())
    }

    /// All attributes, with their prefixes.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'x [u8], Cow<'x, [u8]>)> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (name, value, after) = next_attribute(rest)?;
            rest = after;
            Some((name, resolved(value, &[])))
        })
    }
}

/// The first attribute of `rest`, and what is behind it.
fn next_attribute(rest: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = rest.trim_ascii_start();
    let equals = memchr::memchr(b'=', rest)?;
    let name = rest[..equals].trim_ascii();
    let behind = rest[equals + 1..].trim_ascii_start();
    let quote = *behind.first()?;
    if quote == b'"' || quote == b'\'' {
        let end = memchr::memchr(quote, &behind[1..])? + 1;
        return Some((name, &behind[1..end], &behind[end + 1..]));
    }
    let bare = behind.iter().position(u8::is_ascii_whitespace);
    let end = bare.unwrap_or(behind.len());
    Some((name, &behind[..end], &behind[end..]))
}

/// A name without its prefix.
pub(super) fn local(name: &[u8]) -> &[u8] {
    memchr::memrchr(b':', name).map_or(name, |at| &name[at + 1..])
}

/// `text` with its entities resolved: the five of XML, numbers, and `known`.
pub(super) fn resolved<'x>(text: &'x [u8], known: &[(Vec<u8>, Vec<u8>)]) -> Cow<'x, [u8]> {
    let Some(first) = memchr::memchr(b'&', text) else {
        return Cow::Borrowed(text);
    };
    let mut out = text[..first].to_vec();
    let mut rest = &text[first..];
    while let Some(&byte) = rest.first() {
        let near = &rest[..rest.len().min(ENTITY)];
        let end = (byte == b'&').then(|| memchr::memchr(b';', near)).flatten();
        if let Some(end) = end
            && resolve(&rest[1..end], known, &mut out)
        {
            rest = &rest[end + 1..];
        } else {
            out.push(byte);
            rest = &rest[1..];
        }
        let plain = memchr::memchr(b'&', rest).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
    }
    Cow::Owned(out)
}

/// Appends what the entity called `name` stands for.
fn resolve(name: &[u8], known: &[(Vec<u8>, Vec<u8>)], out: &mut Vec<u8>) -> bool {
    let sign: &[u8] = match name {
        b"amp" => b"&",
        b"lt" => b"<",
        b"gt" => b">",
        b"quot" => b"\"",
        b"apos" => b"'",
        b"nbsp" => b" ",
        [b'#', number @ ..] => {
            let Some(c) = number_of(number) else {
                return false;
            };
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return true;
        }
        _ => match known.iter().find(|(entity, _)| entity == name) {
            Some((_, value)) => value,
            None => return false,
        },
    };
    out.extend_from_slice(sign);
    true
}

/// The character of `x41` or `65`.
fn number_of(number: &[u8]) -> Option<char> {
    let number = std::str::from_utf8(number).ok()?;
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

/// The entities that a document type declares, which stand for plain text.
pub(super) fn entities(declared: &[u8]) -> Entities {
    let mut out = Vec::new();
    for at in memchr::memmem::find_iter(declared, b"<!ENTITY").take(ENTITIES) {
        let rest = declared[at + 8..].trim_ascii_start();
        let Some(length) = rest.iter().position(u8::is_ascii_whitespace) else {
            continue;
        };
        let behind = rest[length..].trim_ascii_start();
        let Some(quote @ (b'"' | b'\'')) = behind.first() else {
            continue;
        };
        let Some(end) = memchr::memchr(*quote, &behind[1..]) else {
            continue;
        };
        let value = resolved(&behind[1..=end], &[]);
        if value.len() <= EXPANSION && &rest[..length] != b"%" && !value.contains(&b'&') {
            out.push((rest[..length].to_vec(), value.into_owned()));
        }
    }
    out
}
