//! Names: where one begins and ends around a keyword, and what it says.

use super::cursor::is_word;
use super::words::{Role, lists};
use super::{Kind, protection};
use crate::base::evidence::Evidence;
use crate::base::span::Span;

const LONGEST: usize = 80;
const MOST_WORDS: usize = 16;

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) kind: Kind,
    pub(super) strength: Strength,
    pub(super) mood: Mood,
    /// How many words it is made of.
    pub(super) words: usize,
    /// True when the word that makes it a secret's name is its last.
    pub(super) keyword_last: bool,
}

/// Whether a name is that of a thing or of something done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// `secret_token`, `set_token`.
    Thing,
    /// `verify_token`, `get_token`: a call of it takes no secret.
    Action,
}

/// How plainly a name says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Just a key, or just an API.
    Bare,
    /// A family word is in it, but qualified away.
    Weak,
    /// The family word is its head.
    Strong,
}

impl Name {
    /// A place that is there for a password and says so in other ways than by a name.
    pub(super) const PLACE_OF_PASSWORD: Name = Name {
        kind: Kind::Password,
        strength: Strength::Strong,
        mood: Mood::Thing,
        words: 1,
        keyword_last: true,
    };

    pub(super) fn evidence(self) -> Evidence {
        if self.strength != Strength::Strong {
            return Evidence::NAME_WEAK;
        }
        match self.kind {
            Kind::Password => Evidence::NAME_PASSWORD,
            Kind::Secret => Evidence::NAME_SECRET,
            Kind::Token => Evidence::NAME_TOKEN,
            Kind::ApiKey => Evidence::NAME_API_KEY,
            Kind::Key => Evidence::NAME_KEY,
            Kind::Credential => Evidence::NAME_CREDENTIAL,
            _ => Evidence::NAME_AUTH,
        }
    }
}

/// The end of the name around `hit`.
pub(super) fn end(text: &[u8], hit: usize) -> usize {
    let mut end = hit;
    while end < text.len() && end < hit + LONGEST {
        let byte = text[end];
        let joins = matches!(byte, b'-' | b'.')
            && text.get(end + 1).is_some_and(|&next| is_word(next))
            && end > hit;
        if !is_word(byte) && !joins {
            break;
        }
        end += 1;
    }
    end
}

/// The beginning of the name around `hit`.
pub(super) fn start(text: &[u8], hit: usize) -> usize {
    let lowest = hit.saturating_sub(LONGEST);
    let mut start = hit;
    while start > lowest {
        let byte = text[start - 1];
        let joins = matches!(byte, b'-' | b'.' | b'$') && start >= 2 && is_word(text[start - 2]);
        if !is_word(byte) && !joins {
            break;
        }
        start -= 1;
    }
    if start == hit && text[hit] | 0x20 == b'k' {
        return before_blank(text, start).unwrap_or(start);
    }
    after_escape(text, start)
}

/// `\nPASSWORD` inside a string literal begins after the escape.
fn after_escape(text: &[u8], start: usize) -> usize {
    let escaped =
        start > 0 && text[start - 1] == b'\\' && matches!(text[start], b'n' | b't' | b'r');
    if escaped { start + 1 } else { start }
}

/// `API key` in prose and labels: takes the qualifying word before one blank along.
fn before_blank(text: &[u8], start: usize) -> Option<usize> {
    let blank = start.checked_sub(1)?;
    if text[blank] != b' ' || !text[start..].first().is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let n = text[..blank]
        .iter()
        .rev()
        .take(12)
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let mut word = [0; 12];
    let word = lower(&text[blank - n..blank], &mut word);
    lists().role(word).is(Role::QUALIFIER).then_some(blank - n)
}

