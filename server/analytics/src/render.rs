//! Arrow columns as JSON scalars, the same way every time.

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
use penny_ports::analytics::{Column, ColumnKind};
use serde_json::{Number, Value};

/// Returns the columns of an answer.
pub fn columns(schema: &Schema) -> Vec<Column> {
    schema
        .fields()
        .iter()
        .map(|field| Column { name: field.name().clone(), kind: kind(field.data_type()) })
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

/// Returns the memory a batch's own rows take; a slice of a larger table counts for its part.
///
/// # Errors
/// When a column's layout is unknown to the engine.
pub fn size_bytes(batch: &RecordBatch) -> Result<usize, DataFusionError> {
    let mut sum = 0;
    for column in batch.columns() {
        sum += column.to_data().get_slice_memory_size()?;
    }
    Ok(sum)
}

/// Appends the rows of a batch, at most up to `max_rows` in all.
///
/// # Errors
/// When a column cannot be written as JSON.
pub fn append(
    rows: &mut Vec<Vec<Value>>,
    batch: &RecordBatch,
    max_rows: usize,
) -> Result<(), DataFusionError> {
    let take = batch.num_rows().min(max_rows.saturating_sub(rows.len()));
    let columns = batch
        .columns()
        .iter()
        .map(|column| values(&column.slice(0, take)))
        .collect::<Result<Vec<_>, DataFusionError>>()?;
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    rows.extend(
        (0..take).map(|_| columns.iter_mut().map(|column| column.next().unwrap_or(Value::Null)).collect()),
    );
    Ok(())
}

fn values(column: &ArrayRef) -> Result<Vec<Value>, DataFusionError> {
    let written: Vec<Value> = match column.data_type() {
        DataType::Boolean => {
            column.as_boolean().iter().map(|flag| flag.map_or(Value::Null, Value::Bool)).collect()
        }
        DataType::Date32 | DataType::Date64 => {
            let days = cast(column, &DataType::Date32)?;
            (0..days.len()).map(|row| day(days.as_primitive::<Date32Type>(), row)).collect()
        }
        DataType::Timestamp(..) => {
            let moments = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
            (0..moments.len())
                .map(|row| moment(moments.as_primitive::<TimestampMicrosecondType>(), row))
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
                numbers.as_primitive::<Float64Type>().iter().map(decimal).collect()
            }
            _ => (0..column.len()).map(|row| text(column, row)).collect::<Result<_, _>>()?,
        },
    };
    Ok(written)
}

/// JSON has no infinities: what is not a finite number is missing.
fn decimal(number: Option<f64>) -> Value {
    number.and_then(Number::from_f64).map_or(Value::Null, Value::Number)
}

fn day(days: &datafusion::arrow::array::Date32Array, row: usize) -> Value {
    if days.is_null(row) {
        return Value::Null;
    }
    days.value_as_date(row).map_or(Value::Null, |day| Value::String(day.to_string()))
}

fn moment(moments: &datafusion::arrow::array::TimestampMicrosecondArray, row: usize) -> Value {
    if moments.is_null(row) {
        return Value::Null;
    }
    let written = moments
        .value_as_datetime(row)
        .map(|moment| moment.and_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true));
    written.map_or(Value::Null, Value::String)
}

fn text(column: &ArrayRef, row: usize) -> Result<Value, DataFusionError> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(Value::String(array_value_to_string(column, row)?))
}
