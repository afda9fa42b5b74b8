//! TLS to the server, with an authority of our own.

use super::{open, options, refused};
use authms_core::ports::Installations as _;
use authms_testkit::TestAuthority;
use authms_testkit::dir::TempDir;
use authms_testkit::postgres::{Programs, Server};
use std::path::Path;

/// Only the tests' own database may be spoken to in the clear.
const HBA: &str = "hostnossl postgres all 127.0.0.1/32 password\nhostssl all all 127.0.0.1/32 password\n";

/// A server that demands TLS, and shows a certificate for this name.
fn encrypted(programs: &Programs, authority: &TestAuthority, name: &str) -> Server {
    let shown = authority.certify(name);
    let files = [("pg_hba.conf", HBA), ("server.crt", &shown.cert), ("server.key", &shown.key)];
    Server::start_with(programs, &[("ssl", "on")], &files)
}

fn trusting(url: &str, mode: &str, authority: &Path) -> String {
    url.replace("sslmode=disable", &format!("sslmode={mode}&sslrootcert={}", authority.display()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_believed_by_its_certificate_and_name_alone_in_every_mode() {
    let Some(programs) = Programs::find() else { return };
    let (dir, ours, theirs) = (TempDir::new("authms-ca"), TestAuthority::new(), TestAuthority::new());
    let file = |name: &str, authority: &TestAuthority| {
        let path = dir.path().join(name);
        std::fs::write(&path, &authority.cert).expect("written");
        path
    };
    let (our_file, their_file) = (file("ours.pem", &ours), file("theirs.pem", &theirs));

    let server = encrypted(&programs, &ours, "127.0.0.1");
    let database = server.database();
    for mode in ["verify-full", "require", "prefer"] {
        let store = open(&trusting(&database.url(), mode, &our_file)).await.expect("it opens");
        store.installation().await.expect("it reads");
        let wrong = trusting(&database.url(), mode, &their_file);
        refused(&wrong, options(), &["cannot be reached", "certificate"]).await;
    }
    let in_use = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                  WHERE application_name = 'authms' AND NOT ssl";
    assert_eq!(server.query("postgres", in_use).expect("it answers"), ["0"]);
    refused(&database.url(), options(), &["no encryption", "sslmode"]).await;
    let none = trusting(&database.url(), "verify-full", &dir.path().join("none.pem"));
    refused(&none, options(), &["none.pem", "sslrootcert="]).await;

    let elsewhere = encrypted(&programs, &ours, "db.example.test");
    let url = trusting(&elsewhere.database().url(), "verify-full", &our_file);
    refused(&url, options(), &["cannot be reached", "certificate"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let Some(server) = authms_testkit::postgres::shared() else { return };
    let (dir, authority) = (TempDir::new("authms-ca"), TestAuthority::new());
    let path = dir.path().join("ca.pem");
    std::fs::write(&path, &authority.cert).expect("written");
    let url = server.database().url();
    for mode in ["verify-full", "require"] {
        refused(&trusting(&url, mode, &path), options(), &["cannot be reached", "TLS"]).await;
    }
}
