//! Keys of findings when history is written anew.

use std::collections::BTreeSet;

use crate::place::Place;
use crate::plant::Source;

#[test]
fn a_rebase_a_rename_and_a_squash_keep_the_key() {
    let place = Place::new();
    let repo = place.world.init("tree");
    let mut source = Source::new(1);
    let token = source.token();
    let keys = |args: &[&str]| -> BTreeSet<String> {
        let report = repo.json(args).value;
        let findings = report["findings"].as_array().unwrap().clone();
        findings
            .iter()
            .map(|f| f["id"].as_str().unwrap().to_owned())
            .collect()
    };
    repo.commit("a.txt", "one\n");
    repo.git(["checkout", "-q", "-b", "work"]);
    repo.commit("b.txt", format!("x\ntoken = {token}\n"));
    let first = keys(&["--range", "main..work"]);
    assert_eq!(first.len(), 1);
    for turn in 0..20 {
        repo.git(["checkout", "-q", "main"]);
        repo.commit("a.txt", format!("{turn}\n{}\n", source.text(9)));
        repo.git(["checkout", "-q", "work"]);
        repo.git(["rebase", "-q", "main"]);
        if turn % 5 == 0 {
            let from = repo.git(["ls-files", "*b*"]);
            repo.git(["mv", &from, &format!("b{turn}.txt")]);
            repo.commit_staged("rename");
            repo.git(["reset", "-q", "--soft", "main"]);
            repo.commit_staged("squash");
        }
        assert_eq!(keys(&["--range", "main..work"]), first, "turn {turn}");
    }
    assert_eq!(keys(&["."]), first);
    assert_eq!(keys(&["--history"]), first);
}
