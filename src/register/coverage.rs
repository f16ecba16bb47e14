//! How well the fingerprints that are kept cover a document.

use super::index::Account;
use crate::fingerprint::TAGGED;

/// Stretches without a fingerprint that are remembered of a document.
const GAPS: usize = 5;

/// Counts the windows of the promised length, and those without a fingerprint;
/// returns the longest stretches that hold none.
pub(super) fn measure(account: &mut Account, places: &[u32]) -> Vec<(u32, u32)> {
    let small = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    let (step, symbols) = (i64::from(account.step), i64::from(account.symbols));
    let tagged = TAGGED.cast_signed() as i64;
    let end = symbols - (tagged - 1);
    let windows = (end - step + 1).max(0);
    let (mut empty, mut longest) = (0, 0);
    let mut gaps = Vec::new();
    let mut last = -1;
    for place in places.iter().map(|&place| i64::from(place)).chain([end]) {
        let gap = place - last;
        empty += (gap - step).max(0);
        longest = longest.max(gap);
        if gap > step {
            // From the symbol after one fingerprint's first to the one before
            // the next's last.
            let stretch = (gap + tagged - 2).min(symbols - last - 1);
            gaps.push((small(last + 1), small(stretch)));
        }
        last = place;
    }
    account.windows = small(windows);
    account.empty = small(empty.min(windows));
    account.longest_gap = small((longest + tagged - 2).min(symbols));
    gaps.sort_unstable_by_key(|&(start, length)| (std::cmp::Reverse(length), start));
    gaps.truncate(GAPS);
    gaps
}
