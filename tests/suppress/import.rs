//! Baselines and ignore files of other scanners.

use std::process::Stdio;

use crate::plant::{Source, TOKEN_RULE};
use crate::project::{must, project, run, scan};
use crate::repo::{Repo, World};

/// Digests as the usual programs make them.
fn digest(repo: &Repo<'_>, program: &str, text: &str) -> String {
    let mut command = repo.world.command(program, &repo.dir);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&out.stdout)[..]
        .split(' ')
        .next()
        .unwrap()
        .to_owned()
}

/// Two files with a token each: `a.py` line 2 is known to the other scanner.
fn planted<'a>(world: &'a World, tokens: &[String]) -> Repo<'a> {
    let repo = project(world);
    repo.write("a.py", format!("\nt = '{}'\n", tokens[0]));
    repo.write("src/b.py", format!("t = '{}'\n", tokens[1]));
    repo
}

fn tokens() -> Vec<String> {
    let mut source = Source::new(21);
    vec![source.token(), source.token()]
}

/// Imports `text` as the file `name`, takes the file away and scans.
#[track_caller]
fn imported(repo: &Repo<'_>, name: &str, text: &str) -> (String, Vec<String>) {
    repo.write(name, text);
    let told = must(repo, &["baseline", "import", name]).out();
    std::fs::remove_file(repo.dir.join(name)).unwrap();
    (told, scan(repo, &[]).standings())
}

const HALF: [&str; 2] = ["a.py known", "src/b.py new"];

#[test]
fn fingerprints_of_gitleaks() {
    let world = World::new();
    let tokens = tokens();
    let repo = planted(&world, &tokens);
    let text = "# old\na.py:github-pat:2\na.py:github-pat:9\n";
    let (told, standings) = imported(&repo, ".gitleaksignore", text);
    assert_eq!(standings, HALF);
    assert!(
        told.contains("not carried over: line 3: nothing is found there now"),
        "{told}"
    );
    assert!(told.contains("1 of 2 carried over"), "{told}");
    // Ours is about the value, so the line may move, and a new one there counts.
    repo.write("a.py", format!("\n\n\n\nt = '{}'\n", tokens[0]));
    assert_eq!(scan(&repo, &[]).standings(), HALF);
}

#[test]
fn a_report_of_gitleaks_with_and_without_values() {
    let world = World::new();
    let tokens = tokens();
    for (index, (secret, expected)) in [
        (tokens[0].as_str(), HALF),
        ("REDACTED", HALF),
        ("another value altogether", ["a.py new", "src/b.py new"]),
    ]
    .into_iter()
    .enumerate()
    {
        let repo = world.init(&format!("r{index}"));
        repo.write("a.py", format!("\nt = '{}'\n", tokens[0]));
        repo.write("src/b.py", format!("t = '{}'\n", tokens[1]));
        let report = format!(
            "[{{\"RuleID\": \"github-pat\", \"File\": \"a.py\", \"StartLine\": 2, \"Secret\": \"{secret}\"}}]"
        );
        let (_, standings) = imported(&repo, "leaks.json", &report);
        assert_eq!(standings, expected, "{secret:.8}");
    }
}

#[test]
fn the_baseline_of_detect_secrets() {
    let world = World::new();
    let tokens = tokens();
    let repo = planted(&world, &tokens);
    let sha1 = digest(&repo, "sha1sum", &tokens[0]);
    let other = "0".repeat(40);
    let text = format!(
        "{{\"version\": \"1.5.0\", \"results\": {{\"a.py\": [\
         {{\"type\": \"GitHub Token\", \"filename\": \"a.py\", \"hashed_secret\": \"{sha1}\", \"line_number\": 2}},\
         {{\"type\": \"Secret Keyword\", \"filename\": \"a.py\", \"hashed_secret\": \"{other}\", \"line_number\": 5}}]}}}}"
    );
    let (told, standings) = imported(&repo, ".secrets.baseline", &text);
    assert_eq!(standings, HALF);
    assert!(
        told.contains("not carried over: a.py:5: no value that is found now"),
        "{told}"
    );
    let kept = std::fs::read_to_string(repo.dir.join(".stanch/baseline")).unwrap();
    assert!(!kept.contains(&sha1), "{kept}");
}

