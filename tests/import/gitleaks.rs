//! gitleaks: secret groups, entropy, keywords, paths, allowlists, requirements,
//! extension, and the rule about generic rules.

use stanch::rules::import::{Format, Loss, import};

use crate::{agree, case, imported, told};

#[test]
fn the_secret_is_the_group_that_is_asked_for_or_the_first_that_is_not_empty() {
    let config = r#"
[[rules]]
id = "chosen"
regex = '''qa_([a-z]{3})_([0-9]{6})'''
secretGroup = 2
[[rules]]
id = "first"
regex = '''qb_(?:x([0-9]{4})|y([a-z]{4}))'''
[[rules]]
id = "whole"
regex = '''(?m)qc_[0-9]{4}\n?'''
"#;
    agree(
        &imported(Format::Gitleaks, config),
        &[
            case("a", "qa_abc_123456", &[("chosen", 1, "123456")]),
            case("a", "-\nqb_x1234", &[("first", 2, "1234")]),
            case("a", "-\nqb_yabcd", &[("first", 2, "abcd")]),
            case("a", "qc_1234\nx", &[("whole", 1, "qc_1234")]),
            case("a", "qc_123", &[]),
        ],
    );
}

#[test]
fn entropy_must_exceed_the_bound() {
    let config = r#"
[[rules]]
id = "random"
regex = '''qe_([a-z]{4})'''
entropy = 2.0
[[rules]]
id = "less"
regex = '''qf_([a-z]{4})'''
entropy = 1.9
"#;
    agree(
        &imported(Format::Gitleaks, config),
        &[
            // Four different letters have two bits each, which is not more than two.
            case("a", "qe_abcd", &[]),
            case("a", "qf_abcd", &[("less", 1, "abcd")]),
            case("a", "qf_aabb", &[]),
        ],
    );
}

#[test]
fn one_keyword_anywhere_in_the_file_opens_a_rule() {
    let config = r#"
[[rules]]
id = "gated"
regex = '''\b[0-9a-f]{24}\b'''
keywords = ["Widget", "gadget"]
[[rules]]
id = "implied"
regex = '''(?i)wid_([0-9]{4})'''
keywords = ["WID_"]
[[rules]]
id = "always"
regex = '''\bz[0-9]{4}z\b'''
"#;
    let far = "0123456789abcdef{+}01234567\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n the wIDGet";
    agree(
        &imported(Format::Gitleaks, config),
        &[
            case("a", far, &[("gated", 1, "0123456789abcdef{+}01234567")]),
            case("a", "widge 0123456789abcdef{+}01234567", &[]),
            case("widget", "0123456789abcdef{+}01234567", &[]),
            case("a", "WID_1234", &[("implied", 1, "1234")]),
            case("a", "z1234z", &[("always", 1, "z1234z")]),
        ],
    );
}

#[test]
fn paths_find_files_and_narrow_rules() {
    let config = r#"
[[rules]]
id = "keystore"
path = '''(?i)\.(?:jks|p12x)$'''
[[rules]]
id = "narrow"
regex = '''qp_[0-9]{6}'''
path = '''^deploy/.*\.env$'''
[[rules]]
id = "kept"
path = '''secret\.bin$'''
[[rules.allowlists]]
paths = ['''^test/''']
"#;
    agree(
        &imported(Format::Gitleaks, config),
        &[
            case("a/b.JKS", "anything", &[("keystore", 1, "")]),
            case("a/b.jks", "", &[("keystore", 1, "")]),
            case("a/b.jksx", "anything", &[]),
            case("deploy/x.env", "\nqp_123456", &[("narrow", 2, "qp_123456")]),
            case("deploy/x.txt", "qp_123456", &[]),
            case("my/deploy/x.env", "qp_123456", &[]),
            case("secret.bin", "x", &[("kept", 1, "")]),
            case("test/secret.bin", "x", &[]),
        ],
    );
}

