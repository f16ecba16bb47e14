//! What may be asked. Messages name fields and never repeat what stands in them: a
//! request may hold a secret anywhere.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::answer::{Code, Failure};

/// Longest id that is a text, in bytes.
const ID_MAX: usize = 128;

/// Most paths in one request.
const PATHS: usize = 10_000;

/// What a request and its answer have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

/// A request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Who is there, and what can it do?
    Hello,
    /// Scan something.
    Scan(What),
    /// Forget about a scan.
    Cancel(Id),
    /// Read configuration, rules and suppressions again.
    Reload,
    /// Answer what was asked, and end.
    Shutdown,
}

/// What is scanned.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Bytes, as if they stood in the file at `path`.
    Content {
        /// The file.
        path: PathBuf,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// Files and directories.
    Paths(Vec<PathBuf>),
}

/// The answer to `shutdown`.
#[derive(Debug, Serialize)]
pub(super) struct Done {
    /// Always true.
    pub(super) done: bool,
}

/// The answer to `cancel`.
#[derive(Debug, Serialize)]
pub(super) struct Cancelled {
    /// False when there was no such scan any more.
    pub(super) cancelled: bool,
}

/// The id and the request in `line`.
pub(super) fn parse(line: &[u8]) -> (Option<Id>, Result<Request, Failure>) {
    let value: Value = match serde_json::from_slice(line) {
        Ok(value) => value,
        Err(error) => return (None, Err(not_json(&error))),
    };
    let Value::Object(mut fields) = value else {
        let failure = wrong("a request is a JSON object", "send one object on a line");
        return (None, Err(failure));
    };
    let id = match fields.remove("id") {
        None | Some(Value::Null) => None,
        Some(id) => match id_of(&id) {
            Some(id) => Some(id),
            None => return (None, Err(Failure::no_id())),
        },
    };
    (id, request(fields))
}

fn id_of(value: &Value) -> Option<Id> {
    match value {
        Value::String(text) if text.len() <= ID_MAX => Some(Id::Text(text.clone())),
        Value::Number(number) => number.as_i64().map(Id::Number),
        _ => None,
    }
}

fn request(mut fields: Map<String, Value>) -> Result<Request, Failure> {
    let known: (&[&str], _) = match fields.remove("method").as_ref().and_then(Value::as_str) {
        Some("hello") => (&[], Ok(Request::Hello)),
        Some("reload") => (&[], Ok(Request::Reload)),
        Some("shutdown") => (&[], Ok(Request::Shutdown)),
        Some("cancel") => (&["request"], cancel(&fields)),
        Some("scan") => (&["path", "text", "base64", "paths"], scan(&mut fields)),
        _ => {
            return Err(Failure {
                code: Code::Method,
                message: "`method` is none of those that are known".into(),
                remedy: "known are hello, scan, cancel, reload and shutdown",
            });
        }
    };
    let (names, request) = known;
    let request = request?;
    if fields.keys().any(|name| !names.contains(&name.as_str())) {
        return Err(wrong(
            "the request has a field that its method does not know",
            "docs/serve.md lists the fields of each method",
        ));
    }
    Ok(request)
}

fn cancel(fields: &Map<String, Value>) -> Result<Request, Failure> {
    let other = fields.get("request").and_then(id_of);
    other.map(Request::Cancel).ok_or_else(|| {
        wrong(
            "`request` is not the id of a request",
            "name the scan to cancel by its id",
        )
    })
}

fn scan(fields: &mut Map<String, Value>) -> Result<Request, Failure> {
    let taken = ["text", "base64", "paths"].map(|name| fields.remove(name));
    let what = match taken {
        [Some(Value::String(text)), None, None] => What::Content {
            path: path(fields)?,
            bytes: text.into_bytes(),
        },
        [None, Some(Value::String(text)), None] => What::Content {
            path: path(fields)?,
            bytes: STANDARD.decode(text.as_bytes()).map_err(|_| {
                wrong(
                    "`base64` is no base64",
                    "use the alphabet with `+` and `/`, padded",
                )
            })?,
        },
        [None, None, Some(Value::Array(list))] if !fields.contains_key("path") => {
            What::Paths(paths(list)?)
        }
        _ => {
            return Err(wrong(
                "what to scan is not clear",
                "give `path` and `text`, `path` and `base64`, or a list of `paths`",
            ));
        }
    };
    Ok(Request::Scan(what))
}

