//! Files that nobody means well with: an import tells what is wrong or gives
//! rules that load, whatever it is given.

use std::io;

use proptest::prelude::*;
use stanch::rules::import::{Format, import};
use stanch::rules::load::RuleSet;

/// Texts that look like parts of patterns.
const PIECES: &str = r#"[a-z0-9_(){}\[\]|?*+.^$\\:,=<>!'"/é #~&-]{0,24}"#;

fn survives(format: Format, text: &str) {
    let none = |_: &str| Err(io::ErrorKind::NotFound.into());
    let Ok(imported) = import(format, &[("x", text)], &none) else {
        return;
    };
    let written = imported.to_toml();
    if let Err(found) = RuleSet::of(&[("x.toml", &written)]) {
        panic!("{found}\n{written}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_a_configuration_says_gives_rules_that_load(
        regex in PIECES, path in PIECES, allow in PIECES, filter in PIECES,
        entropy in -1.0..99.0_f64, id in "\\PC{0,12}", group in 0..4_u8,
    ) {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let text = format!(
            "[[rules]]\nid = {}\nregex = {}\npath = {}\nentropy = {entropy:?}\nsecretGroup = {group}\n\
             description = {}\nfilter = {}\nkeywords = [{}]\n\
             [[rules.allowlists]]\nregexes = [{}]\nstopwords = [{}]\n",
            quoted(&id), quoted(&regex), quoted(&path), quoted(&allow), quoted(&filter),
            quoted(&path), quoted(&allow), quoted(&regex),
        );
        survives(Format::Gitleaks, &text);
        survives(Format::Betterleaks, &text);
    }

    #[test]
    fn whatever_yaml_says_gives_rules_that_load(
        pattern in PIECES, example in "\\PC{0,40}", entropy in -1.0..99.0_f64,
    ) {
        let quoted = |text: &str| serde_json::to_string(text).unwrap();
        let text = format!(
            "rules:\n- id: {}\n  name: {}\n  pattern: {}\n  min_entropy: {entropy}\n  \
             examples: [{}]\n  keywords: [{}]\n",
            quoted(&example), quoted(&pattern), quoted(&pattern), quoted(&example), quoted(&pattern),
        );
        for format in [Format::Kingfisher, Format::NoseyParker, Format::Titus] {
            survives(format, &text);
        }
        let text = format!(
            "detectors:\n- name: {}\n  regex: {{a: {}, b: {}}}\n  entropy: {entropy}\n  \
             exclude_words: [{}]\n",
            quoted(&example), quoted(&pattern), quoted(&example), quoted(&pattern),
        );
        survives(Format::TruffleHog, &text);
    }

    #[test]
    fn no_text_at_all_panics(text in "[a-z:{}\\[\\]\\-&* \\n'\"|>#=.é]{0,80}") {
        for (_, format) in Format::ALL {
            survives(*format, &text);
        }
        let _ = Format::guess(&text);
    }
}
