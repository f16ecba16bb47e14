//! One message: its header, its body, and the parts inside (RFC 2046).

use std::ops::ControlFlow;

use encoding_rs::Encoding;

use super::coding::{base64, quoted_printable, to_text, unflowed, utf7, uuencoded};
use super::field::{self, Field, decoded, kind, parameter};
use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::encoded;
use crate::extract::part::{Part, Text, YieldPart};

/// Parts inside each other.
const DEEPEST: usize = 32;

/// Object identifiers of sealed messages (RFC 5652, RFC 5083).
const SEALED: [&[u8]; 3] = [
    b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x03",
    b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x06",
    b"\x06\x0B\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x17",
];

/// Hands out what is encoded in `message`, which is called `name`.
///
/// # Errors
/// When the budget is spent.
pub(super) fn read(
    message: &[u8],
    name: &str,
    budget: &Budget<'_>,
    yield_part: &mut YieldPart<'_>,
) -> Result<ControlFlow<()>, SkipReason> {
    let mut reader = Reader {
        budget,
        yield_part,
        done: false,
    };
    let place = Place {
        message: name,
        numbers: String::new(),
        depth: 0,
    };
    reader.message(message, &place)?;
    Ok(if reader.done {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    })
}

struct Reader<'r, 'b, 'p> {
    budget: &'r Budget<'b>,
    yield_part: &'r mut YieldPart<'p>,
    /// True once nothing more is wanted.
    done: bool,
}

/// Which part of which message.
struct Place<'p> {
    message: &'p str,
    /// `1.2.3`; empty for the message itself.
    numbers: String,
    depth: usize,
}

impl Place<'_> {
    fn inner(&self, number: usize) -> Place<'_> {
        let numbers = if self.numbers.is_empty() {
            number.to_string()
        } else {
            format!("{}.{number}", self.numbers)
        };
        Place {
            message: self.message,
            numbers,
            depth: self.depth + 1,
        }
    }

    /// What the part is called, by `name` if it has one.
    fn called(&self, name: &str) -> String {
        let mut parts = Vec::new();
        if !self.message.is_empty() {
            parts.push(self.message.to_owned());
        }
        if !name.is_empty() {
            parts.push(name.to_owned());
        } else if !self.numbers.is_empty() {
            parts.push(format!("part {}", self.numbers));
        }
        parts.join("/")
    }
}

/// What a part says about itself.
struct About {
    kind: String,
    name: String,
    charset: String,
    coding: String,
    boundary: Option<String>,
    flowed: Option<bool>,
    sealed: bool,
}

