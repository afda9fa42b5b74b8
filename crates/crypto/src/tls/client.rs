//! A TLS client that verifies whom it speaks to.

use super::{TlsError, provider};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// What a client shakes hands with; cheap to clone.
pub type TlsClient = Arc<ClientConfig>;

/// A client that believes the certificates of these authorities (PEM) alone; without any, of the system's.
///
/// # Errors
/// [`TlsError::Certificate`] or [`TlsError::NoCertificate`] if there are no authorities to believe.
pub fn client(authorities: Option<&[u8]>) -> Result<TlsClient, TlsError> {
    let found = match authorities {
        Some(pem) => {
            let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
            all.map_err(|_| TlsError::Certificate)?
        }
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found);
    if roots.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let builder = ClientConfig::builder_with_provider(provider());
    // The versions are the provider's own.
    let builder = builder.with_safe_default_protocol_versions().map_err(|_| TlsError::Certificate)?;
    let mut client = builder.with_root_certificates(roots).with_no_client_auth();
    client.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(client))
}
