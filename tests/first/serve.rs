//! `stanch serve`: the conversation of docs/serve.md, and clients that behave badly.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::page::{block, blocks};
use crate::plant::Source;
use crate::repo::{World, wait_with};
use crate::tree::Tree;

/// What is answered to `requests`, in order.
fn answers(world: &World, requests: &str, args: &[&str]) -> Vec<Value> {
    let mut command = world.stanch(&world.path("p"), ["serve", "--threads", "1"]);
    command.args(args);
    let run = wait_with(command, requests.as_bytes()).expect_code(0);
    let out = run.out();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Requests, one on a line.
fn lines(requests: impl IntoIterator<Item = Value>) -> String {
    let lines: Vec<String> = requests.into_iter().map(|r| r.to_string()).collect();
    lines.join("\n") + "\n"
}

fn world() -> World {
    let world = World::new();
    std::fs::create_dir(world.path("p")).unwrap();
    world
}

/// Holds `found` to what `shown` names of it; figures of the rules change.
fn agrees(shown: &Value, found: &Value, at: &str) {
    match (shown, found) {
        (Value::Object(shown), Value::Object(found)) => {
            for (name, shown) in shown {
                if !["version", "rules", "rules_digest"].contains(&name.as_str()) {
                    agrees(
                        shown,
                        found.get(name).unwrap_or(&Value::Null),
                        &format!("{at}/{name}"),
                    );
                }
            }
        }
        (Value::Array(shown), Value::Array(found)) => {
            assert_eq!(shown.len(), found.len(), "{at}");
            for (shown, found) in shown.iter().zip(found) {
                agrees(shown, found, at);
            }
        }
        _ => assert_eq!(shown, found, "{at}"),
    }
}

#[test]
fn the_conversation_of_the_page_is_what_happens() {
    let requests = block("serve.md", "jsonl", "requests").replace("{+}", "");
    let shown = block("serve.md", "jsonl", "answers");
    let world = world();
    let mut found = answers(&world, &requests, &[]);
    let mut shown: Vec<Value> = shown
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(shown.last().unwrap()["id"], found.last().unwrap()["id"]);
    let by_id = |a: &Value, b: &Value| a["id"].to_string().cmp(&b["id"].to_string());
    shown.sort_by(by_id);
    found.sort_by(by_id);
    assert_eq!(shown.len(), found.len());
    for (shown, found) in shown.iter().zip(&found) {
        agrees(shown, found, &shown["id"].to_string());
    }
}

#[test]
fn findings_are_those_of_the_json_report_byte_for_byte() {
    let world = world();
    let text = format!("# x\nTOKEN = \"{}\"\n", Source::new(5).token());
    std::fs::write(world.path("p/a.py"), &text).unwrap();
    let requests = format!(
        "{}\n{}\n",
        json!({"id": 1, "method": "scan", "paths": ["a.py"]}),
        json!({"id": 2, "method": "scan", "path": "a.py", "text": text}),
    );
    let command = world.stanch(&world.path("p"), ["serve", "-j1"]);
    let out = wait_with(command, requests.as_bytes()).out();
    assert!(!out.contains(text.split('"').nth(1).unwrap()));
    let scan = world.stanch(&world.path("p"), ["scan", "a.py", "--report", "json"]);
    let report = wait_with(scan, b"").out();
    let finding = report
        .lines()
        .find(|line| line.starts_with("{\"rule\""))
        .unwrap();
    let finding = finding.split("],\"skips").next().unwrap();
    let finding = finding.strip_suffix("],").unwrap_or(finding);
    assert!(
        out.lines().next().unwrap().contains(finding),
        "{out}\n{finding}"
    );
    assert_eq!(out.lines().count(), 2);
    for line in out.lines() {
        let answer: Value = serde_json::from_str(line).unwrap();
        let found = &answer["result"]["findings"];
        assert_eq!(found.as_array().unwrap().len(), 1, "{line}");
        assert_eq!(found[0]["location"], "a.py:2:10");
    }
}

#[test]
fn whatever_is_sent_the_next_request_is_answered() {
    let world = world();
    let token = Source::new(6).token();
    let long = json!({"id": 1, "method": "scan", "path": "a", "text": "x".repeat(5000)});
    let requests = format!(
        "{long}\n{{\"id\":2,\"method\":\"scan\",\"text\":\"{token}\n[]\n\u{1b}\0\n\n{}\n{}\n{}",
        json!({"id": 3, "method": token}),
        json!({"id": 4, "method": "scan", "path": "a", "base64": token}),
        json!({"id": 5, "method": "hello"}),
    );
    let found = answers(&world, &requests, &["--max-request", "4K"]);
    let codes: Vec<&str> = found
        .iter()
        .filter_map(|a| a["error"]["code"].as_str())
        .collect();
    assert_eq!(
        codes,
        ["too-long", "json", "request", "json", "method", "request"]
    );
    assert_eq!(found.last().unwrap()["result"]["name"], "stanch");
    assert!(!format!("{found:?}").contains(&token));
    for answer in found.iter().filter(|answer| answer.get("error").is_some()) {
        assert!(
            !answer["error"]["remedy"].as_str().unwrap().is_empty(),
            "{answer}"
        );
    }
}

#[test]
fn a_scan_is_cancelled_and_an_id_is_used_once_at_a_time() {
    let world = world();
    let text = "x = 1\n".repeat(40_000);
    let many = (1..20).map(|id| json!({"id": id, "method": "scan", "path": "a", "text": text}));
    let mut requests = lines(many);
    requests += "{\"id\":19,\"method\":\"scan\",\"path\":\"a\",\"text\":\"\"}\n";
    requests += "{\"id\":\"c\",\"method\":\"cancel\",\"request\":19}\n";
    requests += "{\"id\":\"d\",\"method\":\"cancel\",\"request\":99}\n";
    let found = answers(&world, &requests, &[]);
    let of = |id: Value| found.iter().filter(move |answer| answer["id"] == id);
    let codes: Vec<&Value> = of(json!(19))
        .map(|answer| &answer["error"]["code"])
        .collect();
    assert_eq!(codes, ["id-in-use", "cancelled"]);
    assert_eq!(of(json!("c")).next().unwrap()["result"]["cancelled"], true);
    assert_eq!(of(json!("d")).next().unwrap()["result"]["cancelled"], false);
    assert_eq!(
        of(json!(1)).next().unwrap()["result"]["findings"],
        json!([])
    );
    assert_eq!(found.len(), 22);
}

#[test]
fn what_waits_is_bounded() {
    let world = world();
    let text = "x = 1\n".repeat(3_000);
    let many = (0..400).map(|id| json!({"id": id, "method": "scan", "path": "a", "text": text}));
    let requests = lines(many);
    let found = answers(&world, &requests, &[]);
    assert_eq!(found.len(), 400);
    let busy = found
        .iter()
        .filter(|answer| answer["error"]["code"] == "busy")
        .count();
    let done = found
        .iter()
        .filter(|answer| answer.get("result").is_some())
        .count();
    assert_eq!(busy + done, 400);
    assert!(done > 0);
}

#[test]
fn a_configuration_is_read_again_and_a_broken_one_is_not_taken() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let world = world();
    let mut child = world
        .stanch(&world.path("p"), ["serve", "-j1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut to = child.stdin.take().unwrap();
    let mut from = BufReader::new(child.stdout.take().unwrap());
    let mut ask = |request: Value| -> Value {
        writeln!(to, "{request}").unwrap();
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    };
    let text = format!("db_password = \"{}\"\n", Source::new(7).password());
    let scan = json!({"id": 1, "method": "scan", "path": "a.py", "text": text});
    let count = |answer: Value| answer["result"]["findings"].as_array().unwrap().len();
    assert_eq!(count(ask(scan.clone())), 1);
    let config = world.path("p/stanch.toml");
    std::fs::write(&config, "[rules]\ndisable = ['generic-*']\n").unwrap();
    assert_eq!(count(ask(scan.clone())), 1, "not before it is told");
    assert_eq!(
        ask(json!({"id": 2, "method": "reload"}))["result"]["protocol"],
        1
    );
    assert_eq!(count(ask(scan.clone())), 0);
    std::fs::write(&config, "[rules]\ndisabel = []\n").unwrap();
    let answer = ask(json!({"id": 3, "method": "reload"}));
    assert_eq!(answer["error"]["code"], "configuration");
    assert_eq!(count(ask(scan)), 0, "the one before stays in force");
    drop(to);
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_client_of_the_page_works() {
    let (_, client) = blocks("serve.md", "python").remove(0);
    let tree = Tree::new();
    let text = format!("db_password = \\\"{}\\\"", Source::new(8).password());
    let script = format!(
        "{client}\nimport sys\nstanch = Stanch(sys.argv[1])\n\
         print(len(stanch.findings('a.py', \"{text}\")), stanch.ask('hello')['protocol'])\n\
         try:\n    stanch.ask('nothing')\nexcept RuntimeError as error:\n    print(error)\n"
    );
    tree.write("client.py", script);
    let out = Command::new("python3")
        .args([
            tree.path("client.py").to_str().unwrap(),
            env!("CARGO_BIN_EXE_stanch"),
        ])
        .current_dir(tree.path(""))
        .output();
    // Not every machine that builds has Python.
    let Ok(out) = out else { return };
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let errors = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.starts_with("1 1\n`method` is none"), "{said}{errors}");
}
