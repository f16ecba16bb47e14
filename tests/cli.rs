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

/// Screens of the ledger, where the build has one.
#[cfg(feature = "ledger")]
#[test]
fn screens_of_the_ledger_are_as_recorded() {
    screens().case("tests/cli/ledger/*.trycmd");
}

#[cfg(not(feature = "ledger"))]
#[test]
fn a_build_without_a_ledger_says_how_to_get_one() {
    for args in [
        &["ledger", "list", "--all"][..],
        &["diff", "1", "2"],
        &["sweep", "src/main.rs", "--ledger", "x"],
    ] {
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_stanch"))
            .args(args)
            .env("HOME", "/nonexistent")
            .output()
            .expect("the program was built");
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.contains("--features ledger"), "{told}");
    }
}
