//! Comments beside findings: whether they silence them.
//!
//! A comment is text of the scanned tree. It counts only where the tree is
//! trusted, only for the rules it names, and only for rules that no policy
//! protects. Whatever does not count is told with the finding.

mod idle;
mod many;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::base::provenance::{Origin, Provenance};
use crate::base::span::Place;
use crate::judge::directive::{Directive, Reach, Tool};
use crate::judge::locate::LineCounter;
use crate::judge::redact::Masks;
use crate::judge::status::{Grant, Means, Refusal, Standing, Status, Why};
use crate::register::date::Date;
use crate::rules::select::IdGlob;

pub use idle::{Audit, Idle};

/// Most comments kept of one blob. Those that are not kept silence nothing.
const MOST: usize = 1 << 16;
/// Most blocks looked at; the same holds for others.
const BLOCKS: usize = 1 << 10;
/// How far from a finding a comment in the same line may stand, in bytes. In
/// files that are one long line a comment would otherwise be about everything.
const APART: usize = 4 << 10;
/// Most refusals told of one finding.
const REFUSALS: usize = 4;

/// Whose comments count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Nobody's.
    #[default]
    Nobody,
    /// Everybody's.
    Everybody,
    /// Those in files below a directory.
    Tree {
        /// The directory, absolute.
        root: PathBuf,
        /// What relative paths are relative to, absolute.
        here: PathBuf,
    },
}

impl Trust {
    /// True when comments of what is at `provenance` count.
    pub fn covers(&self, provenance: &Provenance) -> bool {
        match (self, &provenance.origin) {
            (Trust::Everybody, _) => true,
            // What a container holds was written elsewhere.
            (Trust::Tree { root, here }, Origin::File { path, .. }) => {
                provenance.inner.is_empty() && without_dots(&here.join(path)).starts_with(root)
            }
            _ => false,
        }
    }
}

/// `path` without `.` and `..`, as far as that can be told without looking.
fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// Rules that a policy protects from being silenced.
#[derive(Clone, Debug, Default)]
pub struct Locks(Vec<(IdGlob, String)>);

impl Locks {
    /// Rules and who protects them.
    pub fn new(locks: impl IntoIterator<Item = (IdGlob, String)>) -> Locks {
        Locks(locks.into_iter().collect())
    }

    /// True when nothing is protected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who protects `rule`, if anybody does.
    pub fn on(&self, rule: &str) -> Option<&str> {
        let lock = self.0.iter().find(|(glob, _)| glob.matches(rule));
        lock.map(|(_, by)| by.as_str())
    }
}

/// Which comments silence findings.
#[derive(Clone, Debug)]
pub struct Comments {
    /// Whose.
    pub trust: Trust,
    /// Those for which other scanners.
    pub honour: Vec<Tool>,
    /// Protected rules.
    pub locks: Locks,
    /// The day on which they have to hold.
    pub today: Date,
    /// Who wants to know of those that silence nothing.
    pub audit: Option<Arc<Audit>>,
}

impl Default for Comments {
    fn default() -> Comments {
        Comments {
            trust: Trust::Nobody,
            honour: Vec::new(),
            locks: Locks::default(),
            today: Date::today(),
            audit: None,
        }
    }
}

/// The comments of one blob, as they are found.
#[derive(Debug, Default)]
pub struct Found {
    /// Line and comment by offset.
    all: BTreeMap<usize, (usize, Directive)>,
}

