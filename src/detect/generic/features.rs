//! What the learned score sees of a value: small whole numbers, in a fixed order.
//!
//! A stored model names features by their place in [`NAMES`], so the order is part of its format.
//! Nothing here depends on how often a value occurs, on the file's path beyond its syntax, or on
//! what stands further away than a line's length.

use super::file::{FileKind, Syntax};
use super::name::{Mood, Name};
use super::slot::{Bond, Form};
use super::stand::Stand;
use super::value::{Looks, is_uuid, longest, share};
use super::{Kind, stand};
use crate::base::level::Confidence;
use crate::base::span::Span;

/// How many features there are.
pub const COUNT: usize = NAMES.len();

/// One value's features, in the order of [`NAMES`].
pub type Features = [u8; COUNT];

/// What each feature is.
pub const NAMES: &[&str] = &[
    "name is a password",
    "name is a secret",
    "name is a token",
    "name is an API key",
    "name is a key",
    "strength of the name",
    "name is an action",
    "words in the name",
    "keyword is the last word",
    "length of the name",
    "bound directly",
    "bound as an argument",
    "bound loosely",
    "bound by a call",
    "bound in a query",
    "bound on the next line",
    "bound later in the line",
    "bound in a URL",
    "quoted",
    "bare",
    "bare in prose",
    "in a string",
    "file is code",
    "file is configuration",
    "file is JSON",
    "file is markup",
    "file is a document",
    "bytes between name and value",
    "compared",
    "equals sign between",
    "colon between",
    "comma between",
    "statement ends after it",
    "goes on after it",
    "closed after it",
    "name is a member",
    "name is quoted",
    "name begins with a dash",
    "name is a variable",
    "user near",
    "length",
    "letters in a hundred",
    "digits in a hundred",
    "capitals in a hundred",
    "symbols in a hundred",
    "blanks",
    "brackets",
    "different bytes in a hundred",
    "entropy",
    "entropy for its length",
    "longest repetition",
    "longest sequence",
    "changes between letters and digits",
    "surprise of its letters",
    "letters covered by words",
    "well known",
    "placeholder",
    "looks like words",
    "looks like a password",
    "has the form of a token",
    "has a piece that is a word",
    "hexadecimal",
    "padded",
    "a UUID",
    "underscores",
    "dashes",
    "dots",
    "slashes",
    "changes from small to capital",
    "digits at the end",
    "one capital in front",
    "longest run of consonants",
    "likeness with the name",
    "level in the table",
];

/// A value in its place, as far as the features need it.
pub(super) struct Case<'a> {
    pub(super) name: Name,
    /// The name's own bytes.
    pub(super) label: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) looks: &'a Looks,
    pub(super) stand: Stand,
    pub(super) bond: Bond,
    pub(super) form: Form,
    pub(super) file: FileKind,
    pub(super) around: Around<'a>,
    /// What the table says.
    pub(super) level: Option<Confidence>,
}

/// The text around a value.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The byte before the name.
    pub(super) before: u8,
    /// What stands between name and value.
    pub(super) between: &'a [u8],
    /// What follows the value and its quote.
    pub(super) after: &'a [u8],
    /// A few lines' worth of text with name and value in it.
    pub(super) near: &'a [u8],
}

impl<'a> Around<'a> {
    /// Bytes of text before and after that are near.
    const NEAR: usize = 100;

    /// What is around the name at `name` and its value at `value`.
    pub(super) fn of(text: &'a [u8], name: Span, value: Span) -> Around<'a> {
        let quote = |b: &u8| matches!(b, b'"' | b'\'' | b'`' | b'\\');
        let after = &text[value.end..text.len().min(value.end + 16)];
        let quotes = after.iter().take(3).take_while(|b| quote(b)).count();
        let near = name.start.saturating_sub(Around::NEAR)
            ..text.len().min(value.end.max(name.end) + Around::NEAR);
        Around {
            before: name.start.checked_sub(1).map_or(b'\n', |at| text[at]),
            between: text.get(name.end..value.start).unwrap_or_default(),
            after: &after[quotes..],
            near: &text[near],
        }
    }
}

impl Around<'_> {
    /// The same for a value bound in the way of `bond`: between siblings stands nothing but a colon.
    pub(super) fn for_bond(self, bond: Bond) -> Self {
        match bond {
            Bond::Pair => Around {
                between: b": ",
                ..self
            },
            _ => self,
        }
    }
}

/// The features of `case`.
pub(super) fn of(case: &Case) -> Features {
    let mut row = Row {
        values: [0; COUNT],
        at: 0,
    };
    name(case, &mut row);
    syntax(case, &mut row);
    around(case, &mut row);
    counts(case, &mut row);
    pieces(case, &mut row);
    row.values
}

/// Features being written, one after the other.
struct Row {
    values: Features,
    at: usize,
}

impl Row {
    fn number(&mut self, n: usize) {
        if let Some(place) = self.values.get_mut(self.at) {
            *place = u8::try_from(n).unwrap_or(u8::MAX);
        }
        self.at += 1;
    }

    fn flag(&mut self, holds: bool) {
        self.number(usize::from(holds));
    }

    fn flags<const N: usize>(&mut self, all: [bool; N]) {
        for holds in all {
            self.flag(holds);
        }
    }

