//! What a match can begin with: the sets of bytes at its first two positions.
//!
//! Literal extraction lengthens short literals by them and learns from them
//! what may follow a literal.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::detect::literals::{EXTEND_LIMIT, Literal, Symbol};

/// The symbols that can stand at position `nth` (1 or 2) of any match of all of
/// `children` in a row.
pub(super) fn head_of_all(children: &[Hir], nth: usize) -> Option<Vec<Literal>> {
    let mut union: Vec<Literal> = Vec::new();
    for child in children {
        let properties = child.properties();
        match (properties.minimum_len(), properties.maximum_len()) {
            (_, Some(0)) => {}
            (Some(0), _) if nth == 1 => union.extend(head(child, 1)?),
            (Some(_), _) => {
                union.extend(head(child, nth)?);
                union.sort_unstable();
                union.dedup();
                return (union.len() <= EXTEND_LIMIT).then_some(union);
            }
            _ => return None,
        }
    }
    None
}

/// The symbols that can stand at position `nth` (1 or 2) of any match of `hir`
/// that is not empty.
fn head(hir: &Hir, nth: usize) -> Option<Vec<Literal>> {
    match hir.kind() {
        HirKind::Class(class) if nth == 1 => symbols(class, EXTEND_LIMIT).map(singles),
        HirKind::Capture(capture) => head(&capture.sub, nth),
        HirKind::Repetition(repetition) if nth == 1 || repetition.min as usize >= nth => {
            match repetition.sub.kind() {
                HirKind::Class(class) => symbols(class, EXTEND_LIMIT).map(singles),
                _ if nth == 1 && repetition.sub.properties().minimum_len() != Some(0) => {
                    head(&repetition.sub, 1)
                }
                _ => None,
            }
        }
        HirKind::Concat(children) => head_of_all(children, nth),
        HirKind::Alternation(branches) if nth == 1 => {
            let mut union = Vec::new();
            for branch in branches {
                union.extend(head(branch, 1)?);
            }
            union.sort_unstable();
            union.dedup();
            Some(union)
        }
        HirKind::Literal(literal) => {
            let want = *literal.0.get(nth - 1)?;
            Some(vec![vec![Symbol { want, fold: 0 }]])
        }
        _ => None,
    }
}

/// The class as symbols, pairs of cases merged; `None` over `limit` symbols.
pub(super) fn symbols(class: &Class, limit: usize) -> Option<Vec<Symbol>> {
    let Class::Bytes(class) = class else {
        return None;
    };
    let mut member = [false; 256];
    for range in class.ranges() {
        for byte in range.start()..=range.end() {
            member[usize::from(byte)] = true;
        }
    }
    let mut out = Vec::new();
    for byte in 0..=255u8 {
        if !member[usize::from(byte)] {
            continue;
        }
        let both = byte.is_ascii_alphabetic() && member[usize::from(byte ^ 0x20)];
        if both && byte.is_ascii_uppercase() {
            continue;
        }
        out.push(Symbol {
            want: byte,
            fold: if both { 0x20 } else { 0 },
        });
    }
    (out.len() <= limit).then_some(out)
}

pub(super) fn singles(symbols: Vec<Symbol>) -> Vec<Literal> {
    symbols.into_iter().map(|s| vec![s]).collect()
}