#[test]
fn the_ignore_file_of_ripsecrets() {
    let world = World::new();
    let tokens = tokens();
    let repo = planted(&world, &tokens);
    let text = format!("src/\n!src/c.py\n[secrets]\n{}\nshort\n", tokens[0]);
    let (told, standings) = imported(&repo, ".secretsignore", &text);
    assert_eq!(standings, ["a.py allowed", "src/b.py allowed"]);
    assert!(told.contains("line 2: it takes back"), "{told}");
    assert!(told.contains("line 5: it could be guessed"), "{told}");
    let kept = std::fs::read_to_string(repo.dir.join(".stanch/ignore")).unwrap();
    assert!(
        kept.contains("reason=imported from .secretsignore"),
        "{kept}"
    );
    assert!(!kept.contains(&tokens[0][8..]));
}

#[test]
fn the_settings_of_ggshield() {
    let world = World::new();
    let tokens = tokens();
    let repo = planted(&world, &tokens);
    let plain = digest(&repo, "sha256sum", &tokens[0]);
    let kind = digest(&repo, "sha256sum", &format!("{},apikey", tokens[1]));
    let text = format!(
        "version: 2\nsecret:\n  ignored_matches:\n    - name: one\n      match: {plain}\n    \
         - name: two\n      match: {kind}\n    - name: gone\n      match: {}\n  ignored_paths:\n    \
         - '**/docs'\n  ignored_detectors:\n    - Generic Password\n",
        "f".repeat(64)
    );
    let (told, standings) = imported(&repo, ".gitguardian.yaml", &text);
    assert_eq!(standings, ["a.py known", "src/b.py known"]);
    assert!(told.contains("match 3 (gone): no value"), "{told}");
    assert!(told.contains("detector Generic Password"), "{told}");
}

#[test]
fn the_baseline_of_kingfisher() {
    let world = World::new();
    let repo = planted(&world, &tokens());
    let text = "ExactFindings:\n  matches:\n    - filepath: a.py\n      fingerprint: '00ff'\n      linenum: 2\n";
    assert_eq!(imported(&repo, "base.yml", text).1, HALF);
}

#[test]
fn fingerprints_with_commits_need_the_history() {
    let world = World::new();
    let repo = project(&world);
    let token = Source::new(22).token();
    let commit = repo.commit("gone.py", format!("t = '{token}'\n"));
    repo.git(["rm", "-q", "gone.py"]);
    repo.commit_staged("remove");
    repo.write(
        ".gitleaksignore",
        format!("{commit}:gone.py:{TOKEN_RULE}:1\n"),
    );
    let files = must(
        &repo,
        &["baseline", "import", "--dry-run", ".gitleaksignore"],
    );
    assert!(
        files.out().contains("0 of 1 carried over"),
        "{}",
        files.out()
    );
    must(
        &repo,
        &["baseline", "import", "--from-history", ".gitleaksignore"],
    );
    assert_eq!(scan(&repo, &["--history"]).standings(), ["gone.py known"]);
}

#[test]
fn a_file_of_nobody_is_refused() {
    let world = World::new();
    let repo = project(&world);
    repo.write("x.json", "{}");
    for args in [
        &["baseline", "import", "x.json"][..],
        &["baseline", "import", "x.json", "--format", "gitleeks"],
        &["baseline", "import", "x.json", "--format", "gitleaks"],
        &["baseline", "import", "none.json"],
    ] {
        let run = run(&repo, args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.err().starts_with("stanch: error: "), "{}", run.err());
    }
}
