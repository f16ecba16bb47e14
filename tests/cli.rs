//! What a person at a terminal reads, screen by screen: `tests/cli/*.trycmd`.
//!
//! `TRYCMD=overwrite cargo test --test cli` records the screens anew; read the
//! difference before keeping it.

/// No file or variable of the person who runs the tests has a say.
fn screens() -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases
        .env("HOME", "/nonexistent")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .env("STANCH_CONFIG", "")
        .env("STANCH_THREADS", "")
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1");
    cases
}

#[test]
fn screens_are_as_recorded() {
    screens().case("tests/cli/*.trycmd");
}
