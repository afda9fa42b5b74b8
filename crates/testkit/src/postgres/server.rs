//! One server: made, started, killed, followed by a standby.

use super::database::TestDatabase;
use super::programs::{self, Programs};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// The superuser of every such server.
const USER: &str = "authms";

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a free port of the loopback address, with every setting of durability as PostgreSQL has it.
pub struct Server {
    programs: Programs,
    directory: PathBuf,
    port: u16,
    password: String,
    process: Mutex<Option<Child>>,
    /// Stops the server and removes its directory as soon as its standard input is closed: also when we are killed.
    guardian: Child,
}

impl Server {
    /// A fresh server, with these settings beside the defaults.
    ///
    /// # Panics
    /// It cannot be made or does not start; the panic shows its log.
    pub fn start(programs: &Programs, settings: &[(&str, &str)]) -> Self {
        Self::start_below(&programs::place(), programs, settings)
    }

    /// The same in a directory below this one: where it is the disk that matters.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_below(parent: &Path, programs: &Programs, settings: &[(&str, &str)]) -> Self {
        Self::make(parent, programs, settings, &[])
    }

    /// The same with these files in its data directory, by name and contents.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_with(programs: &Programs, settings: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        Self::make(&programs::place(), programs, settings, files)
    }

    fn make(parent: &Path, programs: &Programs, settings: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let server = Self::new(parent, programs, password());
        let secret = server.directory.join("password");
        std::fs::write(&secret, &server.password).expect("a password file");
        let mut initdb = programs.command("initdb", &server.directory);
        // No sync of the empty cluster: whatever is written from here on is synced.
        initdb.args(["-D", "data", "-U", USER, "-E", "UTF8", "--locale=C", "--auth=password", "--no-sync"]);
        run(initdb.arg("--pwfile=/dev/stdin").stdin(std::fs::File::open(secret).expect("the password file")));
        for (name, contents) in files {
            programs::hand_over(&server.directory.join("data").join(name), contents);
        }
        server.configure(settings);
        server.resume();
        server
    }

    /// A standby that follows this server by streaming, under the name `name` (for `synchronous_standby_names`).
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn standby(&self, name: &str, settings: &[(&str, &str)]) -> Self {
        self.standby_through(self.port, name, settings)
    }

    /// The same through something that listens at another port.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn standby_through(&self, port: u16, name: &str, settings: &[(&str, &str)]) -> Self {
        let standby = Self::new(&programs::place(), &self.programs, self.password.clone());
        let from = format!("{} application_name={name}", self.conninfo(port));
        let mut copy = self.programs.command("pg_basebackup", &standby.directory);
        run(copy.args(["-D", "data", "-R", "-c", "fast", "--no-sync", "-d", &from]));
        standby.configure(settings);
        standby.resume();
        standby
    }

    fn new(parent: &Path, programs: &Programs, password: String) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory =
            programs::directory(parent.join(format!("authms-postgres-{}-{count}", std::process::id())));
        let guardian = guard(&directory);
        let process = Mutex::default();
        Self { programs: programs.clone(), directory, port: free_port(), password, process, guardian }
    }

    fn configure(&self, settings: &[(&str, &str)]) {
        let common =
            [("listen_addresses", "127.0.0.1"), ("unix_socket_directories", ""), ("shared_buffers", "64MB")];
        let mut text = format!("port = {}\n", self.port);
        for (name, value) in common.iter().chain(settings) {
            text.push_str(&format!("{name} = '{value}'\n"));
        }
        let path = self.directory.join("data/postgresql.conf");
        let defaults = std::fs::read_to_string(&path).expect("the server's settings");
        std::fs::write(path, defaults + &text).expect("the server's settings are written");
    }

    /// Starts it again after [`Server::kill`] or [`Server::stop`], and waits until it answers.
    ///
    /// # Panics
    /// It does not; the panic shows its log.
    pub fn resume(&self) {
        let log = std::fs::File::options().create(true).append(true).open(self.log()).expect("a log");
        let mut postgres = self.programs.command("postgres", &self.directory);
        postgres.args(["-D", "data"]).stdout(log.try_clone().expect("the log twice")).stderr(log);
        *self.process() = Some(postgres.spawn().expect("the server starts"));
        let since = Instant::now();
        while self.query("postgres", "SELECT 1").is_err() {
            let ended = self.process().as_mut().is_some_and(|p| matches!(p.try_wait(), Ok(Some(_))));
            if ended || since.elapsed() > PATIENCE {
                panic!(
                    "PostgreSQL does not start:\n{}",
                    std::fs::read_to_string(self.log()).unwrap_or_default()
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it as a power cut kills a process: nothing is written any more, nor answered.
    pub fn kill(&self) {
        if let Some(mut process) = self.process().take() {
            // Its children would go by themselves when they miss it, each at a moment of its own. Stopped, it makes no new
            // ones.
            signal("STOP", process.id());
            let children = children(process.id());
            children.iter().for_each(|child| signal("KILL", *child));
            let _ = process.kill();
            let _ = process.wait();
            let since = Instant::now();
            while children.iter().any(|child| is_running(*child)) && since.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    }

    /// Stops it in order, throwing out whoever is connected.
    pub fn stop(&self) {
        if let Some(mut process) = self.process().take() {
            signal("INT", process.id());
            let _ = process.wait();
        }
    }

    /// Sends a signal (its name without `SIG`) to the server itself.
    pub fn signal(&self, name: &str) {
        if let Some(process) = self.process().as_ref() {
            signal(name, process.id());
        }
    }

    /// Makes a standby the primary, and waits until it is.
    ///
    /// # Errors
    /// What the server answers.
    pub fn promote(&self) -> Result<(), tokio_postgres::Error> {
        self.query("postgres", "SELECT pg_promote(true, 60)").map(drop)
    }

    /// Waits until a query answers so.
    ///
    /// # Panics
    /// It does not within a minute.
    pub fn wait_for(&self, sql: &str, expected: &[&str]) {
        let since = Instant::now();
        while !self.query("postgres", sql).is_ok_and(|found| found == expected) {
            assert!(since.elapsed() < PATIENCE, "{sql} does not become {expected:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The port of the loopback address that it listens at.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database on it.
    pub fn url(&self, database: &str) -> String {
        self.url_through(self.port, database)
    }

    /// The same through something that listens at another port.
    pub fn url_through(&self, port: u16, database: &str) -> String {
        format!("postgres://{USER}:{}@127.0.0.1:{port}/{database}?sslmode=disable", self.password)
    }

    /// A fresh, empty database.
    ///
    /// # Panics
    /// The server does not make it.
    pub fn database(&self) -> TestDatabase<'_> {
        TestDatabase::create(self, "template1")
    }

    /// A fresh copy of a database that nobody is connected to.
    ///
    /// # Panics
    /// The server does not make it.
    pub fn database_like(&self, template: &TestDatabase<'_>) -> TestDatabase<'_> {
        TestDatabase::create(self, template.name())
    }

    /// A fresh directory below its own, of the same owner; gone with it.
    ///
    /// # Panics
    /// There is one.
    pub fn directory(&self, name: &str) -> PathBuf {
        programs::directory(self.directory.join(name))
    }

    /// Runs statements as the superuser, each in a transaction of its own; the first column of what they answer.
    ///
    /// # Errors
    /// What the server answers.
    pub fn query(&self, database: &str, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
        let url = self.url(database);
        // A thread of its own: we may be inside of a runtime.
        let there = || Talk::begin(&url)?.ask(sql);
        std::thread::scope(|scope| scope.spawn(there).join()).expect("the query does not panic")
    }

    /// Its processes, as the operating system numbers them.
    pub fn processes(&self) -> Vec<u32> {
        let Some(server) = self.process().as_ref().map(Child::id) else { return Vec::new() };
        children(server).into_iter().chain([server]).collect()
    }

    fn conninfo(&self, port: u16) -> String {
        format!("host=127.0.0.1 port={port} user={USER} password={}", self.password)
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal("CONT");
        self.kill();
        drop(self.guardian.stdin.take());
        let _ = self.guardian.wait();
    }
}

/// A connection, for who is in no runtime.
pub(super) struct Talk {
    client: Client,
    /// `None` only while dropped.
    runtime: Option<Runtime>,
}

impl Talk {
    pub(super) fn begin(url: &str) -> Result<Self, tokio_postgres::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
        runtime.spawn(connection);
        Ok(Self { client, runtime: Some(runtime) })
    }

    /// Each statement in a transaction of its own; the first column of what they answer.
    pub(super) fn ask(&self, sql: &str) -> Result<Vec<String>, tokio_postgres::Error> {
        let mut found = Vec::new();
        for statement in sql.split(";\n") {
            let runtime = self.runtime.as_ref().expect("it is not dropped");
            found.extend(runtime.block_on(self.client.simple_query(statement))?);
        }
        let text = |message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        Ok(found.into_iter().filter_map(text).collect())
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // It may be dropped inside of another, where nobody may wait.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A shell that waits until we are gone.
fn guard(directory: &Path) -> Child {
    let script = r#"cat >/dev/null
pid=$(head -n 1 data/postmaster.pid 2>/dev/null) && kill -CONT "$pid" && kill -QUIT "$pid"
n=0; while [ -n "$pid" ] && kill -0 "$pid" && [ "$n" -lt 100 ]; do n=$((n + 1)); sleep 0.05; done
cd / && for _ in 1 2 3 4 5; do rm -rf "$0" && break; sleep 0.2; done"#;
    let mut shell = programs::command(Path::new("/bin/sh"), directory);
    shell
        .args(["-c", script])
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.spawn().expect("a shell")
}

fn run(command: &mut Command) {
    let output = command.output().expect("PostgreSQL's programs run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

fn signal(name: &str, process: u32) {
    let _ = Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
}

fn children(process: u32) -> Vec<u32> {
    let listed =
        std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    listed.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// There, and not merely waiting to be buried.
fn is_running(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

fn free_port() -> u16 {
    let socket = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback address");
    socket.local_addr().expect("its port").port()
}

/// Others on this machine can reach the port, too.
fn password() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("randomness");
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
