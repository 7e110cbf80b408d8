//! Validates the catalogues and generates `keys.rs` (message keys) and `texts.rs` (embedded catalogues).
//!
//! The build fails when a message is missing in a language, when languages use different arguments,
//! when a file does not parse, or when a key is defined twice.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo passes parameters to a build script in environment variables"
)]

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt, fs,
    path::{Path, PathBuf},
};

/// The texts of the first locale become the documentation of the constants.
const LOCALES: [&str; 2] = ["en", "es"];
/// Catalogues that only the server uses: they are not embedded in the browser build.
const SERVER_ONLY: [&str; 6] =
    ["cli.ftl", "demo.ftl", "graphql.ftl", "permissions.ftl", "rest.ftl", "tenants.ftl"];

/// Validation error of a catalogue, with the file and the reason.
#[derive(Debug)]
struct CatalogueError(String);

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CatalogueError {}

struct CatalogueMessage {
    file: String,
    arguments: BTreeSet<String>,
    /// Text for the documentation of the constant.
    text: String,
}

/// The catalogue of one language.
struct LocaleCatalogue {
    /// Messages by key.
    messages: BTreeMap<String, CatalogueMessage>,
    /// Fluent source by file name.
    files: BTreeMap<String, String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("locales");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut catalogues = Vec::new();
    for locale in LOCALES {
        catalogues.push(read(&root.join(locale), locale)?);
    }
    let mut problems = Vec::new();
    for (catalogue, locale) in catalogues.iter().zip(LOCALES) {
        for (other, name) in catalogues.iter().zip(LOCALES) {
            compare(catalogue, locale, other, name, &mut problems);
        }
    }
    if !problems.is_empty() {
        return Err(Box::new(CatalogueError(problems.join("\n"))));
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
fn read(folder: &Path, locale: &str) -> Result<LocaleCatalogue, Box<dyn std::error::Error>> {
    let mut catalogue = LocaleCatalogue { messages: BTreeMap::new(), files: BTreeMap::new() };
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "ftl") {
            continue;
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = fs::read_to_string(&path)?;
        let display_path = format!("{locale}/{file}");
        let resource = fluent_syntax::parser::parse(text.as_str())
            .map_err(|(_, errors)| CatalogueError(format!("{display_path}: cannot be parsed: {errors:?}")))?;
        let mut kept = Vec::new();
        for entry in &resource.body {
            if let Entry::Message(message) = entry {
                add_message(message, &file, &display_path, &mut catalogue)?;
            } else if matches!(entry, Entry::Term(_) | Entry::Junk { .. }) {
                return Err(Box::new(CatalogueError(format!(
                    "{display_path}: only messages are allowed: {entry:?}"
                ))));
            }
            if matches!(entry, Entry::Message(_)) {
                kept.push(entry.clone());
            }
        }
        let source = fluent_syntax::serializer::serialize(&fluent_syntax::ast::Resource { body: kept });
        catalogue.files.insert(file, source);
    }
    Ok(catalogue)
}

/// Adds one message to the catalogue.
fn add_message(
    message: &fluent_syntax::ast::Message<&str>,
    file: &str,
    path: &str,
    catalogue: &mut LocaleCatalogue,
) -> Result<(), CatalogueError> {
    let key = message.id.name.to_owned();
    let Some(value) = &message.value else {
        return Err(CatalogueError(format!("{path}: `{key}` has no text")));
    };
    if !message.attributes.is_empty() {
        return Err(CatalogueError(format!("{path}: `{key}` has attributes; make each a message")));
    }
    let mut collected =
        CatalogueMessage { file: file.to_owned(), arguments: BTreeSet::new(), text: String::new() };
    walk(value, &mut collected, path, &key)?;
    if catalogue.messages.insert(key.clone(), collected).is_some() {
        return Err(CatalogueError(format!("{path}: `{key}` is already defined")));
    }
    Ok(())
}

/// Collects the arguments and the text of a pattern.
fn walk(
    pattern: &Pattern<&str>,
    collected: &mut CatalogueMessage,
    path: &str,
    key: &str,
) -> Result<(), CatalogueError> {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => collected.text.push_str(value),
            PatternElement::Placeable { expression } => walk_expression(expression, collected, path, key)?,
        }
    }
    Ok(())
}

