//! JSON as a stream of values with the way to them, read as far as it goes.

/// Objects and arrays inside each other; deeper ones are passed over.
const DEEP: usize = 128;

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Step::Key(key) if key == name)
    }
}

/// Whether the text was read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    Broken,
}

/// Calls `take` with the way to each string, and what it says.
pub(super) fn strings(bytes: &[u8], take: &mut dyn FnMut(&[Step], &str) -> bool) -> End {
    let mut at = 0;
    let mut way: Vec<Step> = Vec::new();
    let mut deeper = 0_usize;
    let mut is_key = false;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' if way.len() >= DEEP => deeper += 1,
            b'{' => {
                way.push(Step::Key(String::new()));
                is_key = true;
            }
            b'[' => {
                way.push(Step::Index(0));
                is_key = false;
            }
            b'}' | b']' => {
                match deeper.checked_sub(1) {
                    Some(less) => deeper = less,
                    None => drop(way.pop()),
                }
                is_key = false;
            }
            b',' if deeper == 0 => match way.last_mut() {
                Some(Step::Index(index)) => *index += 1,
                Some(Step::Key(_)) => is_key = true,
                None => {}
            },
            b'"' => {
                let Some(end) = string_end(&bytes[at..]) else {
                    let text = unescaped(&bytes[at..]);
                    take(&way, &text);
                    return End::Broken;
                };
                let text = unescaped(&bytes[at..at + end]);
                at += end + 1;
                if deeper > 0 {
                    continue;
                }
                match way.last_mut() {
                    Some(Step::Key(key)) if is_key => {
                        *key = text;
                        is_key = false;
                    }
                    _ => {
                        if !take(&way, &text) {
                            return End::Whole;
                        }
                    }
                }
            }
            _ => {}
        }
    }
    if way.is_empty() {
        End::Whole
    } else {
        End::Broken
    }
}

/// Where the string that `bytes` begin inside of ends.
fn string_end(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let found = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
        if bytes[found] == b'"' {
            return Some(found);
        }
        from = found + 2;
    }
}

fn unescaped(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    if !text.contains('\\') {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        let escaped = &rest[at + 1..];
        if at > 0 {
            flush(&mut units, &mut out);
        }
        out.push_str(&rest[..at]);
        let unit = escaped.strip_prefix('u').and_then(|hex| hex.get(..4));
        if let Some(unit) = unit.and_then(|hex| u16::from_str_radix(hex, 16).ok()) {
            units.push(unit);
            rest = &escaped[5..];
            continue;
        }
        flush(&mut units, &mut out);
        let mut letters = escaped.chars();
        match letters.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r' | 'b' | 'f') | None => {}
            Some(other) => out.push(other),
        }
        rest = letters.as_str();
    }
    flush(&mut units, &mut out);
    out.push_str(rest);
    out
}

fn flush(units: &mut Vec<u16>, out: &mut String) {
    if !units.is_empty() {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> (Vec<String>, End) {
        let mut out = Vec::new();
        let end = strings(json.as_bytes(), &mut |way, text| {
            let way = way.iter().map(|step| match step {
                Step::Key(key) => format!("/{key}"),
                Step::Index(index) => format!("/{index}"),
            });
            out.push(format!("{}={text}", way.collect::<String>()));
            true
        });
        (out, end)
    }

    #[test]
    fn strings_are_told_with_their_way() {
        let (found, end) = told(
            r#"{"a": ["x", 1, {"b": "y"}], "c": {"d": "z"}, "e": null, "f\u00e9": "\ud83d\ude00\n\"\/"}"#,
        );
        assert_eq!(found, ["/a/0=x", "/a/2/b=y", "/c/d=z", "/fé=😀\n\"/"]);
        assert_eq!(end, End::Whole);
    }

    #[test]
    fn what_is_cut_off_is_told_as_far_as_it_goes() {
        let (found, end) = told(r#"{"a": ["x", "y"#);
        assert_eq!(
            (found, end),
            (vec!["/a/0=x".to_owned(), "/a/1=y".to_owned()], End::Broken)
        );
        assert_eq!(told("]}}").1, End::Whole);
    }

    #[test]
    fn deep_nesting_is_passed_over() {
        let json = format!("{}\"x\"{}, \"y\"]", "[".repeat(100_000), "]".repeat(99_999));
        let (found, end) = told(&json);
        assert_eq!((found, end), (vec!["/1=y".to_owned()], End::Whole));
    }
}
