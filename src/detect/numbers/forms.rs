//! The ways a number is written, from text to tables.
//!
//! `d` is a digit, `L` an upper-case letter, `l` a letter, `x` a digit or an
//! upper-case letter; `[...]` is a set, `{n}` and `{m,n}` repeat what stands before, and `_` is
//! one of a few separators or none, the same throughout. A form becomes one
//! table per length and separator, so that every form has a fixed length.

/// Longest form, in bytes.
const LONGEST: usize = 64;
/// Most tables that one written form may become.
const MOST: usize = 64;

/// What `_` stands for: nothing, a blank, a hyphen, a full stop, a no-break space.
const SEPARATORS: &[&str] = &["", " ", "-", ".", "\u{a0}"];

/// Bytes that may stand at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place([u64; 4]);

impl Place {
    fn of(bytes: impl IntoIterator<Item = u8>) -> Place {
        let mut place = Place([0; 4]);
        for byte in bytes {
            place.0[usize::from(byte / 64)] |= 1 << (byte % 64);
        }
        place
    }

    /// True when `byte` may stand there.
    pub fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }

    /// True when nothing but letters and digits may stand there.
    fn is_alphanumeric(&self) -> bool {
        (0..=255u8).all(|byte| !self.has(byte) || byte.is_ascii_alphanumeric())
    }

    /// The place for letters and digits, and the one for other bytes: a run of letters and
    /// digits ends at the one and goes on at the other.
    fn kinds(self) -> Vec<Vec<Place>> {
        let all = (0..=255u8).filter(|&byte| self.has(byte));
        let (inside, beside): (Vec<u8>, Vec<u8>) = all.partition(u8::is_ascii_alphanumeric);
        let kinds = [inside, beside].into_iter().filter(|kind| !kind.is_empty());
        kinds.map(|kind| vec![Place::of(kind)]).collect()
    }

    fn is_digit(&self) -> bool {
        (0..=255u8).all(|byte| !self.has(byte) || byte.is_ascii_digit())
    }
}

/// A form of fixed length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// One entry per byte.
    pub places: Vec<Place>,
    /// Where the run of letters and digits begins that the search stops at: the
    /// one with most digits.
    pub lead: usize,
    /// Length of that run.
    pub run: usize,
    /// The separator that stands for every `_`.
    pub separator: Option<u8>,
    /// Length of the first and the last run of letters and digits.
    pub ends: (usize, usize),
}

impl Form {
    /// True when `text` has the form.
    pub fn fits(&self, text: &[u8]) -> bool {
        text.len() == self.places.len()
            && self.places.iter().zip(text).all(|(place, &b)| place.has(b))
    }

    /// True when something separates parts of it.
    pub fn is_grouped(&self) -> bool {
        !self.places.iter().all(Place::is_alphanumeric)
    }