fn walk_expression(
    expression: &Expression<&str>,
    collected: &mut CatalogueMessage,
    path: &str,
    key: &str,
) -> Result<(), CatalogueError> {
    match expression {
        Expression::Inline(inline) => walk_inline(inline, collected, path, key),
        Expression::Select { selector, variants } => {
            let is_plural = variants.iter().any(|variant| {
                matches!(&variant.key, VariantKey::Identifier { name } if ["zero", "one", "two", "few", "many"].contains(name))
            });
            if let (true, InlineExpression::VariableReference { id }) = (is_plural, selector)
                && !is_count(id.name)
            {
                return Err(CatalogueError(format!(
                    "{path}: `{key}` selects a plural by `${}`: call it `$count` or `$..._count`",
                    id.name
                )));
            }
            collected.text.push('{');
            walk_inline(selector, collected, path, key)?;
            collected.text.push_str(" ...}");
            for variant in variants {
                let length = collected.text.len();
                walk(&variant.value, collected, path, key)?;
                collected.text.truncate(length);
            }
            Ok(())
        }
    }
}

fn walk_inline(
    inline: &InlineExpression<&str>,
    collected: &mut CatalogueMessage,
    path: &str,
    key: &str,
) -> Result<(), CatalogueError> {
    match inline {
        InlineExpression::VariableReference { id } => {
            collected.arguments.insert(id.name.to_owned());
            collected.text.push_str(&format!("{{${}}}", id.name));
            Ok(())
        }
        InlineExpression::StringLiteral { value } | InlineExpression::NumberLiteral { value } => {
            collected.text.push_str(value);
            Ok(())
        }
        InlineExpression::Placeable { expression } => walk_expression(expression, collected, path, key),
        other => Err(CatalogueError(format!("{path}: `{key}` uses an unsupported expression: {other:?}"))),
    }
}

/// Returns whether an argument is a number; `src/lib.rs` applies the same rule.
fn is_count(argument: &str) -> bool {
    argument == "count" || argument.ends_with("_count")
}

/// Reports messages of `left` that are missing or different in `right`.
fn compare(
    left: &LocaleCatalogue,
    left_name: &str,
    right: &LocaleCatalogue,
    right_name: &str,
    problems: &mut Vec<String>,
) {
    for (key, message) in &left.messages {
        let file = &message.file;
        match right.messages.get(key) {
            None => problems.push(format!("{right_name}/{file}: `{key}` is missing ({left_name} has it)")),
            Some(other) if other.file != *file => {
                problems.push(format!("{right_name}/{}: `{key}` belongs in {file}", other.file));
            }
            Some(other) if left_name < right_name && other.arguments != message.arguments => {
                problems.push(format!(
                    "{right_name}/{file}: `{key}` takes {:?}, but {:?} in {left_name}",
                    other.arguments, message.arguments
                ))
            }
            Some(_) => {}
        }
    }
}

/// Generates one documented constant per message.
fn constants(catalogue: &LocaleCatalogue) -> String {
    let mut code = String::new();
    for (key, message) in &catalogue.messages {
        let name = key.to_uppercase().replace('-', "_");
        let documentation = message.text.split_whitespace().collect::<Vec<_>>().join(" ");
        code.push_str(&format!("#[doc = {documentation:?}]\npub const {name}: &str = {key:?};\n"));
    }
    code.push_str("/// All keys, sorted.\npub const ALL: &[&str] = &[\n");
    for key in catalogue.messages.keys() {
        code.push_str(&format!("    {key:?},\n"));
    }
    code.push_str("];\n");
    code
}

/// Generates one constant per language with its catalogue, without comments.
fn texts(catalogues: &[LocaleCatalogue], browser: bool) -> String {
    let mut code = String::new();
    for (catalogue, locale) in catalogues.iter().zip(LOCALES) {
        let mut text = String::new();
        for (file, source) in &catalogue.files {
            if !(browser && SERVER_ONLY.contains(&file.as_str())) {
                text.push_str(source);
                text.push('\n');
            }
        }
        code.push_str(&format!("const {}: &str = {text:?};\n", locale.to_uppercase()));
    }
    code
}
