//! What is inside bytes: wide text, legacy encodings, containers and documents.
//!
//! # Readers of containers and documents
//!
//! A reader is a static that implements [`part::Extractor`], listed in
//! `READERS` below; the order is their priority. To add one:
//!
//! 1. `accepts` looks at the first [`container::HEAD`] bytes, never at the
//!    name (but for formats without a magic number). It is asked for every
//!    file, so the first comparison must settle it for text.
//! 2. `needs` says whether the content is read once from the front
//!    ([`part::Needs::Stream`]) or at any place ([`part::Needs::Seek`]).
//!    [`part::Blob::whole`] gives all bytes, within the memory limit.
//! 3. `extract` hands out [`part::Part`]s in the order in which they stand in
//!    the container: `Blob` for bytes of their own, which the scan searches
//!    and opens in turn (attachments, members, embedded files); `Text` for
//!    text that the reader made, with anchors for pages and cells; `Name` for
//!    names without content; `Skip` for what cannot be read, with its reason.
//! 4. Whatever is decompressed goes through [`budget::Budget::meter`], and
//!    loops without output ask [`budget::Budget::alive`]. Memory that grows
//!    with what the content says is set aside with
//!    [`budget::Budget::reserve`] first.
//! 5. A reader returns an error only for itself: `Damaged`, `Encrypted`,
//!    `Container` (a variant that is not read). What it handed out before
//!    counts. It may panic, which costs this container only.
//!
//! The scan (`scan/containers.rs`) searches the raw bytes of every container
//! as well, and drops what is found there when it is found inside, too. So a
//! reader needs to hand out only what does not stand in the bytes as it is.

#[cfg(feature = "archives")]
mod archive;
#[cfg(feature = "documents")]
mod binary;
pub mod budget;
#[cfg(feature = "archives")]
mod buried;
#[cfg(feature = "archives")]
mod columns;
pub mod container;
pub mod decode;
#[cfg(feature = "documents")]
mod draft;
pub mod ebcdic;
#[cfg(feature = "archives")]
pub mod encoded;
#[cfg(feature = "documents")]
mod image;
pub mod legacy;
#[cfg(feature = "documents")]
mod mail;
#[cfg(feature = "documents")]
mod markup;
#[cfg(feature = "documents")]
mod office;
#[cfg(feature = "documents")]
mod ole;
pub mod part;
#[cfg(feature = "documents")]
mod pdf;
pub mod reading;
pub mod sealed;
#[cfg(feature = "documents")]
mod sqlite;
#[cfg(feature = "archives")]
mod stream;
pub mod utf7;
pub mod view;
pub mod wide;
#[cfg(feature = "documents")]
mod xml;
#[cfg(feature = "archives")]
mod zip;

use std::path::Path;

use crate::base::content::SkipReason;
use part::{Extractor, Head};

/// All readers, the first that accepts a content opens it.
#[cfg(feature = "archives")]
pub const READERS: &[&dyn Extractor] = &[
    &zip::Zip,
    &stream::GZIP,
    &stream::BZIP2,
    &stream::XZ,
    &stream::ZSTD,
    &stream::LZ4,
    &stream::LZIP,
    &stream::COMPRESS,
    &stream::SNAPPY,
    &archive::SevenZip,
    &archive::Rpm,
    &archive::Cab,
    &archive::Squashfs,
    &archive::Pack,
    &archive::Ar,
    &archive::Cpio,
    &archive::Asar,
    &archive::Tar,
    &archive::Iso,
    &columns::Parquet,
    &columns::Avro,
    #[cfg(feature = "documents")]
    &office::flat::FlatDocument,
    #[cfg(feature = "documents")]
    &office::flat::FlatOffice,
    #[cfg(feature = "documents")]
    &markup::Rtf,
    #[cfg(feature = "documents")]
    &markup::Notebook,
    #[cfg(feature = "documents")]
    &markup::BinaryPlist,
    #[cfg(feature = "documents")]
    &markup::XmlPlist,
    #[cfg(feature = "documents")]
    &pdf::Pdf,
    #[cfg(feature = "documents")]
    &ole::Ole,
    #[cfg(feature = "documents")]
    &sqlite::Sqlite,
    #[cfg(feature = "documents")]
    &sqlite::Journal,
    #[cfg(feature = "documents")]
    &image::Image,
    #[cfg(feature = "documents")]
    &binary::CLASS,
    #[cfg(feature = "documents")]
    &binary::PYC,
    #[cfg(feature = "documents")]
    &binary::Elf,
    #[cfg(feature = "documents")]
    &binary::PICKLE,
    #[cfg(feature = "documents")]
    &binary::Keys,
    #[cfg(feature = "documents")]
    &mail::Tnef,
    #[cfg(feature = "documents")]
    &mail::Mail,
    // These have no mark of their own, or a weak one.
    &stream::ZLIB,
    &stream::LZMA,
    &stream::BROTLI,
];

