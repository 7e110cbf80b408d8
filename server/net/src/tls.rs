//! The TLS settings all clients share.

use crate::NetError;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::Arc;

/// Builds settings that trust the machine's certificates.
///
/// A machine without any still gets a client: it can speak to a model on its own network, and an
/// https request fails with a message of its own.
pub(crate) fn settings() -> Result<ClientConfig, NetError> {
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted == 0 {
        tracing::warn!(
            "This machine trusts no certificate authority (ca-certificates): https requests will fail."
        );
    }
    let mut settings = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| NetError::Setup(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Not HTTP/2: a vendor's limit on streams per connection would make the hundred-and-first
    // answer wait for the first to end.
    settings.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(settings)
}
