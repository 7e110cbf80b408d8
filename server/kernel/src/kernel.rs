//! The infrastructure that all domain modules use.

use crate::{access::Access, ctx::SystemPorts, db::Db, tasks::Tasks};
use penny_ports::{analytics::AnalyticsEngine, blobs::BlobStore, bus::EventBus, keys::Keyring};
use std::sync::Arc;

/// The database, the ports and the authorisation engine. Created once at boot.
#[derive(Debug)]
pub struct Kernel {
    pub db: Db,
    pub bus: Arc<dyn EventBus>,
    pub blobs: Arc<dyn BlobStore>,
    /// Runs SQL over the files of datasources.
    pub analytics: Arc<dyn AnalyticsEngine>,
    pub keyring: Arc<dyn Keyring>,
    pub access: Access,
    /// Clock, id generator and random source.
    pub system: SystemPorts,
    pub tasks: Tasks,
}

/// A shared handle to the [`Kernel`].
pub type SharedKernel = Arc<Kernel>;
