//! `authms healthcheck`

use std::io::{self, Read, Write};
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
const EXPECTED: &str = "expected http://HOST:PORT or https://HOST:PORT";

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which server, as http[s]://HOST:PORT[/PATH]; without it, the one of the configured listen address. Nothing secret
    /// is sent, and no certificate is verified
    #[arg(long, value_parser = parse)]
    url: Option<Target>,
}

/// What to ask whom.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    tls: bool,
    /// Host and port, as `Host` has it.
    authority: String,
    path: String,
}

pub fn run(config: &Config, args: &Args) -> Result<(), Failure> {
    let target = match &args.url {
        Some(target) => target.clone(),
        None => configured(config)?,
    };
    let url = target.url();
    match ask(&target) {
        Ok(200) => output::line("ready"),
        Ok(status) => {
            Err(Failure::new(format!("{url} answered {status}: the server is not ready; its log says why")))
        }
        Err(error) => {
            Err(Failure::new(format!("{url} does not answer ({error}); is `authms serve` running there?")))
        }
    }
}

fn configured(config: &Config) -> Result<Target, Failure> {
    let listen = config.server.listen;
    if listen.port() == 0 {
        return Err(Failure::new(
            "the configured port is 0, so the server chose one itself; name it by --url",
        ));
    }
    parse(&policy::local_url(config, listen)).map_err(Failure::new)
}

fn parse(url: &str) -> Result<Target, &'static str> {
    let (scheme, rest) = url.split_once("://").ok_or(EXPECTED)?;
    let tls = match scheme {
        "http" => false,
        "https" => true,
        _ => return Err(EXPECTED),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.is_empty() || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(EXPECTED);
    }
    let path = if matches!(path, "" | "/") { READY } else { path };
    Ok(Target { tls, authority: authority.to_owned(), path: path.to_owned() })
}

/// The status of the answer.
fn ask(target: &Target) -> io::Result<u16> {
    let stream = connect(target)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    match target.tls {
        true => ask_over(authms_crypto::probe(stream, target.host())?, target),
        false => ask_over(stream, target),
    }
}

fn ask_over(mut stream: impl Read + Write, target: &Target) -> io::Result<u16> {
    let Target { authority, path, .. } = target;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: authms\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    status(&answer).ok_or_else(|| io::Error::other("it speaks no HTTP"))
}

impl Target {
    fn url(&self) -> String {
        let Self { tls, authority, path } = self;
        format!("http{}://{authority}{path}", if *tls { "s" } else { "" })
    }

    fn port(&self) -> Option<&str> {
        self.authority.rsplit_once(':').map(|(_, port)| port).filter(|port| port.parse::<u16>().is_ok())
    }

    /// Without port and brackets.
    fn host(&self) -> &str {
        let host = match self.port() {
            Some(port) => &self.authority[..self.authority.len() - port.len() - 1],
            None => &self.authority,
        };
        host.trim_start_matches('[').trim_end_matches(']')
    }
}

fn connect(target: &Target) -> io::Result<TcpStream> {
    let authority = &target.authority;
    let host_and_port = match target.port() {
        Some(_) => authority.clone(),
        None => format!("{authority}:{}", if target.tls { 443 } else { 80 }),
    };
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
        for (url, tls, host, port, path) in [
            ("http://127.0.0.1:8080", false, "127.0.0.1", Some("8080"), READY),
            ("http://[::1]:1/", false, "::1", Some("1"), READY),
            ("https://[::1]", true, "::1", None, READY),
            ("http://authms/api/v1/health", false, "authms", None, "/api/v1/health"),
            ("https://id.example:8443", true, "id.example", Some("8443"), READY),
        ] {
            let target = parse(url).expect(url);
            assert_eq!(
                (target.tls, target.host(), target.port(), target.path.as_str()),
                (tls, host, port, path)
            );
        }
        for bad in ["", "127.0.0.1", "ftp://id.example", "http://", "http:///x", "http://a/b\r\nc: d"] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(status(b"HTTP/1.1 503 Service Unavailable\r\n\r\n"), Some(503));
        assert_eq!(status(b"SSH-2.0-x\r\n"), None);
        assert_eq!(status(b""), None);
    }
}
