//! Messages of Outlook (MS-OXMSG): properties in streams of their own, bodies,
//! attachments, and messages inside of messages.

use std::collections::HashMap;

use super::Reader;
use super::bytes::{in_page, long, short, wide};
use crate::base::content::SkipReason;
use crate::extract::mail::lzfu;

/// What the names of streams with a property begin with.
const PREFIX: &str = "__substg1.0_";
/// The folder with the names of properties.
const NAMES: &str = "__nameid_version1.0";
/// Longest RTF that is decompressed.
const LONGEST: usize = 64 << 20;

/// A property, by the name of its stream.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Property {
    id: u16,
    kind: u16,
}

impl Property {
    fn of(name: &str) -> Option<Property> {
        let digits = name.strip_prefix(PREFIX)?;
        Some(Property {
            id: u16::from_str_radix(digits.get(..4)?, 16).ok()?,
            kind: u16::from_str_radix(digits.get(4..8)?, 16).ok()?,
        })
    }

    fn name(self, named: &HashMap<u16, String>) -> String {
        let name = match self.id {
            0x0037 => "Subject",
            0x007D => "Headers",
            0x0C1A | 0x0042 => "From",
            0x0C1F | 0x0065 | 0x5D01 => "From-Address",
            0x0E04 => "To",
            0x0E03 => "Cc",
            0x1000 => "Body",
            0x3001 => "Display-Name",
            0x3003 | 0x39FE => "Address",
            0x3701 => "Data",
            0x3704 | 0x3707 => "Filename",
            _ => {
                let known = named.get(&self.id).cloned();
                return known.unwrap_or_else(|| format!("Property-{:04X}", self.id));
            }
        };
        name.to_owned()
    }
}

impl Reader<'_, '_, '_> {
    /// Messages in this file, if it holds any.
    pub(super) fn messages(&mut self) -> Result<(), SkipReason> {
        let mut folders: Vec<String> = Vec::new();
        for entry in &self.file.entries {
            let is_property = entry.is_stream && Property::of(entry.name()).is_some();
            let folder = entry.folder();
            if is_property && !folder.ends_with(NAMES) {
                folders.push(folder.to_owned());
            }
        }
        folders.sort();
        folders.dedup();
        if folders.is_empty() {
            return Ok(());
        }
        let named = self.names()?;
        for folder in folders {
            if self.done {
                break;
            }
            self.folder(&folder, &named)?;
        }
        Ok(())
    }

    /// The names of the properties from 0x8000 on.
    fn names(&mut self) -> Result<HashMap<u16, String>, SkipReason> {
        let mut named = HashMap::new();
        let entries = self.stream(NAMES, "__substg1.0_00030102")?;
        let strings = self.stream(NAMES, "__substg1.0_00040102")?;
        let (Some(entries), Some(strings)) = (entries, strings) else {
            return Ok(named);
        };
        for entry in entries.chunks_exact(8) {
            let (Some(at), Some(kind), Some(index)) =
                (long(entry, 0), short(entry, 4), short(entry, 6))
            else {
                continue;
            };
            let at = at as usize;
            let text = long(&strings, at)
                .filter(|_| kind & 1 != 0)
                .and_then(|length| strings.get(at + 4..at + 4 + length.min(4096) as usize));
            if let Some(text) = text {
                named.insert(index.wrapping_add(0x8000), wide(text));
            }
        }
        Ok(named)
    }

    /// The properties in one folder: a message, a recipient or an attachment.
    fn folder(&mut self, folder: &str, named: &HashMap<u16, String>) -> Result<(), SkipReason> {
        let mut text = String::new();
        let mut data = None;
        let mut name = String::new();
        let mut bodies = Vec::new();
        for index in 0..self.file.entries.len() {
            let entry = &self.file.entries[index];
            let Some(property) = Property::of(entry.name()).filter(|_| entry.is_stream) else {
                continue;
            };
            if entry.folder() != folder {
                continue;
            }
            let is_text = matches!(property.kind, 0x001E | 0x001F);
            match property.id {
                0x3701 if property.kind == 0x0102 => {
                    data = Some(self.content(index)?);
                    continue;
                }
                0x1009 | 0x1013 => {
                    bodies.push((property, self.content(index)?));
                    continue;
                }
                _ if !is_text => continue,
                _ => {}
            }
            let content = self.content(index)?;
            let value = match property.kind {
                0x001F => wide(&content),
                _ => in_page(&content, 1252),
            };
            let value = value.trim_end_matches('\0').replace('\r', "");
            if property.id == 0x3707 || (property.id == 0x3704 && name.is_empty()) {
                name.clone_from(&value);
            }
            // Headers are lines of their own.
            let between = if property.id == 0x007D { ":\n" } else { ": " };
            text.extend([&property.name(named), between, &value, "\n"]);
        }
        self.text(folder, text.as_bytes());
        for (property, content) in bodies {
            self.body(folder, property, content)?;
        }
        if let Some(data) = data {
            let name = if name.is_empty() { "attachment" } else { &name };
            let name = name.replace(['/', '\\'], "_");
            let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
            let path = if above.is_empty() {
                name
            } else {
                format!("{above}/{name}")
            };
            self.blob(&path, &data);
        }
        Ok(())
    }

    fn body(
        &mut self,
        folder: &str,
        property: Property,
        content: Vec<u8>,
    ) -> Result<(), SkipReason> {
        let path = |name: &str| {
            if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            }
        };
        if property.id == 0x1013 {
            let content = match property.kind {
                0x001F => wide(&content).into_bytes(),
                _ => content,
            };
            self.blob(&path("body.html"), &content);
            return Ok(());
        }
        match lzfu::decompress(&content, LONGEST) {
            Some(rtf) => {
                self.budget.produce(rtf.len() as u64)?;
                self.blob(&path("body.rtf"), &rtf);
            }
            None => self.damaged = true,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_named_by_their_property() {
        let property = Property::of("__substg1.0_0037001F").unwrap();
        assert_eq!((property.id, property.kind), (0x37, 0x1F));
        let named = HashMap::from([(0x8001, "msip_labels".to_owned())]);
        assert_eq!(property.name(&named), "Subject");
        let own = Property {
            id: 0x8001,
            kind: 0x1F,
        };
        assert_eq!(own.name(&named), "msip_labels");
        let other = Property {
            id: 0x8002,
            kind: 0x1F,
        };
        assert_eq!(other.name(&named), "Property-8002");
        assert_eq!(Property::of("__substg1.0_00"), None);
        assert_eq!(Property::of("WordDocument"), None);
    }
}
