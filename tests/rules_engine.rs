//! Every built-in rule finds its own examples when all rules run together.

use stanch::base::id::RuleIdx;
use stanch::rules::load::RuleSet;
use stanch::scan::examples::Bench;

#[test]
fn every_example_does_what_it_should_beside_all_other_rules() {
    let rules = RuleSet::builtin().unwrap_or_else(|found| panic!("{found}"));
    let bench = Bench::new(&rules).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut told = Vec::new();
    for (number, rule) in bench.rules().iter().enumerate() {
        let number = u32::try_from(number).expect("there are fewer rules than that");
        for failure in bench.trial(RuleIdx(number)).failures {
            told.push(format!("{}: {failure}", rule.id()));
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
