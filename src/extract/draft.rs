//! Text that a reader makes of a document, handed out piece by piece.
//!
//! Separators wait until something follows them, the stronger one of several
//! wins: so cells and paragraphs without text leave no trace.

use std::sync::Arc;

use super::budget::Budget;
use super::part::{Part, Text, YieldPart};
use crate::base::content::SkipReason;

/// Bytes after which a piece is handed out at the next end of a line.
const PIECE: usize = 1 << 20;

/// What separates two texts, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Gap {
    /// They are one.
    #[default]
    None,
    /// Cells of a row.
    Cell,
    /// Lines.
    Line,
    /// Pages.
    Page,
}

/// Text in the making.
pub(crate) struct Draft<'d, 'y> {
    budget: &'d Budget<'d>,
    yield_part: &'d mut YieldPart<'y>,
    name: String,
    text: Vec<u8>,
    anchors: Vec<(usize, Arc<str>)>,
    gap: Gap,
    ended: Option<Result<(), SkipReason>>,
}

impl<'d, 'y> Draft<'d, 'y> {
    pub(crate) fn new(budget: &'d Budget<'d>, yield_part: &'d mut YieldPart<'y>) -> Draft<'d, 'y> {
        Draft {
            budget,
            yield_part,
            name: String::new(),
            text: Vec::new(),
            anchors: Vec::new(),
            gap: Gap::None,
            ended: None,
        }
    }

    /// Begins the part called `name`, after handing out the one before.
    pub(crate) fn begin(&mut self, name: &str) {
        self.hand_out();
        name.clone_into(&mut self.name);
    }

    /// Adds text.
    pub(crate) fn push(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        self.settle();
        self.text.extend_from_slice(text);
    }

    /// Puts a separator before what follows.
    pub(crate) fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
        if gap >= Gap::Line && self.text.len() >= PIECE {
            self.hand_out();
        }
    }

    /// Names what follows.
    pub(crate) fn anchor(&mut self, anchor: Arc<str>) {
        self.settle();
        self.anchors.push((self.text.len(), anchor));
    }

    /// Adds a line of its own.
    pub(crate) fn line(&mut self, text: &[u8]) {
        if !text.is_empty() {
            self.gap(Gap::Line);
            self.push(text);
            self.gap(Gap::Line);
        }
    }

    /// Adds the line `name: value`.
    pub(crate) fn field(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.line(format!("{name}: {value}").as_bytes());
        }
    }

    /// Hands out bytes of their own, after the text so far.
    pub(crate) fn blob(&mut self, name: &str, bytes: &[u8]) {
        self.hand_out();
        if self.is_over() {
            return;
        }
        if let Err(reason) = self.budget.produce(bytes.len() as u64) {
            self.ended = Some(Err(reason));
            return;
        }
        let mut content = bytes;
        let size = Some(bytes.len() as u64);
        let part = Part::Blob {
            name,
            content: &mut content,
            size,
        };
        if (self.yield_part)(part).is_break() {
            self.ended = Some(Ok(()));
        }
    }

    /// True when nothing more is wanted.
    pub(crate) fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// What reading may still cost.
    pub(crate) fn budget(&self) -> &'d Budget<'d> {
        self.budget
    }

    /// Hands out what is left.
    ///
    /// # Errors
    /// When a limit was reached.
    pub(crate) fn finish(mut self) -> Result<(), SkipReason> {
        self.hand_out();
        self.ended.unwrap_or(Ok(()))
    }

    fn settle(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        if self.text.is_empty() {
            return;
        }
        let separator: &[u8] = match gap {
            Gap::None => b"",
            Gap::Line | Gap::Cell if self.text.ends_with(b"\n") => b"",
            Gap::Cell => b"\t",
            Gap::Line => b"\n",
            Gap::Page => b"\n\x0c\n",
        };
        self.text.extend_from_slice(separator);
    }

    fn hand_out(&mut self) {
        self.gap = Gap::None;
        let anchors = std::mem::take(&mut self.anchors);
        if self.text.is_empty() || self.is_over() {
            self.text.clear();
            return;
        }
        if let Err(reason) = self.budget.produce(self.text.len() as u64) {
            self.ended = Some(Err(reason));
            return;
        }
        if self.text.last() != Some(&b'\n') {
            self.text.push(b'\n');
        }
        let text = Text {
            name: &self.name,
            bytes: &self.text,
            anchors: &anchors,
        };
        if (self.yield_part)(Part::Text(text)).is_break() {
            self.ended = Some(Ok(()));
        }
        self.text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::control::Control;
    use crate::base::limits::Unpack;
    use std::ops::ControlFlow;

    type Told = Vec<(String, String, Vec<(usize, String)>)>;

    fn told(
        limits: &Unpack,
        work: impl FnOnce(&mut Draft<'_, '_>),
    ) -> (Told, Result<(), SkipReason>) {
        let control = Control::default();
        let budget = Budget::new(limits, &control, &[], 1);
        let mut out = Told::new();
        let mut take = |part: Part<'_>| {
            if let Part::Text(text) = part {
                let anchors = text
                    .anchors
                    .iter()
                    .map(|(at, name)| (*at, name.to_string()));
                let bytes = String::from_utf8_lossy(text.bytes).into_owned();
                out.push((text.name.to_owned(), bytes, anchors.collect()));
            }
            ControlFlow::Continue(())
        };
        let mut draft = Draft::new(&budget, &mut take);
        work(&mut draft);
        let ended = draft.finish();
        (out, ended)
    }

    #[test]
    fn gaps_wait_for_text_and_the_strongest_wins() {
        let (told, _) = told(&Unpack::default(), |draft| {
            draft.begin("one");
            draft.gap(Gap::Line);
            draft.push(b"a");
            draft.gap(Gap::Cell);
            draft.gap(Gap::Line);
            draft.gap(Gap::Cell);
            draft.anchor("B".into());
            draft.push(b"b");
            draft.gap(Gap::Page);
            draft.begin("two");
            draft.begin("three");
            draft.field("x", "y");
            draft.field("z", "");
        });
        assert_eq!(
            told,
            [
                ("one".into(), "a\nb\n".into(), vec![(2, "B".into())]),
                ("three".into(), "x: y\n".into(), vec![])
            ]
        );
    }

    #[test]
    fn long_texts_come_in_pieces_and_a_limit_ends_them() {
        let lines = |draft: &mut Draft<'_, '_>| {
            for _ in 0..2_500 {
                draft.line(&[b'x'; 999]);
            }
        };
        let (pieces, ended) = told(&Unpack::default(), lines);
        assert_eq!((pieces.len(), ended), (3, Ok(())));
        let limits = Unpack {
            bytes: 1 << 20,
            ..Unpack::default()
        };
        let (pieces, ended) = told(&limits, lines);
        assert_eq!((pieces.len(), ended), (0, Err(SkipReason::Limit("bytes"))));
    }
}
