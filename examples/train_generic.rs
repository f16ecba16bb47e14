//! Trains the learned score of the generic recogniser: `src/detect/generic/learned.bin`.
//!
//! Usage: `cargo run --release --example train_generic -- OUT.bin --labelled ROOT --word-like ROOT
//! --clean DIR... [--limits AGAINST,FOR,ALONE] [--folds DIR]`
//!
//! * `--labelled ROOT`: labelled data (see `labels/mod.rs`). A tenth of its repositories, told by a
//!   digest of their names, is passed over, so that the result can be measured on them.
//! * `--word-like ROOT`: what `word_like_generic` makes of it. Its values count as secrets of less
//!   weight; without them the score would learn that words are never secrets, because the labelled
//!   data has no words left among its secrets.
//! * `--clean DIR`: source trees without secrets. Values the table is sure of are passed over there,
//!   since tests hold real-looking ones.
//! * `--limits`: scores below *against* let what the table holds likely fall; from *for* on what it
//!   holds possible rises; from *alone* on the score needs no table. The table that is printed shows
//!   what each choice gives, cross-validated over repositories and packages.
//! * `--folds DIR`: also writes the five models of the cross validation, to measure each on what
//!   it has not seen.
//!
//! Whether a value occurs several times is not among the features: the labelled data has a different
//! random value at each place, so that would tell the label and nothing else.

#[allow(dead_code, reason = "other examples use the rest")]
mod labels;
mod training {
    pub(crate) mod boost;
    pub(crate) mod collect;
}

use std::io::Write as _;
use std::path::PathBuf;

use stanch::base::level::Confidence;
use stanch::detect::generic::{Model, prepare};
use training::boost::{Example, Forest, Shape, train};
use training::collect::{Finder, Origin, Question};

const FOLDS: u64 = 5;

const SHAPE: Shape = Shape {
    trees: 60,
    leaves: 8,
    depth: 5,
    rate: 0.25,
    least: 2.0,
};

#[derive(Default)]
struct Arguments {
    out: PathBuf,
    labelled: Vec<PathBuf>,
    word_like: Vec<PathBuf>,
    clean: Vec<PathBuf>,
    limits: [i16; 3],
    folds: Option<PathBuf>,
    shape: Option<Shape>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = arguments()?;
    let shape = arguments.shape.unwrap_or(SHAPE);
    let mut log = std::io::stderr();
    prepare();
    let finder = Finder::new()?;
    let mut questions = Vec::new();
    for root in &arguments.labelled {
        questions.extend(finder.labelled(root, false)?);
    }
    for root in &arguments.word_like {
        questions.extend(finder.labelled(root, true)?);
    }
    for root in &arguments.clean {
        questions.extend(finder.clean(root));
    }
    let weights = weights(&questions);
    writeln!(log, "{} questions", questions.len())?;
    let mut scores = vec![0; questions.len()];
    for fold in 0..FOLDS {
        let inside = |q: &Question| labels::part("fold-1", &q.group, FOLDS) == fold;
        let forest = fit(&questions, &weights, shape, |q| !inside(q));
        let bytes = forest.bytes(arguments.limits);
        let model = Model::read(&bytes)?;
        for (score, question) in scores.iter_mut().zip(&questions) {
            if inside(question) {
                *score = model.score(&question.features);
            }
        }
        if let Some(folder) = &arguments.folds {
            std::fs::write(folder.join(format!("fold{fold}.bin")), &bytes)?;
        }
    }
    curve(&mut log, &questions, &scores)?;
    writeln!(log, "alone: {}", alone(&questions, &weights, &scores))?;
    let forest = fit(&questions, &weights, shape, |_| true);
    let bytes = forest.bytes(arguments.limits);
    writeln!(
        log,
        "{} trees, {} leaves, {} bytes",
        forest.trees.len(),
        forest.leaves(),
        bytes.len()
    )?;
    std::fs::write(&arguments.out, bytes)?;
    Ok(())
}

