//! One keep-alive connection: one request out, one answer in.

use super::parse_head;
use super::response::Head;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// Room for a whole answer in one read, so that the buffer hardly ever grows. Bytes.
const BUFFER: usize = 8 * 1024;

/// An open connection and the answer it read last.
#[derive(Debug)]
pub(crate) struct Conn {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    closing: bool,
}

/// An answer, borrowed from its connection's buffer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// These tools load, race and kill: they never do so to another machine.
pub(crate) fn loopback_only(address: SocketAddr) -> Result<SocketAddr> {
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err(Error::new(ErrorKind::InvalidInput, format!("{address} is not a loopback address"))),
    }
}

impl Conn {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(loopback_only(address)?).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; BUFFER], filled: 0, closing: false })
    }

    /// The server has closed it, or said that it will: do not send on it.
    pub(crate) fn is_stale(&self) -> bool {
        let unexpected =
            |result: Result<usize>| !matches!(result, Err(e) if e.kind() == ErrorKind::WouldBlock);
        self.closing || unexpected(self.stream.try_read(&mut [0]))
    }

    /// Sends a whole request and reads the whole answer.
    pub(crate) async fn roundtrip(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.send(request).await?;
        self.receive().await
    }

    pub(crate) async fn send(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            match self.stream.try_write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    pub(crate) async fn receive(&mut self) -> Result<Answer<'_>> {
        self.filled = 0;
        let head = loop {
            self.fill().await?;
            if let Some(head) = self.whole_answer()? {
                break head;
            }
        };
        self.closing = head.close;
        let body = &self.buffer[head.head_len..self.filled];
        Ok(Answer { status: head.status, body })
    }

    fn whole_answer(&self) -> Result<Option<Head>> {
        let invalid = |why| Error::new(ErrorKind::InvalidData, why);
        let Some(head) = parse_head(&self.buffer[..self.filled]).map_err(|e| invalid(e.0))? else {
            return Ok(None);
        };
        match self.filled.cmp(&(head.head_len + head.body_len)) {
            std::cmp::Ordering::Less => Ok(None),
            std::cmp::Ordering::Equal => Ok(Some(head)),
            std::cmp::Ordering::Greater => Err(invalid("more bytes than the answer has")),
        }
    }

    /// Reads once. Waits first: the answer is never there yet when a request has just left.
    async fn fill(&mut self) -> Result<()> {
        if self.filled == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => {
                    self.filled += read;
                    return Ok(());
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => {}
                Err(e) => return Err(e),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime")
    }

    #[test]
    fn an_answer_may_arrive_byte_by_byte() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
        let address = listener.local_addr().expect("address");
        let server = std::thread::spawn(move || {
            let (mut peer, _) = listener.accept().expect("accept");
            peer.set_nodelay(true).expect("nodelay");
            for answer in
                ["HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", "HTTP/1.1 204 No Content\r\n\r\n"]
            {
                let read = peer.read(&mut [0; 64]).expect("request");
                assert!(read > 0);
                for byte in answer.bytes() {
                    peer.write_all(&[byte]).expect("answer");
                }
            }
        });
        runtime().block_on(async {
            let mut conn = Conn::open(address).await.expect("open");
            let answer = conn.roundtrip(b"one").await.expect("answer");
            assert_eq!((answer.status, answer.body), (200, &b"abc"[..]));
            let answer = conn.roundtrip(b"two").await.expect("answer");
            assert_eq!((answer.status, answer.body), (204, &b""[..]));
            assert!(conn.roundtrip(b"three").await.is_err(), "the peer has gone");
            assert!(conn.is_stale());
        });
        server.join().expect("server");
    }

    #[test]
    fn other_machines_are_refused() {
        let elsewhere = SocketAddr::from(([192, 0, 2, 1], 80));
        let refused = runtime().block_on(Conn::open(elsewhere)).expect_err("refused");
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    }
}
