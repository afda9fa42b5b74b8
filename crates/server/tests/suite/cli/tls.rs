//! A server with a certificate, asked by stock clients.

use std::path::PathBuf;
use std::process::Command;

use authms_testkit::TestCertificate;

use super::home::{Done, Home};
use super::running::until;

/// The two files in a home, and the arguments' variables that name them.
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

impl Files {
    fn of(home: &Home, pair: &TestCertificate) -> Self {
        let files = Self { cert: home.path().join("cert.pem"), key: home.path().join("key.pem") };
        std::fs::write(&files.cert, &pair.cert).expect("written");
        std::fs::write(&files.key, &pair.key).expect("written");
        files
    }

    fn given_to(&self, mut command: Command) -> Command {
        command
            .env("AUTHMS_SERVER__TLS__CERT_FILE", &self.cert)
            .env("AUTHMS_SERVER__TLS__KEY_FILE", &self.key);
        command
    }
}

/// What curl gets, if it believes the certificate in that file.
fn curl(files: &Files, url: &str) -> Done {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-i", "--noproxy", "*", "--cacert"]).arg(&files.cert).arg(url);
    Done::of(curl)
}

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[test]
fn curl_is_served_over_tls_and_a_renewed_certificate_is_taken_over() {
    let home = Home::installed();
    let files = Files::of(&home, &TestCertificate::of_years(2000, 2190));
    let server = super::running::Running::start(files.given_to(home.command(&SERVE)));
    let url = format!("https://localhost:{}/health", server.address.port());
    let answer = curl(&files, &url);
    assert!(answer.success().starts_with("HTTP/1.1 200"), "{answer:?}");
    assert!(!answer.stdout().contains("strict-transport-security"), "not for localhost: {answer:?}");
    let probed = home.run(&["healthcheck", "--url", &format!("https://{}", server.address)]);
    assert_eq!(probed.line(), "ready");
    assert_ne!(curl(&files, &url.replace("https", "http")).code(), Some(0), "no plain HTTP");

    // The certificate alone, as if a renewal were half done: the former pair stays in use.
    let former = Files { cert: home.path().join("former.pem"), key: files.key.clone() };
    std::fs::copy(&files.cert, &former.cert).expect("copied");
    let next = TestCertificate::of_years(2000, 2195);
    std::fs::write(&files.cert, &next.cert).expect("written");
    server.signal("HUP");
    until("the mismatch is logged", || {
        server.log().contains("the former certificate is served").then_some(())
    });
    assert!(server.log().contains("issued together"), "{}", server.log());
    curl(&former, &url).success();
    std::fs::write(&files.key, &next.key).expect("written");
    server.signal("HUP");
    until("it is taken over", || server.record("a certificate was taken over"));
    curl(&files, &url).success();
    assert_ne!(curl(&former, &url).code(), Some(0), "the former is gone");
    let log = server.stop();
    assert!(!log.contains("PRIVATE KEY"), "{log}");
}

#[test]
fn a_certificate_that_cannot_be_served_with_refuses_to_start() {
    let home = Home::new();
    let (good, other) = (TestCertificate::new(), TestCertificate::new());
    let expired = TestCertificate::of_years(2000, 2001);
    for (cert, key, why) in [
        (&good.cert, &other.key, "name the two that were issued together"),
        (&expired.cert, &expired.key, "expired at 2001-01-01T00:00:00.000Z; renew it"),
        (&good.cert, &String::new(), "it must hold the certificate's key as PEM"),
        (&String::new(), &good.key, "it must hold PEM"),
    ] {
        let files = Files::of(&home, &TestCertificate { cert: cert.clone(), key: key.clone() });
        for args in [&SERVE[..], &["config", "check"]] {
            let done = Done::of(files.given_to(home.command(args)));
            assert!(done.refusal().contains(why), "{done:?}");
        }
        assert!(!home.data().join("authms.db").exists(), "nothing was made");
    }
    let files = Files::of(&home, &good);
    let done = Done::of(files.given_to(home.command(&["config", "check"])));
    done.success();
    assert!(done.stderr().contains("the certificate is valid until 2200-01-01T00:00:00.000Z"), "{done:?}");
    std::fs::remove_file(&files.key).expect("removed");
    let done = Done::of(files.given_to(home.command(&SERVE)));
    assert!(done.refusal().contains("key.pem for TLS: "), "{done:?}");
}

#[test]
fn off_loopback_plain_http_refuses_to_start() {
    let home = Home::new();
    for args in [&["serve", "--listen", "0.0.0.0:0"][..], &["config", "check", "--listen", "[::]:0"]] {
        let done = home.run(args);
        let said = done.refusal();
        for mend in ["listen on 127.0.0.1", "server.tls.cert_file", "server.trusted_proxies"] {
            assert!(said.contains(mend), "{said}");
        }
    }
    assert!(!home.data().exists(), "nothing was made");
}
