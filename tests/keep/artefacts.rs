//! No planted value stands in anything that is written: reports of every format,
//! messages, verdicts, ledger, baseline, ignore file, evidence; neither as it is nor in
//! base64 or hexadecimal digits.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use memchr::memmem;

use crate::place::{Place, files};
use crate::plant::Source;

/// All formats of reports.
const FORMATS: [&str; 15] = [
    "text",
    "json",
    "jsonl",
    "sarif",
    "html",
    "github",
    "gitlab",
    "codequality",
    "junit",
    "markdown",
    "csv",
    "defectdojo",
    "sonarqube",
    "ocsf",
    "gitleaks",
];

/// How a value may look in what is written.
fn looks(value: &[u8]) -> Vec<Vec<u8>> {
    let mut looks = vec![value.to_vec()];
    // Inside longer texts base64 has three looks, of which the ends depend on what is beside.
    for shift in 0..3 {
        let padded = [&vec![b'x'; shift][..], value].concat();
        for engine in [&STANDARD, &URL_SAFE] {
            let text = engine.encode(&padded);
            let inner = &text[4 * usize::from(shift > 0)..text.len() - 4];
            looks.push(inner.as_bytes().to_vec());
        }
    }
    let digits = value.iter().map(|byte| format!("{byte:02x}"));
    let digits = digits.collect::<Vec<_>>().concat();
    looks.push(digits.to_uppercase().into_bytes());
    looks.push(digits.into_bytes());
    looks
}

#[track_caller]
fn none(values: &[String], what: &str, content: &[u8]) {
    for value in values {
        for look in looks(value.as_bytes()) {
            assert!(
                memmem::find(content, &look).is_none(),
                "{what} holds a value of {} bytes",
                value.len()
            );
        }
    }
}

#[test]
fn no_planted_value_is_written_anywhere() {
    for seed in 0..4 {
        let place = Place::new();
        let repo = place.world.init("tree");
        let mut source = Source::new(seed);
        let values: Vec<String> = (0..6)
            .map(|n| {
                if n % 2 == 0 {
                    source.token()
                } else {
                    source.password()
                }
            })
            .collect();
        let key = source.private_key();
        let mut all = values.clone();
        all.extend(key.lines().skip(1).take(3).map(str::to_owned));
        for (n, value) in values.iter().enumerate() {
            let text = match n % 3 {
                0 => format!("db_password = \"{value}\"\n"),
                1 => format!("url: https://ada:{value}@example.org/\npassword: '{value}'\n"),
                _ => format!("{{\"password\": \"{value}\", \"n\": {n}}}\n"),
            };
            let ends = ["py", "yml", "json"][n % 3];
            place.write(&format!("d{n}/f.{ends}"), text);
        }
        place.write("id.pem", &key);
        // A file that is called what it holds.
        place.write(
            &format!("{}.txt", values[0]),
            format!("token = {}\n", values[0]),
        );
        repo.git(["add", "."]);
        repo.commit_staged(&format!("set token to {}", values[2]));

        let mut said = Vec::new();
        let mut run = |args: &[&str]| {
            let run = place.run(args);
            said.push((args.join(" "), [run.stdout, run.stderr].concat()));
        };
        let reports = FORMATS.map(|name| format!("--report={name}=../out/r.{name}"));
        fs::create_dir_all(place.world.path("out")).unwrap();
        let mut sweep = vec!["sweep", "--confidence", "low", "--cache", "../out/c"];
        sweep.extend(["--cache-rest", "0", "--evidence", "../out/ev"]);
        sweep.extend(reports.iter().map(String::as_str));
        let ledger = ["--ledger", "../out/ledger.sqlite"];
        let without = ["--no-ledger"];
        let built = cfg!(feature = "ledger");
        sweep.extend(if built { &ledger[..] } else { &without[..] });
        run(&sweep);
        for name in FORMATS {
            run(&["scan", "--history", "--confidence", "low", "--report", name]);
        }
        run(&["scan", "--cache", "../out/c", "--list-suppressed"]);
        run(&["baseline", "create"]);
        run(&["ignore", "--path", "d0/**", "--reason", "sample values"]);
        run(&["hook", "run", "pre-commit"]);
        if built {
            for command in ["list", "export", "stats", "runs"] {
                run(&["ledger", command, "--ledger", "../out/ledger.sqlite"]);
            }
        }
        let is_told = |what: &str| said.iter().any(|(name, _)| name.starts_with(what));
        assert!(is_told("sweep") && is_told("baseline"));
        for (name, content) in &said {
            none(&all, name, content);
        }
        let mut written = files(&place.world.path("out"));
        written.extend(files(&place.tree().join(".stanch")));
        written.extend(files(&place.world.path("home")));
        assert!(written.len() > 10, "{}", written.len());
        for (path, content) in written {
            none(&all, &path.display().to_string(), &content);
            let name = path.as_os_str().as_encoded_bytes();
            none(&all, "a name", name);
        }
    }
}
