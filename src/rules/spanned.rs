//! A value of a rule file, and where it stands there.
//!
//! Read from TOML, the place comes from the parser; the rule files that are
//! compiled in are read from what `build.rs` wrote, places included.

use std::ops::Range;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

/// A value and its bytes in the file.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    span: Range<usize>,
    value: T,
}

impl<T> Spanned<T> {
    /// Where the value stands, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value.
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let read = toml::Spanned::<T>::deserialize(deserializer)?;
            return Ok(Spanned {
                span: read.span(),
                value: read.into_inner(),
            });
        }
        let (start, end, value) = Deserialize::deserialize(deserializer)?;
        Ok(Spanned {
            span: start..end,
            value,
        })
    }
}

impl<T: Serialize> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.span.start, self.span.end, &self.value).serialize(serializer)
    }
}