fn arguments() -> Result<Arguments, Box<dyn std::error::Error>> {
    let mut given = std::env::args().skip(1);
    let mut arguments = Arguments {
        out: given.next().ok_or("first argument: OUT.bin")?.into(),
        limits: [i16::MIN, i16::MAX, i16::MAX],
        ..Arguments::default()
    };
    let mut option = String::new();
    for argument in given {
        if argument.starts_with("--") {
            option = argument;
            continue;
        }
        match option.as_str() {
            "--labelled" => arguments.labelled.push(argument.into()),
            "--word-like" => arguments.word_like.push(argument.into()),
            "--clean" => arguments.clean.push(argument.into()),
            "--folds" => arguments.folds = Some(argument.into()),
            "--limits" => {
                for (limit, text) in arguments.limits.iter_mut().zip(argument.split(',')) {
                    *limit = text.parse()?;
                }
            }
            "--shape" => {
                let mut numbers = argument.split(',');
                let shape = arguments.shape.get_or_insert(SHAPE);
                shape.trees = numbers.next().unwrap_or("").parse()?;
                shape.leaves = numbers.next().unwrap_or("").parse()?;
            }
            _ => return Err(format!("unknown option {option}").into()),
        }
    }
    Ok(arguments)
}

/// What each question counts: word-like secrets less than others, doubtful answers little, and all
/// of the clean code as much as all that is labelled.
fn weights(questions: &[Question]) -> Vec<f64> {
    let count = |origin: Origin| questions.iter().filter(|q| q.origin == origin).count() as f64;
    let labelled = count(Origin::Secret) + count(Origin::None) + count(Origin::Placeholder);
    let clean = (labelled / count(Origin::Clean).max(1.0)).min(1.0);
    let weight = |question: &Question| match question.origin {
        Origin::Secret | Origin::None => 1.0,
        Origin::WordLike => 0.3,
        Origin::Placeholder => 0.7,
        Origin::Unlabelled => 0.3,
        Origin::Clean if question.level == Some(Confidence::High) => 0.0,
        Origin::Clean => clean,
    };
    questions.iter().map(weight).collect()
}

fn fit(
    questions: &[Question],
    weights: &[f64],
    shape: Shape,
    wanted: impl Fn(&Question) -> bool,
) -> Forest {
    let examples: Vec<Example> = questions
        .iter()
        .zip(weights)
        .filter(|(question, weight)| **weight > 0.0 && wanted(question))
        .map(|(question, &weight)| Example {
            features: &question.features,
            positive: question.is_secret(),
            weight,
        })
        .collect();
    train(&examples, shape)
}

/// The lowest score from which 95 in 100 of the values the table leaves out are secrets, by weight.
fn alone(questions: &[Question], weights: &[f64], scores: &[i32]) -> i32 {
    let mut left_out: Vec<(i32, bool, f64)> = questions
        .iter()
        .zip(weights)
        .zip(scores)
        .filter(|((question, _), _)| question.level.is_none())
        .map(|((question, weight), score)| (*score, question.is_secret(), *weight))
        .collect();
    left_out.sort_by_key(|&(score, _, _)| std::cmp::Reverse(score));
    let (mut secret, mut all, mut lowest) = (0.0, 0.0, i32::from(i16::MAX));
    for (score, is_secret, weight) in left_out {
        all += weight;
        secret += if is_secret { weight } else { 0.0 };
        if secret >= 0.95 * all {
            lowest = score;
        }
    }
    lowest
}

/// Prints how many questions of each origin have at least a score, by what the table says.
fn curve(
    to: &mut impl std::io::Write,
    questions: &[Question],
    scores: &[i32],
) -> std::io::Result<()> {
    const ORIGINS: [Origin; 6] = [
        Origin::Secret,
        Origin::WordLike,
        Origin::None,
        Origin::Placeholder,
        Origin::Unlabelled,
        Origin::Clean,
    ];
    let levels = [
        None,
        Some(Confidence::Low),
        Some(Confidence::Medium),
        Some(Confidence::High),
    ];
    for level in levels {
        writeln!(
            to,
            "\ntable says {level:?}\nscore     secret  wordlike      none     place  unlabell     clean"
        )?;
        for limit in (-320..=320).step_by(32).chain([i32::MIN]) {
            write!(to, "{:6}", limit.max(-999))?;
            for origin in ORIGINS {
                let n = questions
                    .iter()
                    .zip(scores)
                    .filter(|(q, s)| q.level == level && q.origin == origin && **s >= limit)
                    .count();
                write!(to, "{n:10}")?;
            }
            writeln!(to)?;
        }
    }
    Ok(())
}
