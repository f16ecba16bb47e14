//! `OpenDocument` in a package: which members there are.

use std::io::{self, Read};

use super::content::read_flat;
use super::{ODF, Package, properties};
use crate::base::content::SkipReason;
use crate::extract::draft::Draft;
use crate::extract::xml::{Event, Xml};

/// Reads all parts of the package.
///
/// # Errors
/// The reason why some of it is missing.
pub(super) fn read(
    package: &mut dyn Package,
    names: &[String],
    draft: &mut Draft<'_, '_>,
) -> Result<(), SkipReason> {
    let mut ended = Ok(());
    for (number, name) in names.iter().enumerate() {
        let file = name
            .rsplit_once('/')
            .map_or(name.as_str(), |(_, file)| file);
        let is_manifest = name == "META-INF/manifest.xml";
        let is_xml = file
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "xml");
        if !is_xml || draft.is_over() {
            continue;
        }
        let input = match package.open(number) {
            Ok(input) => input,
            Err(reason) => {
                ended = Err(reason);
                continue;
            }
        };
        let budget = draft.budget();
        if is_manifest {
            if is_sealed(input) {
                return Err(SkipReason::Encrypted(ODF));
            }
            continue;
        }
        let folder = name
            .strip_suffix(file)
            .unwrap_or_default()
            .trim_end_matches('/');
        let done = match file {
            "meta.xml" => {
                draft.begin("properties");
                properties::read(input, draft)
            }
            "content.xml" | "styles.xml" => read_flat(input, folder, draft),
            _ => module(input, draft),
        };
        if let Err(error) = done {
            ended = Err(budget.reason(&error, ODF));
        }
    }
    ended
}

/// True when the manifest says how parts are encrypted.
fn is_sealed(input: Box<dyn Read + '_>) -> bool {
    let mut xml = Xml::new(input);
    while let Ok(Some(event)) = xml.next() {
        if let Event::Open(tag) = event
            && tag.name == b"encryption-data"
        {
            return true;
        }
    }
    false
}

/// The source of a macro.
fn module(input: Box<dyn Read + '_>, draft: &mut Draft<'_, '_>) -> io::Result<()> {
    let mut xml = Xml::new(input);
    let mut inside = false;
    while let Some(event) = xml.next()? {
        match event {
            Event::Open(tag) if tag.name == b"module" => {
                let name = tag.text("name").unwrap_or_default();
                draft.begin(&format!("macro {name}"));
                inside = true;
            }
            Event::Open(_) if !inside => return Ok(()),
            Event::Text(text) if inside => draft.push(text),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::office::testing::{Members, drafted};

    #[test]
    fn a_sealed_document_is_told_as_such() {
        let mut sealed = Members(&[
            (
                "META-INF/manifest.xml",
                "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
            ),
            ("content.xml", "noise"),
        ]);
        let names = sealed.names();
        drafted(|draft| {
            assert_eq!(
                read(&mut sealed, &names, draft),
                Err(SkipReason::Encrypted(ODF))
            );
        });
    }
}
