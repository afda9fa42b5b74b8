//! The certificate that TLS is served with: read at the start, and again whenever its files change or SIGHUP asks.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authms_core::ports::Clock;
use authms_core::time::Timestamp;
use authms_crypto::{TlsError, TlsIdentity, TlsServer};
use tokio::signal::unix::Signal;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::config::TlsFiles;
use crate::failure::Failure;
use crate::stamps::Stamps;

/// How soon a change of the files is noticed.
const LOOK: Duration = Duration::from_secs(30);
/// How many days before a certificate expires the log tells.
const TOLD_BEFORE: [i64; 3] = [7, 14, 30];
const DAY: i64 = 24 * 3600;

/// Reads a certificate and its key, and demands that they may be served with at `now`.
///
/// # Errors
/// When they may not; says how to mend that.
pub fn load(files: &TlsFiles, now: Timestamp) -> Result<TlsIdentity, Failure> {
    let identity = TlsIdentity::parse(&read(&files.cert)?, &read(&files.key)?);
    let identity = identity.map_err(|error| refusal(files, error, None))?;
    let checked = identity.check(now.as_seconds());
    checked.map_err(|error| refusal(files, error, Some(ends(&identity))))?;
    Ok(identity)
}

/// When a certificate ends.
pub fn ends(identity: &TlsIdentity) -> Timestamp {
    Timestamp::from_millis(identity.not_after().saturating_mul(1000))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        let file = file.display();
        Failure::new(format!("cannot read {file} for TLS: {error}; give it to the user that authms runs as"))
    })
}

fn refusal(files: &TlsFiles, error: TlsError, ends: Option<Timestamp>) -> Failure {
    let (cert, key) = (files.cert.display(), files.key.display());
    Failure::new(match (error, ends) {
        (TlsError::NoCertificate | TlsError::Certificate, _) => {
            format!(
                "{cert}: {error}; it must hold PEM, the server's own certificate first, then its intermediates"
            )
        }
        (TlsError::NoKey, _) => {
            format!("{key}: {error}; it must hold the certificate's key as PEM, decrypted")
        }
        (TlsError::Key, _) => format!("{key}: {error}; use an RSA key from 2048 bits, ECDSA or Ed25519"),
        (TlsError::Mismatch, _) => {
            format!(
                "{key} is not the key of the first certificate in {cert}; name the two that were issued together"
            )
        }
        (TlsError::Expired, Some(ends)) => format!("{cert}: {error} at {ends}; renew it"),
        (TlsError::Expired | TlsError::NotYet, _) => format!("{cert}: {error}; look at this machine's clock"),
    })
}

/// Keeps what TLS is served with up to date. A pair that does not hold changes nothing.
pub struct Keeper {
    files: TlsFiles,
    clock: Arc<dyn Clock>,
    current: watch::Sender<TlsServer>,
    ends: Timestamp,
    seen: Stamps,
    told: Option<i64>,
}

impl Keeper {
    /// Starts with what the files hold.
    ///
    /// # Errors
    /// As [`load`].
    pub fn start(files: &TlsFiles, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let seen = stamps(files);
        let identity = load(files, clock.now())?;
        let (current, _) = watch::channel(identity.server());
        Ok(Self { files: files.clone(), clock, current, ends: ends(&identity), seen, told: None })
    }

    /// What is served with, from now on.
    pub fn follow(&self) -> watch::Receiver<TlsServer> {
        self.current.subscribe()
    }

    /// Looks after the files for good.
    pub async fn keep(mut self, mut hangups: Signal) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                _ = ticks.tick() => false,
                _ = hangups.recv() => true,
            };
            let looked = tokio::task::spawn_blocking(move || {
                self.look(asked);
                self
            });
            // It ends with the process.
            let Ok(keeper) = looked.await else { return };
            self = keeper;
        }
    }

    fn look(&mut self, asked: bool) {
        let seen = stamps(&self.files);
        if asked || seen != self.seen {
            self.seen = seen;
            self.reload();
        }
        self.tell_of_the_end();
    }

    fn reload(&mut self) {
        match load(&self.files, self.clock.now()) {
            Ok(identity) => {
                self.ends = ends(&identity);
                self.told = None;
                self.current.send_replace(identity.server());
                tracing::info!(file = %self.files.cert.display(), ends = %self.ends, "a certificate was taken over");
            }
            Err(failure) => {
                tracing::error!(
                    "{failure}; until then the former certificate is served, which ends at {}",
                    self.ends
                );
            }
        }
    }

    /// Once at each threshold, and once when it is too late.
    fn tell_of_the_end(&mut self) {
        let left = self.ends.as_seconds() - self.clock.now().as_seconds();
        let reached =
            if left < 0 { Some(0) } else { TOLD_BEFORE.into_iter().find(|days| left <= days * DAY) };
        if reached == self.told {
            return;
        }
        self.told = reached;
        let (file, ends) = (self.files.cert.display(), self.ends);
        match reached {
            Some(0) => {
                tracing::error!(%file, %ends, "the certificate has expired: clients turn away; renew it")
            }
            Some(days) => tracing::warn!(%file, %ends, "the certificate ends within {days} days; renew it"),
            None => {}
        }
    }
}