impl About {
    fn of(fields: &[Field<'_>], default: &str) -> About {
        let content = field::value(fields, "Content-Type").unwrap_or_default();
        let disposition = field::value(fields, "Content-Disposition").unwrap_or_default();
        let coding = field::value(fields, "Content-Transfer-Encoding").unwrap_or_default();
        let of_content = |name| parameter(content, name);
        let name = parameter(disposition, "filename").or_else(|| of_content("name"));
        let is =
            |name, value: &str| of_content(name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        let found = kind(content);
        About {
            kind: if found.is_empty() {
                default.to_owned()
            } else {
                found
            },
            name: name.unwrap_or_default().replace(['\r', '\n', '\0'], " "),
            charset: of_content("charset")
                .unwrap_or_default()
                .to_ascii_lowercase(),
            coding: kind(coding),
            boundary: of_content("boundary").filter(|boundary| !boundary.is_empty()),
            flowed: is("format", "flowed").then(|| is("delsp", "yes")),
            sealed: is("smime-type", "enveloped-data") || is("smime-type", "authEnveloped-data"),
        }
    }

    fn decode(&self, body: &[u8]) -> Option<Vec<u8>> {
        match &*self.coding {
            "base64" => Some(base64(body)),
            "quoted-printable" => Some(quoted_printable(body)),
            "x-uuencode" | "x-uue" | "uuencode" => {
                uuencoded(body).into_iter().next().map(|(_, bytes)| bytes)
            }
            _ => None,
        }
    }
}

impl Reader<'_, '_, '_> {
    /// Reads a message, or one that is a part of another.
    fn message(&mut self, message: &[u8], place: &Place<'_>) -> Result<(), SkipReason> {
        let (fields, body) = field::fields(message);
        self.header(&fields, place);
        let about = About::of(&fields, "text/plain");
        self.part(&about, &message[body..], place)
    }

    fn hand_out(&mut self, part: Part<'_>) {
        if !self.done {
            self.done = (self.yield_part)(part).is_break();
        }
    }

    /// Hands out the fields that read differently from how they are written.
    fn header(&mut self, fields: &[Field<'_>], place: &Place<'_>) {
        let mut text = String::new();
        for field in fields {
            let encoded = memchr::memmem::find(&field.value, b"=?").is_some();
            let pieces = memchr::memmem::find(&field.value, b"*=").is_some();
            if encoded {
                let value = decoded(&field.value);
                text.extend([field.name, ": ", &value, "\n"]);
            }
            for name in ["filename", "name"] {
                if let Some(value) = parameter(&field.value, name).filter(|_| pieces) {
                    text.extend([name, ": ", &value, "\n"]);
                }
            }
        }
        if !text.is_empty() {
            let name = place.called("");
            let name = if name.is_empty() { "[header]" } else { &name };
            self.hand_out(Part::Text(Text::plain(name, text.as_bytes())));
        }
    }

    fn part(&mut self, about: &About, body: &[u8], place: &Place<'_>) -> Result<(), SkipReason> {
        self.budget.alive()?;
        if self.done {
            return Ok(());
        }
        if place.depth > DEEPEST {
            let name = place.called("");
            let reason = SkipReason::Limit("depth");
            self.hand_out(Part::Skip {
                name: &name,
                reason,
            });
            return Ok(());
        }
        if about.kind.starts_with("multipart/") {
            return self.multipart(about, body, place);
        }
        let is_message = matches!(
            &*about.kind,
            "message/rfc822" | "message/global" | "message/news"
        );
        let plain = about.decode(body);
        if is_message && plain.is_none() {
            return self.message(body, place);
        }
        if let Some(plain) = &plain {
            self.budget.produce(plain.len() as u64)?;
        }
        let _held = plain
            .as_ref()
            .map(|plain| self.budget.reserve(plain.len() as u64));
        let bytes = plain.as_deref().unwrap_or(body);
        if about.kind.contains("pkcs7-mime") {
            self.smime(about, bytes, place);
        } else if about.kind.starts_with("text/") && about.name.is_empty() {
            self.text(about, bytes, plain.is_some(), place);
        } else if plain.is_some() || !about.name.is_empty() {
            let ending = if is_message { ".eml" } else { "" };
            let name = place.called(&about.name);
            let name = if name.is_empty() {
                "body".to_owned()
            } else {
                name
            };
            self.blob(&format!("{name}{ending}"), bytes);
        } else if about.kind.starts_with("application/") || about.kind.starts_with("image/") {
            self.blob(&place.called(""), bytes);
        }
        Ok(())
    }

    fn blob(&mut self, name: &str, mut bytes: &[u8]) {
        let size = Some(bytes.len() as u64);
        self.hand_out(Part::Blob {
            name,
            content: &mut bytes,
            size,
        });
    }

    /// Reads the parts between the boundaries.
    fn multipart(
        &mut self,
        about: &About,
        body: &[u8],
        place: &Place<'_>,
    ) -> Result<(), SkipReason> {
        let Some(boundary) = &about.boundary else {
            // Without it, whatever stands there is taken for the first part.
            return self.message(body, &place.inner(1));
        };
        let default = match &*about.kind {
            "multipart/digest" => "message/rfc822",
            _ => "text/plain",
        };
        for (index, part) in split(body, boundary.as_bytes()).into_iter().enumerate() {
            let place = place.inner(index + 1);
            let (fields, start) = field::fields(part);
            self.header(&fields, &place);
            let about = About::of(&fields, default);
            self.part(&about, &part[start..], &place)?;
        }
        Ok(())
    }

    /// Hands out a text that does not stand in the message as it is.
    fn text(&mut self, about: &About, bytes: &[u8], was_coded: bool, place: &Place<'_>) {
        let name = place.called("");
        let name = if name.is_empty() {
            "[body]".to_owned()
        } else {
            name
        };
        if memchr::memmem::find(bytes, b"-----BEGIN PGP MESSAGE-----").is_some() {
            let reason = SkipReason::Encrypted("openpgp");
            self.hand_out(Part::Skip {
                name: &name,
                reason,
            });
        }
        for (file, content) in uuencoded(bytes) {
            self.blob(&place.called(&file), &content);
        }
        if about.charset == "utf-7" {
            let text = utf7(bytes);
            self.hand_out(Part::Text(Text::plain(&name, &text)));
            return;
        }
        let charset = Encoding::for_label(about.charset.as_bytes());
        let wide = charset.is_some_and(|charset| !charset.is_ascii_compatible());
        if !was_coded && !wide && about.flowed.is_none() && !encoded::is_in(bytes) {
            return;
        }
        let text = to_text(bytes, charset);
        if about.kind == "text/plain" {
            let text = match about.flowed {
                Some(deletes) => unflowed(&text, deletes).into(),
                None => text,
            };
            self.hand_out(Part::Text(Text::plain(&name, text.as_bytes())));
        } else {
            self.blob(&name, text.as_bytes());
        }
    }

    /// A signed, compressed or sealed message (RFC 8551).
    fn smime(&mut self, about: &About, bytes: &[u8], place: &Place<'_>) {
        let name = place.called(&about.name);
        let near = &bytes[..bytes.len().min(64)];
        let is_sealed = SEALED
            .iter()
            .any(|id| memchr::memmem::find(near, id).is_some());
        if about.sealed || is_sealed {
            let reason = SkipReason::Encrypted("smime");
            self.hand_out(Part::Skip {
                name: &name,
                reason,
            });
            return;
        }
        self.blob(&name, bytes);
        // What was signed stands inside, in the clear but with parts of its own.
        let start = memchr::memmem::find(bytes, b"Content-Type:")
            .or_else(|| memchr::memmem::find(bytes, b"MIME-Version:"));
        if let Some(start) = start {
            let end = bytes.len();
            let _ = self.message(&bytes[start..end], &place.inner(1));
        }
    }
}

/// The parts between lines of two hyphens and `boundary`.
fn split<'b>(body: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let mark = [b"--", boundary].concat();
    let mut parts = Vec::new();
    let mut open = None;
    for at in memchr::memmem::find_iter(body, &mark) {
        let begins = at == 0 || body[at - 1] == b'\n';
        let behind = &body[at + mark.len()..];
        let closes = behind.starts_with(b"--");
        let rest = if closes { &behind[2..] } else { behind };
        let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if !begins || !rest[..line].trim_ascii().is_empty() {
            continue;
        }
        if let Some(start) = open.take() {
            parts.push(trimmed(&body[start..at.max(start)]));
        }
        if !closes {
            open = Some(body.len() - rest.len() + (line + 1).min(rest.len()));
        }
    }
    if let Some(start) = open {
        parts.push(&body[start..]);
    }
    parts
}

/// The line end before a boundary belongs to the boundary.
fn trimmed(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_split_at_their_boundary_only() {
        let body = b"before\n--b\nA: 1\n\none\n--bc\n--b\r\n\ntwo --b\n--b--\nafter\n";
        let parts = split(body, b"b");
        assert_eq!(parts, [&b"A: 1\n\none\n--bc"[..], b"\ntwo --b"]);
    }

    #[test]
    fn a_part_that_is_not_closed_counts() {
        assert_eq!(split(b"--b\n\none", b"b"), [b"\none"]);
        assert!(split(b"none", b"b").is_empty());
    }
}
