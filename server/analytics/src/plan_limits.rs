//! Limits on the joins of a physical plan, so that every query can be aborted in time.
//!
//! A task can be aborted only where it yields. A join that compares all pairs of rows processes a
//! batch without yielding, so its work is bounded before it starts; other joins are wrapped so that
//! they yield while they produce rows.

use datafusion::{
    catalog::memory::MemorySourceConfig,
    common::tree_node::{Transformed, TreeNode},
    datasource::source::DataSourceExec,
    error::DataFusionError,
    physical_plan::{ExecutionPlan, coop::CooperativeExec},
};
use std::sync::Arc;

/// Maximum number of row pairs compared by one join: about one second of work.
const MAX_COMPARED_PAIRS: usize = 100_000_000;

/// Checks the size of a plan's joins and wraps them so that they yield.
///
/// # Errors
/// `ResourcesExhausted` when a join would compare too many pairs of rows.
pub fn limit_joins(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    max_rows(&plan)?;
    let wrapped = plan.transform_up(|node| {
        let is_join = node.name().ends_with("JoinExec");
        Ok(if is_join {
            Transformed::yes(Arc::new(CooperativeExec::new(node)) as _)
        } else {
            Transformed::no(node)
        })
    })?;
    Ok(wrapped.data)
}

/// Returns an upper bound of the number of rows that a node produces.
fn max_rows(plan: &Arc<dyn ExecutionPlan>) -> Result<usize, DataFusionError> {
    let inputs = plan.children().into_iter().map(max_rows).collect::<Result<Vec<usize>, _>>()?;
    let product = inputs.iter().fold(1_usize, |product, rows| product.saturating_mul(*rows));
    let rows = match plan.name() {
        "NestedLoopJoinExec" | "CrossJoinExec" | "PiecewiseMergeJoinExec" if product > MAX_COMPARED_PAIRS => {
            return Err(DataFusionError::ResourcesExhausted(
                "the query compares too many pairs of rows".to_owned(),
            ));
        }
        name if name.ends_with("JoinExec") => product,
        _ if inputs.is_empty() => leaf_rows(plan),
        _ => inputs.iter().fold(0_usize, |sum, rows| sum.saturating_add(*rows)),
    };
    Ok(plan.fetch().map_or(rows, |fetch| rows.min(fetch)))
}

fn leaf_rows(plan: &Arc<dyn ExecutionPlan>) -> usize {
    let source = plan
        .downcast_ref::<DataSourceExec>()
        .and_then(|leaf| leaf.data_source().downcast_ref::<MemorySourceConfig>());
    source.map_or(1, |memory| memory.partitions().iter().flatten().map(|batch| batch.num_rows()).sum())
}