fn stamps(files: &TlsFiles) -> Stamps {
    Stamps::of([files.cert.as_path(), files.key.as_path()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use authms_testkit::TestCertificate;
    use authms_testkit::clock::FakeClock;

    /// 2030-06-01T00:00:00Z; the certificates are for that year.
    const NOW: Timestamp = Timestamp::from_millis(1_906_502_400_000);

    fn write(scratch: &Scratch, pair: &TestCertificate) -> TlsFiles {
        let files = TlsFiles { cert: scratch.path().join("cert.pem"), key: scratch.path().join("key.pem") };
        std::fs::write(&files.cert, &pair.cert).expect("written");
        std::fs::write(&files.key, &pair.key).expect("written");
        files
    }

    fn year(year: i32) -> TestCertificate {
        TestCertificate::of_years(year, year + 1)
    }

    fn keeper(files: &TlsFiles, clock: &FakeClock) -> Keeper {
        Keeper::start(files, Arc::new(clock.clone())).expect("a good pair")
    }

    #[test]
    fn each_refusal_names_the_file_and_the_mend() {
        let (scratch, good) = (Scratch::new(), year(2030));
        let refused = |cert: &str, key: &str| {
            let pair = TestCertificate { cert: cert.to_owned(), key: key.to_owned() };
            load(&write(&scratch, &pair), NOW).expect_err("refused").to_string()
        };
        for (cert, key, file, mend) in [
            ("", good.key.as_str(), "cert.pem", "it must hold PEM"),
            (&good.cert, "", "key.pem", "it must hold the certificate's key"),
            (&good.cert, &year(2030).key, "key.pem", "name the two that were issued together"),
            (&year(2020).cert, "", "key.pem", "it must hold the certificate's key"),
        ] {
            let said = refused(cert, key);
            assert!(said.contains(file) && said.contains(mend) && !said.contains('\n'), "{said}");
        }
        let old = year(2020);
        let said = refused(&old.cert, &old.key);
        assert!(said.contains("expired at 2021-01-01T00:00:00.000Z; renew it"), "{said}");
        let coming = year(2031);
        assert!(refused(&coming.cert, &coming.key).contains("not valid yet; look at this machine's clock"));
        let files = TlsFiles { cert: scratch.path().join("nowhere.pem"), ..write(&scratch, &good) };
        assert!(load(&files, NOW).expect_err("refused").to_string().contains("nowhere.pem for TLS"));
        assert!(load(&write(&scratch, &good), NOW).is_ok());
    }

    #[test]
    fn changed_files_are_taken_over_and_bad_ones_are_not() {
        let (scratch, clock) = (Scratch::new(), FakeClock::at(NOW));
        let files = write(&scratch, &year(2030));
        let mut keeper = keeper(&files, &clock);
        let mut served = keeper.follow();
        let mut taken_over = |keeper: &mut Keeper, asked| {
            keeper.look(asked);
            let changed = served.has_changed().expect("open");
            served.mark_unchanged();
            changed
        };
        assert!(!taken_over(&mut keeper, false), "nothing has changed");
        assert!(taken_over(&mut keeper, true), "SIGHUP takes the same files again");

        let next = TestCertificate::of_years(2030, 2033);
        std::fs::write(&files.cert, &next.cert).expect("written");
        assert!(!taken_over(&mut keeper, false), "the certificate without its key");
        assert!(!taken_over(&mut keeper, true), "SIGHUP takes no bad ones either");
        std::fs::write(&files.key, &next.key).expect("written");
        assert!(taken_over(&mut keeper, false), "both");
        assert_eq!(keeper.ends.to_string(), "2033-01-01T00:00:00.000Z");

        for (cert, key) in [(year(2020).cert, year(2020).key), (String::new(), String::new())] {
            write(&scratch, &TestCertificate { cert, key });
            assert!(!taken_over(&mut keeper, true), "expired, mismatched or empty");
        }
        std::fs::remove_file(&files.key).expect("removed");
        assert!(!taken_over(&mut keeper, false), "gone");
        assert_eq!(keeper.ends.to_string(), "2033-01-01T00:00:00.000Z", "the former stays");
    }

    #[test]
    fn the_end_is_told_once_at_each_threshold() {
        let (scratch, clock) = (Scratch::new(), FakeClock::at(NOW));
        let files = write(&scratch, &year(2030));
        let mut keeper = keeper(&files, &clock);
        let mut told = Vec::new();
        for _ in 0..=220 {
            let before = keeper.told;
            keeper.look(false);
            if keeper.told != before {
                told.push(((keeper.ends.as_seconds() - clock.now().as_seconds()) / DAY, keeper.told));
            }
            clock.advance(authms_core::time::Span::seconds(DAY));
        }
        assert_eq!(told, [(30, Some(30)), (14, Some(14)), (7, Some(7)), (-1, Some(0))]);
    }
}