#[test]
fn allowlists_hold_by_one_criterion_or_by_all() {
    let config = r#"
[[rules]]
id = "either"
regex = '''qo = (qo_[a-z0-9]{6})'''
[[rules.allowlists]]
description = "samples"
paths = ['''(^|/)docs/''', '''win\\dows''']
stopwords = ["DEMO"]
regexes = ['''^qo_0+$''']
[[rules]]
id = "both"
regex = '''qn = (qn_[a-z0-9]{6})'''
[[rules.allowlists]]
condition = "AND"
paths = ['''\.md$''']
regexes = ['''# sample$''']
regexTarget = "line"
[[rules.allowlists]]
regexTarget = "match"
regexes = ['''^qn = qn_x''']
[[rules]]
id = "plain"
regex = '''ql_[a-z0-9]{6}'''

[[allowlists]]
regexes = ['''zz$''']
[[allowlists]]
targetRules = ["plain"]
stopwords = ["only"]
"#;
    agree(
        &imported(Format::Gitleaks, config),
        &[
            case("a.md", "qo = qo_123456", &[("either", 1, "qo_123456")]),
            case("x/docs/a.md", "qo = qo_123456", &[]),
            case("win/dows/a.md", "qo = qo_123456", &[]),
            case("a.md", "qo = qo_1demo6", &[]),
            // A stop word beside the secret means nothing.
            case("a.md", "demo qo = qo_123456", &[("either", 1, "qo_123456")]),
            case("a.md", "qo = qo_000000", &[]),
            case("a.md", "qn = qn_123456 # sample", &[]),
            case(
                "a.txt",
                "qn = qn_123456 # sample",
                &[("both", 1, "qn_123456")],
            ),
            case(
                "a.md",
                "qn = qn_123456 # simple",
                &[("both", 1, "qn_123456")],
            ),
            case("a.md", "qn = qn_x23456", &[]),
            case("a.md", "qn = qn_1234zz", &[]),
            case("a.md", "ql_only12", &[]),
            case("a.md", "qn = qn_only12", &[("both", 1, "qn_only12")]),
        ],
    );
}

#[test]
fn required_rules_must_match_near() {
    let config = r#"
[[rules]]
id = "lines"
regex = '''ra_[0-9]{4}'''
[[rules.required]]
id = "companion"
withinLines = 2
[[rules]]
id = "square"
regex = '''rb_[0-9]{4}'''
[[rules.required]]
id = "companion"
withinLines = 1
withinColumns = 5
[[rules]]
id = "anywhere"
regex = '''rc_[0-9]{4}'''
[[rules.required]]
id = "companion"
[[rules]]
id = "companion"
regex = '''id_[0-9]{4}'''
skipReport = true
"#;
    agree(
        &imported(Format::Gitleaks, config),
        &[
            case("a", "ra_1234\n\nid_1234", &[("lines", 1, "ra_1234")]),
            case("a", "ra_1234\n\n\nid_1234", &[]),
            case("a", "rb_1234\n     id_1234", &[("square", 1, "rb_1234")]),
            case("a", "rb_1234\n      id_1234", &[]),
            case(
                "a",
                "id_1234\n\n\n\n\n\n\n\nrc_1234",
                &[("anywhere", 9, "rc_1234")],
            ),
            case("a", "rc_1234", &[]),
            case("a", "id_1234", &[]),
        ],
    );
}

#[test]
fn generic_rules_give_way_on_their_line() {
    let config = r#"
[[rules]]
id = "generic-key"
regex = '''key\d? ?= ?"([a-z0-9_]{6,40})"'''
[[rules]]
id = "special"
regex = '''spc_[a-z0-9]{6}'''
"#;
    agree(
        &imported(Format::Gitleaks, config),
        &[
            case("a", "key = \"spc_123456\"", &[("special", 1, "spc_123456")]),
            case(
                "a",
                "key = \"spc_12\" # spc_123456",
                &[("special", 1, "spc_123456")],
            ),
            case(
                "a",
                "key = \"spc_12\"\nspc_123456",
                &[("generic-key", 1, "spc_12"), ("special", 2, "spc_123456")],
            ),
        ],
    );
}

#[test]
fn an_extending_file_wins_and_lists_grow() {
    let base = r#"
[extend]
path = "deep.toml"
[[rules]]
id = "shared"
regex = '''xa_[0-9]{4}'''
keywords = ["xa_"]
[rules.allowlist]
stopwords = ["0000"]
[[rules]]
id = "gone"
regex = '''xb_[0-9]{4}'''
[[rules]]
id = "kept"
regex = '''xc_[0-9]{4}'''
[allowlist]
stopwords = ["9999"]
"#;
    let deep = "[extend]\npath = 'deeper.toml'\n[[rules]]\nid = 'deep'\nregex = 'xd_[0-9]{4}'\n";
    let own = r#"
[extend]
path = "base.toml"
useDefault = false
disabledRules = ["gone"]
[[rules]]
id = "shared"
regex = '''xz_[0-9]{4}'''
[[rules.allowlists]]
stopwords = ["1111"]
"#;
    let beside = |name: &str| match name {
        "base.toml" => Ok(base.to_owned()),
        "deep.toml" => Ok(deep.to_owned()),
        _ => panic!("{name} is too deep"),
    };
    let imported = import(Format::Gitleaks, &[("own.toml", own)], &beside).unwrap();
    assert_eq!(
        told(&imported),
        ["deep.toml:2: `extend.path` dropped: files are extended 2 deep and no deeper"]
    );
    agree(
        &imported,
        &[
            case("a", "xz_1234 xa_", &[("shared", 1, "xz_1234")]),
            case("a", "xz_0000 xa_", &[]),
            case("a", "xz_1111 xa_", &[]),
            case("a", "xz_9999 xa_", &[]),
            case("a", "xz_1234", &[]),
            case("a", "xa_1234", &[]),
            case("a", "xb_1234", &[]),
            case("a", "xc_1234", &[("kept", 1, "xc_1234")]),
            case("a", "xc_9999", &[]),
            case("a", "xd_1234", &[("deep", 1, "xd_1234")]),
        ],
    );
}

