//! Certificates made in the test.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};

/// A self-signed certificate for `localhost`, `127.0.0.1` and `::1`, with its key; both PEM.
#[derive(Clone, Debug)]
pub struct TestCertificate {
    /// The certificate.
    pub cert: String,
    /// Its private key, ECDSA P-256.
    pub key: String,
}

impl TestCertificate {
    /// One that is valid on every day of this project's life.
    pub fn new() -> Self {
        Self::of_years(2000, 2200)
    }

    /// One that is valid from the first day of a year to that of another.
    pub fn of_years(from: i32, to: i32) -> Self {
        let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut params = CertificateParams::new(names).expect("names");
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        let key = KeyPair::generate().expect("a key");
        let cert = params.self_signed(&key).expect("a certificate").pem();
        Self { cert, key: key.serialize_pem() }
    }
}

impl Default for TestCertificate {
    fn default() -> Self {
        Self::new()
    }
}

/// An authority that vouches for servers.
pub struct TestAuthority {
    /// Its certificate, PEM.
    pub cert: String,
    issuer: Issuer<'static, KeyPair>,
}

impl TestAuthority {
    /// A new one.
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let cert = params.self_signed(&key).expect("a certificate").pem();
        Self { cert, issuer: Issuer::new(params, key) }
    }

    /// Its certificate of a server with this name.
    pub fn certify(&self, name: &str) -> TestCertificate {
        let params = CertificateParams::new([name.to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        let cert = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        TestCertificate { cert, key: key.serialize_pem() }
    }
}

impl Default for TestAuthority {
    fn default() -> Self {
        Self::new()
    }
}
