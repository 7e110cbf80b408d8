//! Checks the catalogues against each other and turns them into constants and embedded text.
//!
//! The build fails when a message is missing in a language, when two languages use different
//! arguments, when a file does not parse, or when two files define the same key.

#![expect(clippy::disallowed_methods, reason = "cargo tells a build script what it is for by variables")]

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt, fs,
    path::{Path, PathBuf},
};

/// The first is the one whose words document the constants.
const LOCALES: [&str; 2] = ["en", "es"];
/// Catalogues no page shows: they stay out of what the browser downloads.
const SERVER_ONLY: [&str; 5] = ["cli.ftl", "demo.ftl", "graphql.ftl", "rest.ftl", "tenants.ftl"];

/// Says which catalogue is wrong and how.
#[derive(Debug)]
struct Wrong(String);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Wrong {}

/// One message: the file it stands in, its arguments and its words.
struct Message {
    file: String,
    arguments: BTreeSet<String>,
    words: String,
}

/// One language: its messages by key, and its text by file.
struct Catalogue {
    messages: BTreeMap<String, Message>,
    files: BTreeMap<String, String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("locales");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut catalogues = Vec::new();
    for locale in LOCALES {
        catalogues.push(read(&root.join(locale), locale)?);
    }
    let mut complaints = Vec::new();
    for (catalogue, locale) in catalogues.iter().zip(LOCALES) {
        for (other, name) in catalogues.iter().zip(LOCALES) {
            compare(catalogue, locale, other, name, &mut complaints);
        }
    }
    if !complaints.is_empty() {
        return Err(Box::new(Wrong(complaints.join("\n"))));
    }
    let browser = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    if let Some(first) = catalogues.first() {
        fs::write(out.join("keys.rs"), constants(first))?;
    }
    fs::write(out.join("texts.rs"), texts(&catalogues, browser))?;
    Ok(())
}

/// Reads every `.ftl` file of a language.
fn read(folder: &Path, locale: &str) -> Result<Catalogue, Box<dyn std::error::Error>> {
    let mut catalogue = Catalogue { messages: BTreeMap::new(), files: BTreeMap::new() };
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "ftl") {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = fs::read_to_string(&path)?;
        let place = format!("{locale}/{file}");
        let resource = fluent_syntax::parser::parse(text.as_str())
            .map_err(|(_, errors)| Wrong(format!("{place}: cannot be parsed: {errors:?}")))?;
        let mut kept = Vec::new();
        for entry in &resource.body {
            if let Entry::Message(message) = entry {
                take(message, &file, &place, &mut catalogue)?;
            } else if matches!(entry, Entry::Term(_) | Entry::Junk { .. }) {
                return Err(Box::new(Wrong(format!("{place}: only messages are used here: {entry:?}"))));
            }
            if matches!(entry, Entry::Message(_)) {
                kept.push(entry.clone());
            }
        }
        let bare = fluent_syntax::serializer::serialize(&fluent_syntax::ast::Resource { body: kept });
        catalogue.files.insert(file, bare);
    }
    Ok(catalogue)
}

/// Takes one message into the catalogue.
fn take(
    message: &fluent_syntax::ast::Message<&str>,
    file: &str,
    place: &str,
    catalogue: &mut Catalogue,
) -> Result<(), Wrong> {
    let key = message.id.name.to_owned();
    let Some(value) = &message.value else { return Err(Wrong(format!("{place}: `{key}` has no words"))) };
    if !message.attributes.is_empty() {
        return Err(Wrong(format!("{place}: `{key}` has attributes; make each a message")));
    }
    let mut found = Message { file: file.to_owned(), arguments: BTreeSet::new(), words: String::new() };
    walk(value, &mut found, place, &key)?;
    if catalogue.messages.insert(key.clone(), found).is_some() {
        return Err(Wrong(format!("{place}: `{key}` is already defined")));
    }
    Ok(())
}

/// Collects a pattern's arguments and words.
fn walk(pattern: &Pattern<&str>, found: &mut Message, place: &str, key: &str) -> Result<(), Wrong> {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => found.words.push_str(value),
            PatternElement::Placeable { expression } => walk_expression(expression, found, place, key)?,
        }
    }
    Ok(())
}

