//! A data directory of a test's own, and the commands run on it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::running::Running;

/// Removed when dropped.
pub struct Home(PathBuf);

impl Home {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("authms-cli-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        // Left behind by an earlier process of the same number.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).expect("a directory");
        Self(path)
    }

    /// With an installation in it.
    pub fn installed() -> Self {
        let home = Self::new();
        home.run(&["migrate"]).success();
        home
    }

    /// The data directory, not yet made.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `authms ARGS`, without arguments about places, and nothing of this process's environment.
    pub fn bare(args: &[&str]) -> Command {
        Self::command_of(env!("CARGO_BIN_EXE_authms"), args)
    }

    /// The same with another copy of the program.
    pub fn command_of(program: impl AsRef<OsStr>, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).env_clear().stdin(Stdio::null());
        command
    }

    /// `authms ARGS --data-dir DIR`
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Self::bare(args);
        command.arg("--data-dir").arg(self.data()).current_dir(&self.0);
        command
    }

    pub fn run(&self, args: &[&str]) -> Done {
        Done::of(self.command(args))
    }

    /// The same, with `input` on standard input.
    pub fn run_with_input(&self, args: &[&str], input: &str) -> Done {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("started");
        child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("written");
        Done(child.wait_with_output().expect("ended"))
    }

    /// A server on a port that the system chooses.
    pub fn serve(&self) -> Running {
        self.serve_with(&[])
    }

    pub fn serve_with(&self, args: &[&str]) -> Running {
        Running::start(self.command(&[&["serve", "--listen", "127.0.0.1:0"], args].concat()))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A command that has ended.
#[derive(Debug)]
pub struct Done(Output);

impl Done {
    pub fn of(mut command: Command) -> Self {
        Self(command.output().expect("started"))
    }

    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub fn stdout(&self) -> &str {
        std::str::from_utf8(&self.0.stdout).expect("UTF-8")
    }

    pub fn stderr(&self) -> &str {
        std::str::from_utf8(&self.0.stderr).expect("UTF-8")
    }

    /// Standard output of a success.
    #[track_caller]
    pub fn success(&self) -> &str {
        assert_eq!(self.code(), Some(0), "{self:?}");
        self.stdout()
    }

    /// The one line of a success.
    #[track_caller]
    pub fn line(&self) -> &str {
        let line = self.success().strip_suffix('\n').expect("a line");
        assert!(!line.contains('\n'), "{self:?}");
        line
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.line()).expect("JSON")
    }

    /// The sentence of a command that could not be carried out.
    #[track_caller]
    pub fn refusal(&self) -> &str {
        self.failure(1)
    }

    /// The sentence about something that does not exist.
    #[track_caller]
    pub fn missing(&self) -> &str {
        self.failure(3)
    }

    /// The sentence of a command that a rule forbids.
    #[track_caller]
    pub fn refused(&self) -> &str {
        self.failure(4)
    }

    /// The sentence of a failure: nothing on standard output, no internals on standard error.
    #[track_caller]
    fn failure(&self, code: i32) -> &str {
        assert_eq!((self.code(), self.stdout()), (Some(code), ""), "{self:?}");
        let said = self.stderr();
        for internal in ["panicked", "RUST_BACKTRACE", "Error {", "Some("] {
            assert!(!said.contains(internal), "{said}");
        }
        said
    }
}