    /// Bytes of a number of this form.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True for a form of no bytes, which there is none of.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

/// What is wrong with a form as written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("form `{form}`: {what}")]
pub struct FormError {
    form: String,
    what: &'static str,
}

/// The forms that `written` stands for.
///
/// # Errors
/// It cannot be read, is too long, or holds no digit.
pub fn expand(written: &str) -> Result<Vec<Form>, FormError> {
    let wrong = |what| FormError {
        form: written.to_owned(),
        what,
    };
    let parts = parts(written).map_err(wrong)?;
    let separators = if parts.contains(&Part::Separator) {
        SEPARATORS
    } else {
        &SEPARATORS[..1]
    };
    let mut forms = Vec::new();
    for separator in separators {
        let mut all = vec![Vec::new()];
        for part in &parts {
            all = extended(&all, part, separator);
            if all.len() > MOST {
                return Err(wrong("it stands for too many lengths"));
            }
        }
        for places in all {
            let form = form(places, separator).map_err(wrong)?;
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    Ok(forms)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Repeated(Place, usize, usize),
    Separator,
}

fn extended(all: &[Vec<Place>], part: &Part, separator: &str) -> Vec<Vec<Place>> {
    let (ways, lengths) = match part {
        Part::Repeated(place, least, most) => (place.kinds(), *least..=*most),
        Part::Separator => {
            let bytes = separator.bytes().map(|b| Place::of([b]));
            (vec![bytes.collect()], 1..=1)
        }
    };
    let mut out = Vec::new();
    for places in all {
        for way in &ways {
            for times in lengths.clone() {
                let mut places = places.clone();
                (0..times).for_each(|_| places.extend_from_slice(way));
                out.push(places);
            }
        }
    }
    out
}

fn form(places: Vec<Place>, separator: &str) -> Result<Form, &'static str> {
    if places.len() > LONGEST {
        return Err("it is longer than 64 bytes");
    }
    let runs: Vec<(usize, usize)> = runs(&places);
    let digits = |&&(start, end): &&(usize, usize)| {
        let places = &places[start..end];
        let sure = places.iter().filter(|place| place.is_digit()).count();
        let maybe = places.iter().filter(|place| place.has(b'0')).count();
        (sure, maybe, std::cmp::Reverse(start))
    };
    let anchor = runs
        .iter()
        .max_by_key(digits)
        .filter(|run| digits(run).1 > 0);
    let anchor = anchor.ok_or("it holds no digit")?;
    let len = |run: Option<&(usize, usize)>| run.map_or(0, |run| run.1 - run.0);
    Ok(Form {
        lead: anchor.0,
        run: anchor.1 - anchor.0,
        separator: separator.bytes().next(),
        ends: (len(runs.first()), len(runs.last())),
        places,
    })
}

/// Runs of places for letters and digits.
fn runs(places: &[Place]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, place) in places.iter().enumerate() {
        match (place.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                runs.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| (from, places.len())));
    runs
}

fn parts(written: &str) -> Result<Vec<Part>, &'static str> {
    let mut parts = Vec::new();
    let mut rest = written.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let place = match first {
            b'_' => {
                parts.push(Part::Separator);
                continue;
            }
            b'd' => Place::of(b'0'..=b'9'),
            b'L' => Place::of(b'A'..=b'Z'),
            b'l' => Place::of((b'A'..=b'Z').chain(b'a'..=b'z')),
            b'x' => Place::of((b'0'..=b'9').chain(b'A'..=b'Z')),
            b'[' => {
                let end = rest.iter().position(|&b| b == b']');
                let (inside, after) = rest.split_at(end.ok_or("`[` is not closed")?);
                rest = &after[1..];
                set(inside)
            }
            byte => Place::of([byte]),
        };
        let (least, most) = match rest.split_first() {
            Some((b'{', after)) => {
                let end = after.iter().position(|&b| b == b'}');
                let (inside, after) = after.split_at(end.ok_or("`{` is not closed")?);
                rest = &after[1..];
                bounds(inside).ok_or("`{}` holds no number")?
            }
            _ => (1, 1),
        };
        if least > most || most > LONGEST {
            return Err("it repeats too often");
        }
        parts.push(Part::Repeated(place, least, most));
    }
    Ok(parts)
}

fn bounds(inside: &[u8]) -> Option<(usize, usize)> {
    let text = std::str::from_utf8(inside).ok()?;
    match text.split_once(',') {
        Some((least, most)) => Some((least.parse().ok()?, most.parse().ok()?)),
        None => text.parse().ok().map(|times| (times, times)),
    }
}

fn set(inside: &[u8]) -> Place {
    let mut bytes = Vec::new();
    let mut rest = inside;
    while let Some((&first, after)) = rest.split_first() {
        if let [b'-', last, after @ ..] = after {
            bytes.extend(first..=*last);
            rest = after;
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    Place::of(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(written: &str, text: &str) -> bool {
        let forms = expand(written).unwrap();
        forms.iter().any(|form| form.fits(text.as_bytes()))
    }

    #[test]
    fn a_form_stands_for_what_it_says() {
        for (written, text, expected) in [
            ("d{3}_d{2}_d{4}", "123-45-6789", true),
            ("d{3}_d{2}_d{4}", "123456789", true),
            ("d{3}_d{2}_d{4}", "123-45 6789", false),
            ("d{3}_d{2}_d{4}", "123\u{a0}45\u{a0}6789", true),
            ("Ldd{2,3}", "A12", false),
            ("Ld{2,3}", "A12", true),
            ("Ld{2,3}", "A1234", false),
            ("d{2}[-0-9Kk]", "12k", true),
            ("d{2}[-+A]x", "12+Z", true),
            ("d{2}.l", "12.z", true),
            ("d{2}.x", "12.z", false),
        ] {
            assert_eq!(fits(written, text), expected, "{written} on {text}");
        }
    }

    #[test]
    fn the_run_with_most_digits_is_the_one_searched_for() {
        let form = &expand("LL d{2} d{3}").unwrap()[0];
        assert_eq!((form.lead, form.run, form.ends), (6, 3, (2, 3)));
        let form = &expand("xxx xxx").unwrap()[0];
        assert_eq!((form.lead, form.run), (0, 3));
        let form = &expand("LLd{2}xxx").unwrap()[0];
        assert_eq!((form.lead, form.run), (0, 7));
    }

    #[test]
    fn mistakes_are_told() {
        for wrong in [
            "",
            "LLL",
            "d[",
            "d{",
            "d{x}",
            "d{3,2}",
            "d{99}",
            "d{1,40}d{1,40}",
        ] {
            assert!(expand(wrong).is_err(), "{wrong}");
        }
    }
}
