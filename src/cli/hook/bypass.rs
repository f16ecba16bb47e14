//! The emergency exit: who asks a hook not to look, and says why.
//!
//! On the developer's side this is the variable `STANCH_SKIP`, on the server's
//! a push option, and that only where the administrator allows it.

use std::ffi::OsString;

/// The variable that makes hooks stand aside.
pub(super) const VARIABLE: &str = "STANCH_SKIP";
/// What a push option begins with that makes hooks stand aside.
const OPTION: &str = "stanch.skip=";
/// Fewest characters of a reason, so that `1` is none.
const SHORTEST: usize = 4;
/// Push options that are looked at.
const OPTIONS_MAX: usize = 100;

/// Whether the sender of a push may ask the hook not to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PushOptions {
    /// No: the option means nothing.
    Ignored,
    /// Yes, as the administrator has it.
    Accepted,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing: the hook looks.
    Look,
    /// To stand aside, for this reason.
    StandAside(String),
    /// To stand aside without a reason worth the name, by the variable or option named.
    NoReason(&'static str),
}

/// What the environment asks for.
pub(super) fn wish(lookup: impl Fn(&str) -> Option<OsString>, options: PushOptions) -> Wish {
    let text = |name: &str| Some(lookup(name)?.to_string_lossy().trim().to_owned());
    if let Some(reason) = text(VARIABLE).filter(|reason| !reason.is_empty()) {
        return judged(reason, VARIABLE);
    }
    if options == PushOptions::Ignored {
        return Wish::Look;
    }
    // githooks(5): a count, and that many options.
    let count = text("GIT_PUSH_OPTION_COUNT").and_then(|count| count.parse::<usize>().ok());
    (0..count.unwrap_or(0).min(OPTIONS_MAX))
        .filter_map(|number| text(&format!("GIT_PUSH_OPTION_{number}")))
        .find_map(|option| Some(option.strip_prefix(OPTION)?.trim().to_owned()))
        .map_or(Wish::Look, |reason| {
            judged(reason, "push option stanch.skip")
        })
}

fn judged(reason: String, by: &'static str) -> Wish {
    let words = ["true", "false", "skip", "none"];
    if reason.chars().count() < SHORTEST || words.contains(&&*reason.to_ascii_lowercase()) {
        Wish::NoReason(by)
    } else {
        Wish::StandAside(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wished(values: &[(&str, &str)], options: PushOptions) -> Wish {
        let find = |name: &str| {
            values
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| v.into())
        };
        wish(find, options)
    }

    #[test]
    fn a_reason_opens_the_emergency_exit() {
        let aside = |reason: &str| Wish::StandAside(reason.into());
        let table: [(&[(&str, &str)], Wish); 6] = [
            (&[], Wish::Look),
            (&[(VARIABLE, "")], Wish::Look),
            (&[(VARIABLE, "  ")], Wish::Look),
            (&[(VARIABLE, "ticket-123")], aside("ticket-123")),
            (&[(VARIABLE, "1")], Wish::NoReason(VARIABLE)),
            (&[(VARIABLE, "TRUE")], Wish::NoReason(VARIABLE)),
        ];
        for (values, expected) in table {
            assert_eq!(wished(values, PushOptions::Ignored), expected, "{values:?}");
        }
    }

    #[test]
    fn push_options_count_only_where_they_are_accepted() {
        let values = [
            ("GIT_PUSH_OPTION_COUNT", "2"),
            ("GIT_PUSH_OPTION_0", "ci.skip"),
            ("GIT_PUSH_OPTION_1", "stanch.skip=ticket 9"),
            ("GIT_PUSH_OPTION_2", "stanch.skip=not counted"),
        ];
        assert_eq!(wished(&values, PushOptions::Ignored), Wish::Look);
        let aside = Wish::StandAside("ticket 9".into());
        assert_eq!(wished(&values, PushOptions::Accepted), aside);
        assert_eq!(wished(&values[..2], PushOptions::Accepted), Wish::Look);
        let absurd = [("GIT_PUSH_OPTION_COUNT", "18446744073709551615")];
        assert_eq!(wished(&absurd, PushOptions::Accepted), Wish::Look);
    }
}
