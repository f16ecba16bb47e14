//! Recognisers written by hand: secrets told by their name and surroundings, not by a provider's form.
//!
//! The engine calls [`examine`] at each place where one of a recogniser's [`Trigger`]s stands.
//! What a recogniser says of that place depends on the bytes within its [`reach`](Recogniser::reach) alone.

mod assignment;
mod cursor;
mod decide;
mod features;
mod file;
mod header;
mod idle;
mod inside;
mod learned;
mod lexicon;
mod literal;
mod login;
mod name;
mod operator;
mod pair;
mod pem;
mod protection;
mod quote;
#[cfg(test)]
mod shapes;
mod slot;
mod stand;
#[cfg(test)]
mod tests;
mod uri;
mod value;
mod words;

use crate::base::evidence::Evidence;
use crate::base::level::Confidence;
use crate::base::span::Span;

pub use features::{COUNT as FEATURES, Features, NAMES as FEATURE_NAMES};
pub use file::{FileKind, Syntax};
pub use learned::{Learned, Model};

/// Which hand-written recogniser a rule of kind `recogniser = "..."` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Recogniser {
    /// A value assigned to a name that speaks of a secret.
    Assignment,
    /// A password in the user part of a URL.
    UriUserinfo,
    /// A value after an HTTP authorization scheme or a command's user option.
    AuthHeader,
    /// A private key block.
    PrivateKey,
}

/// A place worth examining: a literal, and what may follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The literal.
    pub literal: &'static str,
    /// True when the literal is matched without regard to ASCII case.
    pub fold_case: bool,
    /// Bytes allowed right after the literal; empty allows any, and the end of the text.
    pub then: &'static [u8],
}

/// What a recogniser says of one place. Offsets are relative to the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What was found.
    pub kind: Kind,
    /// The name and the value, or whatever belongs together.
    pub span: Span,
    /// The secret inside it.
    pub secret: Span,
    /// What speaks for and against it.
    pub evidence: Evidence,
    /// How sure.
    pub confidence: Confidence,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $recogniser:ident;)+) => {
        /// What a recogniser found; each kind but [`Kind::Shadow`] has a rule of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $name,)+
            /// Nothing to report; suppresses generic matches it covers.
            Shadow,
        }

        impl Kind {
            /// Every kind that has a rule.
            pub const REPORTED: &'static [Kind] = &[$(Kind::$name),+];

            /// The id of the rule that reports this kind; none for [`Kind::Shadow`].
            pub fn rule_id(self) -> Option<&'static str> {
                match self {
                    $(Kind::$name => Some($id),)+
                    Kind::Shadow => None,
                }
            }

            /// The recogniser that gives this kind; none for [`Kind::Shadow`], which several give.
            pub fn recogniser(self) -> Option<Recogniser> {
                match self {
                    $(Kind::$name => Some(Recogniser::$recogniser),)+
                    Kind::Shadow => None,
                }
            }
        }
    };
}

kinds! {
    /// The value of a password name.
    Password = "generic-password", Assignment;
    /// The value of a secret name.
    Secret = "generic-secret", Assignment;
    /// The value of a token name.
    Token = "generic-token", Assignment;
    /// The value of an API key name.
    ApiKey = "generic-api-key", Assignment;
    /// The value of a secret, private, access or other key name.
    Key = "generic-key", Assignment;
    /// The value of a credential name.
    Credential = "generic-credential", Assignment;
    /// The value of an authentication name.
    Auth = "generic-auth", Assignment;
    /// A hash of a password.
    PasswordHash = "password-hash", Assignment;
    /// A password in a URL.
    UriCredential = "uri-credential", UriUserinfo;
    /// User and password of HTTP basic authentication.
    BasicAuth = "http-basic-auth", AuthHeader;
    /// A token after another authorization scheme.
    BearerAuth = "http-bearer-auth", AuthHeader;
    /// A private key that is not encrypted.
    PrivateKey = "private-key", PrivateKey;
    /// A private key under a passphrase.
    EncryptedPrivateKey = "private-key-encrypted", PrivateKey;
    /// A private key block encoded once more in base64.
    Base64PrivateKey = "private-key-base64", PrivateKey;
}