/// All readers: none in this build.
#[cfg(not(feature = "archives"))]
pub const READERS: &[&dyn Extractor] = &[];

/// What the beginning of some content gives away.
#[derive(Clone, Debug)]
pub enum Inside {
    /// A reader opens it.
    Reader(&'static dyn Extractor),
    /// Something is in it that nothing here reads.
    Closed(SkipReason),
}

impl Inside {
    /// The reader's name; empty when there is none.
    pub fn name(&self) -> &'static str {
        match self {
            Inside::Reader(reader) => reader.name(),
            Inside::Closed(_) => "",
        }
    }

    /// The reader that opens it.
    pub fn reader(&self) -> Option<&'static dyn Extractor> {
        match self {
            Inside::Reader(reader) => Some(*reader),
            Inside::Closed(_) => None,
        }
    }

    /// The reason why it is not examined, when nobody opens it.
    pub fn unopened(self) -> SkipReason {
        match self {
            Inside::Reader(reader) => SkipReason::Container(reader.name()),
            Inside::Closed(reason) => reason,
        }
    }
}

/// What is inside content that begins with `head`; `None` when its bytes are
/// all there is.
pub fn find(head: &[u8], path: &Path) -> Option<Inside> {
    let bytes = &head[..head.len().min(container::HEAD)];
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let head = Head { bytes, name: &name };
    let reader = READERS.iter().find(|reader| reader.accepts(&head));
    reader
        .map(|reader| Inside::Reader(*reader))
        .or_else(|| container::sniff(bytes, path).map(Inside::Closed))
}

/// What opens containers that stand in a text as base64.
#[cfg(feature = "archives")]
pub const ENCODED: Option<Inside> = Some(Inside::Reader(&encoded::Encoded));

/// Without readers of archives nothing is opened.
#[cfg(not(feature = "archives"))]
pub const ENCODED: Option<Inside> = None;

/// Whether some bytes are the last of their content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// More may follow.
    Middle,
    /// They are; the content has so many bytes.
    End(u64),
}

/// What opens streams, databases and pictures that begin in the midst of
/// `bytes`, which are no text; `known` is what was found before.
#[cfg(feature = "archives")]
pub fn find_streams(bytes: &[u8], known: Option<&Inside>) -> Option<Inside> {
    let holds = |inside: &Inside| inside.reader().is_none_or(Extractor::holds_archives);
    let is_sought = !known.is_some_and(holds) && buried::is_in(bytes, known.map(Inside::name));
    is_sought.then_some(Inside::Reader(&buried::Buried))
}

/// Without readers of archives there is none to be found.
#[cfg(not(feature = "archives"))]
pub fn find_streams(_: &[u8], _: Option<&Inside>) -> Option<Inside> {
    None
}

/// An archive that begins somewhere in `bytes`, which are no text, or ends
/// with them. `known` is what was found before.
#[cfg(feature = "archives")]
pub fn find_buried(bytes: &[u8], at: At, known: Option<&Inside>) -> Option<Inside> {
    if known.is_none() && matches!(at, At::End(_)) && sealed::is_image(bytes) {
        return Some(Inside::Closed(SkipReason::Encrypted("dmg")));
    }
    let holds = |inside: &Inside| inside.reader().is_none_or(Extractor::holds_archives);
    if !known.is_some_and(holds) {
        let is_zip = |at| zip::is_local_header(&bytes[at..]);
        if memchr::memmem::find_iter(bytes, b"PK\x03\x04").any(is_zip) {
            return Some(Inside::Reader(&zip::Zip));
        }
        if archive::find_7z(bytes).is_some() {
            return Some(Inside::Reader(&archive::SevenZip));
        }
    }
    // Behind something that is a container itself only the end tells an
    // archive of its own from a member.
    let At::End(size) = at else { return None };
    let is_there = match known.map(Inside::name) {
        // Its last page may end with an archive that lies in many.
        Some("sqlite") => zip::is_whole_at_end(bytes, size),
        _ => zip::is_at_end(bytes, size),
    };
    is_there.then_some(Inside::Reader(&zip::Zip))
}

/// Without readers of archives there is none to be found.
#[cfg(not(feature = "archives"))]
pub fn find_buried(_: &[u8], _: At, _: Option<&Inside>) -> Option<Inside> {
    None
}
