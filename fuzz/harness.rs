//! What each fuzz target does with its input; `tests/fuzz_corpus.rs` does the
//! same with the committed inputs on every `cargo test`.
#![allow(dead_code, reason = "each target uses one function")]

use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use stanch::base::control::Control;
use stanch::base::level::Confidence;
use stanch::base::limits::{CONTEXT_AHEAD, CONTEXT_BACK, Limits, Unpack};
use stanch::base::provenance::Provenance;
use stanch::base::secret::Secret;
use stanch::base::span::Position;
use stanch::extract::budget::Budget;
use stanch::extract::decode::{Finder, Sight};
use stanch::extract::part::{Blob, Content, Extractor, Part};
use stanch::extract::{self, Inside, READERS};
use stanch::fingerprint::cover::Density;
use stanch::fingerprint::keys::Keys;
use stanch::register::build::{Options, Public, build};
use stanch::register::file::RegisterFile;
use stanch::register::index::Index;
use stanch::register::layout;
use stanch::rules::lint::{self, Beside};
use stanch::rules::load::RuleSet;
use stanch::scan::scanner::{ScanOptions, Scanner, Worker};

/// Names that stand for every sort of file the recognisers know.
const NAMES: [&str; 8] = [
    "a.rs",
    ".env",
    "a.json",
    "a.xml",
    "a.md",
    "blob",
    "locale/de.yml",
    "id_rsa",
];
const TEXT: usize = 4 << 10;
const RULES: usize = 16 << 10;
/// Window sizes are multiples of this.
const STEP: usize = 64;

/// Scans the input whole and in windows: no panic, and the same findings.
///
/// The first byte chooses the file's name, the second the size of the windows.
pub(crate) fn text(data: &[u8]) {
    let &[name, window, ref body @ ..] = data else {
        return;
    };
    let name = NAMES[usize::from(name) % NAMES.len()];
    let body = &body[..body.len().min(TEXT)];
    // Windows take a hundred times as long, so few inputs ask for them.
    let number = usize::from(window / 4);
    if !(window % 4 == 0 && (1..=windowed().len()).contains(&number)) {
        findings(whole(), name, body);
        return;
    }
    // A window that sees the end of the content is the last one, so the end
    // is put out of sight.
    let mut content = body.to_vec();
    content.resize(body.len() + CONTEXT_AHEAD, b'\n');
    let expected = findings(whole(), name, &content);
    let found = findings(&windowed()[number - 1], name, &content);
    assert_eq!(found, expected, "window size {number}");
}

/// Takes encodings off the input, and off what comes out: no panic, every byte
/// leads back into the text it comes from, and windows change nothing.
///
/// The first byte chooses the size of the windows.
pub(crate) fn decode(data: &[u8]) {
    let &[step, ref body @ ..] = data else { return };
    let mut text = body[..body.len().min(TEXT)].to_vec();
    deeper(&text, 4);
    // A window that sees the end of the content is the last one.
    text.resize(text.len() + CONTEXT_AHEAD, b'\n');
    let step = STEP * (1 + usize::from(step));
    let mut cut = layers(&text, step);
    let mut whole = layers(&text, 1 << 22);
    cut.sort();
    whole.sort();
    assert_eq!(cut, whole, "window size {step}");
}

fn deeper(text: &[u8], depth: usize) {
    let sight = Sight {
        bytes: text,
        base: 0,
        new: 0..text.len(),
        last: true,
        position: &|_| Position { line: 1, column: 1 },
    };
    let mut layers = Vec::new();
    Finder::default().read(&sight, &mut |layer| layers.push(layer));
    for layer in layers {
        let mut last = 0;
        for at in 0..layer.bytes.len() {
            let back = layer.back(at..at + 1);
            assert!(back.start >= last && back.end <= text.len());
            last = back.start;
        }
        // Compressed text may be long, and holds nothing new.
        if depth > 0 && layer.bytes.len() <= TEXT {
            deeper(&layer.bytes, depth - 1);
        }
    }
}

/// The layers of `text`, read in windows: their encodings, texts and places.
fn layers(text: &[u8], step: usize) -> Vec<(&'static str, Vec<u8>, usize, usize)> {
    let mut finder = Finder::default();
    let mut out = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let last = text.len() - start <= step + CONTEXT_AHEAD;
        let end = if last { text.len() } else { start + step };
        let from = start.saturating_sub(CONTEXT_BACK);
        let sight = Sight {
            bytes: &text[from..text.len().min(end + CONTEXT_AHEAD)],
            base: from,
            new: start - from..end - from,
            last,
            position: &|_| Position { line: 1, column: 1 },
        };
        finder.read(&sight, &mut |layer| {
            let back = layer.back(0..layer.bytes.len());
            out.push((layer.encoding.name(), layer.bytes, back.start, back.end));
        });
        start = end;
    }
    out
}

