//! A pattern that finds all of several examples: what they begin with, and the
//! kinds of characters that follow.

/// Shortest token that is made a pattern of, in bytes.
const SHORTEST: usize = 8;
/// Fewest characters that the examples must have in common.
const COMMON: usize = 3;

/// The pattern; none when the examples have too little in common.
pub(super) fn pattern(examples: &[String]) -> Option<String> {
    let tokens: Option<Vec<&str>> = examples.iter().map(|text| token(text)).collect();
    let tokens = tokens.filter(|tokens| !tokens.is_empty())?;
    let prefix = prefix(&tokens);
    if prefix.len() < COMMON {
        return None;
    }
    let rests: Vec<&str> = tokens.iter().map(|token| &token[prefix.len()..]).collect();
    let least = rests.iter().map(|rest| rest.len()).min()?;
    let most = rests.iter().map(|rest| rest.len()).max()?;
    if least == 0 {
        return None;
    }
    let count = if least == most {
        format!("{{{least}}}")
    } else {
        format!("{{{least},{most}}}")
    };
    let all = rests.concat();
    let end = if all.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        r"\b"
    } else {
        ""
    };
    // Outside of brackets a hyphen is a hyphen.
    let prefix = regex_syntax::escape(prefix).replace(r"\-", "-");
    Some(format!(r"\b({prefix}{}{count}){end}", class(&all)))
}

/// The longest run of characters that tokens are made of.
fn token(text: &str) -> Option<&str> {
    let parts = text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-.+/".contains(c)));
    let longest = parts.max_by_key(|part| part.len())?;
    let begins = longest.starts_with(|c: char| c.is_ascii_alphanumeric());
    (longest.len() >= SHORTEST && begins).then_some(longest)
}

/// What all `tokens` begin with, up to the last separator; of one token what
/// stands before its last separator, or its first letters.
fn prefix<'a>(tokens: &[&'a str]) -> &'a str {
    let first = tokens[0];
    let same = |at: usize| {
        let byte = first.as_bytes()[at];
        tokens.iter().all(|t| t.as_bytes().get(at) == Some(&byte))
    };
    let common = (0..first.len()).take_while(|&at| same(at)).count();
    let common = &first[..common];
    if let Some(at) = common.rfind(['_', '-', '.']) {
        return &common[..=at];
    }
    if tokens.len() > 1 {
        return common;
    }
    let letters = common.find(|c: char| !c.is_ascii_alphabetic());
    &common[..letters.unwrap_or(0).min(6)]
}

/// The narrowest usual class that holds every character of `text`.
fn class(text: &str) -> String {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    let hexadecimal = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    if text.bytes().all(|b| hexadecimal(&b)) && text.len() >= 16 {
        return "[0-9a-f]".into();
    }
    let mut out = String::from("[");
    for (is, range) in [
        (u8::is_ascii_uppercase as fn(&u8) -> bool, "A-Z"),
        (u8::is_ascii_lowercase, "a-z"),
        (u8::is_ascii_digit, "0-9"),
    ] {
        if has(is) {
            out.push_str(range);
        }
    }
    for (sign, written) in [('_', "_"), ('.', "."), ('+', "+"), ('/', "/"), ('-', "-")] {
        if text.contains(sign) {
            out.push_str(written);
        }
    }
    out + "]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_become_what_they_have_in_common() {
        let made = |examples: &[&str]| {
            let owned: Vec<String> = examples.iter().map(ToString::to_string).collect();
            pattern(&owned)
        };
        for (examples, expected) in [
            (
                &["zo_live_ab12cd34", "zo_live_xy98zz77"][..],
                r"\b(zo_live_[a-z0-9]{8})\b",
            ),
            (&["ZORP12ab34", "ZORP99xx11z"], r"\b(ZORP[a-z0-9]{6,7})\b"),
            (&["x = 'zo-Ab1.Cd2-E'"], r"\b(zo-Ab1\.Cd2-[A-Z]{1})\b"),
        ] {
            assert_eq!(made(examples).as_deref(), Some(expected), "{examples:?}");
        }
        assert_eq!(made(&["abcdefgh", "zyxwvuts"]), None);
        assert_eq!(made(&["short"]), None);
    }
}
