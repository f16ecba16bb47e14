//! Reads labelled data: folders `data/` and `meta/*.csv` below one root.
//!
//! The tables have the columns of the CredData benchmark. Offsets of values count characters of a
//! line. `T` is a secret, `F` is none, `X` is a placeholder; rows of categories that name things
//! without giving access count as neither.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Categories of identifiers, which are no secrets.
const IDENTIFIERS: &[&str] = &[
    "UUID",
    "Nonce",
    "Salt",
    "AWS S3 Bucket",
    "Firebase Domain",
    "Tencent WeChat API App ID",
    "Other",
    "Info",
];

/// Categories of values that people may choose themselves.
const CHOSEN: &[&str] = &[
    "Password",
    "CMD Password",
    "SQL Password",
    "CURL User Password",
    "URL Credentials",
    "Secret",
    "CMD Secret",
    "Token",
    "CMD Token",
    "Key",
    "API",
    "Auth",
    "Credential",
];

/// One labelled value.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The line of the table, as it stands there.
    pub(crate) record: String,
    /// Its number.
    pub(crate) id: String,
    /// The repository it belongs to.
    pub(crate) repository: String,
    /// The file, relative to the root.
    pub(crate) path: PathBuf,
    /// First line, from 1.
    pub(crate) first: usize,
    /// Last line.
    pub(crate) last: usize,
    /// `T`, `F` or `X`.
    pub(crate) truth: char,
    /// Characters of the first line that are the value, where the table tells.
    pub(crate) value: Option<(usize, usize)>,
    /// True when every category is one of identifiers.
    pub(crate) identifier: bool,
    /// True when a category is one of values that people may choose themselves.
    pub(crate) chosen: bool,
}

/// The head line of a table.
pub(crate) const HEAD: &str = "Id,FileID,Domain,RepoName,FilePath,LineStart,LineEnd,GroundTruth,\
    ValueStart,ValueEnd,CryptographyKey,PredefinedPattern,Category";

/// Every row of the tables below `root`, in the order of their files' names.
pub(crate) fn read(root: &Path) -> std::io::Result<Vec<Row>> {
    let mut tables: Vec<PathBuf> = std::fs::read_dir(root.join("meta"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    tables.sort();
    let mut rows = Vec::new();
    for table in tables {
        let text = std::fs::read_to_string(table)?;
        rows.extend(text.lines().skip(1).filter_map(row));
    }
    Ok(rows)
}

fn row(record: &str) -> Option<Row> {
    let cells: Vec<&str> = record.split(',').collect();
    let number = |n: usize| cells.get(n)?.parse::<usize>().ok();
    let value = number(8).zip(number(9)).filter(|(from, to)| from < to);
    Some(Row {
        record: record.to_owned(),
        id: (*cells.first()?).to_owned(),
        repository: (*cells.get(3)?).to_owned(),
        path: PathBuf::from(cells.get(4)?),
        first: number(5)?,
        last: number(6)?,
        truth: cells.get(7)?.chars().next()?,
        value,
        chosen: cells.get(12)?.split(':').any(|c| CHOSEN.contains(&c)),
        identifier: cells.get(12)?.split(':').all(|c| IDENTIFIERS.contains(&c)),
    })
}

/// Which of `parts` equal parts `repository` belongs to, by its digest under `seed`.
pub(crate) fn part(seed: &str, repository: &str, parts: u64) -> u64 {
    let digest = Sha256::digest(format!("{seed}:{repository}"));
    // The remainder of the whole digest, most significant byte first.
    digest
        .iter()
        .fold(0, |rest, &byte| (rest * 256 + u64::from(byte)) % parts)
}

/// True for the tenth of the repositories that nothing is made from, only measured with.
pub(crate) fn is_held_out(repository: &str) -> bool {
    part("held-out-1", repository, 10) == 0
}
