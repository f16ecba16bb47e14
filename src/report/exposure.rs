//! What the machine formats say of who can see a finding.

use serde::Serialize;

use crate::base::secret::Secret;
use crate::judge::exposure::Exposure;
use crate::report::veil::veiled;

/// Who can see a finding besides its owner.
#[derive(Debug, Serialize)]
pub struct ExposureModel {
    /// Permissions, four octal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Number of the user the file belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<u32>,
    /// True when every user of the system can read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world_readable: Option<bool>,
    /// `tracked`, `ignored` or `untracked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<&'static str>,
    /// True when the value stands in the file as `HEAD` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_head: Option<bool>,
    /// Branches that have it, the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<String>,
    /// How many more there are.
    #[serde(skip_serializing_if = "is_zero")]
    pub more_branches: usize,
    /// URLs of remotes, without users and passwords.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remotes: Vec<String>,
    /// The manifest that would publish the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_by: Option<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl ExposureModel {
    /// What is said of `exposure`, without `secret`.
    pub fn new(exposure: &Exposure, secret: &Secret) -> ExposureModel {
        let (file, git) = (exposure.file, exposure.git.as_ref());
        let safe = |texts: &[String]| {
            let texts = texts.iter();
            texts
                .map(|text| veiled(text, secret).into_owned())
                .collect()
        };
        ExposureModel {
            mode: file.map(|file| format!("{:04o}", file.mode)),
            owner: file.map(|file| file.owner),
            world_readable: file.map(|file| file.world_readable),
            standing: git.map(|git| git.standing.as_str()),
            in_head: git.map(|git| git.in_head),
            branches: git.map_or(Vec::new(), |git| safe(&git.branches)),
            more_branches: git.map_or(0, |git| git.more_branches),
            remotes: git.map_or(Vec::new(), |git| safe(&git.remotes)),
            published_by: exposure
                .published_by
                .as_ref()
                .map(|name| veiled(name, secret).into_owned()),
        }
    }
}
