use super::{
    DatasourceError, NewDatasource, NewTable,
    config::{DatasourceConfig, FileTableConfig, UnitQueries},
    query_cache::{QueryCache, QueryKey},
    rules,
    store::{self, DatasourceSelector},
};
use bytes::Bytes;
use chrono::NaiveDate;
use penny_kernel::{
    SharedKernel,
    access::{Action, DatasourceResource},
    audit::{self, AuditRecord},
    ctx::Ctx,
};
use penny_ports::{
    analytics::{AnalyticsQuery, CsvTable, QueryError, QueryRows},
    blobs::BlobKey,
};
use penny_types::{DatasourceId, TenantId};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// Maximum number of rows of a query result.
const MAX_ROWS: usize = 5_000;
/// Maximum duration of a query.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum size of the cached query results.
const CACHE_BYTES: usize = 8 << 20;

/// Service for datasources.
#[derive(Debug, Clone)]
pub struct Datasources {
    kernel: SharedKernel,
    cache: Arc<QueryCache>,
}

impl Datasources {
    pub(crate) fn new(kernel: SharedKernel) -> Self {
        Self { kernel, cache: Arc::new(QueryCache::new(CACHE_BYTES)) }
    }

    /// Creates a datasource, or updates the one with the same slug. Idempotent.
    ///
    /// # Errors
    /// When a name is invalid, a file does not match its columns, or the actor may not edit the datasource.
    pub async fn install(&self, ctx: &Ctx, new: NewDatasource) -> Result<DatasourceId, DatasourceError> {
        let permit = self.kernel.access.check(ctx, Action::DatasourceEdit, &DatasourceResource(&new.slug))?;
        rules::validate_slug(&new.slug)?;
        let mut tables = Vec::with_capacity(new.tables.len());
        for table in new.tables {
            tables.push(self.store_table(ctx, table).await?);
        }
        let config = DatasourceConfig { tables, units: new.units };
        let config_json = serde_json::to_value(&config).map_err(DatasourceError::InvalidConfig)?;

        let tx = self.kernel.db.begin(ctx).await?;
        let id = match store::find(tx.conn(), ctx, DatasourceSelector::Slug(&new.slug)).await? {
            Some((row, before)) if before == config && row.name == new.name => return Ok(row.id),
            Some((row, _)) => {
                let id = row.id;
                store::update(&tx, ctx, row, &new.name, config_json).await?;
                id
            }
            None => store::insert(&tx, ctx, &new.slug, &new.name, config_json).await?,
        };
        audit::record(
            &tx,
            ctx,
            AuditRecord::of("datasources.install", "datasource").target(id).permit(&permit),
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Runs one SELECT with named parameters.
    ///
    /// # Errors
    /// When there is no such datasource, the actor may not query it, or the query fails.
    pub async fn query(
        &self,
        ctx: &Ctx,
        slug: &str,
        sql: &str,
        params: Vec<(String, Value)>,
    ) -> Result<QueryRows, DatasourceError> {
        let source =
            self.open(ctx, DatasourceSelector::Slug(slug)).await?.ok_or(DatasourceError::NotFound)?;
        let rows = self.query_open(&source, sql, params, None).await?;
        Ok(QueryRows::clone(&rows))
    }

    /// Opens a datasource for several queries that use the same configuration and date.
    pub(crate) async fn open(
        &self,
        ctx: &Ctx,
        selector: DatasourceSelector<'_>,
    ) -> Result<Option<OpenDatasource>, DatasourceError> {
        let tx = self.kernel.db.read(ctx).await?;
        let Some((row, config)) = store::find(tx.conn(), ctx, selector).await? else { return Ok(None) };
        self.kernel.access.check(ctx, Action::DatasourceQuery, &DatasourceResource(&row.slug))?;
        let (time_zone, currency) = store::tenant_settings(tx.conn(), ctx).await?;
        let today = rules::today(ctx.now(), &time_zone);
        Ok(Some(OpenDatasource { tenant: ctx.tenant(), id: row.id, config, today, currency }))
    }

    /// Queries an opened datasource. `extra` is an additional table for this query only.
    pub(crate) async fn query_open(
        &self,
        source: &OpenDatasource,
        sql: &str,
        params: Vec<(String, Value)>,
        extra: Option<CsvTable>,
    ) -> Result<Arc<QueryRows>, DatasourceError> {
        let key = source.cache_key(sql, &params, extra.as_ref());
        if let Some(rows) = self.cache.find(&key) {
            return Ok(rows);
        }
        let mut tables = Vec::new();
        for table in source.config.tables.iter().filter(|table| rules::may_reference(sql, &table.name)) {
            tables.push(self.fetch(source.tenant, table).await?);
        }
        tables.extend(extra);
        let query = AnalyticsQuery {
            tables,
            sql: sql.to_owned(),
            params,
            today: source.today,
            max_rows: MAX_ROWS,
            timeout: TIMEOUT,
        };
        let rows = Arc::new(self.kernel.analytics.query(query).await?);
        self.cache.insert(key, &rows);
        Ok(rows)
    }

    async fn fetch(&self, tenant: TenantId, table: &FileTableConfig) -> Result<CsvTable, DatasourceError> {
        let digest = table.digest()?;
        let bytes = self.kernel.blobs.get(BlobKey { tenant, digest }).await?;
        Ok(CsvTable { name: table.name.clone(), columns: table.columns.clone(), digest, bytes })
    }

    /// Checks that a file can be read as a table, and stores it.
    async fn store_table(&self, ctx: &Ctx, table: NewTable) -> Result<FileTableConfig, DatasourceError> {
        rules::validate_table_name(&table.name)?;
        let digest = *blake3::hash(&table.bytes).as_bytes();
        self.verify_csv(ctx, &table, digest).await?;
        self.kernel.blobs.put(BlobKey { tenant: ctx.tenant(), digest }, table.bytes).await?;
        Ok(FileTableConfig {
            name: table.name,
            digest: data_encoding::HEXLOWER.encode(&digest),
            columns: table.columns,
        })
    }

    async fn verify_csv(&self, ctx: &Ctx, table: &NewTable, digest: [u8; 32]) -> Result<(), DatasourceError> {
        let sql = format!("SELECT COUNT(*) FROM {}", table.name);
        let csv = CsvTable {
            name: table.name.clone(),
            columns: table.columns.clone(),
            digest,
            bytes: Bytes::clone(&table.bytes),
        };
        let today = ctx.now().date_naive();
        let query = AnalyticsQuery {
            tables: vec![csv],
            sql,
            params: Vec::new(),
            today,
            max_rows: 1,
            timeout: TIMEOUT,
        };
        self.kernel.analytics.query(query).await?;
        Ok(())
    }
}

/// An opened datasource; the actor's right to query it has been checked.
#[derive(Debug, Clone)]
pub(crate) struct OpenDatasource {
    tenant: TenantId,
    pub id: DatasourceId,
    config: DatasourceConfig,
    /// The current date in the tenant's time zone.
    pub today: NaiveDate,
    /// ISO 4217 code of the tenant's currency.
    pub currency: String,
}

impl OpenDatasource {
    pub(crate) const fn units(&self) -> Option<&UnitQueries> {
        self.config.units.as_ref()
    }

    /// Hashes everything the result of a query depends on.
    fn cache_key(&self, sql: &str, params: &[(String, Value)], extra: Option<&CsvTable>) -> QueryKey {
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

impl FileTableConfig {
    fn digest(&self) -> Result<[u8; 32], DatasourceError> {
        let bytes = data_encoding::HEXLOWER.decode(self.digest.as_bytes()).unwrap_or_default();
        bytes.try_into().map_err(|_| {
            DatasourceError::Query(QueryError::InvalidTable {
                table: self.name.clone(),
                detail: "the digest of its file is invalid".to_owned(),
            })
        })
    }
}