impl Recogniser {
    /// Every recogniser.
    pub const ALL: &'static [Recogniser] = &[
        Recogniser::Assignment,
        Recogniser::UriUserinfo,
        Recogniser::AuthHeader,
        Recogniser::PrivateKey,
    ];

    /// The recogniser called `name` in rule files.
    pub fn find(name: &str) -> Option<Recogniser> {
        Recogniser::ALL.iter().copied().find(|r| r.name() == name)
    }

    /// Its name in rule files.
    pub fn name(self) -> &'static str {
        match self {
            Recogniser::Assignment => "assignment",
            Recogniser::UriUserinfo => "uri-userinfo",
            Recogniser::AuthHeader => "auth-header",
            Recogniser::PrivateKey => "private-key",
        }
    }

    /// Where [`examine`] is worth calling.
    pub fn triggers(self) -> &'static [Trigger] {
        match self {
            Recogniser::Assignment => assignment::TRIGGERS,
            Recogniser::UriUserinfo => uri::TRIGGERS,
            Recogniser::AuthHeader => header::TRIGGERS,
            Recogniser::PrivateKey => pem::TRIGGERS,
        }
    }

    /// How many bytes before and after the hit [`examine`] may look at.
    pub fn reach(self) -> (usize, usize) {
        match self {
            Recogniser::Assignment => (512, 4096),
            Recogniser::UriUserinfo => (64, 1024),
            Recogniser::AuthHeader => (256, 4096),
            Recogniser::PrivateKey => (64, 60 << 10),
        }
    }
}

/// Examines the place `hit` of `view`, where a trigger of `recogniser` stands, and appends what it
/// finds to `out`. The result does not change when more than the recogniser's reach is visible.
pub fn examine(
    recogniser: Recogniser,
    view: &[u8],
    hit: usize,
    file: FileKind,
    learned: &Learned,
    out: &mut Vec<Candidate>,
) {
    if hit >= view.len() {
        return;
    }
    let (back, ahead) = recogniser.reach();
    let start = hit.saturating_sub(back);
    let near = &view[start..view.len().min(hit.saturating_add(ahead))];
    let before = out.len();
    match recogniser {
        Recogniser::Assignment => assignment::examine(near, hit - start, file, learned, out),
        Recogniser::UriUserinfo => uri::examine(near, hit - start, file, learned, out),
        Recogniser::AuthHeader => header::examine(near, hit - start, out),
        Recogniser::PrivateKey => pem::examine(near, hit - start, out),
    }
    for candidate in &mut out[before..] {
        candidate.span = candidate.span.shifted(start);
        candidate.secret = candidate.secret.shifted(start);
    }
}

/// A value that reached the table, for training and measuring the learned score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The value.
    pub secret: Span,
    /// What the table says of it.
    pub level: Option<Confidence>,
    /// What the learned score sees of it.
    pub features: Features,
}

/// What the learned score would be asked at the place `hit` of `view`.
pub fn sample(recogniser: Recogniser, view: &[u8], hit: usize, file: FileKind) -> Option<Sample> {
    let (back, ahead) = recogniser.reach();
    let start = hit.saturating_sub(back);
    let near = &view[start..view.len().min(hit.saturating_add(ahead))];
    let at = hit - start;
    let (secret, weighed) = match recogniser {
        Recogniser::Assignment => {
            let found = assignment::propose(near, at, file)?;
            let weighed = decide::weigh(near, found.name, found.place, &found.slot, file)?;
            (found.slot.value, weighed)
        }
        Recogniser::UriUserinfo => uri::weigh(near, at, file)?,
        Recogniser::AuthHeader | Recogniser::PrivateKey => return None,
    };
    Some(Sample {
        secret: secret.shifted(start),
        level: weighed.level,
        features: weighed.features?,
    })
}

/// Builds the lexicon now rather than at the first value that needs it.
pub fn prepare() {
    lexicon::prepare();
}
