//! Gradient boosting of small decision trees over features of one byte, for a logistic loss.
//!
//! Deterministic: no chance is involved, sums run in the order of the samples, and of equal splits
//! the first counts.

use stanch::detect::generic::{FEATURES, Features};

/// Score units per unit of log odds.
pub(crate) const UNITS: f64 = 64.0;

/// How the trees are grown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) trees: usize,
    pub(crate) leaves: usize,
    pub(crate) depth: usize,
    /// Share of each step that is taken.
    pub(crate) rate: f64,
    /// Weight a leaf holds at least (sum of second derivatives).
    pub(crate) least: f64,
}

/// One sample for training.
#[derive(Clone, Copy)]
pub(crate) struct Example<'a> {
    pub(crate) features: &'a Features,
    pub(crate) positive: bool,
    pub(crate) weight: f64,
}

/// A tree whose comparisons lead to comparisons or leaves, as the stored format has it.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<[u8; 4]>,
    pub(crate) leaves: Vec<i16>,
}

/// Trees with what scores begin with.
#[derive(Clone, Debug)]
pub(crate) struct Forest {
    pub(crate) base: i16,
    pub(crate) trees: Vec<Tree>,
}

impl Forest {
    /// The stored form, with the limits *against*, *for* and *alone*.
    pub(crate) fn bytes(&self, limits: [i16; 3]) -> Vec<u8> {
        let mut out = b"STG1".to_vec();
        out.push(u8::try_from(FEATURES).expect("fewer than 256 features"));
        for number in [self.base, limits[0], limits[1], limits[2]] {
            out.extend(number.to_le_bytes());
        }
        let count = u16::try_from(self.trees.len()).expect("fewer than 65,536 trees");
        out.extend(count.to_le_bytes());
        for tree in &self.trees {
            out.push(u8::try_from(tree.nodes.len()).expect("fewer than 128 comparisons"));
            out.extend(tree.nodes.iter().flatten());
            out.extend(tree.leaves.iter().flat_map(|leaf| leaf.to_le_bytes()));
        }
        out
    }

    pub(crate) fn leaves(&self) -> usize {
        self.trees.iter().map(|tree| tree.leaves.len()).sum()
    }
}

/// Sums over the samples of one bin.
#[derive(Clone, Copy, Default)]
struct Sum {
    gradient: f64,
    weight: f64,
}

impl Sum {
    fn plus(self, other: Sum) -> Sum {
        Sum {
            gradient: self.gradient + other.gradient,
            weight: self.weight + other.weight,
        }
    }

    fn minus(self, other: Sum) -> Sum {
        Sum {
            gradient: self.gradient - other.gradient,
            weight: self.weight - other.weight,
        }
    }

    /// How much of the loss a leaf with these samples saves.
    fn gain(self) -> f64 {
        self.gradient * self.gradient / (self.weight + 1.0)
    }
}

/// A leaf that may still be split.
struct Open {
    members: Vec<usize>,
    depth: usize,
    sum: Sum,
    best: Option<Split>,
    /// The comparison it hangs from and the side, none at the root.
    parent: Option<(usize, usize)>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    limit: u8,
}

/// Grows a forest.
pub(crate) fn train(examples: &[Example], shape: Shape) -> Forest {
    let total: f64 = examples.iter().map(|e| e.weight).sum();
    let positive: f64 = examples
        .iter()
        .filter(|e| e.positive)
        .map(|e| e.weight)
        .sum();
    let base = (positive / (total - positive)).ln();
    let mut forest = Forest {
        base: rounded(base),
        trees: Vec::new(),
    };
    let mut scores = vec![f64::from(forest.base) / UNITS; examples.len()];
    for _ in 0..shape.trees {
        let slopes: Vec<Sum> = examples
            .iter()
            .zip(&scores)
            .map(|(example, score)| {
                let p = 1.0 / (1.0 + (-score).exp());
                let truth = f64::from(u8::from(example.positive));
                Sum {
                    gradient: example.weight * (truth - p),
                    weight: example.weight * (p * (1.0 - p)).max(1e-6),
                }
            })
            .collect();
        let (tree, members) = grow(examples, &slopes, shape);
        for (leaf, members) in tree.leaves.iter().zip(members) {
            for member in members {
                scores[member] += f64::from(*leaf) / UNITS;
            }
        }
        forest.trees.push(tree);
    }
    forest
}

