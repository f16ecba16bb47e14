//! `stanch register init`: a register file to begin with.

use std::fs;
use std::io::{self, Write as _};

use super::{FileArgs, print};
use crate::cli::exit::Exit;
use crate::cli::settings::stop;

/// What a new register file says.
const FIRST: &str = "\
# The protected register: which documents must not be found elsewhere.
# `stanch register add FILE` enters documents, `stanch register build` makes the index.

[register]
# dense, normal or sparse: one fingerprint in 47, 55 or 63 unchanged letters and digits
density = \"normal\"
# Files and folders with public text (templates, licences, what is on the web
# site): what stands in them protects nothing.
public = []
# Fingerprints that stand in more families than this are boilerplate.
max-families = 3

# [[document]]
# id = \"pump-design\"
# family = \"pump\"                # versions of one document share it
# path = \"vault/pump.txt\"
# title = \"Design P\"             # what reports call it: choose an alias
# owner = \"jane@example.org\"
# classification = \"confidential\"
# authorised = [\"design/**\"]     # where it may be
# from = 2026-01-01
# until = 2031-12-31
# review-by = 2027-06-30
# min-level = \"possible\"         # trace, possible, likely, substantial, copy
# handling = \"Call the security desk.\"

# [[table]]
# id = \"customers\"
# path = \"vault/customers.csv\"
# columns = [\"number:id\", \"mail:email\", \"surname:name\"]
";

pub(super) fn run(args: &FileArgs) -> Result<Exit, Exit> {
    let path = &args.file;
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path);
    file.and_then(|mut file| file.write_all(FIRST.as_bytes()))
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => stop(&format!(
                "{} exists already; it stays as it is",
                path.display()
            )),
            _ => stop(&format!("cannot begin {}: {error}", path.display())),
        })?;
    print(&format!(
        "began {}; make a key with `openssl rand -hex 32` and keep it apart from the index\n",
        path.display()
    ))?;
    Ok(Exit::Clean)
}
