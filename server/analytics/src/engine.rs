//! The DataFusion engine: dedicated threads and a new session for each query.

use crate::{cache::TableCache, errors, firewall, params, plan_limits, render};
use async_trait::async_trait;
use chrono::NaiveDate;
use datafusion::{
    catalog::{
        CatalogProvider, CatalogProviderList, MemTable, MemoryCatalogProvider, MemoryCatalogProviderList,
        MemorySchemaProvider,
    },
    common::TableReference,
    dataframe::DataFrame,
    error::DataFusionError,
    execution::{
        SessionState, SessionStateBuilder,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::GreedyMemoryPool,
        runtime_env::RuntimeEnvBuilder,
    },
    physical_plan::execute_stream,
    prelude::{SQLOptions, SessionConfig, SessionContext},
    sql::parser::Statement,
};
use futures::StreamExt;
use penny_ports::analytics::{AnalyticsEngine, AnalyticsQuery, CsvTable, QueryError, QueryRows};
use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, LazyLock},
};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::Semaphore,
    task::AbortHandle,
};

/// Stack size of the engine's threads in bytes; planning recurses over the query.
const STACK_BYTES: usize = 8 << 20;

/// Resource limits of the engine.
#[derive(Debug, Clone, Copy)]
pub struct EngineLimits {
    /// Threads that run queries.
    pub threads: NonZeroUsize,
    /// Maximum number of concurrent queries; the time that others wait counts towards their timeout.
    pub concurrent_queries: usize,
    /// Working memory of one query, in bytes. The engine never spills to disk.
    pub query_bytes: usize,
    /// Maximum size of a result, in bytes of Arrow data.
    pub result_bytes: usize,
    /// Size of the cache of parsed tables, in bytes.
    pub cache_bytes: usize,
    /// Maximum size of a CSV file, in bytes.
    pub file_bytes: usize,
}

impl Default for EngineLimits {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            threads,
            concurrent_queries: threads.get() * 2,
            query_bytes: 64 << 20,
            result_bytes: 16 << 20,
            cache_bytes: 32 << 20,
            file_bytes: 64 << 20,
        }
    }
}

/// Runs SQL queries with Apache DataFusion.
#[derive(Debug)]
pub struct DataFusionEngine {
    state: Arc<EngineState>,
    handle: Handle,
    /// `Some` until the engine is dropped, which shuts the runtime down in the background.
    runtime: Option<Runtime>,
}

#[derive(Debug)]
struct EngineState {
    limits: EngineLimits,
    cache: TableCache,
    query_permits: Semaphore,
    /// Functions and planners that every session copies; created with the first query.
    session_template: LazyLock<SessionState>,
}

impl DataFusionEngine {
    /// Starts the engine's threads.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn start(limits: EngineLimits) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(limits.threads.get())
            .thread_name("penny-analytics")
            .thread_stack_size(STACK_BYTES)
            .enable_time()
            .build()?;
        let state = EngineState {
            limits,
            cache: TableCache::new(limits.cache_bytes),
            query_permits: Semaphore::new(limits.concurrent_queries),
            session_template: LazyLock::new(session_template),
        };
        Ok(Self { state: Arc::new(state), handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Returns the number of cached tables and their total size in bytes.
    #[cfg(test)]
    pub(crate) fn cache_usage(&self) -> (usize, usize) {
        self.state.cache.usage()
    }
}

/// Builds the state that every session starts from.
fn session_template() -> SessionState {
    // One partition: the tables are small, and floating-point sums stay deterministic.
    let config = SessionConfig::new().with_target_partitions(1).with_information_schema(false);
    SessionStateBuilder::new_with_default_features()
        .with_config(config)
        .with_table_functions(HashMap::new())
        .with_table_factories(HashMap::new())
        .with_file_formats(Vec::new())
        .build()
}

impl Drop for DataFusionEngine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Aborts a query when its caller is dropped or its timeout elapses.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[async_trait]
impl AnalyticsEngine for DataFusionEngine {
    async fn query(&self, query: AnalyticsQuery) -> Result<QueryRows, QueryError> {
        let timeout = query.timeout;
        let state = Arc::clone(&self.state);
        let task = self.handle.spawn(async move { state.run(query).await });
        let _guard = AbortOnDrop(task.abort_handle());
        match tokio::time::timeout(timeout, task).await {
            Err(_) => Err(QueryError::Timeout),
            Ok(Ok(result)) => result,
            Ok(Err(error)) => {
                // The engine panicked, for example on a string too large for a column.
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the analytics engine panicked while it ran a query"
                );
                Err(QueryError::TooLarge)
            }
        }
    }
}

impl EngineState {
    async fn run(&self, query: AnalyticsQuery) -> Result<QueryRows, QueryError> {
        let _permit = self.query_permits.acquire().await.map_err(|_| QueryError::Timeout)?;
        let names: Vec<&str> = query.tables.iter().map(|table| table.name.as_str()).collect();
        let checked = firewall::check(&query.sql, &names)?;
        let params = params::bind(&checked.params, &query.params)?;
        let session = self.session()?;
        for table in &query.tables {
            self.register_table(&session, table, query.today)?;
        }
        let result = async {
            let plan =
                session.state().statement_to_plan(Statement::Statement(Box::new(checked.statement))).await?;
            // Second check, on the plan: the firewall has checked the syntax tree.
            SQLOptions::new()
                .with_allow_ddl(false)
                .with_allow_dml(false)
                .with_allow_statements(false)
                .verify_plan(&plan)?;
            let frame = session.execute_logical_plan(plan).await?.with_param_values(params)?;
            self.collect(frame, query.max_rows).await
        };
        result.await.map_err(|error| errors::query_error(&error))
    }

