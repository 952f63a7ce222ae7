//! TLS with the system's certificates.

use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;

/// Built at the first secure call: reading the system's certificates costs milliseconds and memory
/// that a start must not pay. One for all clients of the process, since there is one such list; one that
/// could not be read is tried again with the next call.
static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();

/// The client configuration, offering HTTP/2 and HTTP/1.1.
pub(crate) fn config() -> Result<Arc<ClientConfig>, String> {
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let config = build()?;
    Ok(Arc::clone(CONFIG.get_or_init(|| config)))
}

fn build() -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|error| error.to_string())?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
