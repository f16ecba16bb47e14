//! The text that content streams show, with words and lines put together from
//! the places of the glyphs (ISO 32000-2 §9.4).

use std::collections::HashMap;
use std::rc::Rc;

use super::file::File;
use super::font::Font;
use super::lex::{Dict, Lexer, Object, Token};
use super::strings::decode;

/// Forms inside each other.
const DEEPEST: usize = 12;
/// Most operands of an operator.
const OPERANDS: usize = 512;
/// Fonts that are kept.
const FONTS: usize = 64;
/// A gap of so many font sizes is a space.
const SPACE: f64 = 0.15;
/// A step back of so many font sizes begins something new.
const BACK: f64 = 0.6;
/// A step up or down of so many font sizes is a new line.
const LINE: f64 = 0.4;

/// A matrix of six numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Matrix([f64; 6]);

const UNIT: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

impl Matrix {
    fn of(operands: &[Object]) -> Option<Matrix> {
        let mut numbers = [0.0; 6];
        for (slot, operand) in numbers.iter_mut().zip(operands.last_chunk::<6>()?) {
            *slot = operand.number()?;
        }
        Some(Matrix(numbers))
    }

    /// First this one, then `other`.
    #[expect(
        clippy::many_single_char_names,
        reason = "as the specification calls them"
    )]
    fn then(self, other: Matrix) -> Matrix {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Matrix([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    fn moved(self, x: f64, y: f64) -> Matrix {
        Matrix([1.0, 0.0, 0.0, 1.0, x, y]).then(self)
    }
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    letter: f64,
    word: f64,
    scale: f64,
    leading: f64,
    rise: f64,
}

/// Where the last glyph ended, and along which line.
#[derive(Clone, Copy)]
struct Pen {
    x: f64,
    y: f64,
    size: f64,
}

/// Reads content streams one after the other.
pub(super) struct Reader<'f, 'a> {
    file: &'f File<'a>,
    fonts: HashMap<u32, Rc<Font>>,
    /// Forms that were shown: each is read once.
    shown: std::collections::HashSet<u32>,
    out: String,
    /// Text that replaces or explains what is shown.
    beside: String,
    pen: Option<Pen>,
}

/// What an operator works on.
struct Stage {
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
}

impl<'f, 'a> Reader<'f, 'a> {
    pub(super) fn new(file: &'f File<'a>) -> Reader<'f, 'a> {
        Reader {
            file,
            fonts: HashMap::new(),
            shown: std::collections::HashSet::new(),
            out: String::new(),
            beside: String::new(),
            pen: None,
        }
    }

    /// The forms that were shown.
    pub(super) fn shown(&self) -> impl Iterator<Item = u32> {
        self.shown.iter().copied()
    }

    /// True when the form with this number was shown.
    pub(super) fn has_shown(&self, number: u32) -> bool {
        self.shown.contains(&number)
    }

    /// The text that `content` shows, which uses `resources`.
    pub(super) fn read(&mut self, content: &[u8], resources: &Dict) -> String {
        self.pen = None;
        self.run(content, resources, UNIT, 0);
        let mut text = std::mem::take(&mut self.out);
        if !self.beside.is_empty() {
            text.push('\n');
            text.push_str(&std::mem::take(&mut self.beside));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    fn run(&mut self, content: &[u8], resources: &Dict, matrix: Matrix, depth: usize) {
        let mut stage = Stage {
            state: State {
                matrix,
                font: None,
                size: 1.0,
                letter: 0.0,
                word: 0.0,
                scale: 1.0,
                leading: 0.0,
                rise: 0.0,
            },
            saved: Vec::new(),
            text: UNIT,
            line: UNIT,
        };
        let mut lexer = Lexer::new(content, 0);
        let mut operands: Vec<Object> = Vec::new();
        let mut count = 0_u32;
        while let Some(token) = lexer.token() {
            let operator = match token {
                Token::Object(object) => {
                    if operands.len() == OPERANDS {
                        operands.clear();
                    }
                    operands.push(object);
                    continue;
                }
                Token::Word(word) => word,
            };
            count = count.wrapping_add(1);
            if count.is_multiple_of(4096) && self.file.budget.alive().is_err() {
                return;
            }
            match operator {
                b"Do" => self.form(&operands, resources, stage.state.matrix, depth),
                b"Tf" => {
                    if let [.., Object::Name(name), size] = &operands[..] {
                        stage.state.font = self.font(resources, name);
                        stage.state.size = size.number().unwrap_or(1.0);
                    }
                }
                b"BDC" | b"DP" => self.marked(&operands, resources),
                b"ID" => skip_image(&mut lexer),
                _ => self.operator(operator, &operands, &mut stage),
            }
            operands.clear();
        }
    }

    fn operator(&mut self, operator: &[u8], operands: &[Object], stage: &mut Stage) {
        let number = |index: usize| operands.get(index).and_then(Object::number).unwrap_or(0.0);
        match operator {
            b"q" if stage.saved.len() < 1000 => stage.saved.push(stage.state.clone()),
            b"Q" => {
                if let Some(state) = stage.saved.pop() {
                    stage.state = state;
                }
            }
            b"cm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    stage.state.matrix = matrix.then(stage.state.matrix);
                }
            }
            b"BT" => (stage.text, stage.line) = (UNIT, UNIT),
            b"Tm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    (stage.text, stage.line) = (matrix, matrix);
                }
            }
            b"Td" => stage.next_line(number(0), number(1)),
            b"TD" => {
                stage.state.leading = -number(1);
                stage.next_line(number(0), number(1));
            }
            b"T*" => stage.next_line(0.0, -stage.state.leading),
            b"Tc" => stage.state.letter = number(0),
            b"Tw" => stage.state.word = number(0),
            b"Tz" => stage.state.scale = number(0) / 100.0,
            b"TL" => stage.state.leading = number(0),
            b"Ts" => stage.state.rise = number(0),
            b"Tj" => self.show(operands.last(), stage),
            b"TJ" => {
                for element in operands.last().map(Object::elements).unwrap_or_default() {
                    match element.number() {
                        Some(back) => stage.advance(-back / 1000.0 * stage.state.size),
                        None => self.show(Some(element), stage),
                    }
                }
            }
            b"'" => {
                stage.next_line(0.0, -stage.state.leading);
                self.show(operands.last(), stage);
            }
            b"\"" => {
                stage.state.word = number(0);
                stage.state.letter = number(1);
                stage.next_line(0.0, -stage.state.leading);
                self.show(operands.last(), stage);
            }
            _ => {}
        }
    }

    /// Shows a string.
    fn show(&mut self, string: Option<&Object>, stage: &mut Stage) {
        let Some(mut rest) = string.and_then(Object::string) else {
            return;
        };
        let font = stage.state.font.clone();
        while !rest.is_empty() {
            let (text, width, length, is_space);
            if let Some(font) = &font {
                let (glyph, used) = font.next(rest);
                (width, length, is_space) = (glyph.width * font.unit, used, glyph.is_space);
                self.place(stage, glyph.text.as_str());
            } else {
                text = char::from(rest[0]).to_string();
                (width, length, is_space) = (0.5, 1, rest[0] == 32);
                self.place(stage, &text);
            }
            let now = &stage.state;
            let word = if is_space { now.word } else { 0.0 };
            stage.advance(width * now.size + now.letter + word);
            self.pen = stage.pen();
            rest = &rest[length.min(rest.len())..];
        }
    }

    /// Writes what a glyph says behind what was written before it.
    fn place(&mut self, stage: &Stage, text: &str) {
        if let (Some(pen), Some(now)) = (self.pen, stage.pen()) {
            let size = now.size.max(pen.size).max(1e-6);
            let [a, b, ..] = stage.text.then(stage.state.matrix).0;
            let length = a.hypot(b).max(1e-9);
            let (x, y) = (now.x - pen.x, now.y - pen.y);
            let along = (x * a + y * b) / length / size;
            let aside = (x * b - y * a) / length / size;
            let ended = self.out.ends_with(char::is_whitespace) || text.starts_with(' ');
            if aside.abs() > LINE || along < -BACK {
                if !self.out.ends_with('\n') {
                    self.out.push('\n');
                }
            } else if along > SPACE && !ended {
                self.out.push(' ');
            }
        }
        self.out.push_str(text);
    }

    fn font(&mut self, resources: &Dict, name: &[u8]) -> Option<Rc<Font>> {
        let fonts = self.file.get(resources, "Font")?;
        let name = std::str::from_utf8(name).ok()?;
        let font = fonts.dict()?.get(name)?;
        let number = match font {
            Object::Ref(number) => Some(*number),
            _ => None,
        };
        if let Some(known) = number.and_then(|number| self.fonts.get(&number)) {
            return Some(Rc::clone(known));
        }
        let font = self.file.resolve(font);
        let font = Rc::new(Font::read(self.file, font.dict()?));
        if let Some(number) = number {
            if self.fonts.len() >= FONTS {
                self.fonts.clear();
            }
            self.fonts.insert(number, Rc::clone(&font));
        }
        Some(font)
    }

    /// Shows a form that was not shown before.
    fn form(&mut self, operands: &[Object], resources: &Dict, matrix: Matrix, depth: usize) {
        let Some(Object::Name(name)) = operands.last() else {
            return;
        };
        let forms = self.file.get(resources, "XObject");
        let Some(Object::Ref(number)) = std::str::from_utf8(name)
            .ok()
            .and_then(|name| forms.as_ref()?.dict()?.get(name))
        else {
            return;
        };
        if depth >= DEEPEST || self.shown.contains(number) {
            return;
        }
        let Some(loaded) = self.file.load(*number) else {
            return;
        };
        let (Some(dict), Some(stream)) = (loaded.object.dict(), &loaded.stream) else {
            return;
        };
        if !dict.is("Subtype", "Form") {
            return;
        }
        self.shown.insert(*number);
        let content = self.file.content(dict, stream);
        let own = self.file.get(dict, "Resources");
        let own = own.as_ref().and_then(Object::dict).unwrap_or(resources);
        let inner = self.file.get(dict, "Matrix");
        let inner = inner.and_then(|inner| Matrix::of(inner.elements()));
        let matrix = inner.unwrap_or(UNIT).then(matrix);
        self.run(&content, own, matrix, depth + 1);
    }

    /// Notes texts that stand beside marked content.
    fn marked(&mut self, operands: &[Object], resources: &Dict) {
        let properties = match operands.last() {
            Some(Object::Dict(dict)) => Some(dict.clone()),
            Some(Object::Name(name)) => {
                let all = self.file.get(resources, "Properties");
                let name = std::str::from_utf8(name).ok();
                let found = all.as_ref().and_then(Object::dict);
                let found = found.zip(name).and_then(|(all, name)| all.get(name));
                found.and_then(|found| self.file.resolve(found).dict().cloned())
            }
            _ => None,
        };
        for (_, value) in properties.iter().flat_map(|dict| &dict.0) {
            if let Some(text) = value.string().filter(|text| !text.is_empty()) {
                self.beside.push_str(&decode(text));
                self.beside.push('\n');
            }
        }
    }
}

