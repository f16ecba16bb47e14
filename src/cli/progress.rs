//! The progress line on standard error: a ticker that reads the run's counters.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::control::Control;

/// Between two looks at the counters.
const TICK: Duration = Duration::from_millis(100);

/// Runs that are over by then show no progress.
const SILENCE: Duration = Duration::from_millis(300);

/// A unit that takes this long is named.
const SLOW: Duration = Duration::from_secs(1);

/// Longest name shown, in characters.
const NAME: usize = 40;

/// Whether the user wants to see progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// When standard error is a terminal and `CI` is not set.
    Auto,
    /// Never (`--quiet`).
    Never,
}

/// Calls `work` and shows the progress of `control` meanwhile. `work` gets a
/// handle with which it can write to the terminal without tearing the line.
pub(super) fn with_progress<T>(
    show: Show,
    control: &Control,
    work: impl FnOnce(&Progress) -> T,
) -> T {
    if !is_wanted(show) {
        return work(&Progress(ProgressBar::hidden()));
    }
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{wide_msg}") {
        bar.set_style(style);
    }
    let line = &bar;
    thread::scope(|scope| {
        let (stop, stopped) = mpsc::channel::<()>();
        let ticker: io::Result<ScopedJoinHandle<'_, ()>> = thread::Builder::new()
            .name("progress".to_owned())
            .spawn_scoped(scope, move || tick(line, control, &stopped));
        let done = work(&Progress(bar.clone()));
        drop(stop);
        if let Ok(ticker) = ticker {
            // Waits for the line to be cleared, so that nothing is drawn after.
            let _ = ticker.join();
        }
        done
    })
}

/// The progress line of a run, drawn or not.
#[derive(Clone, Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// Takes the line away while `write` writes to the terminal.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

fn is_wanted(show: Show) -> bool {
    show == Show::Auto
        && io::stderr().is_terminal()
        && std::env::var_os("CI").is_none_or(|value| value.is_empty() || value == "false")
}

/// Draws until the other end of `stopped` is dropped, then clears the line.
fn tick(bar: &ProgressBar, control: &Control, stopped: &mpsc::Receiver<()>) {
    let begun = Instant::now();
    let mut wait = SILENCE;
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = TICK;
        bar.set_message(Snapshot::of(control, begun.elapsed()).line());
        bar.tick();
    }
    bar.finish_and_clear();
}

/// The counters at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Snapshot {
    elapsed: Duration,
    enumerated: u64,
    ended: u64,
    bytes: u64,
    findings: u64,
    listed: bool,
    cancelled: bool,
    slowest: Option<(String, Duration)>,
}

impl Snapshot {
    fn of(control: &Control, elapsed: Duration) -> Snapshot {
        Snapshot {
            elapsed,
            // Read first, so that it is never above what was enumerated.
            ended: control.ended.load(Ordering::Relaxed),
            enumerated: control.enumerated.load(Ordering::Relaxed),
            bytes: control.bytes.load(Ordering::Relaxed),
            findings: control.findings.load(Ordering::Relaxed),
            listed: control.listed.load(Ordering::Relaxed),
            cancelled: control.is_cancelled(),
            slowest: control.slowest(),
        }
    }

    /// For example `scanning 62 % | 1.9 GiB | 412 MiB/s | 18,204/29,361 files |
    /// 3 findings | ETA 3 s | slow: big.tar.gz (2.1 s)`. The share and the time
    /// left count files, as sizes are not known before files are opened; they
    /// appear once the listing is complete.
    fn line(&self) -> String {
        let mut line = String::from(if self.cancelled {
            "stopping"
        } else {
            "scanning"
        });
        if self.listed && self.enumerated > 0 {
            let share = self.ended.min(self.enumerated) * 100 / self.enumerated;
            let _ = write!(line, " {share} %");
        }
        let millis = u64::try_from(self.elapsed.as_millis())
            .unwrap_or(u64::MAX)
            .max(1);
        let rate = self.bytes.saturating_mul(1000) / millis;
        let _ = write!(
            line,
            " | {} | {}/s | {}",
            size(self.bytes),
            size(rate),
            grouped(self.ended)
        );
        if self.listed {
            let _ = write!(line, "/{}", grouped(self.enumerated));
        }
        let _ = write!(line, " files | {} findings", grouped(self.findings));
        if let Some(left) = self.time_left() {
            let _ = write!(line, " | ETA {}", duration(left));
        }
        if let Some((name, took)) = &self.slowest
            && *took >= SLOW
        {
            let _ = write!(line, " | slow: {} ({})", safe_name(name), duration(*took));
        }
        line
    }

