//! Mail: single messages (RFC 5322, with or without an mbox line or Apple's
//! length before them), and mailboxes (RFC 4155), with the parts of MIME.
//!
//! What stands in a message as it is, is found in its raw bytes, where its line
//! is right. Handed out is what is encoded: headers with encoded words, bodies
//! in base64 and quoted-printable, flowed lines, and all attachments.

mod coding;
mod field;
pub(super) mod lzfu;
mod message;
mod tnef;

use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::part::{Blob, Extractor, Head, Needs, Part, YieldPart};
pub(crate) use tnef::Tnef;

/// The reader of messages and mailboxes.
#[derive(Debug)]
pub(crate) struct Mail;

/// The format, as reports name it.
const NAME: &str = "mail";
/// How much of the beginning decides.
const NEAR: usize = 8 << 10;
/// Longest line that is read at once.
const LINE: u64 = 1 << 20;

/// Fields that a message has; two of them make one.
const FIELDS: [&str; 20] = [
    "arc-seal",
    "authentication-results",
    "bcc",
    "cc",
    "content-transfer-encoding",
    "content-type",
    "date",
    "delivered-to",
    "dkim-signature",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "received",
    "reply-to",
    "return-path",
    "sender",
    "subject",
    "to",
    "x-mailer",
];

impl Extractor for Mail {
    fn name(&self) -> &'static str {
        NAME
    }

    fn accepts(&self, head: &Head<'_>) -> bool {
        let near = &head.bytes[..head.bytes.len().min(NEAR)];
        let near = near.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(near);
        let near = near.trim_ascii_start();
        let first = memchr::memchr(b'\n', near).unwrap_or(near.len());
        let before = is_from_line(near) || is_length(&near[..first]);
        let from = if before { first + 1 } else { 0 };
        let mut known = 0;
        let mut fields = 0;
        for line in near.get(from..).unwrap_or_default().split(|b| *b == b'\n') {
            let line = line.trim_ascii_end();
            match line.first() {
                None => break,
                Some(b' ' | b'\t') if fields > 0 => continue,
                _ => {}
            }
            // The From_ line of some programs is preceded by another one.
            let Some(name) = field::name(line) else {
                if fields == 0 || !line.starts_with(b">From ") {
                    return known >= 2;
                }
                continue;
            };
            fields += 1;
            known += usize::from(FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known)));
        }
        known >= 2
    }

    fn needs(&self) -> Needs {
        Needs::Stream
    }

    fn extract(
        &self,
        blob: &mut Blob<'_>,
        budget: &Budget<'_>,
        yield_part: &mut YieldPart<'_>,
    ) -> Result<(), SkipReason> {
        let mut input = BufReader::with_capacity(64 << 10, blob.stream());
        let mut messages = Messages {
            budget,
            held: Vec::new(),
            cut: false,
            count: 0,
            is_box: false,
        };
        let mut line = Vec::new();
        let mut blank = true;
        loop {
            line.clear();
            let read = (&mut input).take(LINE).read_until(b'\n', &mut line);
            if read.map_err(|error| budget.reason(&error, NAME))? == 0 {
                break;
            }
            if blank && is_from_line(&line) {
                messages.is_box = true;
                if messages.finish(yield_part)?.is_break() {
                    return Ok(());
                }
            } else {
                messages.take(&line);
            }
            blank = line.trim_ascii().is_empty();
        }
        let _ = messages.finish(yield_part)?;
        Ok(())
    }
}

/// The messages of a mailbox, one after the other.
struct Messages<'b> {
    budget: &'b Budget<'b>,
    held: Vec<u8>,
    /// True when a message is longer than the memory that there is.
    cut: bool,
    count: usize,
    is_box: bool,
}

impl Messages<'_> {
    fn take(&mut self, line: &[u8]) {
        // What is decoded needs memory, too.
        let most = self.budget.dictionary() / 3;
        if (self.held.len() + line.len()) as u64 > most {
            self.cut = true;
        } else if !self.cut {
            self.held.extend_from_slice(line);
        }
    }

    /// Reads the message that is held.
    fn finish(&mut self, yield_part: &mut YieldPart<'_>) -> Result<ControlFlow<()>, SkipReason> {
        let held = std::mem::take(&mut self.held);
        let cut = std::mem::take(&mut self.cut);
        if held.trim_ascii().is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        self.budget.alive()?;
        self.count += 1;
        let name = if self.is_box {
            format!("message {}", self.count)
        } else {
            String::new()
        };
        let _reserved = self.budget.reserve(held.len() as u64)?;
        let flow = message::read(&held, &name, self.budget, yield_part)?;
        if cut && flow.is_continue() {
            let reason = SkipReason::Limit("memory");
            return Ok(yield_part(Part::Skip {
                name: &name,
                reason,
            }));
        }
        Ok(flow)
    }
}

/// True for the line that begins a message in a mailbox: `From`, an address,
/// and a date with a time and a year.
fn is_from_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let rest = rest[..end].trim_ascii_end();
    let mut words = rest.split(u8::is_ascii_whitespace);
    let is_time = |word: &[u8]| {
        let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
        digits >= 3 && word.contains(&b':')
    };
    let is_year = |word: &[u8]| word.len() == 4 && word.iter().all(u8::is_ascii_digit);
    rest.len() < 512 && words.clone().any(is_time) && words.any(is_year)
}

/// True for a number alone, which Apple's mail program writes before a message.
fn is_length(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    (1..=12).contains(&line.len()) && line.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        Mail.accepts(&Head {
            bytes: text.as_bytes(),
            name: "x",
        })
    }

    #[test]
    fn messages_are_told_from_other_text() {
        for mail in [
            "From: a@b.example\nTo: c@d.example\n\nHello",
            "X-Odd: 1\r\nReceived: from x\r\n by y\r\nDate: Mon\r\n\r\n",
            "From a@b.example Mon Jan  1 00:00:00 2024\nFrom: x\nSubject: y\n\n",
            "1234\nFrom: x\nSubject: y\n\nz",
            "\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n",
        ] {
            assert!(accepts(mail), "{mail}");
        }
        for other in [
            "",
            "Subject: only one field\n\ntext",
            "name: a\nversion: b\n\n",
            "From: here\nit goes: on\nDate: x",
            "fn main() {}\nFrom: a\nTo: b\n",
            "Date: today\nplain words\nFrom: a\nTo: b\n",
        ] {
            assert!(!accepts(other), "{other}");
        }
    }

    #[test]
    fn lines_that_begin_messages_have_a_date() {
        assert!(is_from_line(b"From a@b Mon Jan  1 00:00:00 2024\n"));
        assert!(is_from_line(b"From - Mon Jan 01 10:11:12 2024\r\n"));
        assert!(!is_from_line(b"From here we go on to 2024\n"));
        assert!(!is_from_line(b"From: a@b 10:00:00 2024\n"));
    }
}
