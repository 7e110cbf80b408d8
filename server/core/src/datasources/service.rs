use super::{
    Error, NewDatasource, NewTable,
    answers::{Answers, Key},
    config::{Config, TableConfig, UnitQueries},
    rules,
    store::{self, Which},
};
use crate::{
    access::{Action, Resource},
    audit::{self, Record},
    ctx::Ctx,
    foundation::Shared,
};
use bytes::Bytes;
use chrono::NaiveDate;
use penny_ports::{
    analytics::{CsvTable, Query, QueryError, Rows},
    blobs::BlobKey,
};
use penny_types::{DatasourceId, TenantId};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// Most rows of an answer.
const MAX_ROWS: usize = 5_000;
/// How long a question may run.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Answers kept, in bytes.
const ANSWERS_BYTES: usize = 8 << 20;

/// The datasources of a tenant.
#[derive(Debug, Clone)]
pub struct Datasources {
    shared: Shared,
    answers: Arc<Answers>,
}

impl Datasources {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared, answers: Arc::new(Answers::new(ANSWERS_BYTES)) }
    }

    /// Connects a datasource of files, or renews the one of that name: doing it twice is doing it once.
    ///
    /// # Errors
    /// When a name cannot be used, a file is not what its columns say, or the person may not.
    pub async fn install(&self, ctx: &Ctx, new: NewDatasource) -> Result<DatasourceId, Error> {
        let permit =
            self.shared.access.check(ctx, Action::DatasourceEdit, &Resource::Datasource(&new.slug))?;
        rules::slug(&new.slug)?;
        let mut tables = Vec::with_capacity(new.tables.len());
        for table in new.tables {
            tables.push(self.keep(ctx, table).await?);
        }
        let config = Config { tables, units: new.units };
        let written = serde_json::to_value(&config).map_err(Error::BadConfig)?;

        let tx = self.shared.db.begin(ctx).await?;
        let id = match store::find(tx.conn(), ctx, Which::Slug(&new.slug)).await? {
            Some((row, before)) if before == config && row.name == new.name => return Ok(row.id),
            Some((row, _)) => {
                let id = row.id;
                store::update(&tx, ctx, row, &new.name, written).await?;
                id
            }
            None => store::insert(&tx, ctx, &new.slug, &new.name, written).await?,
        };
        audit::record(&tx, ctx, Record::of("datasources.install", "datasource").target(id).permit(&permit))
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Asks a datasource one SELECT with named parameters.
    ///
    /// # Errors
    /// When there is none of that name, the person may not, or the query is not answered.
    pub async fn query(
        &self,
        ctx: &Ctx,
        slug: &str,
        sql: &str,
        params: Vec<(String, Value)>,
    ) -> Result<Rows, Error> {
        let source = self.source(ctx, Which::Slug(slug)).await?.ok_or(Error::NotFound)?;
        let rows = self.ask(&source, sql, params, None).await?;
        Ok(Rows::clone(&rows))
    }

    /// Opens a datasource for several questions of one moment.
    pub(crate) async fn source(&self, ctx: &Ctx, which: Which<'_>) -> Result<Option<Source>, Error> {
        let tx = self.shared.db.read(ctx).await?;
        let Some((row, config)) = store::find(tx.conn(), ctx, which).await? else { return Ok(None) };
        self.shared.access.check(ctx, Action::DatasourceQuery, &Resource::Datasource(&row.slug))?;
        let (time_zone, currency) = store::customs(tx.conn(), ctx).await?;
        let today = rules::today(ctx.now(), &time_zone);
        Ok(Some(Source { tenant: ctx.tenant, id: row.id, config, today, currency }))
    }

    /// Asks an opened datasource; `extra` is one more table that only this question sees.
    pub(crate) async fn ask(
        &self,
        source: &Source,
        sql: &str,
        params: Vec<(String, Value)>,
        extra: Option<CsvTable>,
    ) -> Result<Arc<Rows>, Error> {
        let key = source.key(sql, &params, extra.as_ref());
        if let Some(rows) = self.answers.find(&key) {
            return Ok(rows);
        }
        let mut tables = Vec::new();
        for table in source.config.tables.iter().filter(|table| rules::mentions(sql, &table.name)) {
            tables.push(self.fetch(source.tenant, table).await?);
        }
        tables.extend(extra);
        let query = Query {
            tables,
            sql: sql.to_owned(),
            params,
            today: source.today,
            max_rows: MAX_ROWS,
            timeout: TIMEOUT,
        };
        let rows = Arc::new(self.shared.engine.query(query).await?);
        self.answers.keep(key, &rows);
        Ok(rows)
    }

    async fn fetch(&self, tenant: TenantId, table: &TableConfig) -> Result<CsvTable, Error> {
        let digest = table.digest()?;
        let bytes = self.shared.blobs.get(BlobKey { tenant, digest }).await?;
        Ok(CsvTable { name: table.name.clone(), columns: table.columns.clone(), digest, bytes })
    }

    /// Proves that a file can be read as a table and keeps it.
    async fn keep(&self, ctx: &Ctx, table: NewTable) -> Result<TableConfig, Error> {
        rules::table(&table.name)?;
        let digest = *blake3::hash(&table.bytes).as_bytes();
        self.prove(ctx, &table, digest).await?;
        self.shared.blobs.put(BlobKey { tenant: ctx.tenant, digest }, table.bytes).await?;
        Ok(TableConfig {
            name: table.name,
            digest: data_encoding::HEXLOWER.encode(&digest),
            columns: table.columns,
        })
    }

    async fn prove(&self, ctx: &Ctx, table: &NewTable, digest: [u8; 32]) -> Result<(), Error> {
        let sql = format!("SELECT COUNT(*) FROM {}", table.name);
        let csv = CsvTable {
            name: table.name.clone(),
            columns: table.columns.clone(),
            digest,
            bytes: Bytes::clone(&table.bytes),
        };
        let today = ctx.now().date_naive();
        let query =
            Query { tables: vec![csv], sql, params: Vec::new(), today, max_rows: 1, timeout: TIMEOUT };
        self.shared.engine.query(query).await?;
        Ok(())
    }
}

