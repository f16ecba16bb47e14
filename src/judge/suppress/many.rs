//! What comments say of a finding that tells of many values: they silence it
//! when they silence each of its values.

use super::{Ask, Directives};
use crate::base::span::Place;
use crate::judge::directive::Reach;
use crate::judge::status::{Refusal, Standing, Status, Why};

impl Directives {
    /// The standing of a finding of `rule` that tells of values at `places`,
    /// which are all of them, or the first and the last of too many: between
    /// those only a block is about every one.
    pub fn standing_of_all(
        &self,
        rule: &str,
        places: &[Place],
        is_all: bool,
        ask: &Ask<'_>,
    ) -> Standing {
        if self.all.is_empty() {
            return Standing::default();
        }
        if !is_all {
            return self.standing_of_stretch(rule, places, ask);
        }
        let mut allowed = None;
        let mut refused: Vec<Refusal> = Vec::new();
        let mut bare = 0;
        for place in places {
            let standing = self.standing(rule, place, ask);
            if let Status::Allowed { by } = standing.status {
                allowed.get_or_insert(by);
                continue;
            }
            bare += 1;
            for refusal in standing.refused {
                if refused.len() < super::REFUSALS && !refused.contains(&refusal) {
                    refused.push(refusal);
                }
            }
        }
        match allowed {
            Some(by) if bare == 0 => Standing {
                status: Status::Allowed { by },
                refused: Vec::new(),
            },
            Some(grant) => {
                let why = Why::NotAll(bare);
                refused.insert(0, Refusal { grant, why });
                Standing {
                    status: Status::New,
                    refused,
                }
            }
            None => Standing {
                status: Status::New,
                refused,
            },
        }
    }

    /// Of so many values that not all places are known, those of one block.
    fn standing_of_stretch(&self, rule: &str, places: &[Place], ask: &Ask<'_>) -> Standing {
        let (Some(first), Some(last)) = (places.first(), places.last()) else {
            return Standing::default();
        };
        let over_all = self.blocks.iter().any(|block| {
            let comment = &self.all[block.comment];
            comment.directive.reach == Reach::Begin
                && comment.offset < first.span.start
                && block.end.is_some_and(|end| end >= last.span.end)
                && ask.refusal(comment, rule, block.end).is_none()
        });
        let standing = self.standing(rule, first, ask);
        match standing.status {
            Status::Allowed { by: grant } if !over_all => Standing {
                status: Status::New,
                refused: vec![Refusal {
                    grant,
                    why: Why::NotAll(places.len() - 1),
                }],
            },
            _ => standing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Comments, Found, Trust};
    use super::*;
    use crate::base::span::{Position, Span};
    use crate::judge::locate::LineCounter;
    use crate::judge::redact::Masks;

    /// The standing of the values of `text`, of which only the ends may be known.
    fn told(text: &str, is_all: bool) -> String {
        let mut found = Found::default();
        let (bytes, lines) = (text.as_bytes(), LineCounter::default());
        found.search(bytes, &(0..bytes.len()), |at| at, (bytes, 0), lines);
        let place = |(at, _): (usize, &str)| {
            let line = text[..at].matches('\n').count() + 1;
            Place {
                span: Span::new(at, at + 5),
                start: Position { line, column: 1 },
                end: Position { line, column: 6 },
            }
        };
        let mut places: Vec<Place> = text.match_indices("VALUE").map(place).collect();
        if !is_all {
            places.drain(1..places.len() - 1);
        }
        let comments = Comments {
            trust: Trust::Everybody,
            ..Comments::default()
        };
        let ask = Ask {
            comments: &comments,
            trusted: true,
            masks: &Masks::new(std::iter::empty()),
        };
        let standing = found
            .settle()
            .standing_of_all("card", &places, is_all, &ask);
        match standing.refused.first() {
            Some(refusal) => refusal.why.code().to_owned(),
            None => standing.status.as_str().to_owned(),
        }
    }

    #[test]
    fn each_value_needs_a_comment() {
        for (text, expected) in [
            ("VALUE # stanch:allow card test data", "allowed"),
            ("VALUE VALUE # stanch:allow card test data", "allowed"),
            ("VALUE # stanch:allow card test data\nVALUE", "not-all"),
            (
                "VALUE # stanch:allow card test data\nVALUE # stanch:allow card test",
                "allowed",
            ),
            ("VALUE # stanch:allow other test data\nVALUE", "other-rule"),
            ("VALUE\nVALUE", "new"),
        ] {
            assert_eq!(told(text, true), expected, "{text}");
        }
    }

    #[test]
    fn of_too_many_values_only_a_block_silences_all() {
        let block = "# stanch:allow-begin card test data\nVALUE\nVALUE\nVALUE\n# stanch:allow-end";
        assert_eq!(told(block, false), "allowed");
        let open = "# stanch:allow-begin card test data\nVALUE\nVALUE\n# stanch:allow-end\nVALUE";
        assert_eq!(told(open, false), "not-all");
        let lines = "VALUE # stanch:allow card test\nVALUE\nVALUE # stanch:allow card test";
        assert_eq!(told(lines, false), "not-all");
    }
}
