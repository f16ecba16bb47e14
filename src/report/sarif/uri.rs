//! Places as SARIF wants them: relative, percent-encoded references.

use crate::base::provenance::{Origin, Provenance};
use crate::report::model::percent_encoded;
use crate::report::sanitise::path_bytes;
use crate::report::sarif::model::ArtifactLocation;

/// The name of the base that relative paths are relative to.
pub(super) const BASE: &str = "SRCROOT";

/// The outermost file of `provenance`; `veil` may mask parts of its path.
pub(super) fn artifact(
    provenance: &Provenance,
    veil: impl Fn(Vec<u8>) -> Vec<u8>,
) -> ArtifactLocation {
    let path = veil(path_bytes(provenance));
    match &provenance.origin {
        Origin::File { path: original, .. } if original.is_absolute() => ArtifactLocation {
            uri: format!("file:///{}", normal(&path)),
            uri_base_id: None,
        },
        Origin::File { .. } => ArtifactLocation {
            uri: normal(&path),
            uri_base_id: Some(BASE),
        },
        Origin::Git(place) if place.part.is_file() => ArtifactLocation {
            uri: normal(&path),
            uri_base_id: Some(BASE),
        },
        // A name, not a path: nothing to resolve it against.
        Origin::Stdin { .. } | Origin::Git(_) => ArtifactLocation {
            uri: normal(&path),
            uri_base_id: None,
        },
    }
}

/// Percent-encodes a path without its empty and `.` segments.
fn normal(path: &[u8]) -> String {
    let segments = path.split(|&byte| byte == b'/');
    let kept = segments.filter(|segment| !segment.is_empty() && *segment != b".");
    let encoded: Vec<String> = kept.map(percent_encoded).collect();
    if encoded.is_empty() {
        ".".into()
    } else {
        encoded.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &str) -> ArtifactLocation {
        artifact(&Provenance::file(path), |path| path)
    }

    #[test]
    fn relative_paths_become_relative_references() {
        for (path, expected) in [
            ("a/b.txt", "a/b.txt"),
            ("./a//./b c.txt", "a/b%20c.txt"),
            ("../up", "../up"),
            ("c:d?#%", "c%3Ad%3F%23%25"),
            ("ü", "%C3%BC"),
            ("a\nb", "a%0Ab"),
            (".", "."),
        ] {
            let location = uri(path);
            assert_eq!(location.uri, expected);
            assert_eq!(location.uri_base_id, Some(BASE));
        }
    }

    #[cfg(unix)]
    #[test]
    fn absolute_paths_become_file_references_without_a_base() {
        let location = uri("/srv/a b");
        assert_eq!(location.uri, "file:///srv/a%20b");
        assert_eq!(location.uri_base_id, None);
    }

    #[test]
    fn standard_input_has_a_name_and_no_base() {
        let location = artifact(&Provenance::stdin("<stdin>"), |path| path);
        assert_eq!(location.uri, "%3Cstdin%3E");
        assert_eq!(location.uri_base_id, None);
    }
}
