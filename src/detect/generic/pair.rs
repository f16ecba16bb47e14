//! Names whose value stands in a sibling: `name: X` and `value: Y`, `<key>X</key><string>Y</string>`,
//! `variable "X" { default = "Y" }`.

use super::cursor::{Cursor, is_word};
use super::operator::Operator;

/// Blanks and line ends between the two.
const GAP: usize = 80;
/// What the value's own name may be.
const VALUES: &[&[u8]] = &[b"defaultvalue", b"default", b"value", b"val"];
/// Settings of Terraform variables that may stand before the default.
const BESIDE: &[&[u8]] = &[b"type", b"description", b"sensitive", b"nullable"];
/// Elements that hold the value of the element before them.
const ELEMENTS: &[&[u8]] = &[b"<string>", b"<value>", b"<data>"];

/// Moves behind `value:`, `value=` or the like of a name and value pair, perhaps on the next line.
/// `c` stands right after the name and what closes it.
pub(super) fn sibling(c: &mut Cursor) -> Option<Operator> {
    let mut p = *c;
    blanks(&mut p);
    p.while_(1, |b| b == b',');
    blanks(&mut p);
    named_value(&mut p)?;
    *c = p;
    Some(Operator::Pair)
}

/// `{` and then `default = ` or `"value": `, where the name is a key or a block's label.
pub(super) fn block(c: &mut Cursor) -> Option<Operator> {
    let mut p = *c;
    p.while_(1, |b| b == b':');
    p.blanks(GAP);
    if !p.eat(b"{") {
        return None;
    }
    for _ in 0..4 {
        blanks(&mut p);
        let mut value = p;
        if named_value(&mut value).is_some() {
            *c = value;
            return Some(Operator::Pair);
        }
        let word = p.rest();
        if !BESIDE.iter().any(|beside| word.starts_with(beside)) {
            return None;
        }
        p.while_(200, |b| b != b'\n');
    }
    None
}

/// `</key>` or `</name>` after a name that is an element's text, and the element with its value.
pub(super) fn element(c: &mut Cursor) -> Option<Operator> {
    let mut p = *c;
    if !p.eat(b"</") {
        return None;
    }
    p.while_(40, |b| is_word(b) || matches!(b, b':' | b'-' | b'.'));
    if !p.eat(b">") {
        return None;
    }
    blanks(&mut p);
    value_element(&mut p)?;
    *c = p;
    Some(Operator::Close)
}

/// The element with the value, inside the one whose attribute is the name.
pub(super) fn inner_element(c: &mut Cursor) -> Option<()> {
    let mut p = *c;
    blanks(&mut p);
    value_element(&mut p)?;
    *c = p;
    Some(())
}

/// The same after further attributes of its tag.
pub(super) fn inner_element_after_attributes(c: &mut Cursor) -> Option<Operator> {
    let mut p = *c;
    let attribute = |b: u8| is_word(b) || matches!(b, b'=' | b'"' | b' ' | b'.' | b':' | b'-');
    p.while_(80, attribute);
    if !p.eat(b">") {
        return None;
    }
    inner_element(&mut p)?;
    *c = p;
    Some(Operator::Close)
}

fn value_element(p: &mut Cursor) -> Option<()> {
    ELEMENTS
        .iter()
        .any(|element| p.eat_word(element))
        .then_some(())
}

fn blanks(p: &mut Cursor) {
    p.while_(GAP, |b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
}

fn named_value(p: &mut Cursor) -> Option<()> {
    p.while_(2, |b| matches!(b, b'"' | b'\'' | b'\\'));
    let named = VALUES.iter().any(|value| p.eat_word(value));
    p.while_(2, |b| matches!(b, b'"' | b'\'' | b'\\'));
    p.blanks(4);
    let bound = p.eat(b"=>") || p.eat(b":=") || p.eat(b":") || p.eat(b"=");
    (named && bound).then_some(())
}
