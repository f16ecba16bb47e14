//! Ctrl-C: the first asks the run to end well, the second ends it.

use std::panic;
use std::sync::Arc;

use crate::base::control::Control;
use crate::cli::exit::Exit;

/// Cancels `control` on the first interrupt and ends the process on the second.
pub(super) fn watch(control: &Arc<Control>) {
    let control = Arc::clone(control);
    let handler = move || {
        if control.is_cancelled() {
            #[expect(clippy::exit, reason = "the user asked twice to stop at once")]
            std::process::exit(Exit::Interrupted as i32);
        }
        control.cancel();
    };
    // Without a handler the default applies: the first interrupt ends the run.
    let _ = ctrlc::set_handler(handler);
}

/// Keeps panic messages off the terminal: they could carry scanned text. The
/// unit that panicked is reported as failed.
pub(super) fn silence_panics() {
    panic::set_hook(Box::new(|_| {}));
}