fn walk_expression(
    expression: &Expression<&str>,
    found: &mut Message,
    place: &str,
    key: &str,
) -> Result<(), Wrong> {
    match expression {
        Expression::Inline(inline) => walk_inline(inline, found, place, key),
        Expression::Select { selector, variants } => {
            let counts = variants.iter().any(|variant| {
                matches!(&variant.key, VariantKey::Identifier { name } if ["zero", "one", "two", "few", "many"].contains(name))
            });
            if let (true, InlineExpression::VariableReference { id }) = (counts, selector)
                && !is_count(id.name)
            {
                return Err(Wrong(format!(
                    "{place}: `{key}` picks a plural by `${}`: call it `$count` or `$..._count`",
                    id.name
                )));
            }
            found.words.push('{');
            walk_inline(selector, found, place, key)?;
            found.words.push_str(" ...}");
            for variant in variants {
                let length = found.words.len();
                walk(&variant.value, found, place, key)?;
                found.words.truncate(length);
            }
            Ok(())
        }
    }
}

fn walk_inline(
    inline: &InlineExpression<&str>,
    found: &mut Message,
    place: &str,
    key: &str,
) -> Result<(), Wrong> {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.arguments.insert(id.name.to_owned());
            found.words.push_str(&format!("{{${}}}", id.name));
            Ok(())
        }
        InlineExpression::StringLiteral { value } | InlineExpression::NumberLiteral { value } => {
            found.words.push_str(value);
            Ok(())
        }
        InlineExpression::Placeable { expression } => walk_expression(expression, found, place, key),
        other => Err(Wrong(format!("{place}: `{key}` uses what is not supported here: {other:?}"))),
    }
}

/// Says whether an argument is a number; `src/lib.rs` decides by the same rule.
fn is_count(argument: &str) -> bool {
    argument == "count" || argument.ends_with("_count")
}

/// Adds what `left` has and `right` lacks.
fn compare(
    left: &Catalogue,
    left_name: &str,
    right: &Catalogue,
    right_name: &str,
    complaints: &mut Vec<String>,
) {
    for (key, message) in &left.messages {
        let file = &message.file;
        match right.messages.get(key) {
            None => complaints.push(format!("{right_name}/{file}: `{key}` is missing ({left_name} has it)")),
            Some(other) if other.file != *file => {
                complaints.push(format!("{right_name}/{}: `{key}` belongs into {file}", other.file));
            }
            Some(other) if left_name < right_name && other.arguments != message.arguments => {
                complaints.push(format!(
                    "{right_name}/{file}: `{key}` takes {:?}, but {:?} in {left_name}",
                    other.arguments, message.arguments
                ))
            }
            Some(_) => {}
        }
    }
}

/// Writes one documented constant a message.
fn constants(catalogue: &Catalogue) -> String {
    let mut code = String::new();
    for (key, message) in &catalogue.messages {
        let name = key.to_uppercase().replace('-', "_");
        let words = message.words.split_whitespace().collect::<Vec<_>>().join(" ");
        code.push_str(&format!("#[doc = {words:?}]\npub const {name}: &str = {key:?};\n"));
    }
    code.push_str("/// Every key there is, sorted.\npub const ALL: &[&str] = &[\n");
    for key in catalogue.messages.keys() {
        code.push_str(&format!("    {key:?},\n"));
    }
    code.push_str("];\n");
    code
}

/// Writes each language's text, without comments, as one constant.
fn texts(catalogues: &[Catalogue], browser: bool) -> String {
    let mut code = String::new();
    for (catalogue, locale) in catalogues.iter().zip(LOCALES) {
        let mut text = String::new();
        for (file, words) in &catalogue.files {
            if !(browser && SERVER_ONLY.contains(&file.as_str())) {
                text.push_str(words);
                text.push('\n');
            }
        }
        code.push_str(&format!("const {}: &str = {text:?};\n", locale.to_uppercase()));
    }
    code
}
