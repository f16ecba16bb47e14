//! Messages to the user beside the reports: on standard error, one line each.

use std::io::Write as _;

use crate::report::sanitise;

/// Says what went wrong. `text` may hold names from outside: it is made safe.
pub(super) fn error(text: &str) {
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(
        anstream::stderr(),
        "stanch: error: {}",
        sanitise::one_line(text)
    );
}

/// Says what is odd but does not stop the run.
pub(super) fn warning(text: &str) {
    let _ = writeln!(
        anstream::stderr(),
        "stanch: warning: {}",
        sanitise::one_line(text)
    );
}
