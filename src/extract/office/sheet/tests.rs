//! Cells come with their names, and labels with their values.

use super::*;
use crate::extract::office::testing::{anchored, budget};

fn told(strings: &str, sheet: &str) -> Vec<(String, String)> {
    budget(|budget| {
        let mut shared = Strings::default();
        shared.read(strings.as_bytes(), budget).unwrap();
        anchored(|draft| read(sheet.as_bytes(), "Sheet 1", &shared, draft).unwrap())
    })
}

fn pairs(told: &[(&str, &str)]) -> Vec<(String, String)> {
    told.iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

#[test]
fn cells_of_all_kinds_are_told_with_their_names() {
    let strings = "<sst><si><t>one</t></si><si><r><t>tw</t></r><r><t>o</t></r><rPh><t>no</t></rPh></si></sst>";
    let sheet = "<sheetData><row r=\"2\"><c r=\"B2\" t=\"s\"><v>1</v></c><c r=\"AB2\"><v>4.2E+3</v></c></row>\
        <row><c t=\"inlineStr\"><is><t>three</t></is></c><c t=\"s\"><v>0</v></c><c t=\"s\"><v>9</v></c></row>\
        <row r=\"9\"><c r=\"A9\" t=\"str\"><f>\"fo\"&amp;\"ur\"</f><v>four</v></c></row></sheetData>";
    assert_eq!(
        told(strings, sheet),
        pairs(&[
            ("Sheet 1!B2", "two\t"),
            ("Sheet 1!AB2", "4200\n"),
            ("Sheet 1!A3", "three\t"),
            ("Sheet 1!B3", "one\n"),
            ("Sheet 1!A9", "four\n"),
            ("Sheet 1!A9", "\"fo\"&\"ur\"\n"),
        ])
    );
}

#[test]
fn a_secret_and_its_label_have_a_line_of_their_own() {
    let cells = |row: u32, texts: &[&str]| {
        let cells = texts
            .iter()
            .map(|text| format!("<c t=\"str\"><v>{text}</v></c>"));
        format!("<row r=\"{row}\">{}</row>", cells.collect::<String>())
    };
    let sheet = cells(1, &["host", "password", "x7#kQ9!pLm", "remark"]);
    let texts: String = told("", &sheet).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, "host\npassword\tx7#kQ9!pLm\nremark\n");
    let sheet = cells(1, &["host", "Passwort", "note"]) + &cells(2, &["a", "x7#kQ9!pLm", "b c"]);
    let texts: String = told("", &sheet).into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        texts,
        "host\tPasswort\tnote\na\nPasswort\tx7#kQ9!pLm\nb c\n"
    );
    let sheet = cells(1, &["host", "width", "note"]) + &cells(2, &["a", "x7#kQ9!pLm", "b c"]);
    let texts: String = told("", &sheet).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, "host\twidth\tnote\na\tx7#kQ9!pLm\tb c\n");
}

#[test]
fn headers_and_messages_come_after_the_cells() {
    let sheet = "<sheetData/><dataValidations><dataValidation prompt=\"say\"><formula1>\"a,b\"</formula1></dataValidation></dataValidations>\
        <headerFooter><oddHeader>&amp;L&amp;\"Arial,Bold\"&amp;12SECRET&amp;C&amp;K00FF00R&amp;&amp;D</oddHeader></headerFooter>";
    assert_eq!(
        told("", sheet),
        pairs(&[("", "say\n\"a,b\"\nSECRET\nR&D\n")])
    );
}

#[test]
fn names_of_cells_are_read() {
    for (name, expected) in [
        ("B2", Some((2, 2))),
        ("aa10", Some((27, 10))),
        ("2", None),
        ("ZZZZZZZZZ1", None),
        ("B", None),
    ] {
        assert_eq!(column_and_row(name.as_bytes()), expected, "{name}");
    }
}

#[test]
fn names_of_a_workbook_are_told() {
    let xml = "<definedNames><definedName name=\"key\">\"value\"</definedName><definedName name=\"area\">Sheet1!$A$1</definedName></definedNames>";
    let told = anchored(|draft| names(xml.as_bytes(), draft).unwrap());
    assert_eq!(told, pairs(&[("", "key: value\narea: Sheet1!$A$1\n")]));
}

#[test]
fn texts_of_formulas_are_put_together() {
    for (formula, expected) in [
        ("\"one\"&\"two\"", Some("\"onetwo\"")),
        ("A1&\"one\" & \"two\"", Some("A1&\"onetwo\"")),
        (
            "CONCATENATE(\"one\", \"two\")",
            Some("CONCATENATE(\"onetwo\")"),
        ),
        ("IF(A1,\"one\",\"two\")", None),
        ("\"one\"&A1", None),
    ] {
        let found = joined(formula.as_bytes());
        assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{formula}");
    }
}