impl Found {
    /// Takes the comments of a view whose tags begin in `new`. `to_blob` gives
    /// the place in the blob of an offset of the view; `raw` are the blob's
    /// bytes from offset `base` on, and `lines` has not yet passed them.
    pub fn search(
        &mut self,
        text: &[u8],
        new: &std::ops::Range<usize>,
        to_blob: impl Fn(usize) -> usize,
        (raw, base): (&[u8], usize),
        mut lines: LineCounter,
    ) {
        for (at, directive) in super::directive::find(text) {
            if self.all.len() >= MOST {
                return;
            }
            if new.contains(&at) {
                let offset = to_blob(at);
                let line = lines.seek(raw, base, offset).line;
                self.all.entry(offset).or_insert((line, directive));
            }
        }
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Puts the comments in order, so that findings can be asked for.
    pub fn settle(self) -> Directives {
        let all: Vec<Placed> = self
            .all
            .into_iter()
            .map(|(offset, (line, directive))| Placed {
                offset,
                line,
                directive,
            })
            .collect();
        Directives {
            lines: by_line(&all),
            blocks: blocks(&all),
            used: RefCell::default(),
            all,
        }
    }
}

/// A comment and where its tag stands.
#[derive(Debug)]
struct Placed {
    offset: usize,
    line: usize,
    directive: Directive,
}

/// The comments of one blob.
#[derive(Debug, Default)]
pub struct Directives {
    all: Vec<Placed>,
    /// Comments by the lines they are about.
    lines: BTreeMap<usize, Vec<usize>>,
    blocks: Vec<Block>,
    /// Comments that some finding had to do with.
    used: RefCell<BTreeSet<usize>>,
}

/// A comment that begins a block, and the offset of its end, if it has one.
#[derive(Debug)]
struct Block {
    comment: usize,
    end: Option<usize>,
}

fn by_line(all: &[Placed]) -> BTreeMap<usize, Vec<usize>> {
    let mut lines: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    // From the last on, so that the line below a comment is known to be one or not.
    let mut next: Option<(usize, usize)> = None;
    for (index, placed) in all.iter().enumerate().rev() {
        let line = placed.line;
        let mut about = |line: usize| lines.entry(line).or_default().push(index);
        match placed.directive.reach {
            Reach::Line => about(line),
            Reach::Around => (line.saturating_sub(1)..=line + 1).for_each(about),
            Reach::NextLine => {
                let target = match next {
                    // Another one in the same line, or in the one below.
                    Some((at, target)) if at == line || at == line + 1 => target,
                    _ => line + 1,
                };
                next = Some((line, target));
                about(target);
            }
            Reach::Begin | Reach::End => {}
        }
    }
    lines
}

fn blocks(all: &[Placed]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (index, placed) in all.iter().enumerate() {
        let directive = &placed.directive;
        match directive.reach {
            Reach::Begin if blocks.len() < BLOCKS => blocks.push(Block {
                comment: index,
                end: None,
            }),
            Reach::End => {
                let ended = |block: &&mut Block| {
                    let begun = &all[block.comment].directive;
                    block.end.is_none()
                        && begun.tool == directive.tool
                        && (directive.rules.is_empty() || directive.rules == begun.rules)
                };
                for block in blocks.iter_mut().filter(ended) {
                    block.end = Some(placed.offset);
                }
            }
            _ => {}
        }
    }
    blocks
}

impl Directives {
    /// What the comments say of a finding of `rule` at `place`.
    pub fn standing(&self, rule: &str, place: &Place, ask: &Ask<'_>) -> Standing {
        let mut standing = Standing::default();
        if self.all.is_empty() {
            return standing;
        }
        for (index, end) in self.about(place) {
            let placed = &self.all[index];
            let grant = Arc::new(ask.grant(placed));
            let refusal = ask.refusal(placed, rule, end);
            if !matches!(refusal, Some(Why::OtherRule(_))) {
                self.used.borrow_mut().insert(index);
            }
            match refusal {
                None => {
                    return Standing {
                        status: Status::Allowed { by: grant },
                        refused: Vec::new(),
                    };
                }
                Some(why) if standing.refused.len() < REFUSALS => {
                    standing.refused.push(Refusal { grant, why });
                }
                Some(_) => {}
            }
        }
        standing
    }

