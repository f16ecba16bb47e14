//! The syntax of PDF: numbers, names, strings, arrays, dictionaries and
//! keywords (ISO 32000-2 §7.2 and §7.3). It takes what it can and never fails.

/// Most objects inside one object.
const MOST: usize = 1 << 20;
/// Deepest nesting of arrays and dictionaries.
const DEEPEST: usize = 48;

/// An object of a file or an operand of a content stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Object {
    Null,
    Bool(bool),
    Number(f64),
    Name(Box<[u8]>),
    String(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    /// The number of another object.
    Ref(u32),
}

/// A dictionary, in the order in which it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dict(pub(super) Vec<(Box<[u8]>, Object)>);

impl Dict {
    /// The value of `key`; of several the last one.
    pub(super) fn get(&self, key: &str) -> Option<&Object> {
        let mut entries = self.0.iter().rev();
        entries
            .find(|(name, _)| **name == *key.as_bytes())
            .map(|(_, value)| value)
    }

    /// The name that `key` has for a value.
    pub(super) fn name(&self, key: &str) -> Option<&[u8]> {
        match self.get(key)? {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }

    /// True when the value of `key` is the name `value`.
    pub(super) fn is(&self, key: &str, value: &str) -> bool {
        self.name(key) == Some(value.as_bytes())
    }
}

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Object::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A number as a count; negative ones are none.
    #[expect(
        clippy::cast_sign_loss,
        reason = "negative numbers are refused, large ones saturate"
    )]
    pub(super) fn count(&self) -> Option<usize> {
        self.number()
            .filter(|number| *number >= 0.0)
            .map(|number| number as usize)
    }

    pub(super) fn dict(&self) -> Option<&Dict> {
        match self {
            Object::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(super) fn string(&self) -> Option<&[u8]> {
        match self {
            Object::String(string) => Some(string),
            _ => None,
        }
    }

    /// The elements of an array; another object is an array of itself.
    pub(super) fn elements(&self) -> &[Object] {
        match self {
            Object::Array(elements) => elements,
            Object::Null => &[],
            other => std::slice::from_ref(other),
        }
    }
}

/// What stands next in the input.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Object(Object),
    /// An operator, or a word of the file's structure.
    Word(&'a [u8]),
}

/// Reads objects and words one after the other.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// Objects that the one being read may still hold.
    left: usize,
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Lexer<'a> {
        Lexer {
            bytes,
            at,
            left: MOST,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over white space and comments.
    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let rest = &self.bytes[self.at..];
                self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            } else if is_space(byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// The next object or word; `None` at the end.
    pub(super) fn token(&mut self) -> Option<Token<'a>> {
        self.left = MOST;
        self.next(0)
    }

    fn next(&mut self, depth: usize) -> Option<Token<'a>> {
        self.skip_space();
        let start = self.at;
        let byte = self.peek()?;
        let second = self.bytes.get(start + 1).copied();
        let object = match byte {
            b'/' => Object::Name(self.name()),
            b'(' => Object::String(self.literal()),
            b'<' if second == Some(b'<') => {
                self.at += 2;
                Object::Dict(self.dict(depth)?)
            }
            b'<' => Object::String(self.hex()),
            b'[' => {
                self.at += 1;
                Object::Array(self.array(depth)?)
            }
            b'>' if second == Some(b'>') => {
                self.at += 2;
                return Some(Token::Word(b">>"));
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number(),
            _ if is_regular(byte) => return Some(self.word()),
            _ => {
                self.at += 1;
                return Some(Token::Word(&self.bytes[start..=start]));
            }
        };
        Some(Token::Object(object))
    }

    fn word(&mut self) -> Token<'a> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !is_regular(*byte));
        let word = &rest[..length.unwrap_or(rest.len())];
        self.at += word.len();
        match word {
            b"null" => Token::Object(Object::Null),
            b"true" => Token::Object(Object::Bool(true)),
            b"false" => Token::Object(Object::Bool(false)),
            _ => Token::Word(word),
        }
    }

    /// Digits of a number at the current place, without a sign.
    pub(super) fn integer(&mut self) -> Option<u64> {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let text = std::str::from_utf8(&rest[..length]).ok()?;
        let number = text.parse().ok()?;
        self.at += length;
        Some(number)
    }

    fn number(&mut self) -> Object {
        let rest = &self.bytes[self.at..];
        let is_part = |b: &&u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.');
        let length = rest.iter().take_while(is_part).count();
        let text = std::str::from_utf8(&rest[..length]).unwrap_or_default();
        self.at += length;
        if let Ok(number) = text.parse::<f64>() {
            return self.reference(text).unwrap_or(Object::Number(number));
        }
        // Programs write `--5` and `1.2.3` and `12-34`.
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        let digits = text.trim_start_matches(['+', '-']);
        let end = digits.find(['+', '-']).unwrap_or(digits.len());
        let mut points = digits[..end].match_indices('.');
        let end = points.nth(1).map_or(end, |(at, _)| at);
        Object::Number(sign * digits[..end].parse().unwrap_or(0.0))
    }

    /// `12 0 R`, behind its first number.
    fn reference(&mut self, number: &str) -> Option<Object> {
        let number: u32 = number.parse().ok()?;
        let mut ahead = Lexer {
            bytes: self.bytes,
            at: self.at,
            left: 0,
        };
        let blank = |ahead: &mut Lexer<'_>| {
            let start = ahead.at;
            while ahead.peek().is_some_and(is_space) && ahead.at - start < 8 {
                ahead.at += 1;
            }
            ahead.at > start
        };
        let spaced = blank(&mut ahead) && ahead.integer().is_some() && blank(&mut ahead);
        let after = ahead.bytes.get(ahead.at + 1);
        if !spaced || ahead.peek() != Some(b'R') || after.is_some_and(|byte| is_regular(*byte)) {
            return None;
        }
        self.at = ahead.at + 1;
        Some(Object::Ref(number))
    }

    fn name(&mut self) -> Box<[u8]> {
        self.at += 1;
        let mut name = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| is_regular(*byte)) {
            self.at += 1;
            let digits = self.bytes.get(self.at..self.at + 2);
            let escaped = digits.filter(|_| byte == b'#').and_then(hex_pair);
            if escaped.is_some() {
                self.at += 2;
            }
            name.push(escaped.unwrap_or(byte));
        }
        name.into()
    }

    fn literal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut out = Vec::new();
        let mut open = 1_u32;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' if open == 1 => break,
                b')' => open -= 1,
                b'\\' => {
                    out.extend(self.escape());
                    continue;
                }
                _ => {}
            }
            out.push(byte);
        }
        out
    }

    fn escape(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 12,
            b'\n' => return None,
            b'\r' => {
                self.at += usize::from(self.peek() == Some(b'\n'));
                return None;
            }
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else {
                        break;
                    };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                code as u8
            }
            other => other,
        })
    }

    fn hex(&mut self) -> Vec<u8> {
        self.at += 1;
        let rest = &self.bytes[self.at..];
        let length = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        self.at += (length + 1).min(rest.len());
        unhex(&rest[..length])
    }

    fn array(&mut self, depth: usize) -> Option<Vec<Object>> {
        let mut elements = Vec::new();
        loop {
            match self.inner(depth) {
                Some(Token::Object(object)) => elements.push(object),
                None | Some(Token::Word(b"]")) => return Some(elements),
                Some(Token::Word(word)) if is_end(word) => {
                    self.at -= word.len();
                    return Some(elements);
                }
                Some(Token::Word(_)) => {}
            }
        }
    }

    fn dict(&mut self, depth: usize) -> Option<Dict> {
        let mut dict = Dict::default();
        let mut key = None;
        loop {
            match self.inner(depth) {
                Some(Token::Object(Object::Name(name))) if key.is_none() => key = Some(name),
                Some(Token::Object(object)) => {
                    if let Some(key) = key.take() {
                        dict.0.push((key, object));
                    }
                }
                None | Some(Token::Word(b">>")) => return Some(dict),
                Some(Token::Word(word)) if is_end(word) => {
                    self.at -= word.len();
                    return Some(dict);
                }
                Some(Token::Word(_)) => {}
            }
        }
    }

    /// What stands next inside an array or a dictionary; nothing once they
    /// are too many or too deep.
    fn inner(&mut self, depth: usize) -> Option<Token<'a>> {
        if depth >= DEEPEST || self.left == 0 {
            return None;
        }
        self.left -= 1;
        self.next(depth + 1)
    }
}

/// Words that end an object that was not closed.
fn is_end(word: &[u8]) -> bool {
    matches!(
        word,
        b"endobj" | b"obj" | b"stream" | b"endstream" | b"xref"
    )
}

fn hex_pair(digits: &[u8]) -> Option<u8> {
    let high = char::from(*digits.first()?).to_digit(16)?;
    let low = char::from(*digits.get(1)?).to_digit(16)?;
    Some((high * 16 + low) as u8)
}

/// The bytes that hexadecimal digits stand for; others are passed over.
pub(super) fn unhex(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 2 + 1);
    let mut half = None;
    for digit in text.iter().filter_map(|b| char::from(*b).to_digit(16)) {
        match half.take() {
            None => half = Some(digit),
            Some(high) => out.push((high * 16 + digit) as u8),
        }
    }
    out.extend(half.map(|high| (high * 16) as u8));
    out
}

#[cfg(test)]
mod tests;
