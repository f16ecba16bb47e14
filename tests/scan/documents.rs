//! Values in documents are found once, and told at the place a reader of the
//! document knows.

use std::fmt::Write as _;

use crate::build::{Member, zip};
use crate::plant::Source;
use crate::tree::{Report, Tree, skips};

fn token(seed: u64) -> String {
    Source::new(seed).token()
}

/// `value` in three runs, with `markup` between them.
fn split(value: &str, markup: &str) -> String {
    format!(
        "{}{markup}{}{markup}{}",
        &value[..9],
        &value[9..20],
        &value[20..]
    )
}

fn found(content: &[u8]) -> (Vec<String>, Report) {
    let tree = Tree::of("a", content);
    let report = tree.json(&["--class", "secret,marking", "."]);
    let mut places: Vec<String> = report.findings().into_iter().map(|f| f.1).collect();
    places.sort();
    (places, report)
}

#[track_caller]
fn assert_found(content: &[u8], places: &[&str]) {
    let (found, report) = found(content);
    assert_eq!(found, places);
    assert_eq!(report.skips(), skips(&[]));
}

fn packed(members: &[(&str, String)]) -> Vec<u8> {
    let members: Vec<Member> = members
        .iter()
        .map(|(name, content)| Member::deflated(name, content.as_bytes()))
        .collect();
    zip(&members)
}

