//! Custom detectors of trufflehog.

use stanch::rules::import::Format;

use crate::{agree, case, imported, told};

const DETECTORS: &str = r"
detectors:
  - name: Pair
    keywords: [acmepair]
    regex:
      id: '\b(ti[0-9]{6})\b'
      secret: '\bts_([a-zA-Z0-9!]{8})(?:[^a-zA-Z0-9!]|$)'
    primary_regex_name: secret
    exclude_regexes_capture: ['^x']
    exclude_regexes_match: ['#$']
    exclude_words: [Demo]
    entropy: 2.0
    validations:
      secret:
        contains_digit: true
        contains_lowercase: true
        contains_uppercase: true
        contains_special_char: true
    verify:
      - endpoint: https://verify.example.com/
        unsafe: false
  - name: Both
    keywords: []
    regex:
      left: 'tl_[0-9]{4}'
      right: 'tr_[0-9]{4}'
  - name: single
    regex: {key: 'tk_([0-9]+)x'}
  - name: wrong
    regex: {key: 'tk_(?=x)'}
";

#[test]
fn all_expressions_of_a_detector_must_match() {
    let imported = imported(Format::TruffleHog, DETECTORS);
    let good = "acmepair ti123456 then\nts_aB1!cdEf\n";
    agree(
        &imported,
        &[
            case("a", good, &[("pair-secret", 2, "aB1!cdEf")]),
            case("a", "pair ti123456 ts_aB1!cdEf", &[]),
            case("a", "acmepair ti12345 ts_aB1!cdEf", &[]),
            case("a", "acmepair ti123456", &[]),
            case("a", "acmepair ti123456 ts_aB1xcdEf", &[]),
            case("a", "acmepair ti123456 ts_ab1!cdef", &[]),
            case("a", "acmepair ti123456 ts_xB1!cdEf", &[]),
            case("a", "acmepair ti123456 ts_aB1!cdEf#", &[]),
            case("a", "acmepair ti123456 ts_aB1!DEMO", &[]),
            case("a", "acmepair ti123456 ts_aaaaaB1!", &[]),
            case(
                "a",
                "tl_1234\n\ntr_1234",
                &[("both-left", 1, "tl_1234"), ("both-right", 3, "tr_1234")],
            ),
            case("a", "tl_1234", &[]),
            case("a", "tk_123x", &[("single", 1, "123")]),
        ],
    );
    assert_eq!(
        told(&imported),
        [
            "rules.x:19: Pair: `verify` dropped: nothing is asked over the network",
            "rules.x:28: single: `regex` changed: a match has 16384 bytes at most",
            "rules.x:30: wrong: `regex` refused: look-around, including look-ahead and look-behind, is not supported",
        ]
    );
}
