//! A format of the user's own: a Jinja template that is given the JSON report.
//!
//! The template is one file. It loads no other, reads nothing, and may take only so
//! many steps. Texts of the scanned tree come to it with control characters in
//! their visible form, and are escaped as the file that is written wants it.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Deserialize as _;
use serde_json::Value;

use crate::judge::finding::Finding;
use crate::judge::outcome::{RunInfo, Skip, Summary};
use crate::report::Reporter;
use crate::report::json::JsonReporter;
use crate::report::sanitise::{printable, printable_bytes};
use crate::rules::diagnostic::{Diagnostic, Level};
use crate::source::open::cause;

/// Largest template, in bytes.
const LARGEST: u64 = 1 << 20;

/// Steps that any template may take, and further ones for each finding and skip.
const STEPS: u64 = 1_000_000;
const STEPS_EACH: u64 = 20_000;

/// The name under which the template is known to the engine.
const NAME: &str = "template";

/// Endings of templates' names that say nothing of what they write.
const ENDINGS: &[&str] = &["j2", "jinja", "jinja2", "tmpl", "template"];

/// What is wrong with a template, as its writer should see it.
#[derive(Debug)]
pub struct TemplateError(pub Box<Diagnostic>);

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for TemplateError {}

/// A template that was read and makes sense.
#[derive(Clone, Debug)]
pub struct Template {
    name: String,
    text: Arc<str>,
    escape: Escape,
}

/// What values are made safe for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    /// HTML and XML.
    Markup,
    /// JSON: every value is written as one.
    Json,
    /// Nothing: what is written is plain text.
    Not,
}

impl Template {
    /// Reads the template at `path`, which writes to `to` or, without it, to
    /// standard output.
    ///
    /// # Errors
    /// It cannot be read; or a [`TemplateError`] inside: it makes no sense.
    pub fn read(path: &Path, to: Option<&Path>) -> io::Result<Template> {
        let name = printable_bytes(path.as_os_str().as_encoded_bytes());
        let mut text = String::new();
        let read =
            fs::File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text));
        read.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("the template {name} cannot be read: {}", cause(&error)),
            )
        })?;
        if text.len() as u64 > LARGEST {
            let told = format!("the template {name} is larger than {LARGEST} bytes");
            return Err(io::Error::other(told));
        }
        let template = Template {
            name,
            text: text.into(),
            escape: escape(path, to),
        };
        template.environment(0).map(|_| ())?;
        Ok(template)
    }

    /// The engine with the template in it, for a report with `items`.
    fn environment(&self, items: usize) -> io::Result<Environment<'_>> {
        let mut environment = Environment::new();
        environment.set_debug(true);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build();
        environment.set_syntax(syntax.map_err(|error| self.wrong(&error))?);
        environment.set_fuel(Some(STEPS + STEPS_EACH * items as u64));
        let escape = match self.escape {
            Escape::Markup => AutoEscape::Html,
            Escape::Json => AutoEscape::Json,
            Escape::Not => AutoEscape::None,
        };
        environment.set_auto_escape_callback(move |_| escape.clone());
        environment
            .add_template(NAME, &self.text)
            .map_err(|error| self.wrong(&error))?;
        Ok(environment)
    }

    /// What it makes of `document`.
    fn render(&self, document: minijinja::Value, items: usize) -> io::Result<String> {
        let environment = self.environment(items)?;
        let template = environment.get_template(NAME);
        template
            .and_then(|template| template.render(document))
            .map_err(|error| self.wrong(&error))
    }

    /// The error with its place in the template.
    fn wrong(&self, error: &Error) -> io::Error {
        let span = error.range().filter(|span| self.is_place(span));
        let line = error.line().and_then(|line| self.line(line));
        let kind = error.kind().to_string();
        let told = error.detail().unwrap_or(&kind);
        let diagnostic = Diagnostic {
            file: self.name.clone(),
            source: Arc::clone(&self.text),
            span: span.or(line).unwrap_or(0..0),
            code: "T001",
            level: Level::Error,
            message: printable(told).into_owned(),
            label: None,
            help: Some(help(error.kind()).to_owned()),
        };
        io::Error::other(TemplateError(Box::new(diagnostic)))
    }

    fn is_place(&self, span: &Range<usize>) -> bool {
        self.text.get(span.clone()).is_some()
    }

    /// The bytes of a line, numbered from one.
    fn line(&self, number: usize) -> Option<Range<usize>> {
        let line = self.text.lines().nth(number.checked_sub(1)?)?;
        let start = line.as_ptr() as usize - self.text.as_ptr() as usize;
        Some(start..start + line.len())
    }
}

/// What somebody should do about an error.
fn help(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SyntaxError => "docs/reports.md has templates to begin with",
        ErrorKind::UndefinedError => {
            "fields that are not always there want `is defined`; `--report json` shows all of them"
        }
        ErrorKind::OutOfFuel => "the template takes too many steps: loop over findings once",
        ErrorKind::TemplateNotFound | ErrorKind::BadInclude => "a template is one file",
        _ => "`--report json` shows what the template is given",
    }
}

