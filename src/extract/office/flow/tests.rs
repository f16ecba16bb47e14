//! Text that flows comes as it is read, whatever its runs are.

use super::*;
use crate::extract::office::testing::drafted;

fn told(xml: &str) -> String {
    drafted(|draft| read(xml.as_bytes(), draft).unwrap())
}

fn paragraph(inner: &str) -> String {
    format!("<w:p>{inner}</w:p>")
}

#[test]
fn runs_are_joined_and_paragraphs_are_lines() {
    let runs = "<w:r><w:t>AK</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">IA </w:t></w:r>\
                <w:r><w:tab/><w:t>x&amp;y</w:t><w:noBreakHyphen/><w:br/><w:t>z</w:t></w:r>";
    assert_eq!(
        told(&(paragraph(runs) + &paragraph(""))),
        "AKIA \tx&y-\nz\n"
    );
    assert_eq!(told("<w:p><w:rStyle>no text</w:rStyle></w:p>"), "");
}

#[test]
fn cells_of_a_row_stand_on_one_line() {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph(&format!("<w:t>{text}</w:t>")));
    let row = format!("<w:tr>{}{}</w:tr>", cell("password"), cell("value"));
    let nested = format!(
        "<w:tr>{}<w:tc><w:tbl>{row}</w:tbl></w:tc></w:tr>",
        cell("a")
    );
    assert_eq!(
        told(&format!("{row}{nested}{}", paragraph("<w:t>end</w:t>"))),
        "password\tvalue\na\tpassword\tvalue\nend\n"
    );
}

#[test]
fn both_sides_of_a_tracked_change_are_told() {
    let text = "<w:r><w:t>the password: </w:t></w:r><w:del><w:r><w:delText>old</w:delText></w:r></w:del>\
                <w:ins><w:r><w:t>new</w:t></w:r></w:ins><w:r><w:t>er one</w:t></w:r>";
    assert_eq!(
        told(&paragraph(text)),
        "the password: newer one\nthe password: older\n"
    );
    let moved = "<w:moveFrom><w:r><w:t>all</w:t></w:r></w:moveFrom>";
    assert_eq!(told(&paragraph(moved)), "all\n");
}

#[test]
fn boxes_follow_their_paragraph_and_alternatives_are_told_once() {
    let inner = paragraph("<w:r><w:t>in the box</w:t></w:r>");
    let shape = format!(
        "<mc:AlternateContent><mc:Choice><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx></mc:Choice>\
         <mc:Fallback><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></mc:Fallback></mc:AlternateContent>"
    );
    let text = format!("<w:r><w:t>AK</w:t></w:r><w:r>{shape}</w:r><w:r><w:t>IA</w:t></w:r>");
    assert_eq!(told(&paragraph(&text)), "AKIA\nin the box\n");
    assert_eq!(
        told(&paragraph("<v:textpath string=\"SECRET\"/>")),
        "SECRET\n"
    );
}

#[test]
fn a_cut_off_part_gives_what_there_is() {
    assert_eq!(
        told("<w:tr><w:tc><w:txbxContent><w:p><w:r><w:t>some te"),
        "some te\n"
    );
    assert_eq!(told("</w:p></w:txbxContent></w:tc></w:tr></w:t>"), "");
}
