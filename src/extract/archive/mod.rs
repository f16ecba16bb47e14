//! Archives: many members with names.

mod tar;

pub(super) use tar::Tar;
