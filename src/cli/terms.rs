//! What a rule demands beside its pattern, in sentences.

use crate::rules::terms::Terms;

/// A sentence for each demand.
pub(super) fn sentences(terms: &Terms) -> Vec<String> {
    let mut told = Vec::new();
    let listed = |list: &[String]| {
        let quoted: Vec<String> = list.iter().map(|text| format!("`{text}`")).collect();
        quoted.join(" or ")
    };
    let texts = |list: &[String], words: &str, told: &mut Vec<String>| {
        if !list.is_empty() {
            told.push(format!("{words} {}.", listed(list)));
        }
    };
    texts(terms.paths.texts(), "The path must match", &mut told);
    let excluded = terms.exclude_paths.texts();
    texts(excluded, "The path may not match", &mut told);
    texts(
        &terms.keywords,
        "Somewhere in the file must stand",
        &mut told,
    );
    if let Some(bits) = terms.entropy_over {
        told.push(format!(
            "The value must have more than {bits} bits per character."
        ));
    }
    if let Some(wanted) = &terms.characters {
        told.push(format!(
            "The value must have {} digits, {} upper case and {} lower case letters, and {} special \
             characters or more.",
            wanted.digits, wanted.uppercase, wanted.lowercase, wanted.special
        ));
    }
    for required in &terms.requires {
        let lines = required.within_lines;
        let near = lines.map_or("in the same file".to_owned(), |lines| {
            format!("within {lines} lines")
        });
        told.push(format!("The rule `{}` must match {near}.", required.rule));
    }
    exceptions(terms, &mut told);
    if terms.helper {
        told.push("It serves other rules and gives no finding of its own.".into());
    }
    if terms.generic {
        told.push("It gives way to other findings of the same value on its line.".into());
    }
    told
}

/// What of a rule's matches is harmless.
fn exceptions(terms: &Terms, told: &mut Vec<String>) {
    let shared = terms.shared.as_deref();
    let count = terms.except.len() + shared.map_or(0, |shared| shared.except.len());
    match count {
        0 => {}
        1 => told.push("One exception makes matches harmless.".into()),
        several => told.push(format!("{several} exceptions make matches harmless.")),
    }
    let of_file = shared.and_then(|shared| shared.filter.as_ref());
    for filter in of_file.into_iter().chain(&terms.filter) {
        told.push(format!("It is harmless if `{}`.", filter.text()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::terms::patterns::Patterns;

    #[test]
    fn demands_are_told_and_missing_ones_are_not() {
        assert!(sentences(&Terms::default()).is_empty());
        let terms = Terms {
            paths: Patterns::new(vec!["x$".into(), "y$".into()]),
            entropy_over: Some(2.5),
            helper: true,
            ..Terms::default()
        };
        assert_eq!(
            sentences(&terms),
            [
                "The path must match `x$` or `y$`.",
                "The value must have more than 2.5 bits per character.",
                "It serves other rules and gives no finding of its own.",
            ]
        );
    }
}
