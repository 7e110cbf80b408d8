//! Background tasks that outlive the request that started them. Shutdown waits for them.

use std::{future::Future, time::Duration};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Spawns and tracks all background tasks. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
}

impl Tasks {
    pub fn spawn<F>(&self, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.tracker.spawn(work);
    }

    /// Returns a token that is cancelled when shutdown starts.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// Cancels the token and waits until all tasks have ended, but at most `timeout`.
    pub async fn stop(&self, timeout: Duration) {
        self.stopping.cancel();
        self.tracker.close();
        if tokio::time::timeout(timeout, self.tracker.wait()).await.is_err() {
            tracing::warn!(
                tasks = self.tracker.len(),
                "background tasks were still running when the shutdown timeout ended"
            );
        }
    }
}
