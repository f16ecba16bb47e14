//! The pages of a PDF file, in their order, and then pages that the tree does
//! not lead to, as those of earlier revisions.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Out;
use super::file::{File, Loaded, NAME};
use super::lex::{Dict, Object};
use super::text::Reader;
use crate::base::content::SkipReason;

/// A page shows at most so many streams that others show, too.
const AGAIN: u32 = 64;

/// What was shown, so that the rest can be told from it.
#[derive(Default)]
pub(super) struct Shown {
    /// Forms and contents, by their numbers.
    pub(super) streams: HashSet<u32>,
    /// The pages of annotations.
    pub(super) annotations: HashMap<u32, usize>,
    /// The resources of contents, for their earlier revisions.
    pub(super) resources: HashMap<u32, Rc<Dict>>,
}

/// A page, with what it inherits.
struct Page {
    dict: Dict,
    resources: Rc<Dict>,
}

/// Shows all pages.
///
/// # Errors
/// When the budget is spent.
pub(super) fn read(file: &File<'_>, out: &mut Out<'_, '_>) -> Result<Shown, SkipReason> {
    let mut shown = Shown::default();
    let mut reader = Reader::new(file);
    let mut times = HashMap::new();
    let mut number = 0;
    let mut seen = HashSet::new();
    let mut open = roots(file);
    while let Some((object, inherited)) = open.pop() {
        file.budget.alive()?;
        if out.broken {
            return Ok(shown);
        }
        if let Object::Ref(number) = object
            && !seen.insert(number)
        {
            continue;
        }
        let Object::Dict(dict) = file.resolve(&object) else {
            continue;
        };
        let own = file.get(&dict, "Resources");
        let resources = match own {
            Some(Object::Dict(own)) => Rc::new(own),
            _ => inherited,
        };
        if let Some(kids) = file.get(&dict, "Kids").filter(|_| !dict.is("Type", "Page")) {
            let kids = kids.elements().iter().rev();
            open.extend(kids.map(|kid| (kid.clone(), Rc::clone(&resources))));
            continue;
        }
        number += 1;
        // A page costs as much as a member of an archive.
        if let Err(reason) = file.budget.entry() {
            let _ = out.flush();
            return Err(reason);
        }
        let page = Page { dict, resources };
        let text = page.show(file, &mut reader, &mut shown, &mut times);
        out.add(&format!("page {number}"), &text);
        page.note_annotations(file, number, &mut shown);
    }
    others(file, &seen, &mut reader, (&mut shown, &mut times), out)?;
    shown.streams.extend(reader.shown());
    Ok(shown)
}

/// The roots of the page trees: of the last revision first.
fn roots(file: &File<'_>) -> Vec<(Object, Rc<Dict>)> {
    let of_trailers = file.trailers.iter().rev();
    let catalogs = of_trailers.filter_map(|trailer| file.get(trailer, "Root"));
    let mut found = catalogs
        .filter_map(|catalog| catalog.dict()?.get("Pages").cloned())
        .take(1)
        .collect::<Vec<_>>();
    if found.is_empty() {
        let all = file.entries.iter().filter_map(|entry| file.load_at(entry));
        found.extend(all.filter_map(|loaded| {
            let dict = loaded.object.dict()?;
            let is_root = dict.is("Type", "Catalog");
            dict.get("Pages").filter(|_| is_root).cloned()
        }));
        file.miss(SkipReason::Damaged(NAME));
    }
    let nothing = Rc::new(Dict::default());
    found
        .into_iter()
        .map(|pages| (pages, Rc::clone(&nothing)))
        .collect()
}

/// Shows pages that were not seen.
fn others(
    file: &File<'_>,
    seen: &HashSet<u32>,
    reader: &mut Reader<'_, '_>,
    (shown, times): (&mut Shown, &mut HashMap<u32, u32>),
    out: &mut Out<'_, '_>,
) -> Result<(), SkipReason> {
    for (index, entry) in file.entries.iter().enumerate() {
        if out.broken {
            break;
        }
        if index % 256 == 0 {
            file.budget.alive()?;
        }
        if seen.contains(&entry.number) && !file.is_old(index) {
            continue;
        }
        let Some(Loaded { object, .. }) = file.load_at(entry) else {
            continue;
        };
        let Object::Dict(dict) = object else { continue };
        if !dict.is("Type", "Page") {
            continue;
        }
        let inherited = inherited(file, &dict);
        let page = Page {
            dict,
            resources: Rc::new(inherited),
        };
        let text = page.show(file, reader, shown, times);
        out.add(&format!("object {}", entry.number), &text);
    }
    Ok(())
}

/// The resources of a page that is met outside of its tree.
fn inherited(file: &File<'_>, page: &Dict) -> Dict {
    let mut dict = page.clone();
    for _ in 0..32 {
        if let Some(Object::Dict(own)) = file.get(&dict, "Resources") {
            return own;
        }
        match file.get(&dict, "Parent") {
            Some(Object::Dict(parent)) => dict = parent,
            _ => break,
        }
    }
    Dict::default()
}

impl Page {
    /// The text that the page shows.
    fn show(
        &self,
        file: &File<'_>,
        reader: &mut Reader<'_, '_>,
        shown: &mut Shown,
        times: &mut HashMap<u32, u32>,
    ) -> String {
        let contents = self.dict.get("Contents").unwrap_or(&Object::Null);
        let parts = match contents {
            Object::Ref(number) => match file.resolve(contents) {
                Object::Array(parts) => parts,
                _ => vec![Object::Ref(*number)],
            },
            other => other.elements().to_vec(),
        };
        let mut content = Vec::new();
        let mut new = false;
        for part in &parts {
            let Object::Ref(number) = part else { continue };
            let times = times.entry(*number).or_insert(0);
            *times += 1;
            new |= *times == 1;
            if *times > AGAIN {
                continue;
            }
            shown.streams.insert(*number);
            shown
                .resources
                .entry(*number)
                .or_insert_with(|| Rc::clone(&self.resources));
            let Some(loaded) = file.load(*number) else {
                file.miss(SkipReason::Damaged(NAME));
                continue;
            };
            if let (Some(dict), Some(stream)) = (loaded.object.dict(), &loaded.stream) {
                content.extend(file.content(dict, stream));
                content.push(b'\n');
            }
        }
        if !new {
            return String::new();
        }
        reader.read(&content, &self.resources)
    }

    fn note_annotations(&self, file: &File<'_>, page: usize, shown: &mut Shown) {
        let annotations = file.get(&self.dict, "Annots").unwrap_or(Object::Null);
        for annotation in annotations.elements() {
            if let Object::Ref(number) = annotation {
                shown.annotations.insert(*number, page);
            }
        }
    }
}
