//! The schemas under `schema/` are those of the sources, and data fits them.
//!
//! Names, remarks and types come from the structs that serde reads and writes;
//! `STANCH_BLESS=1 cargo test --test schema` writes the files anew.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod shape;
mod source;
mod valid;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use shape::{Shapes, Way};
use valid::{Unknown, wrong};

const MODELS: &[&str] = &[
    "report/model.rs",
    "report/document.rs",
    "report/git.rs",
    "report/standing.rs",
    "report/exposure.rs",
    "report/amount.rs",
    "base/span.rs",
    "base/content.rs",
    "register/level.rs",
    "fingerprint/profile.rs",
];

const CONFIG: &[&str] = &["config/file.rs", "rules/file.rs", "judge/reuse.rs"];

const REGISTER: &[&str] = &[
    "register/file.rs",
    "register/entry.rs",
    "register/phrase.rs",
    "register/records/entry.rs",
    "register/level.rs",
    "fingerprint/cover.rs",
];

fn config() -> Value {
    let mut shapes = Shapes::of(Way::Read, CONFIG);
    let body = shapes.item("File");
    shapes.schema(
        "stanch.toml",
        "Settings of stanch: a project's, a user's, an organisation's.",
        body,
    )
}

fn rules() -> Value {
    let mut shapes = Shapes::of(Way::Read, &["rules/file.rs"]);
    let body = shapes.item("RuleFile");
    shapes.schema("stanch rules", "A file of rules for stanch.", body)
}

fn register() -> Value {
    let mut shapes = Shapes::of(Way::Read, REGISTER);
    let body = shapes.item("RegisterFile");
    shapes.schema(
        "register.toml",
        "Protected documents, phrases and tables.",
        body,
    )
}

fn report() -> Value {
    let mut shapes = Shapes::of(Way::Written, MODELS);
    let body = json!({
        "type": "object",
        "properties": {
            "schema_version": {"const": 1},
            "tool": shapes.kind("ToolModel"),
            "run": shapes.kind("RunModel"),
            "findings": shapes.kind("Vec<FindingModel>"),
            "skips": shapes.kind("Vec<SkipModel>"),
            "summary": shapes.kind("SummaryModel"),
        },
        "required": ["schema_version", "tool", "run", "findings", "skips", "summary"],
    });
    shapes.schema(
        "stanch report",
        "What `stanch scan --report json` writes.",
        body,
    )
}

fn line() -> Value {
    let mut shapes = Shapes::of(Way::Written, MODELS);
    let mut of = |name: &str, model: &str| {
        let mut schema = shapes.item(model);
        schema["properties"]["type"] = json!({"const": name});
        schema["required"]
            .as_array_mut()
            .unwrap()
            .push("type".into());
        if name == "run" {
            let tool = shapes.kind("ToolModel");
            schema["properties"]["tool"] = tool;
            schema["properties"]["schema_version"] = json!({"const": 1});
            let required = schema["required"].as_array_mut().unwrap();
            required.extend(["tool".into(), "schema_version".into()]);
        }
        schema
    };
    let lines = [
        of("run", "RunModel"),
        of("finding", "FindingModel"),
        of("skip", "SkipModel"),
        of("summary", "SummaryModel"),
    ];
    let body = json!({ "oneOf": lines });
    shapes.schema(
        "stanch report line",
        "A line of what `stanch scan --report jsonl` writes.",
        body,
    )
}

fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files() -> [(&'static str, Value); 5] {
    [
        ("config.schema.json", config()),
        ("rules.schema.json", rules()),
        ("register.schema.json", register()),
        ("report.schema.json", report()),
        ("report-line.schema.json", line()),
    ]
}

#[test]
fn the_schemas_are_current() {
    let mut stale = Vec::new();
    for (name, schema) in files() {
        let path = home().join("schema").join(name);
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("STANCH_BLESS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        if fs::read_to_string(&path).unwrap_or_default() != text {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "STANCH_BLESS=1 writes them anew: {stale:?}"
    );
}

/// Data in TOML as JSON has it.
fn toml(text: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap()
}

fn fits(schema: &Value, name: &Path, value: &Value) {
    let wrong = wrong(schema, value, Unknown::Wrong);
    assert!(
        wrong.is_empty(),
        "{}:\n{}",
        name.display(),
        wrong.join("\n")
    );
}

/// Files below `folder` whose names end with `end`.
fn below(folder: &str, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(home().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "nothing in {folder} ends with {end}");
    paths
}

#[test]
fn every_built_in_rule_file_fits() {
    let schema = rules();
    for path in below("rules", ".toml") {
        fits(&schema, &path, &toml(&fs::read_to_string(&path).unwrap()));
    }
}

#[test]
fn configuration_files_fit_and_mistakes_do_not() {
    let schema = config();
    for path in ["stanch.toml", "src/cli/init/settings.toml"] {
        let text = fs::read_to_string(home().join(path)).unwrap();
        let text = text.replace("@exclude@", "exclude = [\"/target/\"]");
        fits(&schema, Path::new(path), &toml(&text));
    }
    let all = "[scan]\nthreads = 2\nfail-on = 'high'\nmin-confidence = 'low'\n\
               [rules]\nclasses = ['all']\nseverity = { 'aws-*' = 'low' }\n\
               [quantity]\n'iban' = { report-from = 3 }\n[suppress]\ncomments = 'never'\n\
               [cache]\nuse = 'auto'\ncheck = 'content'\n[output]\nformat = 'sarif'\ncolor = 'never'\n";
    fits(&schema, Path::new("all"), &toml(all));
    for (text, place) in [
        ("[scan]\ntreads = 2\n", "/scan/treads"),
        ("[scan]\nthreads = -1\n", "/scan/threads"),
        ("[scan]\nfail-on = 'worst'\n", "/scan/fail-on"),
        ("[output]\nformat = 'xml'\n", "/output/format"),
        ("[quantity]\n'iban' = { from = 3 }\n", "/quantity/iban/from"),
    ] {
        let found = wrong(&schema, &toml(text), Unknown::AsSaid);
        assert!(
            found.iter().any(|told| told.starts_with(place)),
            "{found:?}"
        );
    }
}

#[test]
fn registers_fit_and_mistakes_do_not() {
    let schema = register();
    let text = "[register]\nname = 'x'\ndensity = 'dense'\n[[document]]\nid = 'a'\npath = 'a.docx'\n\
                until = '2027-01-31'\nprofile = 'code'\nmin-level = 'likely'\n\
                [[phrase]]\nid = 'b'\nkind = 'canary'\ntext = 'blue owl'\n\
                [[table]]\nid = 'c'\npath = 'c.csv'\ncolumns = ['mail:email']\nrows = [5, 3, 1]\n";
    stanch::register::file::RegisterFile::parse(text).unwrap();
    fits(&schema, Path::new("register"), &toml(text));
    let found = wrong(
        &schema,
        &toml("[[document]]\npath = 'a'\nlevel = 1\n"),
        Unknown::AsSaid,
    );
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn reports_fit_to_the_last_field() {
    let (document, each) = (report(), line());
    for path in below("tests/formats", ".json") {
        let text = fs::read_to_string(&path).unwrap();
        fits(&document, &path, &serde_json::from_str(&text).unwrap());
    }
    for path in below("tests/formats", ".jsonl") {
        for line in fs::read_to_string(&path).unwrap().lines() {
            fits(&each, &path, &serde_json::from_str(line).unwrap());
        }
    }
}

#[test]
fn what_lacks_a_field_or_has_another_type_does_not_fit() {
    let path = home().join("tests/formats/findings.json");
    let good: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    for (place, value) in [
        ("/findings/0/severity", json!("bad")),
        ("/findings/0/place/start/line", json!("1")),
        ("/summary/complete", json!(1)),
        ("/schema_version", json!(2)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = value;
        let found = wrong(&report(), &bad, Unknown::AsSaid);
        assert!(found[0].starts_with(place), "{place}: {found:?}");
    }
    let mut bad = good.clone();
    bad["findings"][0].as_object_mut().unwrap().remove("id");
    assert_eq!(wrong(&report(), &bad, Unknown::AsSaid).len(), 1);
}
