//! Office documents in zip archives: Office Open XML (ECMA-376, both variants)
//! and `OpenDocument` (ISO 26300).
//!
//! The archive's reader hands out every member as it is; the text made here
//! comes in addition. What a part is follows from its root element, since
//! names and types of parts are the writer's choice; its name only tells
//! which of several it is.

mod binary;
mod content;
pub(crate) mod flat;
mod flow;
mod open;
mod parts;
mod properties;
mod sheet;
mod table;

use std::io::Read;

use crate::base::content::SkipReason;
use crate::extract::budget::Budget;
use crate::extract::draft::Draft;
use crate::extract::part::YieldPart;

/// What reports call the formats.
const OOXML: &str = "ooxml";
const ODF: &str = "odf";

/// An archive whose members can be read again.
pub(crate) trait Package {
    /// Names of the members, in their order.
    fn names(&self) -> Vec<String>;

    /// The content of member `number`.
    ///
    /// # Errors
    /// When it cannot be read.
    fn open(&mut self, number: usize) -> Result<Box<dyn Read + '_>, SkipReason>;
}

/// True when an archive with these members is a document.
pub(crate) fn is_document<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    kind(names).is_some()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    OpenXml,
    OpenDocument,
}

fn kind<'n>(names: impl Iterator<Item = &'n str>) -> Option<Kind> {
    let (mut content, mut manifest) = (false, false);
    for name in names {
        let name = name.trim_start_matches('/');
        if name.eq_ignore_ascii_case("[Content_Types].xml") {
            return Some(Kind::OpenXml);
        }
        // Part of such a package, though the list of types is lost.
        let is_main = [
            "word/document.xml",
            "xl/workbook.xml",
            "ppt/presentation.xml",
        ];
        if is_main.iter().any(|main| name.eq_ignore_ascii_case(main)) {
            return Some(Kind::OpenXml);
        }
        content |= name == "content.xml";
        manifest |= name == "META-INF/manifest.xml" || name == "mimetype" || name == "styles.xml";
    }
    (content && manifest).then_some(Kind::OpenDocument)
}

/// Hands out the text of a document.
///
/// # Errors
/// The reason why some of it is missing.
pub(crate) fn read(
    package: &mut dyn Package,
    budget: &Budget<'_>,
    yield_part: &mut YieldPart<'_>,
) -> Result<(), SkipReason> {
    let names = package.names();
    let mut draft = Draft::new(budget, yield_part);
    let ended = match kind(names.iter().map(String::as_str)) {
        Some(Kind::OpenXml) => parts::read(package, &names, &mut draft),
        Some(Kind::OpenDocument) => open::read(package, &names, &mut draft),
        None => Ok(()),
    };
    draft.finish().and(ended)
}

#[cfg(test)]
mod testing {
    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;
    use crate::extract::part::Part;
    use std::fmt::Write as _;
    use std::ops::ControlFlow;

    /// Calls `work` with a budget that is large enough.
    pub(super) fn budget<T>(work: impl FnOnce(&Budget<'_>) -> T) -> T {
        let control = Control::default();
        work(&Budget::new(&Unpack::default(), &control, &[], 1 << 20))
    }

    /// The text that `work` drafts; parts are told apart by their names.
    pub(super) fn drafted(work: impl FnOnce(&mut Draft<'_, '_>)) -> String {
        let mut out = String::new();
        run(work, |part| match part {
            Part::Text(text) => {
                if !text.name.is_empty() {
                    writeln!(out, "[{}]", text.name).unwrap();
                }
                out += &String::from_utf8_lossy(text.bytes);
            }
            Part::Blob { name, .. } => writeln!(out, "<{name}>").unwrap(),
            Part::Skip { name, reason } => writeln!(out, "!{name} {}", reason.code()).unwrap(),
            Part::Name(_) => {}
        });
        out
    }

    /// What stands behind each anchor.
    pub(super) fn anchored(work: impl FnOnce(&mut Draft<'_, '_>)) -> Vec<(String, String)> {
        let mut out = Vec::new();
        run(work, |part| {
            let Part::Text(text) = part else { return };
            let mut ends = text
                .anchors
                .iter()
                .skip(1)
                .map(|(at, _)| *at)
                .chain([text.bytes.len()]);
            if text.anchors.is_empty() {
                out.push((
                    String::new(),
                    String::from_utf8_lossy(text.bytes).into_owned(),
                ));
            }
            for (at, name) in text.anchors {
                let end = ends.next().unwrap();
                out.push((
                    name.to_string(),
                    String::from_utf8_lossy(&text.bytes[*at..end]).into_owned(),
                ));
            }
        });
        out
    }

    fn run(work: impl FnOnce(&mut Draft<'_, '_>), mut take: impl FnMut(Part<'_>)) {
        budget(|budget| {
            let mut take = |part: Part<'_>| {
                take(part);
                ControlFlow::Continue(())
            };
            let mut draft = Draft::new(budget, &mut take);
            work(&mut draft);
            draft.finish().unwrap();
        });
    }

    /// Members in memory.
    pub(super) struct Members<'m>(pub(super) &'m [(&'m str, &'m str)]);

    impl Package for Members<'_> {
        fn names(&self) -> Vec<String> {
            self.0.iter().map(|(name, _)| (*name).to_owned()).collect()
        }

        fn open(&mut self, number: usize) -> Result<Box<dyn Read + '_>, SkipReason> {
            Ok(Box::new(self.0[number].1.as_bytes()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_members() {
        for (names, expected) in [
            (
                &["[Content_Types].xml", "word/document.xml"][..],
                Some(Kind::OpenXml),
            ),
            (&["word/document.xml"], Some(Kind::OpenXml)),
            (&["mimetype", "content.xml"], Some(Kind::OpenDocument)),
            (&["content.xml"], None),
            (&["mimetype", "META-INF/container.xml", "a.xhtml"], None),
        ] {
            assert_eq!(kind(names.iter().copied()), expected, "{names:?}");
        }
    }
}
