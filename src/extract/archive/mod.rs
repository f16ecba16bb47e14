//! Archives: many members with names.

mod ar;
mod asar;
mod cab;
mod cpio;
mod iso;
mod pack;
mod rpm;
mod sevenz;
mod squashfs;
mod tar;

pub(super) use ar::Ar;
pub(super) use asar::Asar;
pub(super) use cab::Cab;
pub(super) use cpio::Cpio;
pub(super) use iso::Iso;
pub(super) use pack::Pack;
pub(super) use rpm::Rpm;
pub(super) use sevenz::{SevenZip, find as find_7z};
pub(super) use squashfs::Squashfs;
pub(super) use tar::Tar;
