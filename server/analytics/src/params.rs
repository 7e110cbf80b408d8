//! JSON scalars as the engine's values.

use datafusion::scalar::ScalarValue;
use penny_ports::analytics::QueryError;
use serde_json::Value;
use std::collections::HashSet;

/// Turns the parameters the query names into values; what it does not name is left out.
///
/// # Errors
/// [`QueryError::Invalid`] when one is missing or is no scalar.
pub fn bind(
    named: &HashSet<String>,
    given: &[(String, Value)],
) -> Result<Vec<(String, ScalarValue)>, QueryError> {
    let mut bound = Vec::with_capacity(named.len());
    for name in named {
        let Some((_, value)) = given.iter().find(|(given, _)| given == name) else {
            return Err(QueryError::Invalid { detail: format!("no value was given for ${name}") });
        };
        bound.push((name.clone(), scalar(name, value)?));
    }
    Ok(bound)
}

fn scalar(name: &str, value: &Value) -> Result<ScalarValue, QueryError> {
    match value {
        Value::Null => Ok(ScalarValue::Utf8(None)),
        Value::Bool(flag) => Ok(ScalarValue::Boolean(Some(*flag))),
        Value::String(text) => Ok(ScalarValue::Utf8(Some(text.clone()))),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Ok(ScalarValue::Int64(Some(whole))),
            (None, Some(decimal)) => Ok(ScalarValue::Float64(Some(decimal))),
            (None, None) => Err(QueryError::Invalid { detail: format!("${name} is out of range") }),
        },
        Value::Array(_) | Value::Object(_) => {
            Err(QueryError::Invalid { detail: format!("${name} is not a single value") })
        }
    }
}
