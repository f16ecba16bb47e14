//! What is kept beside a project: words about findings, and findings that are known.

pub mod baseline;
pub mod books;
pub mod cache;
#[cfg(feature = "cli")]
pub mod evidence;
pub mod foreign;
pub mod ignore;
#[cfg(feature = "ledger")]
pub mod ledger;
pub mod plain;
