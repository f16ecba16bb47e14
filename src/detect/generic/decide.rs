//! The decision table: from a name, a slot and a value to a confidence, or nothing.

use super::features::{self, Around, Case, Features};
use super::file::{FileKind, Syntax};
use super::learned::{Learned, Opinion};
use super::name::{Mood, Name, Strength};
use super::slot::{Bond, Form, Slot};
use super::stand::{Stand, stand};
use super::value::{Counts, Looks};
use super::{Kind, cursor, idle, literal};
use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;

/// A value that is literally there, as the table sees it.
#[derive(Clone, Copy)]
pub(super) struct Weighed {
    pub(super) kind: Kind,
    /// What the table says.
    pub(super) level: Option<Confidence>,
    pub(super) evidence: Evidence,
    /// What the learned score sees; none where it has no say.
    pub(super) features: Option<Features>,
}

/// Weighs the value in `slot` under the name `name`, which stands at `place`.
/// None when it is not literally a value.
pub(super) fn weigh(
    text: &[u8],
    name: Name,
    place: Span,
    slot: &Slot,
    file: FileKind,
) -> Option<Weighed> {
    let content = slot.value.of(text);
    let content = literal::braced_token(content).unwrap_or(content);
    if content.len() < 4 {
        return None;
    }
    let evidence = name.evidence() | syntax(slot, file);
    if literal::is_password_hash(content) {
        return password_hash(name, slot, evidence);
    }
    let counts = Counts::of(content);
    // Parts of designs and of grammars are called tokens, too.
    if name.kind == Kind::Token && literal::is_camel_name(content) {
        return None;
    }
    if is_idle(name, place, slot, content, &counts) {
        return None;
    }
    if counts.distinct < 2 || literal::is_no_literal(content, &counts) {
        return None;
    }
    let looks = Looks::of(content, counts);
    if file.is_locale() && !looks.token || cursor::starts_with_fold(content, b"-----begin") {
        return None;
    }
    let stand = stand(content, place.of(text), &looks);
    if stand == Stand::Real && is_no_secret(text, place, slot, content) {
        return None;
    }
    let evidence = evidence | shape(&looks, stand);
    let level = if stand == Stand::Real {
        real(name, slot, &looks)
    } else {
        None
    };
    let level = level.or_else(|| weak_literal(name, slot, &looks, stand, file));
    let level = match level {
        Some(_) if idle::is_form_guard(text, place) => Some(Confidence::Low),
        level => level,
    };
    let case = Case {
        name,
        label: place.of(text),
        value: content,
        looks: &looks,
        stand,
        bond: slot.bond,
        form: slot.form,
        file,
        around: Around::of(text, place, slot.value).for_bond(slot.bond),
        level,
    };
    Some(Weighed {
        kind: name.kind,
        level,
        evidence,
        // Of what a form holds the table has said all.
        features: (!idle::is_form_guard(text, place)).then(|| features::of(&case)),
    })
}

/// True for what was sealed, and for base64 of what stands for something else.
fn is_no_secret(text: &[u8], place: Span, slot: &Slot, value: &[u8]) -> bool {
    stands_in_base64(value, place.of(text)) || idle::is_sealed(text, slot.value)
}

/// True when `value` is base64 of what stands for something else.
fn stands_in_base64(value: &[u8], name: &[u8]) -> bool {
    let Some(text) = idle::text_in_base64(value) else {
        return false;
    };
    let counts = Counts::of(&text);
    literal::is_template(&text) || stand(&text, name, &Looks::of(&text, counts)) != Stand::Real
}

/// Settles between the table and the learned score: what was medium falls to low when the score
/// speaks against it, what was low rises when it speaks for it, and what the table leaves out is
/// taken only when the score is sure alone.
pub(super) fn settle(weighed: &Weighed, learned: &Learned) -> Option<(Confidence, Evidence)> {
    let opinion = match (&weighed.features, learned.model()) {
        (Some(features), Some(model)) => model.opinion(features),
        _ => Opinion::Silent,
    };
    let evidence = weighed.evidence;
    match (weighed.level, opinion) {
        // A long token under a name speaks for itself, in whatever rare shape it stands.
        (Some(Confidence::Medium), Opinion::Against) if !evidence.has(Evidence::LONG_TOKEN) => {
            Some((Confidence::Low, evidence | Evidence::LEARNED_AGAINST))
        }
        (Some(Confidence::Low), Opinion::For | Opinion::Alone) | (None, Opinion::Alone) => {
            Some((Confidence::Medium, evidence | Evidence::LEARNED_FOR))
        }
        (level, _) => level.map(|level| (level, evidence)),
    }
}

