//! Names: where one begins and ends around a keyword, and what it says.

use super::Kind;
use super::cursor::is_word;
use crate::base::evidence::Evidence;
use crate::base::span::Span;

const LONGEST: usize = 80;
const MOST_WORDS: usize = 16;

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) kind: Kind,
    pub(super) strength: Strength,
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
    let start = after_escape(text, start);
    before_blank(text, start).unwrap_or(start)
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
    QUALIFIERS.contains(&word).then_some(blank - n)
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
    for (i, &(from, to)) in spans.iter().enumerate() {
        let mut buffer = [0; 24];
        let word = lower(&name[from..to], &mut buffer);
        if VETO.contains(&word) {
            return None;
        }
        negative |= NEGATIVE.contains(&word);
        last_meta = META.contains(&word);
        if let Some(family) = family(word, &previous[..previous_len])
            && !found.is_some_and(|(_, old)| old.rank() > family.rank())
        {
            found = Some((i, family));
        }
        previous = buffer;
        previous_len = to.saturating_sub(from).min(24);
    }
    let (at, family) = found?;
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
        b"pass" | b"pwd" | b"pswd" | b"psw" | b"pwds" | b"passwds" => {
            return Some(Family::Password);
        }
        b"token" | b"jwt" => return Some(Family::Token),
        b"key" | b"keys" => {
            return Some(match previous {
                b"api" | b"apis" => Family::ApiKey,
                _ if QUALIFIERS.contains(&previous) => Family::Key,
                _ => Family::BareKey,
            });
        }
        b"auth" | b"oauth" | b"authorization" | b"authentication" | b"authtok" => {
            return Some(Family::Auth);
        }
        b"api" => return Some(Family::Api),
        b"cred" | b"creds" | b"credential" | b"credentials" => return Some(Family::Credential),
        _ => {}
    }
    let has = |part: &[u8]| memchr::memmem::find(word, part).is_some();
    if PASSWORD_PARTS.iter().any(|part| has(part)) || word.ends_with(b"pwd") || joined_pass(word) {
        Some(Family::Password)
    } else if has(b"secret") {
        Some(Family::Secret)
    } else if word.ends_with(b"token") {
        Some(Family::Token)
    } else if word.ends_with(b"apikey") || word.ends_with(b"apikeys") {
        Some(Family::ApiKey)
    } else if let Some(qualifier) = word.strip_suffix(b"key") {
        QUALIFIERS
            .iter()
            .any(|q| qualifier.ends_with(q))
            .then_some(Family::Key)
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

/// `dbpass` and its like, which have no seam.
fn joined_pass(word: &[u8]) -> bool {
    word.strip_suffix(b"pass")
        .is_some_and(|before| PASS_OWNERS.contains(&before))
}

const PASS_OWNERS: &[&[u8]] = &[
    b"db",
    b"user",
    b"my",
    b"mysql",
    b"root",
    b"admin",
    b"smtp",
    b"mail",
    b"ftp",
    b"http",
    b"key",
    b"store",
    b"proxy",
    b"redis",
    b"mongo",
    b"pg",
    b"login",
    b"auth",
    b"ssh",
    b"vnc",
    b"wifi",
    b"database",
    b"rabbit",
    b"require",
    b"sudo",
    b"test",
    b"ldap",
    b"bind",
    b"rpc",
    b"sql",
    b"master",
];

/// Words that make a key a secret one.
const QUALIFIERS: &[&[u8]] = &[
    b"api",
    b"secret",
    b"private",
    b"priv",
    b"access",
    b"auth",
    b"encryption",
    b"encrypt",
    b"signing",
    b"sign",
    b"master",
    b"account",
    b"shared",
    b"client",
    b"consumer",
    b"service",
    b"storage",
    b"license",
    b"licence",
    b"session",
    b"webhook",
    b"crypto",
    b"cipher",
    b"aes",
    b"rsa",
    b"hmac",
    b"symmetric",
    b"deploy",
    b"admin",
    b"app",
    b"application",
    b"server",
    b"security",
    b"subscription",
    b"integration",
    b"write",
    b"ingest",
    b"cookie",
    b"decryption",
    b"functions",
    b"function",
    b"host",
    b"ssh",
    b"n",
    b"certificate",
    b"deployment",
    b"root",
    b"user",
    b"bot",
    b"maps",
    b"db",
    b"database",
    b"jwt",
    b"wallet",
    b"recovery",
    b"unlock",
    b"activation",
];

/// Last words that say the value describes a secret or stands beside it.
const META: &[&[u8]] = &[
    b"id",
    b"ids",
    b"name",
    b"names",
    b"user",
    b"username",
    b"file",
    b"files",
    b"filename",
    b"path",
    b"paths",
    b"dir",
    b"directory",
    b"url",
    b"urls",
    b"uri",
    b"uris",
    b"endpoint",
    b"type",
    b"types",
    b"field",
    b"fields",
    b"hash",
    b"hashes",
    b"hashed",
    b"length",
    b"len",
    b"size",
    b"policy",
    b"policies",
    b"expires",
    b"expiry",
    b"expiration",
    b"expire",
    b"expired",
    b"header",
    b"headers",
    b"param",
    b"params",
    b"parameter",
    b"parameters",
    b"provider",
    b"providers",
    b"count",
    b"limit",
    b"index",
    b"idx",
    b"prefix",
    b"suffix",
    b"format",
    b"label",
    b"title",
    b"placeholder",
    b"hint",
    b"message",
    b"msg",
    b"error",
    b"errors",
    b"description",
    b"desc",
    b"text",
    b"regex",
    b"pattern",
    b"regexp",
    b"validator",
    b"validators",
    b"validation",
    b"method",
    b"mode",
    b"scope",
    b"scopes",
    b"class",
    b"column",
    b"table",
    b"attribute",
    b"attr",
    b"property",
    b"prop",
    b"ref",
    b"arn",
    b"version",
    b"ttl",
    b"timeout",
    b"time",
    b"date",
    b"at",
    b"age",
    b"lifetime",
    b"issuer",
    b"audience",
    b"domain",
    b"realm",
    b"group",
    b"role",
    b"state",
    b"status",
    b"enabled",
    b"disabled",
    b"required",
    b"algorithm",
    b"alg",
    b"algo",
    b"encoding",
    b"encoder",
    b"strength",
    b"level",
    b"location",
    b"source",
    b"store",
    b"manager",
    b"service",
    b"server",
    b"host",
    b"port",
    b"module",
    b"handler",
    b"factory",
    b"builder",
    b"input",
    b"form",
    b"page",
    b"screen",
    b"view",
    b"button",
    b"link",
    b"icon",
    b"css",
    b"selector",
    b"template",
    b"env",
    b"var",
    b"variable",
    b"variables",
    b"config",
    b"options",
    b"option",
    b"settings",
    b"setting",
    b"plugin",
    b"backend",
    b"action",
    b"event",
    b"request",
    b"response",
    b"reset",
    b"change",
    b"changed",
    b"update",
    b"created",
    b"updated",
    b"checker",
    b"check",
    b"verify",
    b"confirm",
    b"rotation",
    b"category",
    b"code",
    b"codes",
    b"tag",
    b"tags",
    b"list",
    b"map",
    b"set",
    b"space",
    b"alias",
    b"ring",
    b"pair",
    b"usage",
    b"exists",
    b"exception",
    b"failed",
    b"invalid",
    b"needed",
    b"callback",
    b"resource",
    b"signature",
    b"fingerprint",
    b"digest",
    b"checksum",
    b"mechanism",
    b"realms",
    b"typ",
    b"kind",
    b"num",
    b"number",
    b"user1",
    b"flow",
    b"grant",
    b"permission",
    b"context",
    b"client",
    b"proto",
    b"protocol",
    b"engine",
    b"schema",
    b"scheme",
    b"info",
    b"meta",
    b"metadata",
    b"comment",
    b"doc",
    b"docs",
    b"help",
    b"support",
    b"email",
    b"mail",
    b"login",
];

/// Words anywhere in a name that make it speak of something else.
const NEGATIVE: &[&[u8]] = &[
    b"primary",
    b"foreign",
    b"partition",
    b"csrf",
    b"xsrf",
    b"next",
    b"page",
    b"pagination",
    b"cancellation",
    b"cancel",
    b"is",
    b"has",
    b"get",
    b"check",
    b"no",
    b"not",
    b"without",
    b"sort",
    b"cache",
    b"dict",
    b"hot",
    b"map",
    b"lookup",
    b"object",
    b"bucket",
    b"row",
    b"index",
    b"natural",
    b"composite",
    b"unique",
    b"continuation",
    b"idempotency",
    b"tokenizer",
    b"lexer",
    b"parser",
    b"syntax",
    b"needs",
    b"require",
    b"requires",
    b"allow",
    b"enable",
    b"disable",
    b"show",
    b"hide",
    b"forgot",
    b"reset",
    b"validate",
    b"verify",
    b"verifier",
    b"hash",
    b"hashed",
    b"digest",
    b"encrypted",
    b"hint",
];

/// Words that end the matter at once.
const VETO: &[&[u8]] = &[
    b"public",
    b"pub",
    b"thumbprint",
    b"fingerprint",
    b"integrity",
    b"author",
    b"authors",
    b"authority",
    b"mechanism",
    b"publickeytoken",
    b"publickey",
    b"keyboard",
    b"keyword",
    b"keywords",
    b"sha",
    b"sha1",
    b"sha256",
    b"checksum",
    b"csrftoken",
];

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
