//! Conversion of JSON query parameters to values of the engine.

use datafusion::scalar::ScalarValue;
use penny_ports::analytics::QueryError;
use serde_json::Value;
use std::collections::HashSet;

/// Converts the parameters that the query uses; ignores the others.
///
/// # Errors
/// [`QueryError::Invalid`] when a parameter is missing or not a scalar.
pub fn bind(
    used: &HashSet<String>,
    params: &[(String, Value)],
) -> Result<Vec<(String, ScalarValue)>, QueryError> {
    let mut bound = Vec::with_capacity(used.len());
    for name in used {
        let Some((_, value)) = params.iter().find(|(param, _)| param == name) else {
            return Err(QueryError::Invalid { detail: format!("no value for the parameter ${name}") });
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
            (None, None) => {
                Err(QueryError::Invalid { detail: format!("the parameter ${name} is out of range") })
            }
        },
        Value::Array(_) | Value::Object(_) => {
            Err(QueryError::Invalid { detail: format!("the parameter ${name} is not a scalar") })
        }
    }
}
