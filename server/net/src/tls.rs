//! TLS configuration shared by all clients.

use crate::NetError;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::Arc;

/// Builds a TLS configuration that trusts the certificate authorities of the operating system.
///
/// Without any certificate authority it succeeds as well: plain HTTP requests still work, and HTTPS
/// requests fail with a certificate error.
pub(crate) fn client_config() -> Result<ClientConfig, NetError> {
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted == 0 {
        tracing::warn!(
            "no trusted certificate authorities found (install ca-certificates): https requests will fail"
        );
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| NetError::Setup(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // HTTP/1.1 only: with HTTP/2, a provider's limit on streams per connection (often 100) would
    // delay further responses until an earlier one ends.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
