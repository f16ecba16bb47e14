//! Looks for protected source code in one blob whose name is one of source code.

use crate::fingerprint::candidates::Order;
use crate::fingerprint::code::{CodeStream, Coder, Question};
use crate::fingerprint::lexer::Syntax;
use crate::fingerprint::profile::Profile;
use crate::fingerprint::stream::Hit;
use crate::register::chains::Sighting;
use crate::register::found::{self, Found};
use crate::register::index::Index;
use crate::register::track::Tracker;

use super::documents::Part;

/// The search for protected code in one blob.
#[derive(Debug)]
pub(super) struct CodeScan {
    syntax: Syntax,
    coder: Coder,
    lex: CodeStream,
    shape: CodeStream,
    order: Order,
    trackers: [Tracker; 2],
}

impl CodeScan {
    /// Begins the search in a blob that is written as `syntax` says.
    pub(super) fn new(syntax: Syntax) -> CodeScan {
        CodeScan {
            syntax,
            coder: Coder::default(),
            lex: CodeStream::default(),
            shape: CodeStream::default(),
            order: Order::default(),
            trackers: [Profile::CodeLex, Profile::CodeShape].map(Tracker::new),
        }
    }

    /// Reads the next part of the blob's own bytes.
    pub(super) fn read(&mut self, index: &Index, part: &Part<'_>) {
        let CodeScan {
            syntax,
            coder,
            lex,
            shape,
            order,
            trackers,
        } = self;
        let text = (part.raw, part.base);
        coder.read(*syntax, text, part.new.clone(), lex, shape);
        let question = Question {
            keys: &index.keys,
            prefilter: &index.prefilter,
            known: &|tag| index.table.contains(tag),
        };
        for (stream, tracker) in [lex, shape].into_iter().zip(trackers) {
            let (mut starts, mut ends) = (part.lines.clone(), part.lines.clone());
            stream.ask(tracker.profile(), &question, order, &mut |hit: Hit| {
                let sighting = Sighting {
                    hit,
                    start: starts.seek(part.raw, part.base, hit.start),
                    end: ends.seek(part.raw, part.base, hit.end),
                };
                tracker.take(index, &sighting);
            });
        }
    }

    /// Everything found.
    pub(super) fn finish(self, index: &Index) -> Vec<Found> {
        let counts = [self.lex.count(), self.shape.count()];
        let mut all = Vec::new();
        for (tracker, count) in self.trackers.into_iter().zip(counts) {
            if !tracker.is_empty() {
                let profile = tracker.profile();
                all.extend(found::judge(index, &tracker.finish(), profile, count));
            }
        }
        all
    }
}
