//! How a finding came about, as the code flows of SARIF (§3.36): from the value that
//! belongs to a secret to the secret, and through the encodings around it.

use crate::base::span::Place;
use crate::judge::finding::Finding;
use crate::report::sanitise::one_line;
use crate::report::sarif::map::{literal, region};
use crate::report::sarif::model::{
    CodeFlow, Location, Message, PhysicalLocation, ThreadFlow, ThreadFlowLocation,
};
use crate::report::veil::veiled;

/// The flows of a finding at `location`; none when it stands for itself.
pub(super) fn flows(
    finding: &Finding,
    location: &Location,
    preview: &str,
    members: &[String],
) -> Vec<CodeFlow> {
    let at = |place: Option<&Place>, text: String| {
        let physical = &location.physical_location;
        let own = place.map(|place| region(place, members));
        ThreadFlowLocation {
            location: Location {
                physical_location: PhysicalLocation {
                    artifact_location: physical.artifact_location.clone(),
                    region: own.or_else(|| physical.region.clone()),
                },
                message: Some(Message { text }),
            },
        }
    };
    let secret = || at(None, format!("The secret: {}.", literal(preview)));
    let pair = finding.pair.as_deref().map(|pair| {
        let title = one_line(&pair.rule.title);
        let shown = veiled(&pair.preview, &finding.secret);
        let text = format!("{}: {}.", title.trim_end_matches('.'), literal(&shown));
        vec![at(Some(&pair.place), text), secret()]
    });
    let decoded = finding.decoded.map(|way| {
        let encoded = at(None, "What stands in the file.".to_owned());
        let steps = way.steps();
        let steps = steps.map(|step| at(None, format!("Decoded from {}.", step.name())));
        [encoded]
            .into_iter()
            .chain(steps)
            .chain([secret()])
            .collect()
    });
    let flow = |locations| CodeFlow {
        thread_flows: [ThreadFlow { locations }],
    };
    [pair, decoded].into_iter().flatten().map(flow).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::base::decoding::{Decoding, Encoding};
    use crate::base::level::Severity;
    use crate::judge::finding::Pair;
    use crate::report::samples;
    use crate::report::sarif::map;

    fn told(finding: &crate::judge::finding::Finding) -> Vec<Vec<(usize, String)>> {
        let result = map::finding(finding, 0);
        let flows = result.code_flows.iter();
        flows
            .map(|flow| {
                let locations = flow.thread_flows[0].locations.iter();
                locations
                    .map(|at| {
                        let line = at.location.physical_location.region.as_ref();
                        let line = line.map_or(0, |region| region.start_line);
                        let message = at.location.message.as_ref();
                        (line, message.map_or(String::new(), |m| m.text.clone()))
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn a_pair_leads_from_the_id_to_the_secret() {
        let mut finding = samples::finding("x");
        let mut place = finding.place;
        place.start.line = 1;
        finding.pair = Some(Arc::new(Pair {
            rule: samples::rule("acme-id", Severity::Low),
            place,
            preview: "id[4]".into(),
        }));
        let told = told(&finding);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0][0].0, 1);
        assert!(told[0][0].1.ends_with(": id_4_."), "{told:?}");
        assert_eq!(told[0][1].0, finding.place.start.line);
        assert!(told[0][1].1.starts_with("The secret: "));
    }

    #[test]
    fn a_decoded_finding_leads_through_its_encodings() {
        let mut finding = samples::finding("x");
        finding.decoded = Decoding::of(Encoding::Base64).then(Encoding::Gzip);
        let told = told(&finding);
        let words: Vec<&str> = told[0].iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            words[..3],
            [
                "What stands in the file.",
                "Decoded from base64.",
                "Decoded from gzip."
            ]
        );
        assert_eq!(words.len(), 4);
    }

    #[test]
    fn what_stands_for_itself_has_no_flow() {
        assert!(told(&samples::finding("x")).is_empty());
    }
}
