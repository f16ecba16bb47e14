//! What reports show of findings, and what they never show.

use super::*;
use crate::report::samples;

#[test]
fn a_finding_tells_where_it_is_and_not_what_it_is() {
    let finding = samples::finding("dir/x.env");
    let mut bytes = Vec::new();
    write_json(&mut bytes, &FindingModel::from(&finding)).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(value["location"], "dir/x.env:3:5");
    assert_eq!(value["place"]["end"]["column"], 17);
    assert_eq!(value["place"]["bytes"]["start"], 14);
    assert_eq!(value["evidence"][0], "high-entropy");
    assert!(value.get("secret").is_none());
    assert!(value.get("decoded").is_none());
}

#[test]
fn a_write_error_keeps_its_kind() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = write_json(&mut Closed, &ToolModel::THIS).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn paths_are_percent_encoded_byte_for_byte() {
    assert_eq!(
        percent_encoded(b"a b/\xff#?%:~.x"),
        "a%20b/%FF%23%3F%25%3A~.x"
    );
}
