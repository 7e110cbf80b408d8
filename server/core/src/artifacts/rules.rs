use super::Error;
use bytes::Bytes;
use penny_types::artifacts::{ArtifactKind, ChartContent, DashboardContent, TableContent};
use serde_json::Value;

/// The largest content, in bytes.
pub(super) const SIZE_MAX: usize = 16 * 1024 * 1024;

/// Checks that content is of its kind and returns the bytes to keep and their media type.
pub(super) fn encode(kind: ArtifactKind, content: &Value) -> Result<(Bytes, &'static str), Error> {
    let wrong = |detail: String| Error::BadContent { kind: kind.as_str(), detail };
    let (bytes, media_type) = match kind {
        ArtifactKind::Markdown | ArtifactKind::Mermaid | ArtifactKind::File => {
            let text = content.as_str().ok_or_else(|| wrong("expected a string".to_owned()))?;
            (text.as_bytes().to_vec(), media_type(kind))
        }
        ArtifactKind::Table => {
            let table: TableContent =
                serde_json::from_value(content.clone()).map_err(|error| wrong(error.to_string()))?;
            check_table(&table).map_err(wrong)?;
            (to_json(content), media_type(kind))
        }
        ArtifactKind::Chart => {
            let chart: ChartContent =
                serde_json::from_value(content.clone()).map_err(|error| wrong(error.to_string()))?;
            check_table(&chart.table).map_err(wrong)?;
            if !chart.option.is_object() {
                return Err(wrong("option is not an object".to_owned()));
            }
            (to_json(content), media_type(kind))
        }
        ArtifactKind::Dashboard => {
            serde_json::from_value::<DashboardContent>(content.clone())
                .map_err(|error| wrong(error.to_string()))?;
            (to_json(content), media_type(kind))
        }
    };
    if bytes.len() > SIZE_MAX {
        return Err(Error::TooLarge { max: SIZE_MAX });
    }
    Ok((Bytes::from(bytes), media_type))
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

fn check_table(table: &TableContent) -> Result<(), String> {
    for (number, row) in table.rows.iter().enumerate() {
        if row.len() != table.columns.len() {
            return Err(format!("row {number} has {} values for {} columns", row.len(), table.columns.len()));
        }
        if row.iter().any(|value| value.is_object() || value.is_array()) {
            return Err(format!("row {number} holds a value that is no scalar"));
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