    /// Creates a session that shares only the functions with other sessions.
    fn session(&self) -> Result<SessionContext, QueryError> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(self.limits.query_bytes)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
            .build_arc()
            .map_err(|error| errors::query_error(&error))?;
        let names = &self.session_template.config_options().catalog;
        let catalog = MemoryCatalogProvider::new();
        catalog
            .register_schema(&names.default_schema, Arc::new(MemorySchemaProvider::new()))
            .map_err(|error| errors::query_error(&error))?;
        let catalogs = MemoryCatalogProviderList::new();
        catalogs.register_catalog(names.default_catalog.clone(), Arc::new(catalog));
        let state = SessionStateBuilder::new_from_existing(self.session_template.clone())
            .with_catalog_list(Arc::new(catalogs))
            .with_runtime_env(runtime)
            .build();
        Ok(SessionContext::new_with_state(state))
    }

    fn register_table(
        &self,
        session: &SessionContext,
        table: &CsvTable,
        today: NaiveDate,
    ) -> Result<(), QueryError> {
        let invalid = |detail: String| QueryError::InvalidTable {
            table: table.name.clone(),
            detail: errors::truncate(&detail),
        };
        if table.bytes.len() > self.limits.file_bytes {
            return Err(invalid("the file is too large".to_owned()));
        }
        let parsed = self.cache.get(table)?;
        let register = || -> Result<(), DataFusionError> {
            let (schema, batches) = parsed.batches(today)?;
            let provider = MemTable::try_new(schema, vec![batches])?;
            session.register_table(TableReference::bare(table.name.as_str()), Arc::new(provider))?;
            Ok(())
        };
        register().map_err(|error| invalid(error.strip_backtrace()))
    }

    async fn collect(&self, frame: DataFrame, max_rows: usize) -> Result<QueryRows, DataFusionError> {
        // One extra row shows whether the result was truncated.
        let frame = frame.limit(0, Some(max_rows.saturating_add(1)))?;
        let columns = render::columns(frame.schema().as_arrow());
        let context = Arc::new(frame.task_ctx());
        let plan = plan_limits::limit_joins(frame.create_physical_plan().await?)?;
        let mut stream = execute_stream(plan, context)?;
        let (mut rows, mut row_count, mut size_bytes) = (Vec::new(), 0_usize, 0_usize);
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            row_count += batch.num_rows();
            size_bytes += render::size_bytes(&batch)?;
            if size_bytes > self.limits.result_bytes {
                return Err(DataFusionError::ResourcesExhausted("the result is too large".to_owned()));
            }
            render::append(&mut rows, &batch, max_rows)?;
        }
        Ok(QueryRows { columns, rows, is_truncated: row_count > max_rows })
    }
}
