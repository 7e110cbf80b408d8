//! Conversion of Arrow columns to JSON scalars.

use chrono::SecondsFormat;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        compute::cast,
        datatypes::{
            DataType, Date32Type, Float64Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType,
            UInt64Type,
        },
        util::display::array_value_to_string,
    },
    error::DataFusionError,
};
use penny_ports::analytics::{ColumnDef, ColumnKind};
use serde_json::{Number, Value};

/// Returns the column definitions of a result.
pub fn columns(schema: &Schema) -> Vec<ColumnDef> {
    schema
        .fields()
        .iter()
        .map(|field| ColumnDef { name: field.name().clone(), kind: kind(field.data_type()) })
        .collect()
}

const fn kind(data_type: &DataType) -> ColumnKind {
    match data_type {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => ColumnKind::Integer,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => ColumnKind::Integer,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ColumnKind::Number,
        DataType::Decimal128(..) | DataType::Decimal256(..) => ColumnKind::Number,
        DataType::Date32 | DataType::Date64 => ColumnKind::Date,
        DataType::Boolean => ColumnKind::Boolean,
        _ => ColumnKind::Text,
    }
}

/// Returns the memory size of a batch in bytes; a slice of a larger table counts only its own rows.
///
/// # Errors
/// When the memory layout of a column is not supported.
pub fn size_bytes(batch: &RecordBatch) -> Result<usize, DataFusionError> {
    let mut sum = 0;
    for column in batch.columns() {
        sum += column.to_data().get_slice_memory_size()?;
    }
    Ok(sum)
}

/// Appends the rows of a batch until `rows` has `max_rows` rows.
///
/// # Errors
/// When a column cannot be converted to JSON.
pub fn append(
    rows: &mut Vec<Vec<Value>>,
    batch: &RecordBatch,
    max_rows: usize,
) -> Result<(), DataFusionError> {
    let count = batch.num_rows().min(max_rows.saturating_sub(rows.len()));
    let columns = batch
        .columns()
        .iter()
        .map(|column| values(&column.slice(0, count)))
        .collect::<Result<Vec<_>, DataFusionError>>()?;
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    rows.extend(
        (0..count).map(|_| columns.iter_mut().map(|column| column.next().unwrap_or(Value::Null)).collect()),
    );
    Ok(())
}

fn values(column: &ArrayRef) -> Result<Vec<Value>, DataFusionError> {
    let values: Vec<Value> = match column.data_type() {
        DataType::Boolean => {
            column.as_boolean().iter().map(|flag| flag.map_or(Value::Null, Value::Bool)).collect()
        }
        DataType::Date32 | DataType::Date64 => {
            let dates = cast(column, &DataType::Date32)?;
            (0..dates.len()).map(|row| date(dates.as_primitive::<Date32Type>(), row)).collect()
        }
        DataType::Timestamp(..) => {
            let timestamps = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
            (0..timestamps.len())
                .map(|row| timestamp(timestamps.as_primitive::<TimestampMicrosecondType>(), row))
                .collect()
        }
        DataType::UInt64 => {
            column.as_primitive::<UInt64Type>().iter().map(|n| n.map_or(Value::Null, Value::from)).collect()
        }
        other => match kind(other) {
            ColumnKind::Integer => {
                let numbers = cast(column, &DataType::Int64)?;
                numbers
                    .as_primitive::<Int64Type>()
                    .iter()
                    .map(|number| number.map_or(Value::Null, Value::from))
                    .collect()
            }
            ColumnKind::Number => {
                let numbers = cast(column, &DataType::Float64)?;
                numbers.as_primitive::<Float64Type>().iter().map(finite_number).collect()
            }
            _ => (0..column.len()).map(|row| text(column, row)).collect::<Result<_, _>>()?,
        },
    };
    Ok(values)
}

/// Returns null for NaN and infinities, which JSON does not have.
fn finite_number(number: Option<f64>) -> Value {
    number.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

fn date(dates: &datafusion::arrow::array::Date32Array, row: usize) -> Value {
    if dates.is_null(row) {
        return Value::Null;
    }
    dates.value_as_date(row).map_or(Value::Null, |date| Value::String(date.to_string()))
}

fn timestamp(timestamps: &datafusion::arrow::array::TimestampMicrosecondArray, row: usize) -> Value {
    if timestamps.is_null(row) {
        return Value::Null;
    }
    let text = timestamps
        .value_as_datetime(row)
        .map(|timestamp| timestamp.and_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true));
    text.map_or(Value::Null, Value::String)
}

fn text(column: &ArrayRef, row: usize) -> Result<Value, DataFusionError> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(Value::String(array_value_to_string(column, row)?))
}
