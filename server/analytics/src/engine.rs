//! The engine: threads of its own, a fresh session a query.

use crate::{cache::Cache, failure, firewall, params, render, shape};
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
use penny_ports::analytics::{AnalyticsEngine, CsvTable, Query, QueryError, Rows};
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

/// Stack of the engine's threads in bytes: planning follows the shape of the query.
const STACK_BYTES: usize = 8 << 20;

/// What the engine may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Threads that run queries.
    pub threads: NonZeroUsize,
    /// Queries that run at once; more wait within their own time.
    pub concurrent_queries: usize,
    /// Working memory of one query, in bytes. Nothing is ever written to disk.
    pub query_bytes: usize,
    /// Size of an answer, in bytes of Arrow.
    pub answer_bytes: usize,
    /// Parsed files kept, in bytes.
    pub cache_bytes: usize,
    /// Largest file read as a table, in bytes.
    pub file_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self {
            threads,
            concurrent_queries: threads.get() * 2,
            query_bytes: 64 << 20,
            answer_bytes: 16 << 20,
            cache_bytes: 32 << 20,
            file_bytes: 64 << 20,
        }
    }
}

/// Answers SQL with Apache DataFusion.
#[derive(Debug)]
pub struct DataFusionEngine {
    shared: Arc<Shared>,
    handle: Handle,
    /// Present until the engine is dropped, so that it can be shut down without waiting.
    runtime: Option<Runtime>,
}

#[derive(Debug)]
struct Shared {
    limits: Limits,
    cache: Cache,
    places: Semaphore,
    /// Functions and planners, made with the first query: a session copies them.
    template: LazyLock<SessionState>,
}

impl DataFusionEngine {
    /// Starts the engine's threads.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start(limits: Limits) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(limits.threads.get())
            .thread_name("penny-analytics")
            .thread_stack_size(STACK_BYTES)
            .enable_time()
            .build()?;
        let shared = Shared {
            limits,
            cache: Cache::new(limits.cache_bytes),
            places: Semaphore::new(limits.concurrent_queries),
            template: LazyLock::new(template),
        };
        Ok(Self { shared: Arc::new(shared), handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Returns how many parsed files are kept and their size in bytes.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> (usize, usize) {
        self.shared.cache.kept()
    }
}

/// Makes what every session begins with.
fn template() -> SessionState {
    // One partition: the tables are small, and a sum in one order is the same every time.
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

/// Ends a query whose asker went away or ran out of time.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[async_trait]
impl AnalyticsEngine for DataFusionEngine {
    async fn query(&self, query: Query) -> Result<Rows, QueryError> {
        let timeout = query.timeout;
        let shared = Arc::clone(&self.shared);
        let task = self.handle.spawn(async move { shared.run(query).await });
        let _guard = AbortOnDrop(task.abort_handle());
        match tokio::time::timeout(timeout, task).await {
            Err(_) => Err(QueryError::Timeout),
            Ok(Ok(answer)) => answer,
            Ok(Err(failure)) => {
                // A panic inside the engine, for instance on a text beyond what a column can hold.
                tracing::error!(
                    error = &failure as &dyn std::error::Error,
                    "the analytics engine gave up on a query"
                );
                Err(QueryError::TooLarge)
            }
        }
    }
}

impl Shared {
    async fn run(&self, query: Query) -> Result<Rows, QueryError> {
        let _place = self.places.acquire().await.map_err(|_| QueryError::Timeout)?;
        let names: Vec<&str> = query.tables.iter().map(|table| table.name.as_str()).collect();
        let judged = firewall::judge(&query.sql, &names)?;
        let params = params::bind(&judged.params, &query.params)?;
        let session = self.session()?;
        for table in &query.tables {
            self.add(&session, table, query.today)?;
        }
        let answer = async {
            let plan =
                session.state().statement_to_plan(Statement::Statement(Box::new(judged.statement))).await?;
            // The firewall has judged the words; this judges the plan made of them.
            SQLOptions::new()
                .with_allow_ddl(false)
                .with_allow_dml(false)
                .with_allow_statements(false)
                .verify_plan(&plan)?;
            let frame = session.execute_logical_plan(plan).await?.with_param_values(params)?;
            self.collect(frame, query.max_rows).await
        };
        answer.await.map_err(|error| failure::sort(&error))
    }

    /// Makes a session that shares nothing with others but functions.
    fn session(&self) -> Result<SessionContext, QueryError> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(GreedyMemoryPool::new(self.limits.query_bytes)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
            .build_arc()
            .map_err(|error| failure::sort(&error))?;
        let names = &self.template.config_options().catalog;
        let catalog = MemoryCatalogProvider::new();
        catalog
            .register_schema(&names.default_schema, Arc::new(MemorySchemaProvider::new()))
            .map_err(|error| failure::sort(&error))?;
        let catalogs = MemoryCatalogProviderList::new();
        catalogs.register_catalog(names.default_catalog.clone(), Arc::new(catalog));
        let state = SessionStateBuilder::new_from_existing(self.template.clone())
            .with_catalog_list(Arc::new(catalogs))
            .with_runtime_env(runtime)
            .build();
        Ok(SessionContext::new_with_state(state))
    }

    fn add(&self, session: &SessionContext, table: &CsvTable, today: NaiveDate) -> Result<(), QueryError> {
        let bad = |detail: String| QueryError::BadTable {
            table: table.name.clone(),
            detail: failure::clip(&detail),
        };
        if table.bytes.len() > self.limits.file_bytes {
            return Err(bad("the file is too large".to_owned()));
        }
        let parsed = self.cache.get(table)?;
        let add = || -> Result<(), DataFusionError> {
            let (schema, batches) = parsed.batches(today)?;
            let provider = MemTable::try_new(schema, vec![batches])?;
            session.register_table(TableReference::bare(table.name.as_str()), Arc::new(provider))?;
            Ok(())
        };
        add().map_err(|error| bad(error.strip_backtrace()))
    }

    async fn collect(&self, frame: DataFrame, max_rows: usize) -> Result<Rows, DataFusionError> {
        // One row more than asked for tells whether there were more.
        let frame = frame.limit(0, Some(max_rows.saturating_add(1)))?;
        let columns = render::columns(frame.schema().as_arrow());
        let context = Arc::new(frame.task_ctx());
        let plan = shape::tame(frame.create_physical_plan().await?)?;
        let mut stream = execute_stream(plan, context)?;
        let (mut rows, mut seen, mut bytes) = (Vec::new(), 0_usize, 0_usize);
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            seen += batch.num_rows();
            bytes += render::size_bytes(&batch)?;
            if bytes > self.limits.answer_bytes {
                return Err(DataFusionError::ResourcesExhausted("the answer is too large".to_owned()));
            }
            render::append(&mut rows, &batch, max_rows)?;
        }
        Ok(Rows { columns, rows, is_truncated: seen > max_rows })
    }
}