/// Judges the name `span`; none when it has no family or is known to mean something else.
pub(super) fn judge(text: &[u8], span: Span) -> Option<Name> {
    let mut spans = [(0, 0); MOST_WORDS];
    let name = span.of(text);
    let count = split(name, &mut spans);
    let spans = &spans[..count];
    let mut found: Option<(usize, Family)> = None;
    let mut previous = [0; 24];
    let mut previous_len = 0;
    let mut negative = false;
    let mut last_meta = false;
    let mut begins_with_verb = false;
    let mut oauth = false;
    for (i, &(from, to)) in spans.iter().enumerate() {
        let mut buffer = [0; 24];
        let word = lower(&name[from..to], &mut buffer);
        let role = lists().role(word);
        if role.is(Role::VETO) {
            return None;
        }
        negative |= role.is(Role::NEGATIVE);
        last_meta = role.is(Role::META);
        oauth |= word == b"oauth";
        if i == 0 || name[from - 1] == b'.' {
            begins_with_verb = role.is(Role::VERB);
        }
        let before = if oauth {
            &[]
        } else {
            &previous[..previous_len]
        };
        if let Some(family) = family(word, before)
            && found.is_none_or(|(_, old)| old.rank() <= family.rank())
        {
            found = Some((i, family));
        }
        previous = buffer;
        previous_len = to.saturating_sub(from).min(24);
    }
    let (at, family) = found.filter(|(_, family)| !opens_nothing(*family, text, span))?;
    let is_last = at + 1 == spans.len();
    let bare = matches!(family, Family::BareKey | Family::Api);
    let strength = match (bare, is_last) {
        (true, true) if !negative => Strength::Bare,
        (true, _) => return None,
        (false, false) if last_meta => return None,
        (false, _) if negative => Strength::Weak,
        (false, _) => Strength::Strong,
    };
    Some(Name {
        kind: family.kind(),
        strength,
        mood: if begins_with_verb {
            Mood::Action
        } else {
            Mood::Thing
        },
        words: spans.len(),
        keyword_last: is_last,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Password,
    Secret,
    Token,
    ApiKey,
    Key,
    Credential,
    Auth,
    BareKey,
    Api,
}

impl Family {
    fn kind(self) -> Kind {
        match self {
            Family::Password => Kind::Password,
            Family::Secret => Kind::Secret,
            Family::Token => Kind::Token,
            Family::ApiKey => Kind::ApiKey,
            Family::Key | Family::BareKey | Family::Api => Kind::Key,
            Family::Credential => Kind::Credential,
            Family::Auth => Kind::Auth,
        }
    }

    /// The family with the higher rank names the value when a name has several.
    fn rank(self) -> u8 {
        match self {
            Family::Api => 0,
            Family::BareKey => 1,
            Family::Auth => 2,
            _ => 3,
        }
    }
}

/// The family of one lower-case word, given the word before it.
fn family(word: &[u8], previous: &[u8]) -> Option<Family> {
    match word {
        b"pass" | b"pwd" | b"pswd" | b"pwds" | b"passwds" => {
            return Some(Family::Password);
        }
        // What makes a request repeatable is no secret.
        b"token" if matches!(previous, b"request" | b"change" | b"page" | b"lifecycle") => {
            return None;
        }
        b"token" | b"jwt" => return Some(Family::Token),
        b"key" | b"keys" => {
            return Some(match previous {
                b"api" | b"apis" => Family::ApiKey,
                _ if lists().role(previous).is(Role::QUALIFIER) => Family::Key,
                _ => Family::BareKey,
            });
        }
        b"auth" | b"oauth" | b"authorization" | b"authentication" | b"authtok" => {
            return Some(Family::Auth);
        }
        b"api" => return Some(Family::Api),
        b"nkey" => return Some(Family::Key),
        b"pw" => return Some(Family::Password),
        b"cred" | b"creds" | b"credential" | b"credentials" => return Some(Family::Credential),
        _ => {}
    }
    if word.len() < 4 {
        return None;
    }
    let has = |part: &[u8]| word.windows(part.len()).any(|w| w == part);
    if PASSWORD_PARTS.iter().any(|part| is_about(word, part)) {
        return None;
    }
    if PASSWORD_PARTS.iter().any(|part| has(part)) || word.ends_with(b"pwd") || joined_pass(word) {
        Some(Family::Password)
    } else if has(b"secret") {
        Some(Family::Secret)
    } else if word.ends_with(b"token") {
        Some(Family::Token)
    } else if word.ends_with(b"apikey") || word.ends_with(b"apikeys") {
        Some(Family::ApiKey)
    } else if let Some(qualifier) = word.strip_suffix(b"key") {
        lists().qualifiers.ends(qualifier).then_some(Family::Key)
    } else {
        None
    }
}

const PASSWORD_PARTS: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"passphrase",
    b"passcode",
    b"passwort",
    b"kennwort",
    b"pswd",
];

/// `passwordfile` and its like: what follows the part without a seam speaks of something beside it.
fn is_about(word: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(word, part).is_some_and(|at| {
        let rest = &word[at + part.len()..];
        rest.len() >= 4 && lists().role(rest).is(Role::META)
    })
}

/// `dbpass` and its like, which have no seam.
fn joined_pass(word: &[u8]) -> bool {
    word.strip_suffix(b"pass")
        .is_some_and(|before| lists().role(before).is(Role::PASS_OWNER))
}

/// True for checks of passwords against changes by mistake, and for keys that are
/// encrypted, which are of no use without the other one.
fn opens_nothing(family: Family, text: &[u8], span: Span) -> bool {
    const WORD: &[u8] = b"encrypted";
    let name = span.of(text);
    match family {
        Family::Password => protection::stands_in_element(text, span),
        Family::Key | Family::BareKey => {
            name.len() > WORD.len() && name[..WORD.len()].eq_ignore_ascii_case(WORD)
        }
        _ => false,
    }
}

/// Writes `word` in small letters into `buffer`, cut to its length.
fn lower<'a>(word: &[u8], buffer: &'a mut [u8]) -> &'a [u8] {
    let n = word.len().min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    &buffer[..n]
}

/// Splits at case changes, digits and separators; returns how many words it stored.
/// Digits are no words, so `password2` ends in its keyword.
fn split(name: &[u8], spans: &mut [(usize, usize); MOST_WORDS]) -> usize {
    let mut count = 0;
    let mut at = 0;
    while at < name.len() && count < MOST_WORDS {
        if !name[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let from = at;
        at += 1;
        while at < name.len() && name[at].is_ascii_alphabetic() && !is_seam(name, at) {
            at += 1;
        }
        spans[count] = (from, at);
        count += 1;
    }
    count
}

/// True between `aB`, and before the last capital of `ABc`.
fn is_seam(name: &[u8], at: usize) -> bool {
    name[at].is_ascii_uppercase()
        && (name[at - 1].is_ascii_lowercase()
            || name.get(at + 1).is_some_and(u8::is_ascii_lowercase)
                && name[at - 1].is_ascii_uppercase())
}
