//! A directory that goes away with its owner.

use crate::Result;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Removed on drop, unless it was named by the caller or is to be kept.
#[derive(Debug)]
pub(crate) struct TempDir {
    path: PathBuf,
    keep: bool,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl TempDir {
    /// A fresh directory below the system's temporary directory.
    pub(crate) fn new(purpose: &str) -> Result<Self> {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("authms-proof-{purpose}-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Self { path, keep: false })
    }

    /// The caller's directory, which is kept, or a fresh one.
    pub(crate) fn given_or_new(given: Option<&Path>, purpose: &str) -> Result<Self> {
        let Some(path) = given else { return Self::new(purpose) };
        std::fs::create_dir_all(path)?;
        Ok(Self { path: path.canonicalize()?, keep: true })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it for a person to look into.
    pub(crate) fn keep(&mut self) {
        self.keep = true;
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed is left to the system's own cleaning.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
