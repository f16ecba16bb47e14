//! What SARIF says of things that were not examined or not written: notifications.

use crate::base::content::Status;
use crate::judge::outcome::Skip;
use crate::report::level::Level;
use crate::report::sarif::map;
use crate::report::sarif::model::{
    Descriptor, Location, Message, Notification, PhysicalLocation, Reference,
};
use crate::report::sarif::uri::artifact;

/// Items named as not examined; more are counted in one notification.
const MOST: usize = 1_000;

/// Id of the notifications that say what the report leaves out.
const CUT: &str = "report-cut";

/// Items in scope that were not fully examined.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    skips: Vec<Skip>,
    more: u64,
}

impl Gaps {
    /// Notes a skip, unless policy wanted it.
    pub(super) fn add(&mut self, skip: &Skip) {
        if skip.reason.status() == Status::Skipped {
            return;
        }
        if self.skips.len() < MOST {
            self.skips.push(skip.clone());
        } else {
            self.more += 1;
        }
    }

    /// The notifications and the descriptors they refer to. `cut` is a sentence
    /// about results that were left out.
    pub(super) fn told(&self, cut: Option<String>) -> (Vec<Notification>, Vec<Descriptor>) {
        let more = format!("{} more items were not fully examined.", self.more);
        let cuts: Vec<String> = cut
            .into_iter()
            .chain((self.more > 0).then_some(more))
            .collect();
        let mut ids: Vec<&'static str> = self.skips.iter().map(|skip| skip.reason.code()).collect();
        ids.extend(cuts.first().map(|_| CUT));
        ids.sort_unstable();
        ids.dedup();
        let reference = |id: &'static str| Reference {
            id,
            index: ids
                .binary_search(&id)
                .expect("every id that is used was collected"),
        };
        let items = self
            .skips
            .iter()
            .map(|skip| item(skip, reference(skip.reason.code())));
        let cuts = cuts.into_iter().map(|text| Notification {
            descriptor: reference(CUT),
            level: Level::Warning.as_str(),
            message: Message { text },
            locations: Vec::new(),
        });
        let notifications = items.chain(cuts).collect();
        (notifications, ids.iter().map(|id| descriptor(id)).collect())
    }
}

fn item(skip: &Skip, descriptor: Reference) -> Notification {
    let level = match skip.reason.status() {
        Status::Failed => Level::Error,
        Status::Scanned | Status::Partial | Status::Skipped => Level::Warning,
    };
    let reason = map::literal(&skip.reason.describe());
    let members = map::literal(&skip.provenance.inner.join("!"));
    let place = PhysicalLocation {
        artifact_location: artifact(&skip.provenance, |path| path),
        region: None,
    };
    Notification {
        descriptor,
        level: level.as_str(),
        message: Message {
            text: if members.is_empty() {
                format!("Not fully examined: {reason}.")
            } else {
                format!("Not fully examined, member {members}: {reason}.")
            },
        },
        locations: vec![Location {
            physical_location: place,
            message: None,
        }],
    }
}

fn descriptor(id: &'static str) -> Descriptor {
    if id == CUT {
        let full = "There was more to report than this file holds.";
        let remedy = "Read the JSON report of the same scan, or raise the number of results.";
        return map::descriptor(id, "ReportWasCut", "The report was cut.", [full, remedy]);
    }
    let full = "Something in scope was not fully examined: no finding there means nothing.";
    let remedy = "Read what the notification says of the item: make it readable or leave it out.";
    let name = format!("NotExamined{}", map::pascal_case(id));
    map::descriptor(
        id,
        &name,
        &format!("Not fully examined: {id}."),
        [full, remedy],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::content::SkipReason;
    use crate::base::provenance::Provenance;
    use std::sync::Arc;

    fn skip(reason: SkipReason) -> Skip {
        Skip {
            provenance: Arc::new(Provenance::file("x y")),
            reason,
        }
    }

    #[test]
    fn failures_are_told_and_policy_is_not() {
        let mut gaps = Gaps::default();
        gaps.add(&skip(SkipReason::Symlink));
        gaps.add(&skip(SkipReason::Vanished));
        gaps.add(&skip(SkipReason::Encrypted("zip")));
        let (told, descriptors) = gaps.told(None);
        let told: Vec<_> = told
            .iter()
            .map(|n| (n.level, n.descriptor.id, n.descriptor.index))
            .collect();
        assert_eq!(
            told,
            [("error", "vanished", 1), ("warning", "encrypted", 0)]
        );
        assert_eq!(descriptors[1].name, "NotExaminedVanished");
    }

    #[test]
    fn more_gaps_than_are_named_are_counted() {
        let mut gaps = Gaps::default();
        for _ in 0..MOST + 7 {
            gaps.add(&skip(SkipReason::Changed));
        }
        let (told, descriptors) = gaps.told(Some("3 results were left out.".into()));
        assert_eq!(told.len(), MOST + 2);
        assert_eq!(
            told[MOST + 1].message.text,
            "7 more items were not fully examined."
        );
        assert_eq!(told[MOST + 1].descriptor.index, 1);
        assert_eq!(descriptors[1].id, CUT);
    }

    #[test]
    fn nothing_is_told_of_a_complete_run() {
        let (told, descriptors) = Gaps::default().told(None);
        assert!(told.is_empty() && descriptors.is_empty());
    }
}
