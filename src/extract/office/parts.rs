//! Office Open XML: which parts a package has, what they are called, and who
//! reads them.

use std::collections::HashMap;
use std::io::{self, Read};

use super::{Package, binary, flow, properties, sheet};
use crate::base::content::SkipReason;
use crate::extract::draft::Draft;
use crate::extract::xml::{Event, Xml};

/// Bytes of a part that show its root element.
const HEAD: u64 = 4 << 10;

/// What a part is, by its root element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Relations,
    Workbook,
    BinaryWorkbook,
    BinaryStrings,
    BinarySheet,
    Strings,
    Sheet,
    Presentation,
    /// Text that flows, with the name it is told under.
    Flow(&'static str),
    Properties,
}

/// A relationship of a part.
#[derive(Debug)]
struct Relation {
    id: String,
    target: String,
    external: bool,
}

#[derive(Debug, Default)]
struct Map {
    /// Relationships by the part that has them.
    relations: HashMap<String, Vec<Relation>>,
    /// Sheets and slides: what each is called.
    titles: HashMap<String, String>,
}

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
    let mut roles = Vec::new();
    for (number, name) in names.iter().enumerate() {
        match role(package, number, name) {
            Ok(Some(role)) => roles.push((number, role)),
            Ok(None) => {}
            Err(reason) => ended = Err(reason),
        }
    }
    let budget = draft.budget();
    let mut map = Map::default();
    let mut strings = sheet::Strings::default();
    for &(number, role) in &roles {
        let done = match role {
            Role::Relations => map.read_relations(package.open(number)?, &names[number]),
            Role::Strings => strings.read(package.open(number)?, budget),
            Role::BinaryStrings => strings.read_binary(package.open(number)?, budget),
            _ => Ok(()),
        };
        if let Err(error) = done {
            ended = Err(sheet::reason(&error, budget));
        }
    }
    map.read_lists(package, names, &roles);
    for &(number, role) in &roles {
        if draft.is_over() {
            return ended;
        }
        let title = map.title(&names[number], role);
        let input = match package.open(number) {
            Ok(input) => input,
            Err(reason) => {
                ended = Err(reason);
                continue;
            }
        };
        let done = match role {
            Role::Relations | Role::Strings | Role::BinaryStrings | Role::BinaryWorkbook => Ok(()),
            Role::BinarySheet => binary::sheet(input, &title, |nth| strings.get(nth), draft),
            Role::Sheet => sheet::read(input, &title, &strings, draft),
            Role::Workbook => sheet::names(input, draft),
            Role::Flow(_) | Role::Presentation => {
                draft.begin(&title);
                flow::read(input, draft)
            }
            Role::Properties => {
                draft.begin("properties");
                properties::read(input, draft)
            }
        };
        if let Err(error) = done {
            ended = Err(sheet::reason(&error, budget));
        }
    }
    map.links(draft);
    ended
}

/// What member `number` is; `None` for what is no part with text.
fn role(package: &mut dyn Package, number: usize, name: &str) -> Result<Option<Role>, SkipReason> {
    if let Some(role) = binary_role(&normal(name)) {
        return Ok(Some(role));
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let binary = [
        "png", "jpg", "jpeg", "gif", "emf", "wmf", "bin", "vml", "ttf", "odttf", "fntdata",
    ];
    if name.ends_with('/')
        || binary
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known))
    {
        return Ok(None);
    }
    let mut head = Vec::new();
    let mut input = package.open(number)?.take(HEAD);
    // What is damaged is told where it is handed out.
    let _ = input.read_to_end(&mut head);
    let start = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(&head)
        .trim_ascii_start();
    let is_wide = matches!(
        head.get(..2),
        Some([0xFF, 0xFE] | [0xFE, 0xFF] | [b'<', 0] | [0, b'<'])
    );
    if !start.starts_with(b"<") && !is_wide {
        return Ok(None);
    }
    let mut xml = Xml::new(&head[..]);
    while let Ok(Some(event)) = xml.next() {
        if let Event::Open(tag) = event {
            return Ok(role_of(tag.name));
        }
    }
    Ok(None)
}

/// What the part at `path` of a workbook in binary form is, which has no roots.
fn binary_role(path: &str) -> Option<Role> {
    let rest = path.strip_prefix("xl/")?.strip_suffix(".bin")?;
    match rest {
        "workbook" => Some(Role::BinaryWorkbook),
        "sharedstrings" => Some(Role::BinaryStrings),
        _ => rest
            .starts_with("worksheets/sheet")
            .then_some(Role::BinarySheet),
    }
}

fn role_of(root: &[u8]) -> Option<Role> {
    Some(match root {
        b"Relationships" => Role::Relations,
        b"workbook" => Role::Workbook,
        b"sst" => Role::Strings,
        b"worksheet" | b"chartsheet" | b"dialogsheet" | b"macrosheet" => Role::Sheet,
        b"presentation" => Role::Presentation,
        b"document" => Role::Flow("body"),
        b"hdr" => Role::Flow("header"),
        b"ftr" => Role::Flow("footer"),
        b"footnotes" => Role::Flow("footnotes"),
        b"endnotes" => Role::Flow("endnotes"),
        b"comments" | b"cmLst" | b"ThreadedComments" => Role::Flow("comments"),
        b"glossaryDocument" => Role::Flow("glossary"),
        b"settings" => Role::Flow("settings"),
        b"sld" => Role::Flow("slide"),
        b"notes" => Role::Flow("notes"),
        b"notesMaster" => Role::Flow("notes master"),
        b"handoutMaster" => Role::Flow("handout master"),
        b"sldMaster" => Role::Flow("master"),
        b"sldLayout" => Role::Flow("layout"),
        b"chartSpace" => Role::Flow("chart"),
        b"wsDr" | b"userShapes" => Role::Flow("drawing"),
        b"dataModel" => Role::Flow("diagram"),
        b"coreProperties" | b"Properties" => Role::Properties,
        _ => return None,
    })
}

