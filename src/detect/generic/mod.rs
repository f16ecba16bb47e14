//! Hand-written recognisers.
use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Recogniser {
    Assignment,
}
#[allow(missing_docs)]
impl Recogniser {
    pub const ALL: &'static [Recogniser] = &[Recogniser::Assignment];
    pub fn find(name: &str) -> Option<Recogniser> {
        (name == "assignment").then_some(Recogniser::Assignment)
    }
    pub fn triggers(self) -> &'static [Trigger] {
        &[]
    }
    pub fn reach(self) -> (usize, usize) {
        (4096, 4096)
    }
}
#[allow(missing_docs)]
#[derive(Debug)]
pub struct Trigger {
    pub literal: &'static str,
    pub fold_case: bool,
    pub then: &'static [u8],
}
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    pub kind: Kind,
    pub span: Span,
    pub secret: Span,
    pub evidence: Evidence,
    pub confidence: Confidence,
}
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Shadow,
}
#[allow(missing_docs)]
impl Kind {
    pub const ALL: &'static [Kind] = &[Kind::Shadow];
    pub fn rule_id(self) -> Option<&'static str> {
        None
    }
}
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, Default)]
pub struct FileKind;
#[allow(missing_docs)]
impl FileKind {
    pub fn of(_: &std::path::Path) -> FileKind {
        FileKind
    }
}
#[allow(missing_docs)]
pub fn examine(_: Recogniser, _: &[u8], _: usize, _: FileKind, _: &mut Vec<Candidate>) {}
