//! What a physical plan may look like, and where it lets others run.
//!
//! A task can only be ended where it yields. A join that compares every row with every row works
//! through a batch without yielding, so its work is bounded before it starts; the other joins are
//! made to yield as they put rows out.

use datafusion::{
    catalog::memory::MemorySourceConfig,
    common::tree_node::{Transformed, TreeNode},
    datasource::source::DataSourceExec,
    error::DataFusionError,
    physical_plan::{ExecutionPlan, coop::CooperativeExec},
};
use std::sync::Arc;

/// Most pairs of rows compared one by one: about a second's work.
const MAX_PAIRS: usize = 100_000_000;

/// Checks a plan and makes its joins yield.
///
/// # Errors
/// `ResourcesExhausted` when it would compare too many pairs of rows.
pub fn tame(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    most_rows(&plan)?;
    let tamed = plan.transform_up(|node| {
        let is_join = node.name().ends_with("JoinExec");
        Ok(if is_join {
            Transformed::yes(Arc::new(CooperativeExec::new(node)) as _)
        } else {
            Transformed::no(node)
        })
    })?;
    Ok(tamed.data)
}

/// Returns how many rows a node can put out at most.
fn most_rows(plan: &Arc<dyn ExecutionPlan>) -> Result<usize, DataFusionError> {
    let inputs = plan.children().into_iter().map(most_rows).collect::<Result<Vec<usize>, _>>()?;
    let product = inputs.iter().fold(1_usize, |product, rows| product.saturating_mul(*rows));
    let rows = match plan.name() {
        "NestedLoopJoinExec" | "CrossJoinExec" | "PiecewiseMergeJoinExec" if product > MAX_PAIRS => {
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
