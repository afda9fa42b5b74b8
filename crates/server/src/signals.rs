//! How the system tells the server to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit code of a process that a second signal ended: 128 and SIGTERM.
const ENDED_AT_ONCE: i32 = 143;

/// Listens for SIGHUP, which then no longer ends the process. Needs the runtime.
///
/// # Errors
/// When the system refuses.
pub fn hangups() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Listens for SIGTERM and SIGINT.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on these signals no longer end the process by themselves. Needs the runtime.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Returns at the first signal; a second one then ends the process at once.
    pub async fn stop(mut self) {
        self.next().await;
        tracing::info!("stopping: what is in flight is finished first, a second signal ends it at once");
        tokio::spawn(async move {
            self.next().await;
            tracing::warn!("ended at once by a second signal");
            std::process::exit(ENDED_AT_ONCE);
        });
    }

    /// Returns at the next signal.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
