//! Chooses which candidates of a document its index keeps.
//!
//! The scanner asks for every candidate, so density is the builder's affair:
//! any choice is found again. The greedy cover takes as few as it can while
//! no step between two of them is longer than asked for.

/// How many candidates an index keeps.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    /// All of them.
    Dense,
    /// Steps of at most 24 symbols.
    #[default]
    Normal,
    /// Steps of at most 32 symbols.
    Sparse,
}

impl Density {
    /// The longest step between two kept candidates where the text offers one:
    /// 16 for `Dense`, because candidates are no further apart.
    pub fn step(self) -> u32 {
        match self {
            Density::Dense => 16,
            Density::Normal => 24,
            Density::Sparse => 32,
        }
    }

    /// The density whose longest step is `step`.
    pub fn of_step(step: u32) -> Option<Density> {
        [Density::Dense, Density::Normal, Density::Sparse]
            .into_iter()
            .find(|density| density.step() == step)
    }
}

/// The positions kept of `candidates`, which ascend. Of candidates within
/// reach the farthest one is taken, or the farthest that `known` says another
/// version of the same document keeps already.
pub fn cover(candidates: &[u32], density: Density, known: impl Fn(usize) -> bool) -> Vec<usize> {
    if density == Density::Dense {
        return (0..candidates.len()).collect();
    }
    let step = density.step();
    let mut kept: Vec<usize> = Vec::new();
    // The beginning of the text counts as a kept position, so that the first
    // window has its fingerprint, too.
    let mut last = 0;
    let mut next = 0;
    while next < candidates.len() {
        let within = candidates[next..].partition_point(|&at| at - last <= step);
        let reach = next + within.max(1);
        let shared = (next..reach).rev().find(|&at| within > 0 && known(at));
        let taken = shared.unwrap_or(reach - 1);
        kept.push(taken);
        last = candidates[taken];
        next = taken + 1;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_farthest_candidate_within_reach_is_taken() {
        let candidates = [0, 10, 24, 25, 40, 100, 101];
        let kept = cover(&candidates, Density::Normal, |_| false);
        assert_eq!(kept, [2, 4, 5, 6]);
    }

    #[test]
    fn a_candidate_of_another_version_is_preferred() {
        let candidates = [0, 10, 24, 25, 40];
        let kept = cover(&candidates, Density::Normal, |at| at == 1);
        assert_eq!(kept, [1, 3, 4]);
    }

    proptest! {
        #[test]
        fn no_step_is_longer_than_the_candidates_make_it(
            gaps in prop::collection::vec(1u32..60, 0..200),
            wide in any::<bool>(),
            shared in any::<u8>(),
        ) {
            let density = if wide { Density::Sparse } else { Density::Normal };
            let mut at = 0;
            let candidates: Vec<u32> = gaps.iter().map(|gap| { at += gap; at }).collect();
            let kept = cover(&candidates, density, |at| at % 8 == usize::from(shared % 16));
            prop_assert!(kept.is_sorted_by(|a, b| a < b));
            let ends = kept.last().copied();
            prop_assert_eq!(ends, candidates.len().checked_sub(1));
            for pair in kept.windows(2) {
                let gap = candidates[pair[1]] - candidates[pair[0]];
                prop_assert!(gap <= density.step() || pair[1] == pair[0] + 1);
            }
        }
    }
}
