//! Where protected things may be: there they are expected, and no leak.

use crate::base::provenance::Provenance;
use crate::judge::blob::Judge;
use crate::register::remote;
use crate::source::exclude::Excludes;

/// True when the globs of `paths` allow something at `provenance`, or those of
/// `remotes` the repository it is in.
pub fn is_authorised(
    paths: &[String],
    remotes: &[String],
    provenance: &Provenance,
    judge: &Judge,
) -> bool {
    let by_path = !paths.is_empty()
        && Excludes::new(paths.iter().cloned())
            .is_ok_and(|globs| globs.pattern_above(provenance.path()).is_some());
    by_path || provenance.git_place().is_some() && remote::all_allowed(remotes, &judge.remotes)
}
