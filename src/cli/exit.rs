//! What the process tells its caller: one table, used by the program, its help and its tests.

use crate::judge::outcome::Summary;

/// Exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing found and everything in scope examined.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// Wrong use, configuration, rules, or a report that could not be written.
    Usage = 2,
    /// No findings, but something in scope was not fully examined.
    Incomplete = 3,
    /// A mistake of the program itself.
    Internal = 4,
    /// Interrupted; the reports hold what was found until then.
    Interrupted = 130,
}

/// The table for `--help` and the documentation.
pub const TABLE: &str = "\
Exit codes:
  0    clean and complete: nothing found, everything in scope examined
  1    findings at or above --fail-on
  2    usage, configuration or rule error, or a report that could not be written
  3    no findings, but something in scope was not fully examined
  4    internal error
  130  interrupted; reports hold what was found until then";

/// Which kinds of incompleteness the user accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowIncomplete {
    /// None: exit code 3.
    #[default]
    Never,
    /// All.
    Always,
    /// Those with one of these reason codes.
    Reasons(Vec<String>),
}

impl AllowIncomplete {
    fn accepts(&self, summary: &Summary) -> bool {
        match self {
            AllowIncomplete::Never => false,
            AllowIncomplete::Always => true,
            AllowIncomplete::Reasons(codes) => summary
                .open_reasons()
                .all(|reason| codes.iter().any(|code| code == reason)),
        }
    }
}

/// The exit code of a run that was reported without error.
pub fn of(summary: &Summary, allow: &AllowIncomplete) -> Exit {
    if summary.interrupted {
        Exit::Interrupted
    } else if summary.failing > 0 {
        Exit::Findings
    } else if summary.is_complete() || allow.accepts(summary) {
        Exit::Clean
    } else {
        Exit::Incomplete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// interrupted, failing findings, partial units, failed units, allowance -> exit
    const TRUTH: &[(bool, u64, u64, u64, &str, Exit)] = &[
        (false, 0, 0, 0, "never", Exit::Clean),
        (false, 0, 1, 0, "never", Exit::Incomplete),
        (false, 0, 0, 1, "never", Exit::Incomplete),
        (false, 0, 1, 1, "always", Exit::Clean),
        (false, 0, 1, 0, "container", Exit::Clean),
        (false, 0, 1, 1, "container", Exit::Incomplete),
        (false, 0, 1, 1, "container,unreadable", Exit::Clean),
        (false, 2, 0, 0, "never", Exit::Findings),
        (false, 2, 1, 1, "never", Exit::Findings),
        (false, 2, 1, 0, "always", Exit::Findings),
        (true, 0, 0, 0, "never", Exit::Interrupted),
        (true, 2, 0, 0, "always", Exit::Interrupted),
        (true, 0, 1, 1, "always", Exit::Interrupted),
    ];

    #[test]
    fn the_truth_table_holds() {
        for &(interrupted, failing, partial, failed, allow, exit) in TRUTH {
            let mut summary = Summary {
                partial,
                failed,
                failing,
                interrupted,
                ..Summary::default()
            };
            if partial > 0 {
                summary.by_reason.insert("container", partial);
            }
            if failed > 0 {
                summary.by_reason.insert("unreadable", failed);
            }
            // What policy leaves out never makes a run incomplete.
            summary.by_reason.insert("symlink", 3);
            let allow = match allow {
                "never" => AllowIncomplete::Never,
                "always" => AllowIncomplete::Always,
                codes => AllowIncomplete::Reasons(codes.split(',').map(Into::into).collect()),
            };
            assert_eq!(of(&summary, &allow), exit, "{summary:?} {allow:?}");
        }
    }
}