fn open_xml(parts: &[(&str, String)]) -> Vec<u8> {
    let types = ("[Content_Types].xml", "<Types/>".to_owned());
    packed(&[&[types], parts].concat())
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn a_text_is_read_through_its_runs_whatever_its_name() {
    let runs = "</w:t></w:r><w:proofErr/><w:r><w:rPr><w:b/></w:rPr><w:t>";
    let body = paragraph("words") + &paragraph(&split(&token(1), runs)) + &paragraph(&token(2));
    let document = open_xml(&[
        (
            "word/document.xml",
            format!("<w:document><w:body>{body}</w:body></w:document>"),
        ),
        (
            "word/header1.xml",
            format!("<w:hdr>{}</w:hdr>", paragraph(&split(&token(3), runs))),
        ),
        (
            "word/anything.xml",
            format!("<w:comments>{}</w:comments>", paragraph(&token(4))),
        ),
    ]);
    assert_found(
        &document,
        &[
            "a!body:2:1",
            "a!body:3:1",
            "a!comments:1:1",
            "a!header 1:1:1",
        ],
    );
}

#[test]
fn what_is_not_in_the_text_is_told_by_the_member() {
    let document = open_xml(&[
        (
            "word/document.xml",
            format!(
                "<w:document w:secret=\"{}\">{}</w:document>",
                token(5),
                paragraph("x")
            ),
        ),
        ("customXml/item1.xml", format!("<own>{}</own>", token(6))),
    ]);
    assert_found(
        &document,
        &["a!customXml/item1.xml:1:6", "a!word/document.xml:1:23"],
    );
}

#[test]
fn cells_have_names_and_labels_stand_beside_their_values() {
    let strings = format!(
        "<sst><si><t>{}</t></si><si><r><t>pass</t></r><r><t>word</t></r></si></sst>",
        token(7)
    );
    let sheet = "<worksheet><sheetData><row r=\"2\"><c r=\"B2\" t=\"s\"><v>0</v></c></row>\
        <row r=\"5\"><c r=\"A5\" t=\"s\"><v>1</v></c><c r=\"B5\" t=\"inlineStr\"><is><t>x7Kq9!pLmT</t></is></c>\
        <c r=\"C5\" t=\"inlineStr\"><is><t>some words</t></is></c></row></sheetData></worksheet>";
    let book = "<workbook><sheets><sheet name=\"Hidden one\" state=\"hidden\" r:id=\"r9\"/></sheets></workbook>";
    let links =
        "<Relationships><Relationship Id=\"r9\" Target=\"worksheets/sheet4.xml\"/></Relationships>";
    let document = open_xml(&[
        ("xl/worksheets/sheet4.xml", sheet.to_owned()),
        ("xl/workbook.xml", book.to_owned()),
        ("xl/_rels/workbook.xml.rels", links.to_owned()),
        ("xl/sharedStrings.xml", strings),
    ]);
    assert_found(&document, &["a!Hidden one!B2:1:1", "a!Hidden one!B5:2:10"]);
}

#[test]
fn open_documents_are_read_packed_and_flat() {
    let spans = "</text:span><text:span>";
    let text = |seed| {
        format!(
            "<text:p><text:span>{}</text:span></text:p>",
            split(&token(seed), spans)
        )
    };
    let packed = packed(&[
        (
            "mimetype",
            "application/vnd.oasis.opendocument.text".to_owned(),
        ),
        (
            "content.xml",
            format!(
                "<office:document-content>{}</office:document-content>",
                text(8)
            ),
        ),
        (
            "styles.xml",
            format!(
                "<office:document-styles><style:footer>{}</style:footer></office:document-styles>",
                text(9)
            ),
        ),
    ]);
    assert_found(&packed, &["a!body:1:1", "a!footer 1:1:1"]);
    let flat = format!(
        "<?xml version=\"1.0\"?>\n<office:document office:version=\"1.3\">{}</office:document>",
        text(10)
    );
    assert_found(flat.as_bytes(), &["a!body:1:1"]);
}

#[test]
fn labels_and_markings_are_findings() {
    let guid = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";
    let property = |value: &str| {
        format!(
            "<Properties><property name=\"MSIP_Label_{guid}_Enabled\"><vt:lpwstr>{value}</vt:lpwstr></property></Properties>"
        )
    };
    let body = |text: &str| format!("<w:document>{}</w:document>", paragraph(text));
    let runs = "</w:t></w:r><w:r><w:t>";
    let marked = |value: &str, header: &str| {
        open_xml(&[
            ("word/document.xml", body("Some words.")),
            ("docProps/custom.xml", property(value)),
            (
                "word/header2.xml",
                format!("<w:hdr>{}</w:hdr>", paragraph(header)),
            ),
        ])
    };
    let (places, _) = found(&marked("true", &format!("Acme CONFI{runs}DENTIAL")));
    assert_eq!(places, ["a!header 2:1:6", "a!properties:1:12"]);
    let (places, _) = found(&marked("false", "It is all about being confidential."));
    assert_eq!(places, [""; 0]);
}

#[test]
fn a_document_without_a_directory_is_read_and_said_to_be_damaged() {
    let body = paragraph(&split(&token(11), "</w:t></w:r><w:r><w:t>"));
    let document = open_xml(&[(
        "word/document.xml",
        format!("<w:document>{body}</w:document>"),
    )]);
    let end = document
        .windows(4)
        .position(|four| four == b"PK\x01\x02")
        .unwrap();
    let (places, report) = found(&document[..end]);
    assert_eq!(places, ["a!body:1:1"]);
    assert_eq!(report.skips(), skips(&[("a", "damaged")]));
}

#[test]
fn rich_text_notebooks_and_lists_are_read() {
    let value = token(12);
    let rich = format!("{{\\rtf1\\ansi x\\par {}}}", split(&value, "{\\b }"));
    assert_found(rich.as_bytes(), &["a!body:2:1"]);
    let book = format!(
        "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\"a = 1\\n\", \"b = '{}'\"]}}]}}",
        token(13)
    );
    assert_found(book.as_bytes(), &["a!cell 1:2:6"]);
    let list = "<?xml version=\"1.0\"?><plist><dict><key>k</key><data>BASE</data></dict></plist>";
    assert_found(
        list.replace("BASE", &base64(token(14).as_bytes()))
            .as_bytes(),
        &["a!k:1:1"],
    );
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let number = three
            .iter()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for digit in 0..=three.len() {
            out.push(char::from(
                DIGITS[(number >> (18 - 6 * digit)) as usize & 63],
            ));
        }
    }
    out
}

#[test]
fn tags_inside_words_hide_nothing_in_html() {
    let page = format!(
        "<html>\n<p>x {}</p>\n",
        split(&token(15), "<b class=\"x\"></b>")
    );
    let (places, _) = found(page.as_bytes());
    assert_eq!(places, ["a:2:6"]);
    let apart = format!("<html>\n<p>x {}</p>\n", split(&token(15), "</p><p>"));
    let (places, _) = found(apart.as_bytes());
    assert_eq!(places, [""; 0]);
}

#[test]
fn entities_do_not_multiply() {
    let mut types = String::from("<!DOCTYPE x [<!ENTITY e0 \"ha\">");
    for level in 1..30 {
        write!(
            types,
            "<!ENTITY e{level} \"{}\">",
            format!("&e{};", level - 1).repeat(10)
        )
        .unwrap();
    }
    let body = format!(
        "{types}]><w:document>{}{}</w:document>",
        paragraph("&e29;"),
        paragraph(&token(16))
    );
    assert_found(&open_xml(&[("word/document.xml", body)]), &["a!body:2:1"]);
}
