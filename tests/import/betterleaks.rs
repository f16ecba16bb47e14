//! betterleaks: what gitleaks has, and expressions.

use stanch::rules::import::{Format, Loss};

use crate::{agree, case, imported, told};

#[test]
fn filters_say_what_is_harmless() {
    let config = r#"
prefilter = '''matchesAny(get(attributes, "path", ""), [`^vendor/`, `\.lock$`])'''
filter = '''containsAny(finding["secret"], ["EXAMPLE"]) // for all rules'''

[[rules]]
id = "plain"
regex = '''pa_[a-zA-Z0-9]{8,}'''
[[rules]]
id = "random"
regex = '''pb_([a-zA-Z0-9]{8})'''
filter = '''entropy(finding["secret"]) <= 2.5'''
[[rules]]
id = "sliced"
regex = '''pc_([a-z0-9]{8})'''
filter = '''
let head = finding["secret"][:4];
let tail = finding["secret"][max(0, len(finding["secret"]) - 4):];
head == tail ? true : matchesAny(finding["line"], [`# old$`])
'''
[[rules]]
id = "found"
regex = '''pd_([a-z]{2}[0-9]{6})'''
filter = '''findMatch(finding["secret"], `[0-9]+`) in ["000000", "123456"] || finding["match"] contains "zz"'''
[[rules]]
id = "named"
regex = '''pe_[0-9]{6}'''
filter = '''!(get(attributes, "path", "") endsWith ".env") && !("git.sha" in attributes)'''
[[rules]]
id = "old-spelling"
regex = '''pf_([a-z0-9]{8})'''
filter = '''cel.bind(s, finding["secret"], s.startsWith("00") || entropy() <= 1.0)'''
"#;
    agree(
        &imported(Format::Betterleaks, config),
        &[
            case("a", "pa_12345678", &[("plain", 1, "pa_12345678")]),
            case("vendor/a", "pa_12345678", &[]),
            case("x/vendor/a", "pa_12345678", &[("plain", 1, "pa_12345678")]),
            case("go.lock", "pa_12345678", &[]),
            case("a", "pa_12345678example", &[]),
            case("a", "pb_abcdefgh", &[("random", 1, "abcdefgh")]),
            case("a", "pb_aaaaabcd", &[]),
            case("a", "pb_example1", &[]),
            case("a", "pc_abcdabce", &[("sliced", 1, "abcdabce")]),
            case("a", "pc_abcdabcd", &[]),
            case("a", "pc_abcdabce # old", &[]),
            case("a", "pc_abcdabce # older", &[("sliced", 1, "abcdabce")]),
            case("a", "pd_ab000000", &[]),
            case("a", "pd_ab000001", &[("found", 1, "ab000001")]),
            case("a", "pd_zz000001", &[]),
            case("x.env", "pe_123456", &[("named", 1, "pe_123456")]),
            case("x.txt", "pe_123456", &[]),
            case("a", "pf_00abcdef", &[]),
            case("a", "pf_abababab", &[]),
            case("a", "pf_abcababc", &[("old-spelling", 1, "abcababc")]),
        ],
    );
}

#[test]
fn old_fields_and_filters_are_both_asked() {
    let config = r#"
[[rules]]
id = "both"
regex = '''pg_([a-z0-9]{8})'''
entropy = 2.0
keywords = ["pg_"]
prefilter = '''get(attributes, "path", "") == "skip.txt"'''
filter = '''finding.secret == "abcdefgh"'''
[[rules.allowlists]]
stopwords = ["demo"]
[[rules]]
id = "composite"
regex = '''ph_[0-9]{4}'''
[[rules.required]]
id = "helper"
withinLines = 1
[[rules]]
id = "helper"
regex = '''pi_[0-9]{4}'''
skipReport = true
"#;
    agree(
        &imported(Format::Betterleaks, config),
        &[
            case("a", "pg_abcdefgi", &[("both", 1, "abcdefgi")]),
            case("a", "pg_abcdefgh", &[]),
            case("a", "pg_abcddemo", &[]),
            case("a", "pg_aaaabbbb", &[]),
            case("skip.txt", "pg_abcdefgi", &[]),
            case("a", "ph_1234\npi_1234", &[("composite", 1, "ph_1234")]),
            case("a", "ph_1234\n\npi_1234", &[]),
        ],
    );
}

#[test]
fn what_needs_the_network_or_a_model_is_told_and_the_rule_stays() {
    let config = r#"betterleaksMinVersion = "1.0"
[[rules]]
id = "model"
regex = '''pj_[a-z]{6}'''
filter = '''failsTokenEfficiency(finding["secret"])'''
tokenEfficiency = true
validate = '''http.get("x")'''
specificity = 40
[[rules]]
id = "commits"
regex = '''pk_[a-z]{6}'''
filter = '''get(attributes, "git.sha", "") in ["abc"] || finding.secret == "pk_aaaaaa"'''
[[rules]]
id = "generic-api-key"
regex = '''key = "([a-z_]{9})"'''
specificity = 0
"#;
    let imported = imported(Format::Betterleaks, config);
    let told = told(&imported);
    let expected = [
        "rules.x:5: model: `filter` dropped: the rule is there without it: `failsTokenEfficiency` needs",
        "rules.x:6: model: `tokenEfficiency` dropped: it needs",
        "rules.x:7: model: `validate` dropped: nothing is asked over the network",
        "rules.x:8: model: `specificity` dropped: of overlapping findings",
        "rules.x:12: commits: `filter` changed: what it asks of commits is taken for not known",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}");
    }
    assert_eq!((imported.rules(), imported.count(Loss::Refused)), (3, 0));
    agree(
        &imported,
        &[
            case("a", "pj_abcdef", &[("model", 1, "pj_abcdef")]),
            case("a", "pk_abcdef", &[("commits", 1, "pk_abcdef")]),
            case("a", "pk_aaaaaa", &[]),
            case("a", "key = \"pj_abcdef\"", &[("model", 1, "pj_abcdef")]),
            case(
                "a",
                "key = \"pz_abcdef\"",
                &[("generic-api-key", 1, "pz_abcdef")],
            ),
        ],
    );
}

#[test]
fn the_format_is_judged_by_the_content() {
    let gitleaks = "[[rules]]\nid = 'a'\nregex = 'b'\nkeywords = ['filter']\n";
    for (text, format) in [
        (gitleaks, Some(Format::Gitleaks)),
        ("[extend]\npath = 'x'\n", Some(Format::Gitleaks)),
        (
            "[[rules]]\nid = 'a'\nfilter = 'true'\n",
            Some(Format::Betterleaks),
        ),
        (
            "rules:\n- name: a\n  id: b\n  pattern: c\n  examples: []\n",
            Some(Format::NoseyParker),
        ),
        (
            "rules:\n  - name: a\n    pattern: c\n    min_entropy: 3\n",
            Some(Format::Kingfisher),
        ),
        (
            "rules:\n  - name: a\n    pattern: c\n    keywords: [x]\n",
            Some(Format::Titus),
        ),
        (
            "detectors:\n  - name: a\n    regex: {b: c}\n",
            Some(Format::TruffleHog),
        ),
        ("a = 1\n", None),
        ("nothing: here\n", None),
        ("", None),
    ] {
        assert_eq!(Format::guess(text), format, "{text}");
    }
}
