//! Objects are read as they are written, and as they are broken.

use super::*;

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer::new(text.as_bytes(), 0);
    std::iter::from_fn(|| lexer.token()).collect()
}

fn object(text: &str) -> Object {
    match Lexer::new(text.as_bytes(), 0).token() {
        Some(Token::Object(object)) => object,
        other => panic!("{other:?}"),
    }
}

#[test]
fn strings_are_unescaped() {
    for (written, read) in [
        ("(a (b) c)", &b"a (b) c"[..]),
        ("(a\\)\\n\\101\\0b\\\r\nc\\q)", b"a)\nA\0bcq"),
        ("<41 4 2 4>", b"AB@"),
        ("<>", b""),
        ("(open", b"open"),
    ] {
        assert_eq!(object(written), Object::String(read.to_vec()), "{written}");
    }
}

#[test]
fn numbers_are_read_as_programs_write_them() {
    for (written, read) in [
        ("-.5", -0.5),
        ("+7", 7.0),
        ("--5", -5.0),
        ("1.2.3", 1.2),
        ("4.", 4.0),
        ("-", -0.0),
    ] {
        assert_eq!(object(written), Object::Number(read), "{written}");
    }
}

#[test]
fn references_are_told_from_numbers() {
    let array = object("[1 0 R 2 0 RG 3 4]");
    let ints = |n: f64| Object::Number(n);
    assert_eq!(
        array.elements(),
        [Object::Ref(1), ints(2.0), ints(0.0), ints(3.0), ints(4.0)]
    );
}

#[test]
fn dictionaries_end_where_their_object_does() {
    let Object::Dict(dict) = object("<< /A#42 1 /B [ /c true /D << /E null >> endobj") else {
        panic!()
    };
    assert_eq!(dict.get("AB"), Some(&Object::Number(1.0)));
    assert_eq!(dict.get("B").map(|b| b.elements().len()), Some(4));
    assert_eq!(dict.get("C"), None);
}

#[test]
fn words_and_comments_are_told_apart() {
    let read = tokens("% no (string)\nBT /F1 12 Tf } ) T*");
    let words: Vec<&[u8]> = read
        .iter()
        .filter_map(|token| match token {
            Token::Word(word) => Some(*word),
            Token::Object(_) => None,
        })
        .collect();
    assert_eq!(words, [&b"BT"[..], b"Tf", b"}", b")", b"T*"]);
}

#[test]
fn nesting_ends_at_a_depth() {
    let deep = "[".repeat(100_000);
    assert!(!tokens(&deep).is_empty());
}
