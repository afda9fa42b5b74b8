//! A TCP proxy of our own: every link of a cluster goes through it, and each can be cut, held up, slowed down, and pointed
//! elsewhere. On the loopback interface only.

mod relay;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use state::Way;

use crate::Result;
use crate::process::free_address;
use crate::wire::loopback_only;
use relay::serve;
use state::State;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Runs the links, on a thread of its own.
#[derive(Debug)]
pub(crate) struct Proxy {
    runtime: Runtime,
}

/// One way from somebody to somebody. It outlives faults, and ends with its proxy.
#[derive(Debug)]
pub(crate) struct Link {
    address: SocketAddr,
    control: watch::Sender<State>,
}

impl Proxy {
    pub(crate) fn new() -> Result<Self> {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        Ok(Self { runtime: builder.worker_threads(1).enable_all().build()? })
    }

    /// A link that leads there.
    pub(crate) fn link(&self, target: SocketAddr) -> Result<Link> {
        let address = free_address()?;
        let (control, state) = watch::channel(State::to(loopback_only(target)?));
        let listener = self.runtime.block_on(TcpListener::bind(address))?;
        self.runtime.spawn(serve(listener, state));
        Ok(Link { address, control })
    }
}

impl Link {
    /// Where to connect instead of to the target.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every connection and takes no new one, until mended.
    pub(crate) fn cut(&self) {
        self.control.send_modify(|state| {
            state.epoch += 1;
            state.refuses = true;
        });
    }

    /// What happens to bytes on their way to the target, and back.
    pub(crate) fn hinder(&self, there: Way, back: Way) {
        self.control.send_modify(|state| (state.there, state.back) = (there, back));
    }

    /// As if nothing had been; what was held up arrives now.
    pub(crate) fn mend(&self) {
        self.control.send_modify(|state| {
            (state.there, state.back) = (Way::default(), Way::default());
            state.refuses = false;
        });
    }

    /// Leads elsewhere from now on: every connection to the former target ends.
    pub(crate) fn lead_to(&self, target: SocketAddr) -> Result<()> {
        let target = loopback_only(target)?;
        self.control.send_modify(|state| {
            state.epoch += 1;
            state.target = target;
        });
        Ok(())
    }
}
