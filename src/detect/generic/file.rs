//! What a path says about the syntax of a file.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

/// How assignments are written in a file, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// Programming languages: literals are quoted.
    Code,
    /// Settings, environment files, shell: values may stand bare.
    Config,
    /// JSON: literals are quoted, also numbers and names are not secrets.
    Json,
    /// XML and HTML: values are attributes and element texts.
    Markup,
    /// Prose with examples of all the others.
    Doc,
    /// Nothing known: treated as configuration.
    Unknown,
}

/// Whether a file holds texts for people in several languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Audience {
    Machines,
    People,
}

/// What a path says about its file. Cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKind {
    syntax: Syntax,
    audience: Audience,
}

const CODE: &str = "c cc cpp cxx h hh hpp m mm cs java kt kts scala go rs py pyx pyi rb php phtml inc pl \
    pm lua swift dart js jsx mjs cjs ts tsx vue svelte ex exs erl hrl hs elm clj cljs ml \
    mli fs fsx vb groovy gradle r jl tf hcl sol v sv nim zig d f90 pas coffee s asm cu \
    glsl proto thrift graphql cls rake jsp aspx cshtml ino dts dtsi j bal";
const CONFIG: &str = "yaml yml ini env properties cfg conf cnf config toml sh bash zsh fish ksh ps1 psm1 \
    bat cmd dockerfile makefile mk example sample template dist netrc npmrc pypirc \
    tfvars j2 erb service reg rsp http rest sql creds local prod dev bazelrc \
    editorconfig desktop";
const JSON: &str = "json jsonc json5 ipynb har tfstate map webmanifest";
const MARKUP: &str = "xml html htm xhtml svg plist csproj xaml xsd xsl wsdl pom nuspec resx jmx";
const DOC: &str = "md markdown mdx rst txt adoc asciidoc tex org log textile wiki rdoc pod eml out";
const LOCALE_PARTS: &str = "locale locales i18n l10n lang langs translations messages languages";

impl Default for FileKind {
    /// A file of which nothing is known.
    fn default() -> FileKind {
        FileKind::with_syntax(Syntax::Unknown)
    }
}

static SYNTAX: LazyLock<HashMap<&'static str, Syntax>> = LazyLock::new(|| {
    let lists = [
        (CODE, Syntax::Code),
        (CONFIG, Syntax::Config),
        (JSON, Syntax::Json),
        (MARKUP, Syntax::Markup),
        (DOC, Syntax::Doc),
    ];
    // The first list that names an extension counts, so it is entered last.
    let all = lists.into_iter().rev();
    all.flat_map(|(list, syntax)| list.split(' ').map(move |known| (known, syntax)))
        .collect()
});

impl FileKind {
    /// Judges a path by its extension and, for locale files, its directories.
    pub fn of(path: &Path) -> FileKind {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().to_ascii_lowercase())
            .unwrap_or_default();
        let extension = name.rsplit_once('.').map_or(name.as_str(), |(_, end)| end);
        let syntax = SYNTAX.get(extension).copied().unwrap_or(Syntax::Unknown);
        FileKind {
            syntax,
            audience: audience(path, &name, extension),
        }
    }

    /// A file of a given syntax.
    pub fn with_syntax(syntax: Syntax) -> FileKind {
        FileKind {
            syntax,
            audience: Audience::Machines,
        }
    }

    /// How assignments are written.
    pub fn syntax(self) -> Syntax {
        self.syntax
    }

    /// True for files of translated texts, whose values are words for people.
    pub fn is_locale(self) -> bool {
        self.audience == Audience::People
    }

    /// True where a value needs no quotes.
    pub fn has_bare_values(self) -> bool {
        matches!(self.syntax, Syntax::Config | Syntax::Doc | Syntax::Unknown)
    }
}

/// Finds the words of translation trees in a path.
fn audience(path: &Path, name: &str, extension: &str) -> Audience {
    let in_tree = || {
        let parts = path.parent().into_iter().flat_map(Path::components);
        let mut names = parts.map(std::path::Component::as_os_str);
        names.any(|part| {
            let mut words = LOCALE_PARTS.split(' ');
            words.any(|word| part.eq_ignore_ascii_case(word))
        })
    };
    let texts = matches!(
        extension,
        "json" | "yml" | "yaml" | "properties" | "php" | "js" | "ts" | "xml"
    );
    let named =
        name.starts_with("messages") || name.starts_with("locale") || name.starts_with("strings.");
    if matches!(
        extension,
        "po" | "pot" | "strings" | "arb" | "xlf" | "xliff"
    ) || texts && (named || in_tree())
    {
        Audience::People
    } else {
        Audience::Machines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_decide_the_syntax() {
        let cases = [
            ("a/b.py", Syntax::Code),
            (".env", Syntax::Config),
            ("Dockerfile", Syntax::Config),
            ("x.JSON", Syntax::Json),
            ("pom.xml", Syntax::Markup),
            ("README.md", Syntax::Doc),
            ("a/1b7e760f", Syntax::Unknown),
        ];
        for (path, syntax) in cases {
            assert_eq!(FileKind::of(Path::new(path)).syntax(), syntax, "{path}");
        }
    }

    #[test]
    fn translations_are_told_by_their_directory() {
        assert!(FileKind::of(Path::new("app/locales/fr.json")).is_locale());
        assert!(!FileKind::of(Path::new("app/locales/load.rs")).is_locale());
    }
}
