//! `authms healthcheck`

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::config::Config;
use crate::failure::Failure;
use crate::{output, policy};

/// For connecting, and for each wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// More of an answer is not looked at.
const MAX_ANSWER: u64 = 64 * 1024;
const READY: &str = "/health/ready";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which server, as http://HOST:PORT[/PATH]; without it, the one of the configured listen address
    #[arg(long, value_parser = parse)]
    url: Option<Target>,
}

/// What to ask whom.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    /// Host and port, as `Host` has it.
    authority: String,
    path: String,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    let target = match &args.url {
        Some(target) => target.clone(),
        None => configured(config)?,
    };
    let Target { authority, path } = &target;
    match ask(&target) {
        Ok(200) => output::line("ready"),
        Ok(status) => Err(Failure::new(format!(
            "http://{authority}{path} answered {status}: the server is not ready; its log says why"
        ))),
        Err(error) => Err(Failure::new(format!(
            "http://{authority}{path} does not answer ({error}); is `authms serve` running there?"
        ))),
    }
}

fn configured(config: &Config) -> Result<Target, Failure> {
    let listen = config.server.listen;
    if listen.port() == 0 {
        return Err(Failure::new(
            "the configured port is 0, so the server chose one itself; name it by --url",
        ));
    }
    parse(&policy::local_url(listen)).map_err(Failure::new)
}

fn parse(url: &str) -> Result<Target, &'static str> {
    let rest = url.strip_prefix("http://").ok_or("expected http://HOST:PORT, without TLS")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.is_empty() || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("expected http://HOST:PORT");
    }
    let path = if matches!(path, "" | "/") { READY } else { path };
    Ok(Target { authority: authority.to_owned(), path: path.to_owned() })
}

/// The status of the answer.
fn ask(target: &Target) -> io::Result<u16> {
    let Target { authority, path } = target;
    let mut stream = connect(authority)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: authms\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    status(&answer).ok_or_else(|| io::Error::other("it speaks no HTTP"))
}

fn connect(authority: &str) -> io::Result<TcpStream> {
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let host_and_port = if has_port { authority.to_owned() } else { format!("{authority}:80") };
    let mut last = io::Error::other("the host has no address");
    for address in host_and_port.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    let rest = std::str::from_utf8(line).ok()?.strip_prefix("HTTP/1.1 ")?;
    rest.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_answers_are_understood() {
        let target =
            |authority: &str, path: &str| Ok(Target { authority: authority.into(), path: path.into() });
        assert_eq!(parse("http://127.0.0.1:8080"), target("127.0.0.1:8080", READY));
        assert_eq!(parse("http://[::1]:1/"), target("[::1]:1", READY));
        assert_eq!(parse("http://authms/api/v1/health"), target("authms", "/api/v1/health"));
        for bad in ["", "127.0.0.1", "https://id.example", "http://", "http:///x", "http://a/b\r\nc: d"] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(status(b"HTTP/1.1 503 Service Unavailable\r\n\r\n"), Some(503));
        assert_eq!(status(b"SSH-2.0-x\r\n"), None);
        assert_eq!(status(b""), None);
    }
}