/// What the values need, by the name of what is written.
fn escape(template: &Path, to: Option<&Path>) -> Escape {
    let ending = |path: &Path| {
        let ending = path.extension()?.to_str()?;
        Some(ending.to_ascii_lowercase())
    };
    let named = match to {
        Some(to) => ending(to),
        None => match ending(template) {
            Some(end) if ENDINGS.contains(&end.as_str()) => {
                ending(Path::new(template.file_stem().unwrap_or_default()))
            }
            end => end,
        },
    };
    match named.as_deref() {
        Some("html" | "htm" | "xhtml" | "xml" | "svg") => Escape::Markup,
        Some("json" | "json5" | "jsonl" | "ndjson" | "yaml" | "yml" | "js") => Escape::Json,
        _ => Escape::Not,
    }
}

/// Collects the JSON report and hands it to a template at the end.
pub struct TemplateReporter<W: Write> {
    to: W,
    template: Template,
    json: JsonReporter<Vec<u8>>,
    items: usize,
}

impl<W: Write> TemplateReporter<W> {
    /// Makes a reporter that writes to `to`.
    pub fn new(to: W, template: Template) -> TemplateReporter<W> {
        TemplateReporter {
            to,
            template,
            json: JsonReporter::new(Vec::new()),
            items: 0,
        }
    }
}

impl<W: Write> Reporter for TemplateReporter<W> {
    fn begin(&mut self, run: &RunInfo) -> io::Result<()> {
        self.json.begin(run)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.items += 1;
        self.json.finding(finding)
    }

    fn skip(&mut self, skip: &Skip) -> io::Result<()> {
        self.items += 1;
        self.json.skip(skip)
    }

    fn end(&mut self, summary: &Summary) -> io::Result<()> {
        self.json.end(summary)?;
        let mut document: Value = serde_json::from_slice(self.json.written())?;
        make_visible(&mut document);
        let document = minijinja::Value::deserialize(document)?;
        let text = self.template.render(document, self.items)?;
        self.to.write_all(text.as_bytes())?;
        self.to.flush()
    }
}

/// Gives control characters in all texts of `value` their visible form. Names of
/// fields are the product's own or rules' ids.
fn make_visible(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let std::borrow::Cow::Owned(visible) = printable(text) {
                *text = visible;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(make_visible),
        Value::Object(fields) => fields.values_mut().for_each(make_visible),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    /// What `text`, written to a file called `to`, makes of one finding.
    fn made(text: &str, to: &str) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.j2");
        fs::write(&path, text).unwrap();
        let told = |error: io::Error| {
            let inner = error.into_inner().unwrap();
            let told = *inner.downcast::<TemplateError>().unwrap().0;
            format!("{}: {}", told.line(), told.message)
        };
        let template = Template::read(&path, Some(Path::new(to))).map_err(told)?;
        let mut bytes = Vec::new();
        let mut reporter = TemplateReporter::new(&mut bytes, template);
        let finding = samples::finding("a<b>\u{1b}[31m\".env");
        reporter.begin(&samples::run()).unwrap();
        reporter.finding(&finding).unwrap();
        reporter.end(&Summary::default()).map_err(told)?;
        drop(reporter);
        Ok(String::from_utf8(bytes).unwrap())
    }

    const PATHS: &str = "{% for f in findings %}\n{{ f.path }}\n{% endfor %}\n";

    #[test]
    fn values_are_made_safe_for_what_is_written() {
        for (to, expected) in [
            ("x.txt", "a<b>\\x1b[31m\".env\n"),
            ("x.html", "a&lt;b&gt;\\x1b[31m&quot;.env\n"),
            ("x.XML", "a&lt;b&gt;\\x1b[31m&quot;.env\n"),
            ("x.json", "\"a<b>\\\\x1b[31m\\\".env\"\n"),
        ] {
            assert_eq!(made(PATHS, to).unwrap(), expected, "{to}");
        }
    }

    #[test]
    fn without_a_file_the_templates_own_name_counts() {
        for (template, expected) in [
            ("a.html.j2", Escape::Markup),
            ("a.html", Escape::Markup),
            ("a.json.tmpl", Escape::Json),
            ("a.j2", Escape::Not),
            ("a.md", Escape::Not),
        ] {
            assert_eq!(escape(Path::new(template), None), expected, "{template}");
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, told) in [
            ("a\n{% for %}", "2: "),
            ("{{ summary.findings }}\n{{ sumary }}", "2: "),
            ("\n\n{{ findings[0].nothing }}", "3: "),
            ("{{ 1 | nofilter }}", "1: "),
            ("{% include 'x' %}", "1: "),
            (
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
                "1: ",
            ),
        ] {
            let wrong = made(text, "x.txt").unwrap_err();
            assert!(wrong.starts_with(told), "{text}: {wrong}");
        }
    }

    #[test]
    fn a_template_that_does_not_exist_is_no_template() {
        let error = Template::read(Path::new("/nonexistent/x.j2"), None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
