//! Prints how the engine looks for each built-in rule, the most expensive last.
//!
//! ```text
//! cargo run --release --example rule_costs
//! ```

#![expect(clippy::print_stdout, reason = "printing is all it does")]

use stanch::base::id::RuleIdx;
use stanch::detect::compile::Plan;
use stanch::detect::engine::Engine;
use stanch::detect::index::EnginePath;
use stanch::rules::load::RuleSet;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rules = RuleSet::builtin()?;
    let engine = Engine::new(&rules, EnginePath::Prefilter).map_err(|e| e[0].clone())?;
    let mut rows: Vec<(f64, String)> = Vec::new();
    for (n, rule) in engine.rules().iter().enumerate() {
        rows.push(match engine.plan(RuleIdx(n as u32)) {
            Plan::Literals {
                mut literals,
                back,
                per_megabyte,
            } => {
                let count = literals.len();
                literals.truncate(6);
                let id = rule.id();
                (
                    per_megabyte,
                    format!("{id}: {count} literals {literals:?}, back {back}"),
                )
            }
            Plan::Recogniser => (0.0, format!("{}: recogniser", rule.id())),
            other => (f64::INFINITY, format!("{}: {other:?}", rule.id())),
        });
    }
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (cost, text) in rows {
        println!("{cost:9.1}/MB  {text}");
    }
    Ok(())
}
