//! What is kept beside a project: words about findings, and findings that are known.

pub mod books;
pub mod ignore;
pub mod plain;
