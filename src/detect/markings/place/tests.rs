//! Which place of a marking speaks for it, and which against.

use super::*;

fn said(base: i8, text: &str, words: &str) -> Option<Confidence> {
    let at = text.find(words).unwrap();
    let span = Span::new(at, at + words.len());
    let file = File::default();
    is_whole(text.as_bytes(), span)
        .then(|| judge(base, text.as_bytes(), span, file))??
        .confidence
        .into()
}

/// Far from both edges.
fn inside(line: &str) -> String {
    let much = "Some words of a long text that goes on and on.\n".repeat(200);
    format!("{much}{line}\n{much}")
}

#[test]
fn the_place_decides() {
    for (line, words, expected) in [
        ("CONFIDENTIAL", "CONFIDENTIAL", Some(Confidence::Medium)),
        ("Confidential", "Confidential", Some(Confidence::Low)),
        (
            "*** CONFIDENTIAL ***",
            "CONFIDENTIAL",
            Some(Confidence::Medium),
        ),
        ("# CONFIDENTIAL", "CONFIDENTIAL", Some(Confidence::Medium)),
        (
            "<w:t>CONFIDENTIAL</w:t>",
            "CONFIDENTIAL",
            Some(Confidence::Medium),
        ),
        (
            "Classification: Confidential",
            "Confidential",
            Some(Confidence::Low),
        ),
        (
            "Classification: CONFIDENTIAL",
            "CONFIDENTIAL",
            Some(Confidence::Medium),
        ),
        (
            "CONFIDENTIAL - Page 3 of 9",
            "CONFIDENTIAL",
            Some(Confidence::Medium),
        ),
        ("the CONFIDENTIAL report of last year", "CONFIDENTIAL", None),
        ("all information is confidential", "confidential", None),
        ("if (level == CONFIDENTIAL) {", "CONFIDENTIAL", None),
        ("    CONFIDENTIAL,", "CONFIDENTIAL", None),
        ("x = \"CONFIDENTIAL\"", "CONFIDENTIAL", None),
        ("CONFIDENTIALITY", "CONFIDENTIAL", None),
        ("LEVEL_CONFIDENTIAL", "CONFIDENTIAL", None),
    ] {
        assert_eq!(said(0, &inside(line), words), expected, "{line}");
    }
}

#[test]
fn words_that_go_with_markings_and_lists_of_words_are_known() {
    for (line, expected) in [
        ("Confidential - do not distribute", Some(Confidence::Low)),
        (" * CONFIDENTIAL, do not copy", Some(Confidence::Medium)),
        ("CONFIDENTIAL - do not distributed", None),
        (
            "Subject: [Confidential] numbers of march",
            Some(Confidence::Low),
        ),
        (
            "Subject: Re: AW: [CONFIDENTIAL] numbers",
            Some(Confidence::Medium),
        ),
        ("Subject: the [Confidential] numbers of march", None),
        ("Keywords: CONFIDENTIAL, numbers", Some(Confidence::Medium)),
        ("Keywords: CONFIDENTIAL computing with numbers", None),
    ] {
        let words = ["Confidential", "CONFIDENTIAL"];
        let words = words
            .into_iter()
            .find(|words| line.contains(words))
            .unwrap();
        assert_eq!(said(0, &inside(line), words), expected, "{line}");
    }
}

#[test]
fn the_edges_of_a_text_count() {
    let much = "Some words of a long text that goes on and on.\n".repeat(200);
    let top = format!("Acme Corporation\nConfidential\n\n{much}");
    let bottom = format!("{much}\nAcme Confidential\n");
    assert_eq!(said(0, &top, "Confidential"), Some(Confidence::Medium));
    assert_eq!(said(0, &bottom, "Confidential"), Some(Confidence::Low));
    let page = format!("{much}CONFIDENTIAL\n\u{c}{much}");
    assert_eq!(said(0, &page, "CONFIDENTIAL"), Some(Confidence::High));
}

#[test]
fn a_licence_is_about_other_things() {
    let file = File::of("vendor/LICENSE.txt", false);
    assert!(file.is_about);
    let text = b"CONFIDENTIAL\n";
    assert_eq!(
        judge(0, text, Span::new(0, 12), file).map(|m| m.confidence),
        Some(Confidence::Low)
    );
}