fn rounded(log_odds: f64) -> i16 {
    (log_odds * UNITS).round().clamp(-32_000.0, 32_000.0) as i16
}

/// Grows one tree, always splitting the leaf that gains most; gives the members of its leaves too.
fn grow(examples: &[Example], slopes: &[Sum], shape: Shape) -> (Tree, Vec<Vec<usize>>) {
    let all: Vec<usize> = (0..examples.len()).collect();
    let mut open = vec![leaf(all, 0, None, examples, slopes, shape)];
    let mut nodes: Vec<[u8; 4]> = Vec::new();
    while open.len() < shape.leaves {
        let ranked = open.iter().enumerate();
        let best = ranked
            .filter_map(|(at, leaf)| leaf.best.map(|split| (at, split.gain)))
            .fold(None, |best: Option<(usize, f64)>, next| match best {
                Some(best) if best.1 >= next.1 => Some(best),
                _ => Some(next),
            });
        let Some((at, _)) = best else { break };
        let taken = open.remove(at);
        let split = taken.best.expect("the best leaf has a split");
        let number = nodes.len();
        let feature = u8::try_from(split.feature).expect("fewer than 256 features");
        nodes.push([feature, split.limit, 0, 0]);
        hang(&mut nodes, taken.parent, number as u8);
        let (low, high): (Vec<usize>, Vec<usize>) = taken
            .members
            .iter()
            .partition(|&&member| examples[member].features[split.feature] <= split.limit);
        let depth = taken.depth + 1;
        open.push(leaf(low, depth, Some((number, 2)), examples, slopes, shape));
        open.push(leaf(
            high,
            depth,
            Some((number, 3)),
            examples,
            slopes,
            shape,
        ));
    }
    let mut leaves = Vec::new();
    for (number, leaf) in open.iter().enumerate() {
        hang(&mut nodes, leaf.parent, 0x80 | number as u8);
        leaves.push(rounded(
            shape.rate * leaf.sum.gradient / (leaf.sum.weight + 1.0),
        ));
    }
    (
        Tree { nodes, leaves },
        open.into_iter().map(|leaf| leaf.members).collect(),
    )
}

/// Lets one side of the comparison `parent` lead to `to`.
fn hang(nodes: &mut [[u8; 4]], parent: Option<(usize, usize)>, to: u8) {
    if let Some((node, side)) = parent {
        nodes[node][side] = to;
    }
}

fn leaf(
    members: Vec<usize>,
    depth: usize,
    parent: Option<(usize, usize)>,
    examples: &[Example],
    slopes: &[Sum],
    shape: Shape,
) -> Open {
    let mut histogram = vec![[Sum::default(); 256]; FEATURES];
    let mut sum = Sum::default();
    for &member in &members {
        sum = sum.plus(slopes[member]);
        for (bins, &value) in histogram.iter_mut().zip(examples[member].features) {
            let bin = &mut bins[usize::from(value)];
            *bin = bin.plus(slopes[member]);
        }
    }
    let best = if depth < shape.depth {
        best_split(&histogram, sum, shape.least)
    } else {
        None
    };
    Open {
        members,
        depth,
        sum,
        best,
        parent,
    }
}

fn best_split(histogram: &[[Sum; 256]], sum: Sum, least: f64) -> Option<Split> {
    let mut best: Option<Split> = None;
    for (feature, bins) in histogram.iter().enumerate() {
        let mut low = Sum::default();
        for (limit, bin) in (0..u8::MAX).zip(bins) {
            low = low.plus(*bin);
            let high = sum.minus(low);
            if bin.weight == 0.0 || low.weight < least || high.weight < least {
                continue;
            }
            let gain = low.gain() + high.gain() - sum.gain();
            if gain > best.map_or(1e-3, |best| best.gain) {
                best = Some(Split {
                    gain,
                    feature,
                    limit,
                });
            }
        }
    }
    best
}
