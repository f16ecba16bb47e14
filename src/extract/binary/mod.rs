//! Compiled programs and keys: what does not stand in their bytes as text.
//!
//! The bytes of a program are searched as they are, in one and in two bytes for
//! a character. Left for readers are strings whose neighbours are letters
//! (lengths and tags before them look like text), compressed sections, and
//! private keys in binary form.

mod class;
mod elf;
mod keys;
mod marshal;
mod pickle;
mod strings;

pub(crate) use class::CLASS;
pub(crate) use elf::Elf;
pub(crate) use keys::Keys;
pub(crate) use marshal::PYC;
pub(crate) use pickle::PICKLE;

#[cfg(test)]
mod tests {
    use crate::base::content::SkipReason;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;
    use crate::extract::budget::Budget;
    use crate::extract::part::{Blob, Content, Extractor, Part};
    use std::io::Cursor;
    use std::ops::ControlFlow;

    /// What `reader` hands out of `bytes`.
    pub(super) fn texts(reader: &dyn Extractor, bytes: &[u8]) -> (String, Result<(), SkipReason>) {
        let control = Control::default();
        let budget = Budget::new(&Unpack::default(), &control, &[], bytes.len() as u64);
        let mut input = Cursor::new(bytes);
        let mut blob = Blob {
            name: "x",
            content: Content::Seek(&mut input, bytes.len() as u64),
        };
        let mut out = String::new();
        let ended = reader.extract(&mut blob, &budget, &mut |part| {
            match part {
                Part::Text(text) => out.push_str(&String::from_utf8_lossy(text.bytes)),
                Part::Blob { name, content, .. } => {
                    out.push_str(name);
                    out.push(':');
                    content.read_to_string(&mut out).unwrap();
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        (out, ended)
    }
}
