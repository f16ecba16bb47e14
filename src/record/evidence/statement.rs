//! The statement about the lines (in-toto Statement v1) and its envelope (DSSE v1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::LINES;
use super::chain::Sum;
use super::sign::Signing;

/// What the envelope holds, as in-toto names it.
pub const PAYLOAD: &str = "application/vnd.in-toto+json";

/// What the statement says is of this type.
pub const PREDICATE: &str = "urn:stanch:evidence:v1";

/// The statement that follows from `lines`, which come to `sum`.
pub fn statement(sum: &Sum, lines: &[Map<String, Value>]) -> Vec<u8> {
    let mut subject = vec![json!({
        "name": LINES,
        "digest": { "sha256": sum.sha256, "blake3": sum.blake3 },
    })];
    let of = |kind: &'static str| {
        lines
            .iter()
            .filter(move |line| line.get("type").is_some_and(|of| of == kind))
    };
    for file in of("file") {
        if let (Some(name), Some(sha256)) = (file.get("path"), file.get("sha256")) {
            subject.push(json!({
                "name": name,
                "digest": { "sha256": sha256, "blake3": file.get("blake3") },
            }));
        }
    }
    let run = of("run").next();
    let end = of("end").next();
    let field = |line: Option<&Map<String, Value>>, name: &str| {
        line.and_then(|line| line.get(name))
            .cloned()
            .unwrap_or_default()
    };
    let whole = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": PREDICATE,
        "predicate": {
            "tool": field(run, "tool"),
            "started": field(run, "started"),
            "finished": field(end, "finished"),
            "summary": field(end, "summary"),
            "findings": of("finding").count(),
            "files": of("file").count(),
            "not_examined": of("skip").count(),
            "lines": sum.lines,
            "last_line": sum.last,
            "merkle_root": sum.root,
        },
    });
    whole.to_string().into_bytes()
}

/// The envelope around `statement`; without a key its list of signatures is empty.
pub fn envelope(statement: &[u8], key: Option<&Signing>) -> Vec<u8> {
    let signature = key.map(|key| {
        let signed = key.sign(&signed_bytes(statement));
        (key.public().id(), signed)
    });
    written(statement, signature.as_ref())
}

/// The envelope around a statement with a signature and its key's name.
pub(super) fn written(statement: &[u8], signature: Option<&(String, Vec<u8>)>) -> Vec<u8> {
    let signatures =
        signature.map(|(id, signed)| json!({ "keyid": id, "sig": STANDARD.encode(signed) }));
    let whole = json!({
        "payloadType": PAYLOAD,
        "payload": STANDARD.encode(statement),
        "signatures": signatures.into_iter().collect::<Vec<_>>(),
    });
    let mut text = whole.to_string();
    text.push('\n');
    text.into_bytes()
}

/// What is signed: DSSE's pre-authentication encoding.
pub fn signed_bytes(statement: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD} {} ", PAYLOAD.len(), statement.len());
    [head.as_bytes(), statement].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_what_dsse_says() {
        assert_eq!(
            signed_bytes(b"{}"),
            b"DSSEv1 28 application/vnd.in-toto+json 2 {}"
        );
    }

    #[test]
    fn an_envelope_without_a_key_has_no_signature() {
        let value: Value = serde_json::from_slice(&envelope(b"{}", None)).unwrap();
        assert_eq!(value["payload"], "e30=");
        assert_eq!(value["signatures"], json!([]));
    }
}
