//! CSV files as Arrow columns.

use chrono::NaiveDate;
use datafusion::arrow::{
    array::{
        ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Array, Int32Builder, Int64Builder,
        RecordBatch, StringBuilder,
    },
    datatypes::{DataType, Date32Type, Field, Schema},
};
use penny_ports::analytics::{Column, ColumnKind, CsvTable, QueryError};
use std::sync::Arc;

/// Rows handed to the engine at a time, so that it yields between them.
const BATCH_ROWS: usize = 8_192;
/// Furthest a day may lie from today: about 270 years.
const MAX_DAY_OFFSET: i32 = 100_000;

/// A file's columns in memory. Day offsets are still offsets: today is not known yet.
#[derive(Debug)]
pub struct Parsed {
    columns: Vec<Column>,
    arrays: Vec<ArrayRef>,
    rows: usize,
}

impl Parsed {
    /// Reads a file. An empty field is a missing value, whatever the column holds.
    ///
    /// # Errors
    /// [`QueryError::BadTable`] with the line at fault.
    pub fn read(table: &CsvTable) -> Result<Self, QueryError> {
        let bad = |detail: String| QueryError::BadTable {
            table: table.name.clone(),
            detail: crate::failure::clip(&detail),
        };
        let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(table.bytes.as_ref());
        let header = reader.headers().map_err(|error| bad(error.to_string()))?;
        if !header.iter().eq(table.columns.iter().map(|column| column.name.as_str())) {
            return Err(bad("the header line does not name the table's columns in order".to_owned()));
        }
        let mut builders: Vec<Builder> =
            table.columns.iter().map(|column| Builder::new(column.kind)).collect();
        let (mut record, mut rows) = (csv::StringRecord::new(), 0_usize);
        while reader.read_record(&mut record).map_err(|error| bad(error.to_string()))? {
            rows += 1;
            for ((field, builder), column) in record.iter().zip(&mut builders).zip(&table.columns) {
                builder.push(field).map_err(|expected| {
                    let shown: String = field.chars().take(40).collect();
                    bad(format!("row {rows}, column {}: `{shown}` is not {expected}", column.name))
                })?;
            }
        }
        let arrays = builders.into_iter().map(Builder::finish).collect();
        Ok(Self { columns: table.columns.clone(), arrays, rows })
    }

    /// Returns the memory it takes, in bytes.
    pub fn size_bytes(&self) -> usize {
        self.arrays.iter().map(|array| array.get_array_memory_size()).sum()
    }

    /// Returns the columns as the engine reads them, with day offsets counted from `today`.
    ///
    /// # Errors
    /// When the engine does not accept the columns, such as two of one name.
    pub fn batches(
        &self,
        today: NaiveDate,
    ) -> Result<(Arc<Schema>, Vec<RecordBatch>), datafusion::error::DataFusionError> {
        let today = Date32Type::from_naive_date(today);
        let fields: Vec<Field> = self
            .columns
            .iter()
            .map(|column| Field::new(&column.name, data_type(column.kind), true))
            .collect();
        let arrays = self
            .columns
            .iter()
            .zip(&self.arrays)
            .map(|(column, array)| dated(column.kind, array, today))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let whole = RecordBatch::try_new(Arc::clone(&schema), arrays)?;
        let batches = (0..self.rows.max(1))
            .step_by(BATCH_ROWS)
            .map(|start| whole.slice(start, BATCH_ROWS.min(self.rows - start)))
            .collect();
        Ok((schema, batches))
    }
}

fn dated(kind: ColumnKind, array: &ArrayRef, today: i32) -> ArrayRef {
    match (kind, array.as_any().downcast_ref::<Int32Array>()) {
        (ColumnKind::DayOffset, Some(offsets)) => {
            Arc::new(offsets.unary::<_, Date32Type>(|offset| today.saturating_add(offset)))
        }
        _ => Arc::clone(array),
    }
}

const fn data_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text => DataType::Utf8,
        ColumnKind::Integer => DataType::Int64,
        ColumnKind::Number => DataType::Float64,
        ColumnKind::Date | ColumnKind::DayOffset => DataType::Date32,
        ColumnKind::Boolean => DataType::Boolean,
    }
}

/// Collects one column.
enum Builder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Date(Date32Builder),
    DayOffset(Int32Builder),
    Boolean(BooleanBuilder),
}

impl Builder {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Text => Self::Text(StringBuilder::new()),
            ColumnKind::Integer => Self::Integer(Int64Builder::new()),
            ColumnKind::Number => Self::Number(Float64Builder::new()),
            ColumnKind::Date => Self::Date(Date32Builder::new()),
            ColumnKind::DayOffset => Self::DayOffset(Int32Builder::new()),
            ColumnKind::Boolean => Self::Boolean(BooleanBuilder::new()),
        }
    }

    /// Adds a field; the error says what was expected.
    fn push(&mut self, field: &str) -> Result<(), &'static str> {
        let present = (!field.is_empty()).then_some(field);
        match self {
            Self::Text(builder) => builder.append_option(present),
            Self::Integer(builder) => {
                builder.append_option(present.map(str::parse).transpose().map_err(|_| "a whole number")?);
            }
            Self::Number(builder) => {
                let number = present.map(str::parse::<f64>).transpose().map_err(|_| "a number")?;
                if number.is_some_and(|number| !number.is_finite()) {
                    return Err("a finite number");
                }
                builder.append_option(number);
            }
            Self::Date(builder) => {
                let day = present.map(|field| NaiveDate::parse_from_str(field, "%Y-%m-%d")).transpose();
                builder.append_option(
                    day.map_err(|_| "a day like 2026-01-31")?.map(Date32Type::from_naive_date),
                );
            }
            Self::DayOffset(builder) => {
                let offset =
                    present.map(str::parse::<i32>).transpose().map_err(|_| "a number of days from today")?;
                if offset.is_some_and(|offset| offset.abs() > MAX_DAY_OFFSET) {
                    return Err("a day within reach of today");
                }
                builder.append_option(offset);
            }
            Self::Boolean(builder) => {
                builder.append_option(present.map(str::parse).transpose().map_err(|_| "true or false")?);
            }
        }
        Ok(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Integer(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Date(mut builder) => Arc::new(builder.finish()),
            Self::DayOffset(mut builder) => Arc::new(builder.finish()),
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
        }
    }
}
