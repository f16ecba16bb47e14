//! Reads tables: comma, semicolon or tab between fields, quotes as in RFC 4180.

use std::path::Path;

/// A table as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tabular {
    /// Names of the columns.
    pub head: Vec<String>,
    /// The rows that have as many fields as the head.
    pub rows: Vec<Vec<String>>,
    /// Rows that have not, or whose quotes are wrong.
    pub broken: u32,
}

impl Tabular {
    /// Reads `text`, the content of the file at `path`.
    pub fn read(path: &Path, text: &str) -> Tabular {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader {
            rest: text,
            separator: separator(path, text),
        };
        let head = reader.record().map(|(head, _)| head).unwrap_or_default();
        let mut table = Tabular {
            head: head.iter().map(|name| name.trim().to_owned()).collect(),
            rows: Vec::new(),
            broken: 0,
        };
        while let Some((row, quotes)) = reader.record() {
            if row.len() == 1 && row[0].trim().is_empty() {
                continue;
            }
            if quotes == Quotes::Right && row.len() == table.head.len() {
                table.rows.push(row);
            } else {
                table.broken += 1;
            }
        }
        table
    }

    /// Number of the column called `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.head.iter().position(|own| own == name)
    }
}

fn separator(path: &Path, text: &str) -> char {
    let is_tsv = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("tsv"));
    let head = text.lines().next().unwrap_or_default();
    let count = |separator: char| head.matches(separator).count();
    if is_tsv || count('\t') > count(',').max(count(';')) {
        '\t'
    } else if count(';') > count(',') {
        ';'
    } else {
        ','
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Right,
    Wrong,
}

struct Reader<'a> {
    rest: &'a str,
    separator: char,
}

impl Reader<'_> {
    /// The next row; `None` at the end.
    fn record(&mut self) -> Option<(Vec<String>, Quotes)> {
        if self.rest.is_empty() {
            return None;
        }
        let mut fields = Vec::new();
        let mut quotes = Quotes::Right;
        loop {
            let field = if self.rest.starts_with('"') {
                self.quoted(&mut quotes)
            } else {
                self.plain()
            };
            fields.push(field);
            let mut rest = self.rest.chars();
            match rest.next() {
                Some(c) if c == self.separator => self.rest = rest.as_str(),
                Some('\r') if rest.as_str().starts_with('\n') => {
                    self.rest = &rest.as_str()[1..];
                    return Some((fields, quotes));
                }
                Some(_) => {
                    self.rest = rest.as_str();
                    return Some((fields, quotes));
                }
                None => return Some((fields, quotes)),
            }
        }
    }

    fn plain(&mut self) -> String {
        let ends = [self.separator, '\n', '\r'];
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (field, rest) = self.rest.split_at(end);
        self.rest = rest;
        field.to_owned()
    }

    fn quoted(&mut self, quotes: &mut Quotes) -> String {
        let mut field = String::new();
        self.rest = &self.rest[1..];
        loop {
            let Some(end) = self.rest.find('"') else {
                // No closing quote: the line alone is lost, not the rest of the file.
                *quotes = Quotes::Wrong;
                field += &self.plain();
                return field;
            };
            field += &self.rest[..end];
            self.rest = &self.rest[end + 1..];
            if let Some(rest) = self.rest.strip_prefix('"') {
                field.push('"');
                self.rest = rest;
            } else {
                break;
            }
        }
        let after = self.plain();
        if !after.is_empty() {
            *quotes = Quotes::Wrong;
            field += &after;
        }
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Tabular {
        Tabular::read(Path::new(name), text)
    }

    #[test]
    fn fields_are_separated_and_quoted() {
        for (name, text) in [
            ("a.csv", "a,b\n1,\"x, \"\"y\"\"\nz\"\r\n\n2,\n"),
            ("a.csv", "\u{feff}a;b\n1;\"x, \"\"y\"\"\nz\"\n2;\n"),
            ("a.tsv", "a\tb\n1\t\"x, \"\"y\"\"\nz\"\n2\t\n"),
        ] {
            let table = read(name, text);
            assert_eq!(table.head, ["a", "b"]);
            assert_eq!(
                table.rows,
                [vec!["1", "x, \"y\"\nz"], vec!["2", ""]],
                "{text}"
            );
            assert_eq!((table.broken, table.column("b")), (0, Some(1)));
        }
    }

    #[test]
    fn wrong_rows_are_counted() {
        let table = read("a.csv", "a,b\n1\n1,2,3\n\"x\"y,2\n3,4\n\"open,5");
        assert_eq!((table.broken, table.rows.len()), (4, 1));
        assert_eq!(read("a.csv", "").head, Vec::<String>::new());
    }
}