/// Loads the input as a rule file and, if it is one, scans it with its own rules.
pub(crate) fn rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(&data[..data.len().min(RULES)]) else {
        return;
    };
    let told = lint::check(&[("fuzz.toml", text)], Beside::Nothing);
    for diagnostic in &told.0 {
        assert!(!format!("{diagnostic:?}").is_empty());
    }
    let Ok(set) = RuleSet::of(&[("fuzz.toml", text)]) else {
        return;
    };
    if let Ok(scanner) = Scanner::new(&set, ScanOptions::default()) {
        scanner.scan_bytes("fuzz.toml", data);
    }
}

/// Reads the input as an index file, as the sealed content of one, and as a register file.
///
/// The first byte chooses. Sealed content begins with the bytes of the head
/// that a program with the key could have written wrongly.
pub(crate) fn index(data: &[u8]) {
    let &[choice, ref rest @ ..] = data else {
        return;
    };
    let keys = Keys::derive(b"fuzz");
    match choice % 3 {
        0 => {
            let _ = layout::read(rest.to_vec(), keys);
        }
        1 => {
            let mut head = [0; layout::HEAD];
            let empty = layout::write(&nothing(&keys));
            head.copy_from_slice(&empty[..layout::HEAD]);
            let own = rest.len().min(18);
            let (fields, body) = rest.split_at(own);
            // Tier and sizes are free, the rest would be refused at once.
            for (place, byte) in [14].into_iter().chain(80..96).zip(fields) {
                head[place] = *byte;
            }
            if let Ok(index) = layout::read(layout::seal(head, body.to_vec(), &keys), keys) {
                assert!(index.table.len() < 1 << 20);
                let _ = index.table.contains(u64::MAX);
            }
        }
        _ => {
            if let Ok(text) = std::str::from_utf8(rest) {
                let _ = RegisterFile::parse(text);
            }
        }
    }
}

/// The index of no document.
fn nothing(keys: &Keys) -> Index {
    let options = Options {
        density: Density::Normal,
        max_families: 3,
        created: 0,
    };
    let built = build(
        Vec::new(),
        Vec::new(),
        &Public::default(),
        keys.clone(),
        &options,
    );
    built.unwrap_or_else(|error| panic!("{error}"))
}

type Found = (String, usize, usize, usize, String);

/// Rule, span, line and excerpt of every finding; the excerpts must not hold a value.
fn findings(prepared: &Prepared, name: &str, content: &[u8]) -> Vec<Found> {
    let mut worker = prepared.1.lock().unwrap_or_else(PoisonError::into_inner);
    let outcome = prepared.0.scan_reader(
        content,
        Some(content.len() as u64),
        &Arc::new(Provenance::file(name)),
        &Control::default(),
        &mut worker,
    );
    let found = outcome.findings.iter().map(|finding| {
        let span = finding.place.span;
        assert!(
            span.start <= span.end && span.end <= content.len(),
            "{span:?}"
        );
        let excerpt: Vec<&str> = finding.excerpt.iter().map(|line| &*line.text).collect();
        (
            finding.rule.id.to_string(),
            span.start,
            span.end,
            finding.place.start.line,
            excerpt.join("\n"),
        )
    });
    found.collect()
}

/// A scanner with the working memory that makes the next scan fast.
type Prepared = (Scanner, Mutex<Worker>);

fn whole() -> &'static Prepared {
    static WHOLE: OnceLock<Prepared> = OnceLock::new();
    WHOLE.get_or_init(|| prepared(Limits::default().window))
}

fn windowed() -> &'static [Prepared] {
    static WINDOWED: OnceLock<Vec<Prepared>> = OnceLock::new();
    WINDOWED.get_or_init(|| [1, 3, 8].map(|n| prepared(n * STEP)).into())
}

fn prepared(window: usize) -> Prepared {
    let rules = RuleSet::builtin().unwrap_or_else(|told| panic!("{told}"));
    let options = ScanOptions {
        limits: Limits {
            window,
            ..Limits::default()
        },
        min_confidence: Confidence::Low,
        ..ScanOptions::default()
    };
    let scanner = Scanner::new(&rules, options).unwrap_or_else(|errors| panic!("{errors:?}"));
    let worker = Mutex::new(scanner.worker(0));
    (scanner, worker)
}

/// Opens the input with the readers of these names, and reads every part of
/// it; a part is offered to all readers in turn, as a scan does.
pub(crate) fn reader(names: &[&str], data: &[u8]) {
    let limits = Unpack {
        bytes: 1 << 20,
        entries: 200,
        memory: 64 << 20,
        ..Unpack::default()
    };
    let control = Control::default();
    let passwords = [Secret::new(b"secret")];
    let chosen = READERS
        .iter()
        .filter(|reader| names.contains(&reader.name()));
    for reader in chosen {
        let budget = Budget::new(&limits, &control, &passwords, data.len() as u64);
        open(*reader, data, &budget, 0);
    }
}

