use super::ArtifactError;
use bytes::Bytes;
use penny_i18n::keys;
use penny_kernel::validation;
use penny_types::{
    FieldFault,
    artifacts::{ArtifactKind, ChartContent, DashboardContent, TableContent},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Maximum size of the content.
pub(super) const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Request field of the content, the prefix of paths in validation errors.
const ROOT_FIELD: &str = "content";

/// Validates content of a kind and returns the bytes to store and their media type.
pub(super) fn encode(kind: ArtifactKind, content: &Value) -> Result<(Bytes, &'static str), ArtifactError> {
    let invalid = |field| ArtifactError::InvalidContent { kind, field };
    let bytes = match kind {
        ArtifactKind::Markdown | ArtifactKind::Mermaid | ArtifactKind::File => {
            content.as_str().ok_or_else(|| invalid(wrong_type("string", ROOT_FIELD)))?.as_bytes().to_vec()
        }
        ArtifactKind::Table => {
            validate_table(&deserialize_content::<TableContent>(content).map_err(invalid)?)
                .map_err(invalid)?;
            json_bytes(content)
        }
        ArtifactKind::Chart => {
            let chart: ChartContent = deserialize_content(content).map_err(invalid)?;
            validate_table(&chart.table).map_err(invalid)?;
            if !chart.option.is_object() {
                return Err(invalid(wrong_type("object", "content.option")));
            }
            json_bytes(content)
        }
        ArtifactKind::Dashboard => {
            deserialize_content::<DashboardContent>(content).map_err(invalid)?;
            json_bytes(content)
        }
    };
    if bytes.len() > MAX_BYTES {
        return Err(ArtifactError::TooLarge { max: MAX_BYTES });
    }
    Ok((Bytes::from(bytes), media_type(kind)))
}

/// Deserialises content. Paths in errors start with [`ROOT_FIELD`].
fn deserialize_content<T: DeserializeOwned>(content: &Value) -> Result<T, FieldFault> {
    validation::deserialize(content).map_err(|field| {
        let path = if field.field.is_empty() {
            ROOT_FIELD.to_owned()
        } else {
            format!("{ROOT_FIELD}.{}", field.field)
        };
        FieldFault { field: path, ..field }
    })
}

fn wrong_type(kind: &str, path: &str) -> FieldFault {
    validation::field_fault(path, keys::FIELD_KIND, &[("kind", kind)])
}

/// Decodes stored bytes to the content they were encoded from.
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

/// Returns content as text for a model, truncated to `max` bytes.
pub(super) fn truncated_text(bytes: &Bytes, max: usize) -> String {
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

fn json_bytes(content: &Value) -> Vec<u8> {
    content.to_string().into_bytes()
}

fn validate_table(table: &TableContent) -> Result<(), FieldFault> {
    for (number, row) in table.rows.iter().enumerate() {
        let path = format!("{ROOT_FIELD}.rows[{number}]");
        if row.len() != table.columns.len() {
            let (found, columns) = (row.len().to_string(), table.columns.len().to_string());
            return Err(validation::field_fault(
                &path,
                keys::FAULT_TABLE_RAGGED,
                &[("found", &found), ("columns", &columns)],
            ));
        }
        if row.iter().any(|value| value.is_object() || value.is_array()) {
            return Err(validation::field_fault(&path, keys::FAULT_TABLE_NESTED, &[]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn content_that_does_not_match_its_kind_is_rejected() {
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
            assert!(
                matches!(encode(kind, &content), Err(ArtifactError::InvalidContent { .. })),
                "{kind}: {content}"
            );
        }
    }

    #[test]
    fn content_survives_encoding_and_decoding() {
        let table = json!({ "columns": [{ "name": "a", "format": "number" }], "rows": [[1], [null]] });
        for (kind, content) in [(ArtifactKind::Markdown, json!("# Hé")), (ArtifactKind::Table, table)] {
            let (bytes, _) = encode(kind, &content).unwrap();
            assert_eq!(decode(kind, &bytes), content);
        }
    }

    #[test]
    fn text_for_a_model_is_truncated_at_a_character_boundary() {
        assert_eq!(truncated_text(&Bytes::from_static("añb".as_bytes()), 2), "a");
    }
}