    /// A share of `whole`, in a hundred.
    fn percent(&mut self, part: usize, whole: usize) {
        self.number(part * 100 / whole.max(1));
    }

    /// A small measure, in twentieths.
    #[expect(
        clippy::cast_sign_loss,
        reason = "the value is clamped to what fits in a byte"
    )]
    fn twentieths(&mut self, measure: f32) {
        self.number((measure * 20.0).clamp(0.0, 255.0) as usize);
    }
}

fn name(case: &Case, row: &mut Row) {
    row.flags([
        case.name.kind == Kind::Password,
        case.name.kind == Kind::Secret,
        case.name.kind == Kind::Token,
        case.name.kind == Kind::ApiKey,
        case.name.kind == Kind::Key,
    ]);
    row.number(case.name.strength as usize);
    row.flag(case.name.mood == Mood::Action);
    row.number(case.name.words);
    row.flag(case.name.keyword_last);
    row.number(case.label.len());
}

fn syntax(case: &Case, row: &mut Row) {
    const BONDS: [Bond; 8] = [
        Bond::Direct,
        Bond::Argument,
        Bond::Loose,
        Bond::Call,
        Bond::Query,
        Bond::NextLine,
        Bond::Later,
        Bond::Userinfo,
    ];
    const FORMS: [Form; 4] = [Form::Quoted, Form::Bare, Form::BareInProse, Form::InString];
    const SYNTAXES: [Syntax; 5] = [
        Syntax::Code,
        Syntax::Config,
        Syntax::Json,
        Syntax::Markup,
        Syntax::Doc,
    ];
    // Siblings are as good as an assignment, though few of them stand in the labelled data.
    let bound = match case.bond {
        Bond::Pair => Bond::Direct,
        bond => bond,
    };
    row.flags(BONDS.map(|bond| bond == bound));
    row.flags(FORMS.map(|form| form == case.form));
    row.flags(SYNTAXES.map(|syntax| syntax == case.file.syntax()));
}

fn around(case: &Case, row: &mut Row) {
    let Around {
        before,
        between,
        after,
        near,
    } = case.around;
    let between = &between[..between.len().min(64)];
    let has = |byte: u8| between.contains(&byte);
    let next = after.iter().find(|b| !matches!(b, b' ' | b'\t'));
    let users: [&[u8]; 3] = [b"user", b"login", b"mail"];
    row.number(between.len());
    row.flag(between.windows(2).any(|w| w == b"==" || w == b"!="));
    row.flags([has(b'='), has(b':'), has(b',')]);
    row.flags([
        matches!(next, None | Some(b';' | b'\n' | b'\r')),
        matches!(next, Some(b'+' | b'.' | b'%' | b'[' | b'(' | b':' | b'?')),
        matches!(next, Some(b')' | b']' | b'}' | b'>')),
    ]);
    row.flags([
        matches!(before, b'.' | b'>'),
        matches!(before, b'"' | b'\'' | b'`'),
        before == b'-',
        matches!(before, b'$' | b'@'),
        near.windows(5).any(|w| {
            users
                .iter()
                .any(|user| w[..user.len()].eq_ignore_ascii_case(user))
        }),
    ]);
}

fn counts(case: &Case, row: &mut Row) {
    let counts = &case.looks.counts;
    let length = counts.length;
    row.number(length);
    row.percent(counts.letters, length);
    row.percent(counts.digits, length);
    row.percent(counts.upper, length);
    row.percent(length - counts.word.min(length), length);
    row.number(counts.blanks);
    row.number(counts.brackets);
    row.percent(counts.distinct, length);
    row.twentieths(counts.entropy);
    row.twentieths(5.0 * counts.entropy / share(length.max(2), 1).log2());
    row.number(counts.longest_run);
    row.number(counts.longest_sequence);
    row.number(counts.switches);
    row.twentieths(case.looks.letters.surprise);
    row.twentieths(5.0 * case.looks.letters.cover);
    row.flags([
        case.stand == Stand::Known,
        case.stand == Stand::Placeholder,
        case.looks.wordy,
        case.looks.password,
        case.looks.token,
        case.looks.has_words,
        counts.hex == length,
        case.value.ends_with(b"="),
        is_uuid(case.value),
    ]);
}

fn pieces(case: &Case, row: &mut Row) {
    let value = &case.value[..case.value.len().min(256)];
    let count = |byte: u8| value.iter().filter(|&&b| b == byte).count();
    row.number(count(b'_'));
    row.number(count(b'-'));
    row.number(count(b'.'));
    row.number(count(b'/'));
    let camel = |w: &[u8]| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase();
    row.number(value.windows(2).filter(|w| camel(w)).count());
    row.number(
        value
            .iter()
            .rev()
            .take_while(|b| b.is_ascii_digit())
            .count(),
    );
    row.flag(case.looks.counts.upper == 1 && value.first().is_some_and(u8::is_ascii_uppercase));
    row.number(longest(value, |a, b| is_consonant(a) && is_consonant(b)));
    row.number(stand::likeness(value, case.label));
    row.number(case.level.map_or(0, |level| level as usize + 1));
}

fn is_consonant(byte: u8) -> bool {
    byte.is_ascii_alphabetic() && !matches!(byte | 0x20, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}
