//! A server as a child process: started, awaited, stopped or killed.

use crate::Result;
use crate::wire::{loopback_only, parse_head};
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to answer its first readiness check. Recovery after a kill is included.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long a server may take to drain after SIGTERM.
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// How to start a server; it can be started again and again.
#[derive(Clone, Debug)]
pub(crate) struct ServerPlan {
    pub(crate) program: PathBuf,
    /// All arguments, the listening address included.
    pub(crate) args: Vec<OsString>,
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) address: SocketAddr,
    /// Where its standard error goes, appended.
    pub(crate) log: PathBuf,
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first 200 on `/health/ready`.
    pub(crate) cold_start: Duration,
}

impl ServerPlan {
    pub(crate) fn start(&self) -> Result<Server> {
        loopback_only(self.address)?;
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.environment.iter().cloned());
        let started = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?;
        let mut server = Server { child, address: self.address, cold_start: Duration::ZERO };
        while !is_ready(self.address) {
            if let Some(status) = server.child.try_wait()? {
                return Err(
                    format!("the server ended at its start ({status}): see {}", self.log.display()).into()
                );
            }
            if started.elapsed() > START_LIMIT {
                return Err(format!("not ready after {START_LIMIT:?}: see {}", self.log.display()).into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        server.cold_start = started.elapsed();
        Ok(server)
    }
}

impl Server {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no chance to finish anything.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGSTOP, or SIGCONT again.
    pub(crate) fn pause(&self, paused: bool) -> Result<()> {
        signal(if paused { "STOP" } else { "CONT" }, self.pid())
    }

    /// SIGTERM, and waits for the end. An end that takes too long, or is not a success, is an error.
    pub(crate) fn stop(mut self) -> Result<()> {
        signal("TERM", self.pid())?;
        let asked = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the server did not stop cleanly: {status}").into()),
                None if asked.elapsed() > STOP_LIMIT => return Err("the server ignored SIGTERM".into()),
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

/// Sends a signal, by its name without `SIG`.
fn signal(name: &str, pid: u32) -> Result<()> {
    Command::new("sh").args(["-c", "kill -$0 \"$1\"", name, &pid.to_string()]).status()?;
    Ok(())
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only for a child that has gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A free loopback port below the range that outgoing connections take theirs from: a client that redials a dead
/// server's port must not end up connected to itself.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let mut rng = crate::rng::Rng::new(crate::rng::Rng::entropy());
    for _ in 0..200 {
        let address = SocketAddr::from(([127, 0, 0, 1], rng.between(20_000, 32_000) as u16));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err("no free port".into())
}

/// Whether a server says that it can serve.
pub(crate) fn is_ready(address: SocketAddr) -> bool {
    ready_status(address).is_ok_and(|status| status == 200)
}

fn ready_status(address: SocketAddr) -> Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = parse_head(&answer).map_err(|e| e.0)?;
    Ok(head.ok_or("a cut answer")?.status)
}
