//! Parsing of CSV files into Arrow columns.

use chrono::NaiveDate;
use datafusion::arrow::{
    array::{
        ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int32Array, Int32Builder, Int64Builder,
        RecordBatch, StringBuilder,
    },
    datatypes::{DataType, Date32Type, Field, Schema},
};
use penny_ports::analytics::{ColumnDef, ColumnKind, CsvTable, QueryError};
use std::sync::Arc;

/// Rows per record batch; the engine yields between batches.
const BATCH_ROWS: usize = 8_192;
/// Maximum distance of a day offset from today, in days: about 270 years.
const MAX_DAY_OFFSET: i32 = 100_000;

/// The columns of a file in memory. Day offsets are stored as offsets, because `today` varies by query.
#[derive(Debug)]
pub struct ParsedTable {
    columns: Vec<ColumnDef>,
    arrays: Vec<ArrayRef>,
    rows: usize,
}

impl ParsedTable {
    /// Parses a file. Empty fields become null, in text columns as well.
    ///
    /// # Errors
    /// [`QueryError::InvalidTable`] with the number of the invalid row.
    pub fn read(table: &CsvTable) -> Result<Self, QueryError> {
        let invalid = |detail: String| QueryError::InvalidTable {
            table: table.name.clone(),
            detail: crate::errors::truncate(&detail),
        };
        let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(table.bytes.as_ref());
        let header = reader.headers().map_err(|error| invalid(error.to_string()))?;
        if !header.iter().eq(table.columns.iter().map(|column| column.name.as_str())) {
            return Err(invalid("the header line does not match the columns of the table".to_owned()));
        }
        let mut builders: Vec<ColumnBuilder> =
            table.columns.iter().map(|column| ColumnBuilder::new(column.kind)).collect();
        let (mut record, mut rows) = (csv::StringRecord::new(), 0_usize);
        while reader.read_record(&mut record).map_err(|error| invalid(error.to_string()))? {
            rows += 1;
            for ((field, builder), column) in record.iter().zip(&mut builders).zip(&table.columns) {
                builder.push(field).map_err(|expected| {
                    let excerpt: String = field.chars().take(40).collect();
                    invalid(format!("row {rows}, column {}: `{excerpt}` is not {expected}", column.name))
                })?;
            }
        }
        let arrays = builders.into_iter().map(ColumnBuilder::finish).collect();
        Ok(Self { columns: table.columns.clone(), arrays, rows })
    }

    /// Returns the memory size in bytes.
    pub fn size_bytes(&self) -> usize {
        self.arrays.iter().map(|array| array.get_array_memory_size()).sum()
    }

    /// Returns the table as record batches, with day offsets converted to dates relative to `today`.
    ///
    /// # Errors
    /// When the engine rejects the columns, for example because of a duplicate name.
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
            .map(|(column, array)| resolve_day_offsets(column.kind, array, today))
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

fn resolve_day_offsets(kind: ColumnKind, array: &ArrayRef, today: i32) -> ArrayRef {
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

/// Builds one column.
enum ColumnBuilder {
    Text(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Date(Date32Builder),
    DayOffset(Int32Builder),
    Boolean(BooleanBuilder),
}

impl ColumnBuilder {
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

    /// Parses and appends a field. The error describes the expected format.
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
                    return Err("a day within 100,000 days of today");
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
