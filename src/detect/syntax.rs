//! The syntax of patterns: regular expressions over bytes with ASCII classes, in
//! which `^` and `$` are line anchors.

use regex_syntax::hir::Hir;

/// Parses `pattern`.
pub fn parse(pattern: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .multi_line(true)
        .build()
        .parse(pattern)
        .map_err(Box::new)
}