fn path(fields: &Map<String, Value>) -> Result<PathBuf, Failure> {
    let path = fields.get("path").and_then(Value::as_str);
    let path = path.filter(|path| !path.is_empty() && !path.contains('\0'));
    path.map(PathBuf::from).ok_or_else(|| {
        wrong(
            "`path` is no path",
            "name the file that the content belongs to; it need not exist",
        )
    })
}

fn paths(list: Vec<Value>) -> Result<Vec<PathBuf>, Failure> {
    let count = list.len();
    let is_path = |path: &str| {
        // Standard input is taken.
        !path.is_empty() && !path.contains('\0') && path != "-" && path != "/dev/stdin"
    };
    let paths: Option<Vec<PathBuf>> = list
        .into_iter()
        .map(|path| match path {
            Value::String(path) if is_path(&path) => Some(PathBuf::from(path)),
            _ => None,
        })
        .collect();
    let paths = paths.filter(|_| (1..=PATHS).contains(&count));
    paths.ok_or_else(|| {
        wrong(
            "`paths` is no list of files and directories",
            "list from 1 to 10000 of them; standard input is not one of them",
        )
    })
}

fn wrong(message: &str, remedy: &'static str) -> Failure {
    Failure {
        code: Code::Request,
        message: message.to_owned(),
        remedy,
    }
}

/// Says where it is wrong, not what stands there.
fn not_json(error: &serde_json::Error) -> Failure {
    Failure {
        code: Code::Json,
        message: format!("the line is no JSON: wrong at byte {}", error.column()),
        remedy: "send one JSON object on a line, in UTF-8, and end the line",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> (Option<Id>, Result<Request, Failure>) {
        parse(line.as_bytes())
    }

    #[test]
    fn requests_are_understood() {
        let content = |bytes: &[u8]| {
            Request::Scan(What::Content {
                path: "a".into(),
                bytes: bytes.into(),
            })
        };
        for (line, expected) in [
            (r#"{"id":1,"method":"hello"}"#, Request::Hello),
            (
                r#"{"id":1,"method":"scan","path":"a","text":"xé"}"#,
                content("xé".as_bytes()),
            ),
            (
                r#"{"method":"scan","base64":"/wA=","path":"a","id":1}"#,
                content(b"\xff\0"),
            ),
            (
                r#"{"id":1,"method":"scan","paths":["a","b"]}"#,
                Request::Scan(What::Paths(vec!["a".into(), "b".into()])),
            ),
            (
                r#"{"id":1,"method":"cancel","request":"x"}"#,
                Request::Cancel(Id::Text("x".into())),
            ),
        ] {
            assert_eq!(parsed(line), (Some(Id::Number(1)), Ok(expected)), "{line}");
        }
    }

    #[test]
    fn mistakes_are_told_without_repeating_what_was_said() {
        let word = "hunter-two";
        for (line, code) in [
            (r#"{"id":1,"method":"hunter-two"}"#, Code::Method),
            (r#"{"id":1,"method":"hello","hunter-two":1}"#, Code::Request),
            (
                r#"{"id":1,"method":"scan","path":"hunter-two"}"#,
                Code::Request,
            ),
            (
                r#"{"id":1,"method":"scan","path":1,"text":"hunter-two"}"#,
                Code::Request,
            ),
            (
                r#"{"id":1,"method":"scan","path":"a","base64":"hunter-two"}"#,
                Code::Request,
            ),
            (
                r#"{"id":1,"method":"scan","path":"a","text":"a","base64":""}"#,
                Code::Request,
            ),
            (r#"{"id":1,"method":"scan","paths":["-"]}"#, Code::Request),
            (r#"{"id":1,"method":"scan","paths":[]}"#, Code::Request),
            (r#"{"id":1,"method":"cancel","request":[1]}"#, Code::Request),
            (r#"{"id":1,"x":"hunter-two"#, Code::Json),
            ("[\"hunter-two\"]", Code::Request),
            (r#"{"id":[1],"method":"hello"}"#, Code::Request),
        ] {
            let (_, request) = parsed(line);
            let failure = request.unwrap_err();
            assert_eq!(failure.code, code, "{line}");
            assert!(!failure.message.contains(word), "{line}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        let (_, request) = parsed(&"[".repeat(100_000));
        assert_eq!(request.unwrap_err().code, Code::Json);
    }
}
