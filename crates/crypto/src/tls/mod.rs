//! TLS: a certificate with its key, checked before anything is served with it.
//!
//! rustls does the protocol, with aws-lc-rs as its only provider: TLS 1.3 and 1.2, its own choice of suites, no early
//! data, no client certificates.

mod client;
mod probe;
mod validity;

pub use client::{TlsClient, client};
pub use probe::probe;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{Error, ServerConfig};
use std::sync::Arc;
use validity::Validity;

/// What a server serves TLS with; cheap to clone.
pub type TlsServer = Arc<ServerConfig>;

/// A certificate chain and its private key, which belong together. Its `Debug` shows no key.
#[derive(Clone, Debug)]
pub struct TlsIdentity {
    server: TlsServer,
    validity: Validity,
}

/// Why a certificate cannot be served with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain holds no certificate.
    #[error("there is no certificate in it")]
    NoCertificate,
    /// A certificate cannot be read.
    #[error("the certificate cannot be read")]
    Certificate,
    /// There is no private key, or only an encrypted one.
    #[error("there is no unencrypted private key in it")]
    NoKey,
    /// The key is not RSA (from 2048 bits), ECDSA (P-256, P-384, P-521) or Ed25519.
    #[error("the private key is of no kind that is supported")]
    Key,
    /// The key is another certificate's.
    #[error("the private key does not belong to the certificate")]
    Mismatch,
    /// The certificate's time is over.
    #[error("the certificate has expired")]
    Expired,
    /// The certificate's time has not come.
    #[error("the certificate is not valid yet")]
    NotYet,
}

impl TlsIdentity {
    /// Reads a chain, the server's own certificate first, and its key, both PEM (RFC 7468). Neither is compared with
    /// a clock: see [`check`](Self::check).
    ///
    /// # Errors
    /// [`TlsError`], all but [`TlsError::Expired`] and [`TlsError::NotYet`].
    pub fn parse(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .collect::<Result<_, _>>()
            .map_err(|_| TlsError::Certificate)?;
        let validity =
            Validity::of(chain.first().ok_or(TlsError::NoCertificate)?).ok_or(TlsError::Certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey)?;
        let builder = ServerConfig::builder_with_provider(provider());
        // The versions are the provider's own.
        let builder = builder.with_protocol_versions(&[&TLS13, &TLS12]).map_err(|_| TlsError::Key)?;
        let mut server =
            builder.with_no_client_auth().with_single_cert(chain, key).map_err(|error| match error {
                Error::InconsistentKeys(_) => TlsError::Mismatch,
                Error::InvalidCertificate(_) => TlsError::Certificate,
                _ => TlsError::Key,
            })?;
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { server: Arc::new(server), validity })
    }

    /// Whether `now`, in seconds since the Unix epoch, is in the certificate's time.
    ///
    /// # Errors
    /// [`TlsError::Expired`] or [`TlsError::NotYet`].
    pub fn check(&self, now: i64) -> Result<(), TlsError> {
        match now {
            now if now < self.validity.not_before => Err(TlsError::NotYet),
            now if now > self.validity.not_after => Err(TlsError::Expired),
            _ => Ok(()),
        }
    }

    /// The last second of the certificate's time, since the Unix epoch.
    pub fn not_after(&self) -> i64 {
        self.validity.not_after
    }

    /// What to serve with.
    pub fn server(&self) -> TlsServer {
        self.server.clone()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