impl Stage {
    fn next_line(&mut self, x: f64, y: f64) {
        self.line = self.line.moved(x, y);
        self.text = self.line;
    }

    fn advance(&mut self, by: f64) {
        self.text = self.text.moved(by * self.state.scale, 0.0);
    }

    /// Where the next glyph stands.
    #[expect(
        clippy::many_single_char_names,
        reason = "as the specification calls them"
    )]
    fn pen(&self) -> Option<Pen> {
        let [a, b, c, d, e, f] = self.text.then(self.state.matrix).0;
        let rise = self.state.rise;
        let pen = Pen {
            x: e + c * rise,
            y: f + d * rise,
            size: (a.hypot(b) * self.state.size).abs(),
        };
        (pen.x.is_finite() && pen.y.is_finite() && pen.size.is_finite()).then_some(pen)
    }
}

/// Passes over the data of a picture that stands in the content.
fn skip_image(lexer: &mut Lexer<'_>) {
    let start = lexer.at;
    let mut from = start;
    while let Some(found) = memchr::memmem::find(&lexer.bytes[from..], b"EI") {
        let at = from + found;
        from = at + 2;
        let byte = |at: usize| lexer.bytes.get(at).copied().unwrap_or(b' ');
        let before = at > start && byte(at - 1).is_ascii_whitespace();
        if before && byte(from).is_ascii_whitespace() {
            lexer.at = from;
            return;
        }
    }
    lexer.at = lexer.bytes.len();
}