/// Shapes that mean something else under the bonds they stand in: the verb in prose (`pass x`),
/// names of constants as neighbours, key ids in
/// prose, types and switches.
fn is_idle(name: Name, place: Span, slot: &Slot, content: &[u8], counts: &Counts) -> bool {
    match slot.bond {
        Bond::Loose => {
            let hex = counts.hex == counts.length && matches!(counts.length, 8 | 16 | 32 | 40 | 64);
            place.len() == 4 && name.kind == Kind::Password || hex && name.kind == Kind::Key
        }
        Bond::Argument | Bond::Call => {
            literal::is_constant_name(content) || literal::is_type_word(content)
        }
        _ => literal::is_type_word(content),
    }
}

fn password_hash(name: Name, slot: &Slot, evidence: Evidence) -> Option<Weighed> {
    let told = name.kind == Kind::Password && slot.bond != Bond::Later;
    told.then_some(Weighed {
        kind: Kind::PasswordHash,
        level: Some(Confidence::Low),
        evidence: evidence | Evidence::PASSWORD_HASH,
        features: None,
    })
}

/// The rows for values that stand for themselves.
fn real(name: Name, slot: &Slot, looks: &Looks) -> Option<Confidence> {
    let long = looks.long_token();
    let mixed = looks.counts.digits > 0 && looks.counts.letters > 0;
    let password = looks.password && (slot.form == Form::Quoted || looks.counts.brackets == 0);
    // Other values than passwords are seldom short, and short constants abound.
    let secret = matches!(name.kind, Kind::Password | Kind::Secret);
    let told = secret || looks.counts.length >= if mixed { 6 } else { 8 };
    let any = password && told || looks.token || looks.number;
    if slot.form == Form::BareInProse && !long {
        return None;
    }
    if name.strength != Strength::Strong {
        let near = matches!(
            slot.bond,
            Bond::Direct | Bond::Pair | Bond::NextLine | Bond::Query
        );
        return (near && long && !looks.has_words).then_some(Confidence::Medium);
    }
    let enough = looks.counts.length >= 6;
    let spoken = secret || mixed;
    match slot.bond {
        Bond::Direct | Bond::Pair | Bond::Query if long => Some(Confidence::High),
        Bond::Direct | Bond::Pair | Bond::Query if any => Some(Confidence::Medium),
        Bond::Call if name.mood == Mood::Action => None,
        Bond::Call | Bond::Argument if any && enough && spoken => Some(Confidence::Medium),
        Bond::Loose if any && enough && (slot.form == Form::Quoted || mixed) => {
            Some(Confidence::Medium)
        }
        Bond::NextLine if looks.token => Some(Confidence::Medium),
        Bond::Later if long && !looks.has_words => Some(Confidence::Medium),
        _ => None,
    }
}

/// The row for quoted words under a strong name: real people choose such passwords.
fn weak_literal(
    name: Name,
    slot: &Slot,
    looks: &Looks,
    stand: Stand,
    file: FileKind,
) -> Option<Confidence> {
    let bare = slot.form == Form::Bare && file.syntax() == Syntax::Config;
    let plain = name.strength == Strength::Strong
        && matches!(slot.bond, Bond::Direct | Bond::Pair)
        && (slot.form == Form::Quoted || bare)
        && looks.counts.blanks == 0
        && looks.counts.brackets == 0
        && looks.counts.length <= 64
        && !file.is_locale();
    let told = match name.kind {
        Kind::Password => true,
        Kind::Secret => looks.counts.length >= 8 && stand == Stand::Real && !bare,
        _ => false,
    };
    (plain && told).then_some(Confidence::Low)
}

