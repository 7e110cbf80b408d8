//! What every room stands on: the database, the ports and the world.

use crate::{access::Access, ctx::World, db::Db, tasks::Tasks};
use penny_ports::{analytics::AnalyticsEngine, blobs::BlobStore, bus::EventBus, keys::Keyring};
use std::sync::Arc;

/// The parts the rooms share. Made once at boot.
#[derive(Debug)]
pub struct Foundation {
    /// The database, behind its two doors.
    pub db: Db,
    /// Live events.
    pub bus: Arc<dyn EventBus>,
    /// Bytes by digest.
    pub blobs: Arc<dyn BlobStore>,
    /// SQL over files.
    pub engine: Arc<dyn AnalyticsEngine>,
    /// Keys by purpose.
    pub keyring: Arc<dyn Keyring>,
    /// Who may do what.
    pub access: Access,
    /// Time, identity and chance.
    pub world: World,
    /// Work that outlives a request.
    pub tasks: Tasks,
}

/// The foundation, as rooms hold it.
pub type Shared = Arc<Foundation>;
