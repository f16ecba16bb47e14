//! YAML of kingfisher, Nosey Parker and Titus.

use stanch::rules::import::Format;

use crate::{agree, case, imported, told};

const KINGFISHER: &str = r#"
rules:
  - name: Acme API key
    id: acme.key.1
    pattern: |
      (?x)
      \b
      ka_ (?# the prefix )
      (?P<ID> [0-9]{2} )
      (?P<TOKEN> [A-Za-z0-9]{8} )
      \b
    min_entropy: 2.0
    confidence: high
    examples:
      - "key: ka_12aB3dE6gH"
    negative_examples:
      - ka_12short
    references:
      - https://docs.example.com/keys
  - name: Acme first group
    id: acme.first.1
    pattern: 'kb_(?:([0-9]{4})|x{4})'
    confidence: low
  - name: Acme strict
    id: acme.strict.1
    pattern: 'kc_([A-Za-z0-9!_]{8})'
    pattern_requirements:
      min_digits: 2
      min_uppercase: 1
      min_lowercase: 1
      min_special_chars: 1
      special_chars: "!"
      ignore_if_contains: [Sample]
  - name: Acme account
    id: acme.account.1
    pattern: 'kd_[0-9]{4}'
    visible: false
  - name: Acme lines
    id: acme.lines.1
    pattern: '^ke_[0-9]{4}$'
"#;

#[test]
fn kingfisher_rules_find_what_they_say() {
    let imported = imported(Format::Kingfisher, KINGFISHER);
    assert!(told(&imported).is_empty(), "{:?}", told(&imported));
    agree(
        &imported,
        &[
            case("a", "ka_12abcdABCD", &[("acme-key-1", 1, "abcdABCD")]),
            // Four letters, two each, have two bits, which is not more than two.
            case("a", "ka_12aabbccdd", &[]),
            case("a", "kb_1234", &[("acme-first-1", 1, "1234")]),
            case("a", "kb_xxxx", &[("acme-first-1", 1, "kb_xxxx")]),
            case("a", "kc_aB12!xyz", &[("acme-strict-1", 1, "aB12!xyz")]),
            case("a", "kc_aB12_xyz", &[]),
            case("a", "kc_aB1x!xyz", &[]),
            case("a", "kc_ab12!xyz", &[]),
            case("a", "kc_AB12!XYZ", &[]),
            case("a", "kc_1!samPle2", &[]),
            case("a", "kd_1234", &[]),
            case("a", "x\nke_1234\ny", &[("acme-lines-1", 2, "ke_1234")]),
            case("a", "x ke_1234", &[]),
        ],
    );
}

#[test]
fn examples_and_texts_are_taken_along_and_broken() {
    let text = imported(Format::Kingfisher, KINGFISHER).to_toml();
    for line in [
        "title = \"Acme API key\"",
        "confidence = \"high\"",
        "secret = 2",
        "references = [\"https://docs.example.com/keys\"]",
        "examples.match = [\"key: ka_12a{+}B3dE6gH\"]",
        "examples.ignore = [\"ka_12short\"]",
    ] {
        assert!(
            text.lines().any(|written| written == line),
            "{line}\n{text}"
        );
    }
}

#[test]
fn what_kingfisher_asks_the_network_is_told() {
    let rules = r#"
rules:
  - name: Asking
    id: asking.1
    pattern: 'kf_([0-9a-f]{8})'
    categories: [api]
    prevalidated: false
    depends_on_rule:
      - rule_id: asking.2
        variable: ACCOUNT
    validation:
      type: Http
      content: {request: {method: GET, url: "https://api.example.com/"}}
    revocation:
      type: Http
    pattern_requirements:
      checksum:
        actual: {template: "{{ MATCH | suffix: 4 }}"}
        expected: "{{ MATCH | crc32 }}"
    colour: red
  - name: Broken
    id: broken.1
    pattern: 'kg_(?<!x)y'
  - name: Without
    pattern: x
"#;
    let imported = imported(Format::Kingfisher, rules);
    assert_eq!(
        told(&imported),
        [
            "rules.x:6: asking.1: `categories` dropped: rules have no categories",
            "rules.x:7: asking.1: `prevalidated` dropped: nothing is asked over the network",
            "rules.x:8: asking.1: `depends_on_rule` dropped: it only serves validation over the network",
            "rules.x:11: asking.1: `validation` dropped: nothing is asked over the network",
            "rules.x:14: asking.1: `revocation` dropped: nothing is asked over the network",
            "rules.x:17: asking.1: `checksum` dropped: templates are not run; values with a wrong checksum are found, too",
            "rules.x:20: asking.1: `colour` dropped: is not known",
            "rules.x:23: broken.1: `pattern` refused: look-around, including look-ahead and look-behind, is not supported",
            "rules.x:24: `id` refused: the rule has no id",
        ]
    );
    agree(
        &imported,
        &[case("a", "kf_0123abcd", &[("asking-1", 1, "0123abcd")])],
    );
}

#[test]
fn nosey_parker_demands_a_group() {
    let rules = r"
rules:
- name: With a group
  id: np.with.1
  pattern: |
    (?x)(?i)
    widget (?# name ) [=:]
    \s{0,3} ([0-9a-f]{8})
  examples:
  - 'widget= 0123abcd'
  non_examples: ['widget= 0123']
  categories: [secret]
- name: Without one
  id: np.without.1
  pattern: 'nn_[0-9]{4}'
rulesets:
- id: all
  name: All
  include_rule_ids: [np.with.1]
";
    let imported = imported(Format::NoseyParker, rules);
    assert_eq!(
        told(&imported),
        [
            "rules.x:12: np.with.1: `categories` dropped: rules have no categories",
            "rules.x:15: np.without.1: `pattern` refused: it has no group, and nothing is found without one",
            "rules.x:16: `rulesets` dropped: rules are chosen in the configuration",
        ]
    );
    agree(
        &imported,
        &[
            case("a", "Widget: 0123abcd", &[("np-with-1", 1, "0123abcd")]),
            case("a", "widget 0123abcd", &[]),
            case("a", "nn_1234", &[]),
        ],
    );
}

#[test]
fn titus_has_keywords_beside_what_kingfisher_has() {
    let rules = r"
rules:
  - name: Gated
    id: titus.gated.1
    pattern: '\b([0-9a-f]{24})\b'
    keywords: [widget]
    min_entropy: 1.5
";
    let imported = imported(Format::Titus, rules);
    agree(
        &imported,
        &[
            case(
                "a",
                "0123456789abcdef{+}01234567\n\nWIDGET",
                &[("titus-gated-1", 1, "0123456789abcdef{+}01234567")],
            ),
            case("a", "0123456789abcdef{+}01234567", &[]),
            case("a", "widget 000000000000{+}000000000000", &[]),
        ],
    );
}
