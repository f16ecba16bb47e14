//! What `stanch doctor` says: checks, each with what to do when it is not well.

use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::page::{Page, Paint};
use crate::report::model::{ToolModel, write_json};

/// Version of the JSON form. It grows when a reader must change.
const SCHEMA_VERSION: u32 = 1;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Standing {
    /// Well.
    Ok,
    /// Not as it should be; scans work all the same.
    Warn,
    /// Something does not work.
    Fail,
}

/// What was looked at.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    /// The part of the product or the machine.
    area: &'static str,
    /// What of it.
    name: &'static str,
    standing: Standing,
    /// How it is, in words.
    told: String,
    /// What to do; always there when it is not well.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// Everything that was looked at, in order.
#[derive(Debug, Default)]
pub(super) struct Account {
    checks: Vec<Check>,
    area: &'static str,
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: ToolModel,
    checks: &'a [Check],
    ok: usize,
    warn: usize,
    fail: usize,
}

impl Account {
    /// What follows is about `area`.
    pub(super) fn area(&mut self, area: &'static str) {
        self.area = area;
    }

    /// Something is well.
    pub(super) fn ok(&mut self, name: &'static str, told: impl Into<String>) {
        self.add(name, Standing::Ok, told.into(), None);
    }

    /// Something is not as it should be; `remedy` is what to do.
    pub(super) fn warn(
        &mut self,
        name: &'static str,
        told: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(name, Standing::Warn, told.into(), Some(remedy.into()));
    }

    /// Something does not work; `remedy` is what to do.
    pub(super) fn fail(
        &mut self,
        name: &'static str,
        told: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(name, Standing::Fail, told.into(), Some(remedy.into()));
    }

    fn add(
        &mut self,
        name: &'static str,
        standing: Standing,
        told: String,
        remedy: Option<String>,
    ) {
        self.checks.push(Check {
            area: self.area,
            name,
            standing,
            told,
            remedy,
        });
    }

    fn count(&self, standing: Standing) -> usize {
        let checks = self.checks.iter();
        checks.filter(|check| check.standing == standing).count()
    }

    /// The exit code.
    pub(super) fn exit(&self) -> Exit {
        if self.count(Standing::Fail) > 0 {
            Exit::Usage
        } else {
            Exit::Clean
        }
    }

    /// For people.
    pub(super) fn page(&self) -> Page {
        let width = self.checks.iter().map(|check| check.name.len()).max();
        let width = width.unwrap_or(0);
        let mut page = Page::default();
        let mut area = "";
        for check in &self.checks {
            if check.area != area {
                area = check.area;
                page.heading(area);
            }
            let (word, paint) = match check.standing {
                Standing::Ok => ("ok", Paint::Plain),
                Standing::Warn => ("warn", Paint::Title),
                Standing::Fail => ("fail", Paint::Bad),
            };
            let (name, told) = (check.name, &check.told);
            page.painted(
                paint,
                &format!("  {word:4}"),
                &format!("  {name:width$}  {told}"),
            );
            if let Some(remedy) = &check.remedy {
                page.line(&format!("        {:width$}  -> {remedy}", ""));
            }
        }
        page.gap();
        let (ok, warn, fail) = self.counts();
        page.line(&match (warn, fail) {
            (0, 0) => format!("all {ok} checks are well"),
            _ => format!("{ok} ok, {warn} to look at, {fail} failed"),
        });
        page
    }

    /// For programs: one JSON document.
    pub(super) fn json(&self) -> Vec<u8> {
        let (ok, warn, fail) = self.counts();
        let mut bytes = Vec::new();
        let document = Document {
            schema_version: SCHEMA_VERSION,
            tool: ToolModel::THIS,
            checks: &self.checks,
            ok,
            warn,
            fail,
        };
        // Writing into memory does not fail, and the shapes are plain.
        let _ = write_json(&mut bytes, &document);
        bytes.push(b'\n');
        bytes
    }

    fn counts(&self) -> (usize, usize, usize) {
        (
            self.count(Standing::Ok),
            self.count(Standing::Warn),
            self.count(Standing::Fail),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failed_check_fails() {
        let mut account = Account::default();
        account.area("git");
        account.ok("repository", "here");
        assert_eq!(account.exit(), Exit::Clean);
        account.warn("hook", "none", "install it");
        assert_eq!(account.exit(), Exit::Clean);
        account.fail("index", "damaged", "build it again");
        assert_eq!(account.exit(), Exit::Usage);
        let value: serde_json::Value = serde_json::from_slice(&account.json()).unwrap();
        assert_eq!(value["checks"][2]["standing"], "fail");
        assert_eq!(value["checks"][0].get("remedy"), None);
        assert_eq!(value["warn"], 1);
    }
}