fn open(reader: &dyn Extractor, data: &[u8], budget: &Budget<'_>, depth: usize) {
    let mut bytes = Cursor::new(data);
    let mut blob = Blob {
        name: "fuzz.bin",
        content: Content::Seek(&mut bytes, data.len() as u64),
    };
    let _ = reader.extract(&mut blob, budget, &mut |part| {
        if let Part::Blob { content, .. } = part {
            let mut inner = Vec::new();
            let _ = content.take(1 << 16).read_to_end(&mut inner);
            if let Some(Inside::Reader(reader)) = extract::find(&inner, Path::new("inner.bin"))
                && depth < 3
            {
                open(reader, &inner, budget, depth + 1);
            }
        }
        if budget.entry().is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
}

/// See [`reader`].
pub(crate) fn zip(data: &[u8]) {
    reader(&["zip"], data);
}

/// See [`reader`].
pub(crate) fn tar(data: &[u8]) {
    reader(&["tar"], data);
}

/// See [`reader`].
pub(crate) fn sevenz(data: &[u8]) {
    reader(&["7z"], data);
}

/// See [`reader`].
pub(crate) fn iso(data: &[u8]) {
    // Nothing stands in the first 16 sectors of an image.
    reader(&["iso9660"], &[&vec![0; 0x8000][..], data].concat());
}

/// See [`reader`].
pub(crate) fn packages(data: &[u8]) {
    reader(
        &["ar", "cpio", "rpm", "asar", "cab", "squashfs", "git-pack"],
        data,
    );
}

/// See [`reader`].
pub(crate) fn streams(data: &[u8]) {
    reader(
        &[
            "gzip", "bzip2", "xz", "zstd", "lz4", "lzip", "compress", "snappy", "lzma", "brotli",
            "zlib",
        ],
        data,
    );
    hidden(data);
}

/// Opens what stands in the input encoded, and what is buried in it.
pub(crate) fn hidden(data: &[u8]) {
    let control = Control::default();
    let limits = Unpack {
        bytes: 1 << 20,
        entries: 200,
        memory: 64 << 20,
        ..Unpack::default()
    };
    let budget = Budget::new(&limits, &control, &[], data.len() as u64);
    let found = [extract::ENCODED, extract::find_streams(data, None)];
    for reader in found.iter().flatten().filter_map(Inside::reader) {
        open(reader, data, &budget, 0);
    }
}

/// Opens a document whose parts are the input, cut at zero bytes. The first
/// byte chooses the kind: Office Open XML or `OpenDocument`.
pub(crate) fn office(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let names: [&str; 4] = if choice % 2 == 0 {
        [
            "[Content_Types].xml",
            "word/document.xml",
            "xl/sheet1.xml",
            "_rels/.rels",
        ]
    } else {
        ["mimetype", "content.xml", "styles.xml", "meta.xml"]
    };
    let mut archive = Vec::new();
    for (name, part) in names.iter().zip(body.splitn(4, |byte| *byte == 0)) {
        // A header without a directory is enough, and no checksum is known.
        archive.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0");
        for size in [part.len() as u32, part.len() as u32] {
            archive.extend(size.to_le_bytes());
        }
        archive.extend((name.len() as u16).to_le_bytes());
        archive.extend([0, 0]);
        archive.extend(name.as_bytes());
        archive.extend(part);
    }
    reader(&["zip", "odf-flat"], &archive);
    reader(&["odf-flat", "office-flat"], body);
}

/// See [`reader`].
pub(crate) fn rtf(data: &[u8]) {
    reader(&["rtf"], data);
}

/// See [`reader`].
pub(crate) fn notebook(data: &[u8]) {
    reader(&["ipynb"], data);
}

/// See [`reader`].
pub(crate) fn plist(data: &[u8]) {
    reader(&["plist"], data);
}

/// See [`reader`].
pub(crate) fn pdf(data: &[u8]) {
    reader(&["pdf"], data);
}

/// See [`reader`].
pub(crate) fn mail(data: &[u8]) {
    reader(&["mail", "tnef"], data);
}

/// See [`reader`].
pub(crate) fn ole(data: &[u8]) {
    reader(&["ole2"], data);
}

/// See [`reader`].
pub(crate) fn sqlite(data: &[u8]) {
    reader(&["sqlite", "sqlite-journal"], data);
}

/// See [`reader`].
pub(crate) fn image(data: &[u8]) {
    reader(&["image"], data);
}

/// See [`reader`].
pub(crate) fn binary(data: &[u8]) {
    reader(&["class", "pyc", "pickle", "elf", "keys"], data);
}

/// See [`reader`].
pub(crate) fn columns(data: &[u8]) {
    reader(&["parquet", "avro"], data);
}
