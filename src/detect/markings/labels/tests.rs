//! Labels are known in every form in which programs write them.

use super::*;
use proptest::prelude::*;

const GUID: &str = "01234567-89ab-cdef-0123-456789abcdef";

fn read(parser: &str, text: &str) -> Option<String> {
    let text = text.as_bytes();
    (0..text.len()).find_map(|at| {
        let found = examine(parser, text, at)?;
        Some(String::from_utf8_lossy(found.span.of(text)).into_owned())
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row for each label")]
fn labels_are_read_and_those_switched_off_are_none() {
    let property = |key: &str, value: &str| {
        format!(
            "<property fmtid=\"{{D5}}\" pid=\"2\" name=\"MSIP_Label_{GUID}_{key}\"><vt:lpwstr>{value}</vt:lpwstr></property>"
        )
    };
    let label = |more: &str| {
        format!("<clbl:labelList><clbl:label id=\"{{{GUID}}}\" {more} siteId=\"{{{GUID}}}\"/>")
    };
    for (parser, text, expected) in [
        ("msip", property("Enabled", "true"), Some(GUID)),
        ("msip", property("Enabled", "false"), None),
        ("msip", property("Name", "Secret"), Some("Secret")),
        ("msip", property("SiteId", "x"), None),
        (
            "msip",
            property("Enabled", "true") + &property("Name", "Secret plans"),
            Some("Secret plans"),
        ),
        (
            "msip",
            property("Name", "Secret plans") + &property("Enabled", "false"),
            None,
        ),
        (
            "msip",
            format!("<meta name=\"MSIP_Label_{GUID}_Name\" content=\"Secret A\"><p>x</p>"),
            Some("Secret A"),
        ),
        (
            "msip",
            format!("{{\\propname MSIP_Label_{GUID}_Name}}\\proptype30{{\\staticval Secret A}}"),
            Some("Secret A"),
        ),
        (
            "msip",
            format!("<pdfx:MSIP_Label_{GUID}_Enabled>True</pdfx:MSIP_Label_{GUID}_Enabled>"),
            Some(GUID),
        ),
        (
            "msip",
            format!("msip_labels: MSIP_Label_{GUID}_Enabled=true; MSIP_Label_{GUID}_SiteId=x"),
            Some(GUID),
        ),
        (
            "label-info",
            label("enabled=\"1\" method=\"Standard\""),
            Some(GUID),
        ),
        ("label-info", label("enabled=\"1\" removed=\"1\""), None),
        ("label-info", label("enabled=\"0\""), None),
        ("label-info", "<label for=\"x\">".into(), None),
        (
            "sio-label",
            "SIO-Label: marking=\"SECRET\";\n fgcolor=red; type=\":ess\"\nTo: x\n".into(),
            Some("marking=\"SECRET\";\n fgcolor=red; type=\":ess\""),
        ),
        ("sio-label", "see SIO-Label: marking=\n".into(), None),
        (
            "protective-marking",
            "X-Protective-Marking: VER=2018.6, NS=gov.au,\n SEC=PROTECTED, ORIGIN=a@b\n".into(),
            Some("PROTECTED"),
        ),
        (
            "protective-marking",
            "X-Protective-Marking: VER=2018.6, SEC=OFFICIAL, ORIGIN=a@b\n".into(),
            None,
        ),
        (
            "mail-sensitivity",
            "Sensitivity: Company-Confidential\r\nTo: x".into(),
            Some("Company-Confidential"),
        ),
        ("mail-sensitivity", "Sensitivity: high\n".into(), None),
        (
            "mail-classification",
            "X-Classification: Internal\n".into(),
            Some("Internal"),
        ),
        (
            "mail-classification",
            "X-Classification: Public\n".into(),
            None,
        ),
        (
            "boldon-james",
            "<property name=\"bjDocumentSecurityLabel\"><vt:lpwstr>Secret A</vt:lpwstr>".into(),
            Some("Secret A"),
        ),
        ("boldon-james", "let bjDocumentSecurityLabel".into(), None),
    ] {
        assert_eq!(read(parser, &text).as_deref(), expected, "{parser}: {text}");
    }
}

#[test]
fn a_label_for_everybody_is_doubtful() {
    for (name, expected) in [
        ("Public", Confidence::Low),
        ("Öffentlich", Confidence::Low),
        ("Non-Business", Confidence::Low),
        ("Public Trust", Confidence::High),
        ("Internal", Confidence::High),
    ] {
        let text = format!("MSIP_Label_{GUID}_Enabled=true\nMSIP_Label_{GUID}_Name={name}\n");
        let found = examine("msip", text.as_bytes(), 0).unwrap();
        assert_eq!(found.confidence, expected, "{name}");
        assert_eq!(found.span.of(text.as_bytes()), name.as_bytes());
    }
}

proptest! {
    #[test]
    fn no_parser_panics(text in "(MSIP_Label_|<label |id=\"|SIO-Label:|bjDocumentLabelXML|<sisl |[ -~\n]){0,40}") {
        for parser in PARSERS {
            for at in 0..=text.len() {
                examine(parser, text.as_bytes(), at);
            }
        }
    }
}
