//! A node's clock, which can be set: a library of forty lines, compiled here and preloaded into the node.

use crate::Result;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = include_str!("clock.c");

/// One node's clock.
#[derive(Debug)]
pub(crate) struct NodeClock {
    path: PathBuf,
    /// How far it is off. Seconds, in the machine's byte order.
    offset: File,
}

/// Compiles the library; it serves all nodes.
pub(crate) fn compile(home: &Path) -> Result<PathBuf> {
    let (source, library) = (home.join("clock.c"), home.join("clock.so"));
    std::fs::write(&source, SOURCE)?;
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(&source);
    let output =
        compiler.output().map_err(|error| format!("clocks cannot be set without a C compiler: {error}"))?;
    match output.status.success() {
        true => Ok(library),
        false => Err(format!("clock.c: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

impl NodeClock {
    pub(crate) fn new(home: &Path, node: usize) -> Result<Self> {
        let path = home.join(format!("clock-{node}"));
        std::fs::write(&path, 0_i64.to_ne_bytes())?;
        Ok(Self { offset: File::options().write(true).open(&path)?, path })
    }

    /// What a node needs in its environment.
    pub(crate) fn environment(&self, library: &Path) -> [(&'static str, String); 2] {
        let text = |path: &Path| path.display().to_string();
        [("LD_PRELOAD", text(library)), ("PROOF_CLOCK", text(&self.path))]
    }

    pub(crate) fn set(&self, seconds: i64) -> Result<()> {
        Ok(self.offset.write_all_at(&seconds.to_ne_bytes(), 0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::TempDir;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    #[test]
    fn a_process_sees_the_time_that_it_is_shown() {
        let home = TempDir::new("clock").expect("directory");
        let library = compile(home.path()).expect("a C compiler");
        let clock = NodeClock::new(home.path(), 0).expect("clock");
        let shown = || {
            let mut date = Command::new("date");
            let output = date.arg("+%s").envs(clock.environment(&library)).output().expect("date");
            String::from_utf8_lossy(&output.stdout).trim().parse::<i64>().expect("seconds")
        };
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs() as i64;
        for off in [0, 3600, -3600] {
            clock.set(off).expect("set");
            assert!((shown() - now() - off).abs() < 60);
        }
    }
}