    /// Comments about `place`, the nearest kinds first; of a block also its end.
    fn about(&self, place: &Place) -> impl Iterator<Item = (usize, Option<usize>)> {
        let span = place.span;
        let near = move |index: &usize| {
            let placed = &self.all[*index];
            let at = placed.offset;
            // In the value itself it is part of the value.
            let inside = span.start <= at && at < span.end;
            let far = at + APART < span.start || at > span.end + APART;
            !inside && (!far || placed.directive.reach != Reach::Line)
        };
        // A comment in front of a value of many lines, or on any line of it.
        let first = place.start.line;
        let last = place.end.line.max(first);
        let lines = self.lines.range(first..=last);
        let here =
            lines.flat_map(move |(&line, of_line)| of_line.iter().map(move |&index| (line, index)));
        let here = here.filter(move |(line, index)| {
            *line == first || self.all[*index].directive.reach != Reach::NextLine
        });
        let here = here.map(|(_, index)| index).filter(near);
        let blocks = self.blocks.iter().filter_map(move |block| {
            let comment = &self.all[block.comment];
            let over = block.end.is_some_and(|end| end <= span.start);
            let holds = comment.offset < span.start && !over;
            holds.then_some((block.comment, block.end))
        });
        here.map(|index| (index, Some(0))).chain(blocks)
    }
}

/// What has to be known to decide about a comment.
#[derive(Debug)]
pub struct Ask<'a> {
    /// Which comments count.
    pub comments: &'a Comments,
    /// Whether those of this blob do.
    pub trusted: bool,
    /// What must not be shown of the blob.
    pub masks: &'a Masks<'a>,
}

impl Ask<'_> {
    fn grant(&self, placed: &Placed) -> Grant {
        let directive = &placed.directive;
        let masked = |text: &str| self.masks.text(text);
        Grant {
            means: match directive.tool {
                Tool::Stanch => Means::Comment,
                tool => Means::ForeignComment(tool.as_str()),
            },
            place: format!("line {}", placed.line),
            reason: masked(&directive.reason),
            owner: directive.owner.as_deref().map(masked),
            until: directive.until.as_ref().and_then(|day| day.clone().ok()),
        }
    }

    /// Why the comment has no effect on findings of `rule`; `end` is where its block ends.
    fn refusal(&self, placed: &Placed, rule: &str, end: Option<usize>) -> Option<Why> {
        let directive = &placed.directive;
        if directive.tool == Tool::Stanch {
            if let Some(why) = form(directive, rule, |text| self.masks.text(text)) {
                return Some(why);
            }
        } else if directive.foreign_rules {
            return Some(Why::ForeignRules);
        }
        if end.is_none() {
            return Some(Why::NoEnd);
        }
        if let Some(Ok(until)) = directive.until
            && until < self.comments.today
        {
            return Some(Why::Expired(until));
        }
        if let Some(by) = self.comments.locks.on(rule) {
            return Some(Why::Locked(by.to_owned()));
        }
        if !self.trusted {
            return Some(Why::Untrusted);
        }
        let honoured =
            directive.tool == Tool::Stanch || self.comments.honour.contains(&directive.tool);
        (!honoured).then_some(Why::NotHonoured)
    }
}

/// What is wrong with one of our comments as such, or what it is not about.
fn form(directive: &Directive, rule: &str, masked: impl Fn(&str) -> String) -> Option<Why> {
    if directive.rules.is_empty() {
        return Some(Why::NoRule);
    }
    if !directive.rules.iter().any(|glob| glob.matches(rule)) {
        let named: Vec<&str> = directive.rules.iter().map(IdGlob::as_str).collect();
        return Some(Why::OtherRule(masked(&named.join(","))));
    }
    if let Some(Err(text)) = &directive.until {
        return Some(Why::NoDate(masked(text)));
    }
    directive.reason.is_empty().then_some(Why::NoReason)
}

#[cfg(test)]
mod tests;