fn syntax(slot: &Slot, file: FileKind) -> Evidence {
    let mut bits = match slot.form {
        Form::Quoted => Evidence::QUOTED,
        Form::InString => Evidence::IN_STRING,
        Form::Bare | Form::BareInProse => Evidence::CONFIG_VALUE,
    };
    bits.set_if(file.syntax() == Syntax::Config, Evidence::CONFIG_VALUE);
    bits | match slot.bond {
        Bond::Direct | Bond::Pair => Evidence::NONE,
        Bond::Argument | Bond::Loose | Bond::Call => Evidence::AS_ARGUMENT,
        Bond::Query => Evidence::IN_QUERY,
        Bond::NextLine => Evidence::NEXT_LINE,
        Bond::Later => Evidence::LATER_STRING,
        Bond::Userinfo => Evidence::URL_USERINFO,
    }
}

fn shape(looks: &Looks, stand: Stand) -> Evidence {
    let mut bits = Evidence::NONE;
    bits.set_if(looks.password && !looks.wordy, Evidence::LETTERS_RANDOM);
    bits.set_if(looks.token, Evidence::TOKEN_SHAPE);
    bits.set_if(looks.long_token(), Evidence::LONG_TOKEN);
    bits.set_if(looks.number, Evidence::LONG_NUMBER);
    bits.set_if(looks.wordy, Evidence::WORD_LIKE);
    bits | match stand {
        Stand::Real => Evidence::NO_PLACEHOLDER,
        Stand::Placeholder => Evidence::PLACEHOLDER,
        Stand::Known => Evidence::KNOWN_WEAK,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::learned::Model;
    use super::*;

    /// A model without trees, whose every score is `score`.
    fn always(score: i16) -> Learned {
        let mut bytes = b"STG1".to_vec();
        bytes.push(features::COUNT as u8);
        for number in [score, -10, 10, 20] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend([0, 0]);
        Learned::With(Arc::new(Model::read(&bytes).unwrap()))
    }

    #[test]
    fn the_score_moves_a_verdict_by_one_step() {
        use Confidence::{High, Low, Medium};
        let (against, silent, likely, alone) = (always(-20), always(0), always(15), always(25));
        let cases = [
            (Some(High), &against, Some(High)),
            (Some(Medium), &against, Some(Low)),
            (Some(Low), &against, Some(Low)),
            (None, &against, None),
            (Some(Medium), &silent, Some(Medium)),
            (Some(Low), &silent, Some(Low)),
            (None, &silent, None),
            (Some(Low), &likely, Some(Medium)),
            (None, &likely, None),
            (Some(Medium), &alone, Some(Medium)),
            (Some(Low), &alone, Some(Medium)),
            (None, &alone, Some(Medium)),
            (Some(Low), &Learned::Off, Some(Low)),
        ];
        for (level, learned, expected) in cases {
            let weighed = Weighed {
                kind: Kind::Password,
                level,
                evidence: Evidence::NONE,
                features: Some([0; features::COUNT]),
            };
            let settled = settle(&weighed, learned);
            assert_eq!(settled.map(|s| s.0), expected, "{level:?} {learned:?}");
            let changed =
                settled.is_some_and(|s| s.1.any(Evidence::LEARNED_FOR | Evidence::LEARNED_AGAINST));
            assert_eq!(changed, level != expected, "{level:?} {learned:?}");
        }
    }

    #[test]
    fn long_tokens_and_hashes_are_left_to_the_table() {
        let token = Weighed {
            kind: Kind::Token,
            level: Some(Confidence::Medium),
            evidence: Evidence::LONG_TOKEN,
            features: Some([0; features::COUNT]),
        };
        assert_eq!(settle(&token, &always(-20)).unwrap().0, Confidence::Medium);
        let hash = Weighed {
            kind: Kind::PasswordHash,
            level: Some(Confidence::Low),
            evidence: Evidence::NONE,
            features: None,
        };
        assert_eq!(settle(&hash, &always(25)).unwrap().0, Confidence::Low);
    }
}
