//! Finding the addresses of a host.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use authms_core::ports::Fut;
use tokio::net::lookup_host;
use tokio::sync::Semaphore;

/// Look-ups at once: each holds a thread until it is answered, however slow somebody's name servers are.
const AT_ONCE: usize = 32;

/// Finds the addresses of a host and port.
pub(super) type Resolve = Arc<dyn Fn(String, u16) -> Fut<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// As the system does it.
pub(super) fn system() -> Resolve {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    Arc::new(move |host, port| {
        let places = places.clone();
        Box::pin(async move {
            let place = places.acquire_owned().await.map_err(io::Error::other)?;
            // It keeps its place, also when nobody waits for it any more.
            let looked_up = tokio::spawn(async move {
                let _place = place;
                lookup_host((host, port)).await.map(Iterator::collect)
            });
            looked_up.await.map_err(io::Error::other)?
        })
    })
}
