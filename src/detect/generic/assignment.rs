//! Values assigned to names that speak of secrets.

use super::cursor::{self, starts_with_fold};
use super::decide::{settle, weigh};
use super::file::FileKind;
use super::learned::Learned;
use super::login;
use super::name::{self, Name, Strength};
use super::slot::{self, Bond, Slot};
use super::{Candidate, Trigger};
use crate::base::span::Span;

/// What may follow a short keyword that ends its name, or joins it to the next word.
const ENDS: &[u8] = b"\"'`=:_-])}>,\\.( \t?!&;|*%0123456789\r\n";

const PW_ENDS: &[u8] = b"\"'`=: ]";

/// What a password after an option of a command may begin with.
const OPTION_VALUES: &[u8] =
    b" '\"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#%^*_";

const SECURE_STRING: &[u8] = b"securestring";

/// Where the name of a secret may be.
pub(super) const TRIGGERS: &[Trigger] = &[
    any("pass"),
    any("secret"),
    any("token"),
    any("cred"),
    any("auth"),
    any("pswd"),
    any("kennwort"),
    any("identified by"),
    any("securestring"),
    Trigger {
        literal: " -p",
        fold_case: false,
        then: OPTION_VALUES,
    },
    ends("key"),
    ends("pwd"),
    ends("api"),
    ends("jwt"),
    Trigger {
        literal: "_pw",
        fold_case: true,
        then: PW_ENDS,
    },
];

const fn any(literal: &'static str) -> Trigger {
    Trigger {
        literal,
        fold_case: true,
        then: b"",
    }
}

const fn ends(literal: &'static str) -> Trigger {
    Trigger {
        literal,
        fold_case: true,
        then: ENDS,
    }
}

/// A value has at least this many bytes.
const SHORTEST: usize = 4;
/// Shortest value of a weak name, and shortest string further on in the line.
const LEAST_LATER: usize = 16;

/// A name and the place of its value.
pub(super) struct Proposal {
    pub(super) name: Name,
    pub(super) place: Span,
    pub(super) slot: Slot,
}

pub(super) fn examine(
    text: &[u8],
    hit: usize,
    file: FileKind,
    learned: &Learned,
    out: &mut Vec<Candidate>,
) {
    let Some(found) = propose(text, hit, file) else {
        return;
    };
    let Some(weighed) = weigh(text, found.name, found.place, &found.slot, file) else {
        return;
    };
    if let Some((confidence, evidence)) = settle(&weighed, learned) {
        out.push(Candidate {
            kind: weighed.kind,
            span: Span::new(found.place.start, found.slot.value.end),
            secret: found.slot.value,
            evidence,
            confidence,
        });
    }
}

/// The name around `hit` and the place of its value, if it has one.
pub(super) fn propose(text: &[u8], hit: usize, file: FileKind) -> Option<Proposal> {
    let end = name::end(text, hit);
    if has_later_trigger(text, hit, end) {
        return None;
    }
    if text[hit] == b' ' {
        let option = Span::new(hit + 1, hit + 3);
        return by_place(option, login::option(text, hit));
    }
    if starts_with_fold(&text[hit..], b"identified by") {
        return identified_by(text, hit);
    }
    if !may_bind(text, end) {
        return None;
    }
    let place = Span::new(name::start(text, hit), end);
    if is_type_in_quotes(text, place) {
        return None;
    }
    if starts_with_fold(&text[hit..], SECURE_STRING) {
        return by_place(place, login::secure_string(text, end));
    }
    if let Some(slot) = login::second(text, place) {
        return by_place(place, Some(slot));
    }
    let slot = slot::find(text, place, file).or_else(|| slot::later(text, end, LEAST_LATER))?;
    if slot.value.len() < SHORTEST {
        return None;
    }
    let name = name::judge(text, place)?;
    // Names that say it weakly take long tokens only, and later strings strong names only.
    let strong = name.strength == Strength::Strong;
    (strong || slot.value.len() >= LEAST_LATER && slot.bond != Bond::Later).then_some(Proposal {
        name,
        place,
        slot,
    })
}

/// A value that its place makes a password.
fn by_place(place: Span, slot: Option<Slot>) -> Option<Proposal> {
    let slot = slot.filter(|slot| slot.value.len() >= SHORTEST)?;
    Some(Proposal {
        name: Name::PLACE_OF_PASSWORD,
        place,
        slot,
    })
}

/// True when the name holds another keyword after this one, which then proceeds instead.
fn has_later_trigger(text: &[u8], hit: usize, end: usize) -> bool {
    (hit + 1..end.saturating_sub(2)).any(|at| {
        let fits = |literal: &str| starts_with_fold(&text[at..], literal.as_bytes());
        let ended = |literal: &str, ends: &[u8]| {
            let next = text.get(at + literal.len());
            fits(literal) && next.is_none_or(|next| ends.contains(next))
        };
        match text[at].to_ascii_lowercase() {
            b'p' => fits("pswd") || fits("pass") || ended("pwd", ENDS),
            b's' => fits("secret"),
            b't' => fits("token"),
            b'c' => fits("cred"),
            b'a' => fits("auth") || ended("api", ENDS),
            b'k' => ended("key", ENDS) || fits("kennwort"),
            b'j' => ended("jwt", ENDS),
            b'_' => ended("_pw", PW_ENDS),
            _ => false,
        }
    })
}

/// The quickest refusal: after the name comes nothing that could bind a value to it.
fn may_bind(text: &[u8], end: usize) -> bool {
    !matches!(
        text.get(end),
        None | Some(b';' | b'/' | b'@' | b'#' | b'~' | b'^' | b'{' | b'.' | b'$')
    )
}

/// True for the last part of a quoted type name, as in `"Vendor::Vault::SecretKey": "..."`:
/// what such tables hold belongs to the type, not to an account.
fn is_type_in_quotes(text: &[u8], name: Span) -> bool {
    matches!(text.get(name.end), Some(b'"' | b'\''))
        && text[..name.start].ends_with(b"::")
        && text[..name.start - 2]
            .last()
            .is_some_and(u8::is_ascii_alphanumeric)
}

/// `IDENTIFIED BY 'v'` of SQL.
fn identified_by(text: &[u8], hit: usize) -> Option<Proposal> {
    let line = &text[cursor::line_start(text, hit)..hit];
    let statement = [&b"user"[..], b"role", b"grant"].iter().any(|word| {
        line.windows(word.len())
            .any(|w| w.eq_ignore_ascii_case(word))
    });
    if !statement {
        return None;
    }
    let place = Span::new(hit, hit + b"identified by".len());
    by_place(place, login::quoted_after(text, place.end))
}
