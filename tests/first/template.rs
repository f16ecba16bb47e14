//! `--report template:FILE`: the templates of docs/reports.md, and ones that are wrong.

use std::fs;

use crate::page::blocks;
use crate::plant::Source;
use crate::tree::Tree;

fn tree() -> (Tree, String) {
    let tree = Tree::new();
    let password = Source::new(9).password();
    tree.write("a&b.py", format!("db_password = \"{password}\"\n"));
    for (name, text) in blocks("reports.md", "jinja") {
        tree.write(name, text);
    }
    (tree, password)
}

#[test]
fn the_templates_of_the_page_work() {
    let (tree, password) = tree();
    let args = [
        "a&b.py",
        "--report",
        "template:leaks.md.j2",
        "--report",
        "template:rules.html.j2=rules.html",
    ];
    let run = tree.scan(args).expect_code(1);
    let out = run.out();
    assert!(
        out.starts_with("- **Password** in `a&b.py:1:16` (high), "),
        "{out}"
    );
    let html = fs::read_to_string(tree.path("rules.html")).unwrap();
    let row = "<tr><td>generic-password<td>1<td>a&amp;b.py";
    assert!(html.contains(row), "{html}");
    assert!(!out.contains(&password) && !html.contains(&password));
    tree.write("clean", "nothing\n");
    let out = tree
        .scan(["clean", "--report", "template:leaks.md.j2"])
        .expect_code(0)
        .out();
    assert_eq!(out, "Nothing was found in 1 files.\n");
}

#[test]
fn a_mistake_is_drawn_before_anything_is_scanned() {
    let (tree, _) = tree();
    tree.write("bad.j2", "fine\n{% for x in %}\n");
    let run = tree
        .scan([".", "--report", "template:bad.j2=out.txt"])
        .expect_code(2);
    let err = run.err();
    assert!(err.contains("--> bad.j2:2:"), "{err}");
    assert!(err.contains("{% for x in %}"), "{err}");
    assert!(!tree.path("out.txt").exists());
    let run = tree
        .scan([".", "--report", "template:none.j2"])
        .expect_code(2);
    assert!(run.err().contains("the template none.j2"), "{}", run.err());
}

#[test]
fn a_mistake_that_shows_at_the_end_leaves_no_file() {
    let (tree, password) = tree();
    tree.write("late.j2", "{{ findings[0].nosuch }}\n");
    let run = tree
        .scan([".", "--report", "template:late.j2=out.txt"])
        .expect_code(2);
    let err = run.err();
    assert!(
        err.contains("--> late.j2:1:") && err.contains("is defined"),
        "{err}"
    );
    assert!(!err.contains(&password));
    assert!(!tree.path("out.txt").exists());
    tree.write(
        "endless.j2",
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
    );
    let run = tree
        .scan([".", "--report", "template:endless.j2"])
        .expect_code(2);
    assert!(run.err().contains("too many steps"), "{}", run.err());
}
