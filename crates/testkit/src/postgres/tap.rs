//! Between a node and its database: a TCP proxy that does something once, at a word on its way to the server.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

/// What becomes of a piece with the word in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It arrives.
    Arrives,
    /// It arrives, and the client loses the connection before any answer.
    AnswerIsLost,
    /// The connection is lost before it arrives.
    IsLost,
}

/// A proxy on a port of its own. It looks at transactions that are to last: those that only read, or are written with
/// `synchronous_commit = off`, pass.
pub struct Tap {
    port: u16,
    trap: Arc<Trap>,
}

#[derive(Default)]
struct Trap {
    set: Mutex<Option<Set>>,
    sprung: AtomicBool,
}

struct Set {
    /// What the transaction has said before, so that no other one springs it.
    after: &'static str,
    word: &'static str,
    then: Box<dyn FnOnce() -> Fate + Send>,
}

impl Tap {
    /// A proxy to this port of the loopback address. It ends with the process.
    ///
    /// # Panics
    /// There is no port.
    pub fn to(target: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let (port, trap) = (listener.local_addr().expect("bound").port(), Arc::<Trap>::default());
        let shared = Arc::clone(&trap);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) else { continue };
                relay(client, server, &shared);
            }
        });
        Self { port, trap }
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The next time that the word goes by, does this before it is let on.
    pub fn once(&self, word: &'static str, then: impl FnOnce() -> Fate + Send + 'static) {
        self.once_after("", word, then);
    }

    /// [`Tap::once`], in a transaction in which something else was said before.
    pub fn once_after(
        &self,
        after: &'static str,
        word: &'static str,
        then: impl FnOnce() -> Fate + Send + 'static,
    ) {
        self.trap.sprung.store(false, SeqCst);
        *self.trap.set.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Set { after, word, then: Box::new(then) });
    }

    /// Whether that has happened.
    pub fn sprung(&self) -> bool {
        self.trap.sprung.load(SeqCst)
    }
}

fn relay(client: TcpStream, server: TcpStream, trap: &Arc<Trap>) {
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let both = || Some((client.try_clone().ok()?, server.try_clone().ok()?));
    let (Some((mut to, mut from)), trap) = (both(), Arc::clone(trap)) else { return };
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    std::thread::spawn(move || there(client, server, &trap));
}

/// What the client says, on its way to the server.
fn there(mut client: TcpStream, mut server: TcpStream, trap: &Trap) {
    let mut buffer = [0; 1 << 16];
    let mut lasts = true;
    let mut said = Vec::new();
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let piece = &buffer[..length];
        if holds(piece, "BEGIN") {
            lasts = !holds(piece, "synchronous_commit = off") && !holds(piece, "READ ONLY");
            said.clear();
        }
        said.extend_from_slice(piece);
        let fate = if lasts { trap.spring(&said, piece) } else { Fate::Arrives };
        if fate != Fate::Arrives {
            let _ = client.shutdown(Shutdown::Both);
        }
        if fate == Fate::IsLost || server.write_all(piece).is_err() {
            break;
        }
    }
    // What has arrived is still carried out.
    let _ = server.shutdown(Shutdown::Write);
}

impl Trap {
    fn spring(&self, said: &[u8], piece: &[u8]) -> Fate {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sprung) = set.take_if(|set| holds(piece, set.word) && holds(said, set.after)) else {
            return Fate::Arrives;
        };
        drop(set);
        let fate = (sprung.then)();
        self.sprung.store(true, SeqCst);
        fate
    }
}

fn holds(piece: &[u8], word: &str) -> bool {
    word.is_empty() || piece.windows(word.len()).any(|window| window == word.as_bytes())
}
