//! The learned score: small decision trees that may speak against what the table says, or for it.
//!
//! The trees are data, made by `examples/train_generic.rs` and stored beside this file. A score is a
//! sum of whole numbers over comparisons of whole numbers, so it is the same on every machine.
//!
//! Format, numbers in little-endian order: `STG1`; one byte, the number of features; two bytes each
//! (signed): what scores begin with, the limits *against*, *for* and *alone*; two bytes, the number of
//! trees. A tree is one byte, the number of its comparisons; four bytes for each comparison
//! (feature, limit, what comes next when the feature is at most the limit, and when it is more);
//! two bytes (signed) for each of its leaves, one more than comparisons. What comes next is the
//! number of a comparison, or with the highest bit set that of a leaf.

use std::sync::{Arc, LazyLock};

use super::features::{self, Features};

static BUILT_IN: LazyLock<Option<Model>> =
    LazyLock::new(|| Model::read(include_bytes!("learned.bin")).ok());

/// Whether the learned score has a say.
#[derive(Clone, Debug, Default)]
pub enum Learned {
    /// The table decides alone.
    Off,
    /// The built-in model may speak against the table, or for a value.
    #[default]
    BuiltIn,
    /// So may another model.
    With(Arc<Model>),
}

impl Learned {
    /// The model that has a say.
    pub(super) fn model(&self) -> Option<&Model> {
        match self {
            Learned::Off => None,
            Learned::BuiltIn => BUILT_IN.as_ref(),
            Learned::With(model) => Some(model),
        }
    }
}

const MAGIC: &[u8] = b"STG1";
const HEAD: usize = 4 + 1 + 2 * 4 + 2;
const LEAF: u8 = 0x80;

/// Trees and the limits of their score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    base: i32,
    against: i32,
    speaks_for: i32,
    alone: i32,
    trees: Vec<Tree>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tree {
    nodes: Vec<[u8; 4]>,
    leaves: Vec<i16>,
}

/// What the score says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opinion {
    /// It speaks against it.
    Against,
    /// It says nothing.
    Silent,
    /// It speaks for a value that the table holds possible.
    For,
    /// It speaks for the value so clearly that the table's silence does not matter.
    Alone,
}

impl Model {
    /// Reads a stored model.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(bytes: &[u8]) -> Result<Model, &'static str> {
        let head = bytes.get(..HEAD).ok_or("too short")?;
        if !head.starts_with(MAGIC) || usize::from(head[4]) != features::COUNT {
            return Err("made for other features");
        }
        let number = |n: usize| i16::from_le_bytes([head[5 + 2 * n], head[6 + 2 * n]]);
        let count = u16::from_le_bytes([head[13], head[14]]);
        let mut rest = &bytes[HEAD..];
        let mut trees = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let (tree, after) = Tree::read(rest).ok_or("broken tree")?;
            trees.push(tree);
            rest = after;
        }
        if !rest.is_empty() {
            return Err("bytes after the last tree");
        }
        Ok(Model {
            base: i32::from(number(0)),
            against: i32::from(number(1)),
            speaks_for: i32::from(number(2)),
            alone: i32::from(number(3)),
            trees,
        })
    }

    /// The sum over all trees.
    pub fn score(&self, features: &Features) -> i32 {
        let sums = self.trees.iter().map(|tree| tree.value(features));
        self.base + sums.sum::<i32>()
    }

    /// What the score of `features` means.
    pub(super) fn opinion(&self, features: &Features) -> Opinion {
        let score = self.score(features);
        if score >= self.alone {
            Opinion::Alone
        } else if score >= self.speaks_for {
            Opinion::For
        } else if score < self.against {
            Opinion::Against
        } else {
            Opinion::Silent
        }
    }
}

impl Tree {
    /// The tree at the beginning of `bytes`, and what follows it.
    fn read(bytes: &[u8]) -> Option<(Tree, &[u8])> {
        let (&count, rest) = bytes.split_first()?;
        let count = usize::from(count);
        let nodes: Vec<[u8; 4]> = rest
            .get(..count * 4)?
            .chunks_exact(4)
            .map(|node| [node[0], node[1], node[2], node[3]])
            .collect();
        let rest = &rest[count * 4..];
        let leaves: Vec<i16> = rest
            .get(..(count + 1) * 2)?
            .chunks_exact(2)
            .map(|leaf| i16::from_le_bytes([leaf[0], leaf[1]]))
            .collect();
        let tree = Tree { nodes, leaves };
        tree.is_sound().then_some((tree, &rest[(count + 1) * 2..]))
    }

    /// True when every step leads onwards to a comparison, or to a leaf that exists.
    fn is_sound(&self) -> bool {
        let onwards = |from: usize, to: u8| match usize::from(to & !LEAF) {
            leaf if to & LEAF != 0 => leaf < self.leaves.len(),
            node => node > from && node < self.nodes.len(),
        };
        self.nodes.iter().enumerate().all(|(at, node)| {
            usize::from(node[0]) < features::COUNT && onwards(at, node[2]) && onwards(at, node[3])
        })
    }

    fn value(&self, features: &Features) -> i32 {
        let mut at = if self.nodes.is_empty() { LEAF } else { 0 };
        while at & LEAF == 0 {
            let [feature, limit, low, high] = self.nodes[usize::from(at)];
            at = if features[usize::from(feature)] <= limit {
                low
            } else {
                high
            };
        }
        i32::from(self.leaves[usize::from(at & !LEAF)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(trees: &[u8], count: u8) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.push(features::COUNT as u8);
        bytes.extend([0; 8]);
        bytes.extend([count, 0]);
        bytes.extend(trees);
        bytes
    }

    #[test]
    fn the_built_in_model_is_sound_and_small() {
        let bytes = include_bytes!("learned.bin");
        let model = Model::read(bytes).unwrap();
        assert!(bytes.len() < 8 << 10);
        assert!(model.against < model.speaks_for && model.speaks_for <= model.alone);
        assert!(!model.trees.is_empty());
    }

    #[test]
    fn trees_add_up() {
        let tree = [1, 40, 7, 0x80, 0x81, 10, 0, 0xF6, 0xFF];
        let model = Model::read(&stored(&[tree, tree].concat(), 2)).unwrap();
        let mut features = [0; features::COUNT];
        assert_eq!(model.score(&features), 20);
        features[40] = 8;
        assert_eq!(model.score(&features), -20);
    }

    #[test]
    fn a_model_that_could_loop_or_lead_nowhere_is_refused() {
        let looping = [1, 40, 7, 0, 0x81, 10, 0, 10, 0];
        let nowhere = [1, 40, 7, 0x80, 0x85, 10, 0, 10, 0];
        let strange = [1, 255, 7, 0x80, 0x81, 10, 0, 10, 0];
        for tree in [looping, nowhere, strange] {
            assert!(Model::read(&stored(&tree, 1)).is_err());
        }
        assert!(Model::read(&stored(&[], 1)).is_err());
        assert!(Model::read(&stored(&[0, 1, 0, 9], 1)).is_err());
        assert!(Model::read(b"STG1").is_err());
    }

    #[test]
    fn no_cut_off_model_makes_it_panic() {
        let bytes = include_bytes!("learned.bin");
        for end in 0..bytes.len() {
            assert!(Model::read(&bytes[..end]).is_err());
        }
    }
}