/// A datasource opened for questions of one moment, by somebody who may ask.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    tenant: TenantId,
    pub id: DatasourceId,
    config: Config,
    /// The day it is in the tenant's time zone.
    pub today: NaiveDate,
    /// ISO 4217 code of the tenant's amounts.
    pub currency: String,
}

impl Source {
    /// Returns the queries that list what its figures can be about.
    pub(crate) const fn units(&self) -> Option<&UnitQueries> {
        self.config.units.as_ref()
    }

    /// Names an answer by all it depends on.
    fn key(&self, sql: &str, params: &[(String, Value)], extra: Option<&CsvTable>) -> Key {
        let mut hasher = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        add(self.tenant.uuid().as_bytes());
        add(self.today.to_string().as_bytes());
        for table in &self.config.tables {
            add(table.name.as_bytes());
            add(table.digest.as_bytes());
            add(format!("{:?}", table.columns).as_bytes());
        }
        if let Some(extra) = extra {
            add(extra.name.as_bytes());
            add(&extra.digest);
        }
        add(sql.as_bytes());
        for (name, value) in params {
            add(name.as_bytes());
            add(value.to_string().as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

impl TableConfig {
    fn digest(&self) -> Result<[u8; 32], Error> {
        let bytes = data_encoding::HEXLOWER.decode(self.digest.as_bytes()).unwrap_or_default();
        bytes.try_into().map_err(|_| {
            Error::Query(QueryError::BadTable {
                table: self.name.clone(),
                detail: "its file has no proper name".to_owned(),
            })
        })
    }
}
