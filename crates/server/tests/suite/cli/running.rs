//! A server as a child process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far longer than anything takes here, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A server whose output is a pipe; killed when dropped.
pub struct Running {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    pub address: SocketAddr,
}

impl Running {
    /// Waits until it listens.
    #[track_caller]
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
        let (log, lines) = (Arc::<Mutex<Vec<String>>>::default(), child.stderr.take().expect("piped"));
        let kept = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(lines).lines().map_while(Result::ok) {
                kept.lock().expect("not poisoned").push(line);
            }
        });
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut running = Self { child, log, reader: Some(reader), address: unknown };
        running.address = until("the server listens", || running.listening());
        running
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("not poisoned").join("\n")
    }

    /// The first record with this message.
    pub fn record(&self, message: &str) -> Option<Value> {
        let log = self.log.lock().expect("not poisoned");
        let mut records = log.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        records.find(|record| record["message"] == message)
    }

    fn listening(&mut self) -> Option<SocketAddr> {
        if let Some(status) = self.child.try_wait().expect("asked") {
            panic!("the server ended at its start ({status}):\n{}", self.log());
        }
        self.record("listening")?["address"].as_str()?.parse().ok()
    }

    pub fn signal(&self, name: &str) {
        let status =
            Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &self.pid().to_string()]).status();
        assert!(status.expect("sh").success());
    }

    /// Waits for its end; also what it wrote to standard output, and its whole log.
    #[track_caller]
    pub fn end(mut self) -> (ExitStatus, String, String) {
        let status = until("the server ends", || self.child.try_wait().expect("asked"));
        let mut out = String::new();
        self.child.stdout.take().expect("piped").read_to_string(&mut out).expect("UTF-8");
        self.reader.take().expect("once").join().expect("read");
        (status, out, self.log())
    }

    /// Stops it, and demands a clean end.
    #[track_caller]
    pub fn stop(self) -> String {
        self.signal("TERM");
        let (status, out, log) = self.end();
        assert!(status.success(), "{status}:\n{log}");
        assert_eq!(out, "");
        log
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("set");
        stream
    }

    pub fn get(&self, path: &str) -> (u16, Value) {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").expect("sent");
        answer(stream)
    }

    /// With an access token or API key.
    pub fn get_as(&self, bearer: &str, path: &str) -> (u16, Value) {
        let mut stream = self.connect();
        let head = format!("GET {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {bearer}\r\n");
        write!(stream, "{head}Connection: close\r\n\r\n").expect("sent");
        answer(stream)
    }

    /// `POST` with an access token or API key.
    pub fn post_as(&self, bearer: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = post_request(path, &body.to_string());
        let request = request.replacen("\r\n", &format!("\r\nAuthorization: Bearer {bearer}\r\n"), 1);
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("sent");
        answer(stream)
    }

    /// `POST` with an idempotency key.
    pub fn post_keyed(&self, key: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = post_request(path, &body.to_string());
        let request = request.replacen("\r\n", &format!("\r\nIdempotency-Key: {key}\r\n"), 1);
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("sent");
        answer(stream)
    }

    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let mut stream = self.connect();
        stream.write_all(post_request(path, &body.to_string()).as_bytes()).expect("sent");
        answer(stream)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a child that has gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn post_request(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Status and body of the answer that ends this connection.
pub fn answer(mut stream: TcpStream) -> (u16, Value) {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).expect("a status").parse().expect("a number");
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// Asks again until there is an answer.
#[track_caller]
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "waited for too long until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