impl Map {
    fn read_relations(&mut self, input: Box<dyn Read + '_>, name: &str) -> io::Result<()> {
        let mut xml = Xml::new(input);
        let mut found = Vec::new();
        while let Some(event) = xml.next()? {
            if let Event::Open(tag) = event
                && tag.name == b"Relationship"
                && let (Some(id), Some(target)) = (tag.text("Id"), tag.text("Target"))
            {
                let external = tag
                    .attribute("TargetMode")
                    .is_some_and(|mode| *mode == *b"External");
                found.push(Relation {
                    id,
                    target,
                    external,
                });
            }
        }
        self.relations.insert(owner(name), found);
        Ok(())
    }

    /// Where relation `id` of the part called `name` leads.
    fn target(&self, name: &str, id: &str) -> Option<String> {
        let relations = self.relations.get(&normal(name))?;
        let relation = relations.iter().find(|relation| relation.id == id)?;
        Some(resolve(name, &relation.target))
    }

    /// Reads what sheets and slides are called.
    fn read_lists(&mut self, package: &mut dyn Package, names: &[String], roles: &[(usize, Role)]) {
        for &(number, role) in roles {
            let name = &names[number];
            let is_list = matches!(
                role,
                Role::Workbook | Role::Presentation | Role::BinaryWorkbook
            );
            let Some(input) = is_list.then(|| package.open(number).ok()).flatten() else {
                continue;
            };
            let _ = match role {
                Role::BinaryWorkbook => {
                    binary::titles(input, |id, title| self.entitle(name, id, title))
                }
                _ => self.read_titles(input, name),
            };
        }
    }

    /// Reads what sheets are called, and the order of slides.
    fn read_titles(&mut self, input: Box<dyn Read + '_>, name: &str) -> io::Result<()> {
        let mut xml = Xml::new(input);
        let mut slides = 0;
        while let Some(event) = xml.next()? {
            let Event::Open(tag) = event else { continue };
            let id = tag
                .attributes()
                .find(|(known, _)| known.ends_with(b":id"))
                .map(|(_, id)| String::from_utf8_lossy(&id).into_owned());
            let title = match tag.name {
                b"sheet" => tag.text("name"),
                b"sldId" => {
                    slides += 1;
                    Some(format!("slide {slides}"))
                }
                _ => None,
            };
            if let (Some(id), Some(title)) = (id, title) {
                self.entitle(name, &id, title);
            }
        }
        Ok(())
    }

    /// Notes what the part that relation `id` of `name` leads to is called.
    fn entitle(&mut self, name: &str, id: &str, title: String) {
        if let Some(target) = self.target(name, id) {
            self.titles.insert(target, title);
        }
    }

    /// What the part called `name` is told under.
    fn title(&self, name: &str, role: Role) -> String {
        let path = normal(name);
        if let Some(title) = self.titles.get(&path) {
            return title.clone();
        }
        let title = match role {
            Role::Sheet | Role::BinarySheet => "Sheet",
            Role::Presentation => "presentation",
            Role::Flow("notes") => {
                let mut owners = self.relations.get(&path).into_iter().flatten();
                let slide =
                    owners.find_map(|relation| self.titles.get(&resolve(name, &relation.target)));
                if let Some(slide) = slide {
                    return format!("{slide} notes");
                }
                "notes"
            }
            Role::Flow(title) => title,
            _ => "",
        };
        let stem = path.rsplit_once('.').map_or(&*path, |(stem, _)| stem);
        let number = &stem[stem.trim_end_matches(|c: char| c.is_ascii_digit()).len()..];
        if number.is_empty() {
            title.to_owned()
        } else {
            format!("{title} {number}")
        }
    }

    /// Tells where links lead.
    fn links(&self, draft: &mut Draft<'_, '_>) {
        let mut targets: Vec<&str> = self
            .relations
            .values()
            .flatten()
            .filter(|relation| relation.external)
            .map(|relation| relation.target.as_str())
            .collect();
        targets.sort_unstable();
        targets.dedup();
        draft.begin("links");
        for target in targets {
            draft.line(target.as_bytes());
        }
    }
}

/// The part whose relationships stand in `a/_rels/b.xml.rels`.
fn owner(name: &str) -> String {
    let path = normal(name);
    let path = path.strip_suffix(".rels").unwrap_or(&path);
    match path.rsplit_once("_rels/") {
        Some((folder, file)) => format!("{folder}{file}"),
        None => path.to_owned(),
    }
}

/// A part's name as others are compared with it.
fn normal(name: &str) -> String {
    name.trim_start_matches('/')
        .replace('\\', "/")
        .to_ascii_lowercase()
}

/// The part that `target` means in the part called `name`.
fn resolve(name: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if target.starts_with('/') {
        return normal(&target);
    }
    let name = normal(name);
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    normal(&parts.join("/"))
}
