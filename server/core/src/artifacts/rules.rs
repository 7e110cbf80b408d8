use super::Error;
use crate::misfit;
use bytes::Bytes;
use penny_types::{
    FieldFault,
    artifacts::{ArtifactKind, ChartContent, DashboardContent, TableContent},
};
use penny_words::keys;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The largest content, in bytes.
pub(super) const SIZE_MAX: usize = 16 * 1024 * 1024;
/// What the content is called where it is sent.
const CONTENT: &str = "content";

/// Checks that content is of its kind and returns the bytes to keep and their media type.
pub(super) fn encode(kind: ArtifactKind, content: &Value) -> Result<(Bytes, &'static str), Error> {
    let wrong = |field| Error::BadContent { kind, field };
    let bytes = match kind {
        ArtifactKind::Markdown | ArtifactKind::Mermaid | ArtifactKind::File => {
            content.as_str().ok_or_else(|| wrong(not_a("string", CONTENT)))?.as_bytes().to_vec()
        }
        ArtifactKind::Table => {
            check_table(&read::<TableContent>(content).map_err(wrong)?).map_err(wrong)?;
            to_json(content)
        }
        ArtifactKind::Chart => {
            let chart: ChartContent = read(content).map_err(wrong)?;
            check_table(&chart.table).map_err(wrong)?;
            if !chart.option.is_object() {
                return Err(wrong(not_a("object", "content.option")));
            }
            to_json(content)
        }
        ArtifactKind::Dashboard => {
            read::<DashboardContent>(content).map_err(wrong)?;
            to_json(content)
        }
    };
    if bytes.len() > SIZE_MAX {
        return Err(Error::TooLarge { max: SIZE_MAX });
    }
    Ok((Bytes::from(bytes), media_type(kind)))
}

/// Reads content as what it should be; what does not fit is named as its sender did.
fn read<T: DeserializeOwned>(content: &Value) -> Result<T, FieldFault> {
    misfit::read(content).map_err(|field| {
        let path =
            if field.field.is_empty() { CONTENT.to_owned() } else { format!("{CONTENT}.{}", field.field) };
        FieldFault { field: path, ..field }
    })
}

fn not_a(kind: &str, path: &str) -> FieldFault {
    misfit::field(path, keys::FIELD_KIND, &[("kind", kind)])
}

/// Reads bytes back as the content they were made from.
pub(super) fn decode(kind: ArtifactKind, bytes: &Bytes) -> Value {
    match kind {
        ArtifactKind::Markdown | ArtifactKind::Mermaid | ArtifactKind::File => {
            Value::String(String::from_utf8_lossy(bytes).into_owned())
        }
        ArtifactKind::Table | ArtifactKind::Chart | ArtifactKind::Dashboard => {
            serde_json::from_slice(bytes).unwrap_or(Value::Null)
        }
    }
}

/// Puts content into words for a model that is to read it, cut to `max` bytes.
pub(super) fn as_words(bytes: &Bytes, max: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let cut = text.floor_char_boundary(max);
    text.get(..cut).unwrap_or_default().to_owned()
}

const fn media_type(kind: ArtifactKind) -> &'static str {
    match kind {
        ArtifactKind::Markdown => "text/markdown; charset=utf-8",
        ArtifactKind::Mermaid => "text/vnd.mermaid; charset=utf-8",
        ArtifactKind::File => "text/plain; charset=utf-8",
        ArtifactKind::Table | ArtifactKind::Chart | ArtifactKind::Dashboard => "application/json",
    }
}

fn to_json(content: &Value) -> Vec<u8> {
    content.to_string().into_bytes()
}

fn check_table(table: &TableContent) -> Result<(), FieldFault> {
    for (number, row) in table.rows.iter().enumerate() {
        let path = format!("{CONTENT}.rows[{number}]");
        if row.len() != table.columns.len() {
            let (found, columns) = (row.len().to_string(), table.columns.len().to_string());
            return Err(misfit::field(
                &path,
                keys::FAULT_TABLE_RAGGED,
                &[("found", &found), ("columns", &columns)],
            ));
        }
        if row.iter().any(|value| value.is_object() || value.is_array()) {
            return Err(misfit::field(&path, keys::FAULT_TABLE_NESTED, &[]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn content_that_is_not_of_its_kind_is_refused() {
        let ragged = json!({ "columns": [{ "name": "a", "format": "number" }], "rows": [[1, 2]] });
        let nested = json!({ "columns": [{ "name": "a", "format": "number" }], "rows": [[{}]] });
        for (kind, content) in [
            (ArtifactKind::Markdown, json!({ "a": 1 })),
            (ArtifactKind::Table, json!("text")),
            (ArtifactKind::Table, ragged),
            (ArtifactKind::Table, nested),
            (
                ArtifactKind::Chart,
                json!({ "option": [], "table": { "columns": [], "rows": [] }, "summary": "" }),
            ),
            (ArtifactKind::Dashboard, json!({})),
        ] {
            assert!(matches!(encode(kind, &content), Err(Error::BadContent { .. })), "{kind}: {content}");
        }
    }

    #[test]
    fn content_reads_back_what_was_kept() {
        let table = json!({ "columns": [{ "name": "a", "format": "number" }], "rows": [[1], [null]] });
        for (kind, content) in [(ArtifactKind::Markdown, json!("# Hé")), (ArtifactKind::Table, table)] {
            let (bytes, _) = encode(kind, &content).unwrap();
            assert_eq!(decode(kind, &bytes), content);
        }
    }

    #[test]
    fn words_for_a_model_are_cut_between_characters() {
        assert_eq!(as_words(&Bytes::from_static("añb".as_bytes()), 2), "a");
    }
}
