//! Carries bytes between two connections, as the link's state has it.

use super::state::{State, Way};
use std::io::{ErrorKind, Result};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// As much is carried in one piece. Bytes.
const PIECE: usize = 16 * 1024;

/// Takes connections until the proxy ends.
pub(super) async fn serve(listener: TcpListener, state: watch::Receiver<State>) {
    while let Ok((near, _)) = listener.accept().await {
        let now = *state.borrow();
        // Dropped: whoever connects sees it closed at once.
        if !now.refuses {
            tokio::spawn(carry(near, state.clone(), now.epoch));
        }
    }
}

/// Carries one connection until either side closes it, or its epoch is over.
async fn carry(near: TcpStream, mut state: watch::Receiver<State>, epoch: u64) {
    let over = ended(state.clone(), epoch);
    let both = async {
        // Nobody is reached through a link that swallows everything.
        let open = state.wait_for(|state| !state.there.swallows).await.map(|state| state.target);
        let Ok(target) = open else { return };
        let Ok(far) = TcpStream::connect(target).await else { return };
        let _ = near.set_nodelay(true).and_then(|()| far.set_nodelay(true));
        tokio::select! {
            _ = pass(&near, &far, state.clone(), |state| state.there) => {}
            _ = pass(&far, &near, state.clone(), |state| state.back) => {}
        }
    };
    tokio::select! {
        () = over => {}
        () = both => {}
    }
}

async fn ended(mut state: watch::Receiver<State>, epoch: u64) {
    // An error: the proxy has gone.
    let _ = state.wait_for(|state| state.epoch != epoch).await;
}

/// One direction, until its source is at its end.
async fn pass(
    from: &TcpStream,
    to: &TcpStream,
    mut state: watch::Receiver<State>,
    way: fn(&State) -> Way,
) -> Result<()> {
    let mut buffer = vec![0; PIECE];
    loop {
        from.readable().await?;
        let read = match from.try_read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::WouldBlock => continue,
            Err(e) => return Err(e),
        };
        let now =
            way(&*state.wait_for(|state| !way(state).swallows).await.map_err(|_| ErrorKind::BrokenPipe)?);
        tokio::time::sleep(now.takes(read)).await;
        write(to, &buffer[..read]).await?;
    }
}

async fn write(to: &TcpStream, mut bytes: &[u8]) -> Result<()> {
    while !bytes.is_empty() {
        to.writable().await?;
        match to.try_write(bytes) {
            Ok(written) => bytes = &bytes[written..],
            Err(e) if e.kind() == ErrorKind::WouldBlock => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}