    fn time_left(&self) -> Option<Duration> {
        if !self.listed || self.ended == 0 || self.cancelled {
            return None;
        }
        let left = self.enumerated.saturating_sub(self.ended);
        let millis = self.elapsed.as_millis() * u128::from(left) / u128::from(self.ended);
        Some(Duration::from_millis(u64::try_from(millis).ok()?))
    }
}

/// Bytes in binary units with one decimal: `1.9 GiB`.
fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let power = bytes.max(1).ilog2() / 10;
    if power == 0 {
        return format!("{bytes} B");
    }
    let tenths = (u128::from(bytes) * 10) >> (10 * power);
    let unit = units[power as usize];
    if tenths >= 1000 {
        return format!("{} {unit}", tenths / 10);
    }
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// A number with commas between its thousands: `18,204`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `2.1 s`, `42 s`, `3 min 20 s`, `2 h 5 min`.
fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{seconds}.{} s", time.subsec_millis() / 100),
        10..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// A name that cannot move the cursor, colour the line, reverse its direction
/// or make it wrap: anything but visible characters becomes `\u{fffd}`, and
/// only the end of a long name is shown, where the file name stands.
fn safe_name(name: &str) -> String {
    let count = name.chars().count();
    let cut = count.saturating_sub(NAME);
    let shown = name.chars().skip(if cut > 0 { cut + 1 } else { 0 });
    let mut safe = String::from(if cut > 0 { "…" } else { "" });
    safe.extend(shown.map(|c| if is_visible(c) { c } else { '\u{fffd}' }));
    safe
}

fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        Snapshot {
            elapsed: Duration::from_secs(5),
            enumerated: 29_361,
            ended: 18_204,
            bytes: 2_040_109_466,
            findings: 3,
            listed: true,
            cancelled: false,
            slowest: Some(("big.tar.gz".to_owned(), Duration::from_millis(2150))),
        }
    }

    #[test]
    fn the_line_says_how_far_and_how_long() {
        assert_eq!(
            snapshot().line(),
            "scanning 62 % | 1.9 GiB | 389 MiB/s | 18,204/29,361 files | 3 findings | \
             ETA 3.0 s | slow: big.tar.gz (2.1 s)"
        );
    }

    #[test]
    fn nothing_is_promised_before_the_listing_is_complete() {
        let early = Snapshot {
            listed: false,
            slowest: Some(("quick".to_owned(), Duration::from_millis(20))),
            ..snapshot()
        };
        assert_eq!(
            early.line(),
            "scanning | 1.9 GiB | 389 MiB/s | 18,204 files | 3 findings"
        );
        let line = Snapshot::default().line();
        assert_eq!(line, "scanning | 0 B | 0 B/s | 0 files | 0 findings");
    }

    #[test]
    fn a_cancelled_run_is_stopping() {
        let stopping = Snapshot {
            cancelled: true,
            ..snapshot()
        };
        let line = stopping.line();
        assert!(
            line.starts_with("stopping 62 %") && !line.contains("ETA"),
            "{line}"
        );
    }

    #[test]
    fn numbers_are_short() {
        let sizes = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (102_399, "99.9 KiB"),
            (102_400, "100 KiB"),
            (u64::MAX, "15.9 EiB"),
        ];
        for (bytes, expected) in sizes {
            assert_eq!(size(bytes), expected);
        }
        let times = [
            (900, "0.9 s"),
            (42_000, "42 s"),
            (200_000, "3 min 20 s"),
            (7_500_000, "2 h 5 min"),
        ];
        for (millis, expected) in times {
            assert_eq!(duration(Duration::from_millis(millis)), expected);
        }
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn names_are_harmless_on_a_terminal() {
        let safe = safe_name("a\u{1b}[31m\n\u{202e}b\u{9b}c");
        assert_eq!(safe, "a\u{fffd}[31m\u{fffd}\u{fffd}b\u{fffd}c");
        let long = safe_name(&format!("{}/name.txt", "d".repeat(100)));
        assert_eq!(long.chars().count(), NAME);
        assert!(long.starts_with('…') && long.ends_with("/name.txt"));
        assert_eq!(safe_name("päth/文件"), "päth/文件");
    }

    #[test]
    fn the_work_is_done_without_a_terminal_too() {
        let control = Control::default();
        let done = with_progress(Show::Never, &control, |progress| progress.suspend(|| 7));
        assert_eq!(done, 7);
    }
}
