//! What an import could not carry over as it was.

use std::fmt;

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// The whole rule is left out.
    Refused,
    /// The rule is there without it.
    Dropped,
    /// It is there in another form, which is told.
    Changed,
}

impl Loss {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Loss::Refused => "refused",
            Loss::Dropped => "dropped",
            Loss::Changed => "changed",
        }
    }
}

/// One thing that was not carried over as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file it stands in.
    pub file: String,
    /// The line, from one.
    pub line: usize,
    /// Id of the rule it belongs to, as the file has it.
    pub rule: Option<String>,
    /// The key.
    pub key: String,
    /// What became of it.
    pub loss: Loss,
    /// Why, or into what it was changed.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, "{rule}: ")?;
        }
        write!(f, "`{}` {}: {}", self.key, self.loss.as_str(), self.text)
    }
}

/// Notes about one file.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    file: String,
    pub(super) list: Vec<Note>,
}

impl Notes {
    pub(super) fn new(file: &str) -> Notes {
        Notes {
            file: file.to_owned(),
            list: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        loss: Loss,
        rule: Option<&str>,
        line: usize,
        key: &str,
        text: String,
    ) {
        self.list.push(Note {
            file: self.file.clone(),
            line,
            rule: rule.map(str::to_owned),
            key: key.to_owned(),
            loss,
            text,
        });
    }
}
