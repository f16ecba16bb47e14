//! What patterns with unbounded repetitions must contain. Matches of such a
//! pattern are as long as their rule says at most.

use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

use crate::detect::literals::{Extracted, extracted};
use crate::detect::syntax;

/// What every match of `pattern` must contain, as if each unbounded repetition had
/// at most `times`: what stands farther from its beginning is not looked for.
///
/// # Errors
/// The pattern does not parse.
pub(super) fn extract_open(
    pattern: &str,
    times: u32,
) -> Result<Extracted, Box<regex_syntax::Error>> {
    let hir = syntax::parse(pattern)?;
    Ok(Extracted {
        max_len: hir.properties().maximum_len(),
        ..extracted(&bounded(&hir, times))
    })
}

/// `hir` with an end to every repetition.
fn bounded(hir: &Hir, times: u32) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(|part| bounded(part, times)).collect();
    match hir.kind() {
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            max: repetition.max.or(Some(times.max(repetition.min))),
            sub: Box::new(bounded(&repetition.sub, times)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => Hir::capture(Capture {
            sub: Box::new(bounded(&capture.sub, times)),
            ..capture.clone()
        }),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        _ => hir.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::literals::extract;

    #[test]
    fn open_ends_are_taken_for_long_ones() {
        let open = |pattern| extract_open(pattern, 100).unwrap();
        let required = open(r"[a-z]+\s*zqxj[0-9]{20,}").required.unwrap();
        assert_eq!((required.literals.len(), required.back), (1, 200));
        assert_eq!(open("ab+").max_len, None);
        assert_eq!(
            extract_open("abc[a-z]{3}", 9).unwrap(),
            extract("abc[a-z]{3}").unwrap()
        );
    }
}