#[test]
fn open_patterns_are_found_and_their_length_is_told() {
    let config = "[[rules]]\nid = 'open'\nregex = '''\\s*open\\s+=\\s*\"([a-z0-9+/]{20,})={0,2}\"'''\n\
                  [[rules]]\nid = 'block'\nregex = '''-----OPEN[\\s\\S-]*?-----CLOSE'''\n";
    let imported = imported(Format::Gitleaks, config);
    assert_eq!(
        told(&imported),
        [
            "rules.x:3: open: `regex` changed: a match has 16384 bytes at most",
            "rules.x:6: block: `regex` changed: a match has 16384 bytes at most",
        ]
    );
    let scanner = crate::scanner(&imported, 1000);
    for (length, expected) in [(19, 0), (20, 1), (9000, 1), (17_000, 0)] {
        let text = format!(
            "open   =  \"{}\"",
            "a7".repeat(length / 2 + 1).split_at(length).0
        );
        let found = scanner.scan_bytes("a", text.as_bytes()).findings;
        assert_eq!(found.len(), expected, "{length}");
        let block = format!("-----OPEN{}-----CLOSE", "x\n".repeat(length / 2));
        let found = scanner.scan_bytes("a", block.as_bytes()).findings;
        assert_eq!(found.len(), usize::from(length < 17_000), "{length}");
    }
}

#[test]
fn nothing_is_dropped_in_silence() {
    let config = r#"title = "a configuration"
[extend]
useDefault = true
[[rules]]
id = "broken"
regex = '''abc(def'''
[[rules]]
regex = '''no id'''
[[rules]]
id = "nothing"
[[rules]]
id = "lone"
regex = '''lo_[0-9]{4}'''
[[rules.required]]
id = "missing"
[[rules]]
id = "fine"
regex = '''^fi_[0-9]{4}'''
tags = ["a", "b"]
colour = "red"
entropy = "high"
[[rules.allowlists]]
condition = "AND"
commits = ["abc"]
paths = ['''x''']
[[rules.allowlists]]
commits = ["abc"]
regexes = ['''(''', '''y''']
"#;
    let imported = imported(Format::Gitleaks, config);
    let expected = [
        "rules.x:3: `extend.useDefault` dropped: the default rules of another tool are not part of the product; its own stand in for them",
        "rules.x:6: broken: `regex` refused: unclosed group",
        "rules.x:7: `id` refused: the rule has no id",
        "rules.x:10: nothing: `regex` refused: there is neither `regex` nor `path`",
        "rules.x:12: lone: `required` refused: there is no rule `missing`, so this one can never match",
        "rules.x:18: fine: `regex` changed: the ends of the text became ends of lines",
        "rules.x:19: fine: `tags` dropped: rules have no tags",
        "rules.x:20: fine: `colour` dropped: is not known",
        "rules.x:21: fine: `entropy` dropped: is not a number",
        "rules.x:22: fine: `allowlists` dropped: all its criteria must hold, and one of them cannot be told",
        "rules.x:24: fine: `commits` dropped: commits are not known where files are scanned",
        "rules.x:27: fine: `commits` dropped: commits are not known where files are scanned",
    ];
    let told = told(&imported);
    for line in expected {
        assert!(told.iter().any(|told| told == line), "{line}\n{told:#?}");
    }
    assert_eq!(imported.count(Loss::Refused), 4);
    let of_regex = told
        .iter()
        .filter(|line| line.contains("`regexes` dropped"));
    assert_eq!(of_regex.count(), 1);
    assert_eq!(told.len(), expected.len() + 1, "{told:#?}");
    agree(
        &imported,
        &[
            case("a", "fi_1234", &[("fine", 1, "fi_1234")]),
            case("x", "fi_1234", &[("fine", 1, "fi_1234")]),
        ],
    );
}
