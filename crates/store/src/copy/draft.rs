//! A file that has its name only once it is whole and on the disk.

use super::CopyError;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A private file beside the one that it is to become. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    to: PathBuf,
}

impl Draft {
    /// An empty draft of a file that does not exist yet.
    pub(super) fn of(to: &Path) -> Result<Self, CopyError> {
        if to.symlink_metadata().is_ok() {
            return Err(CopyError::Exists(to.to_owned()));
        }
        Self::beside(to)
    }

    /// An empty draft beside a file that may exist.
    pub(super) fn beside(to: &Path) -> Result<Self, CopyError> {
        // The time as well: in containers every process is number 1.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".{}-{now}.new", std::process::id()));
        let draft = Self { path: name.into(), to: to.to_owned() };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&draft.path).map_err(at("create", &draft.path))?;
        Ok(draft)
    }

    /// Where it is for now.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it on the disk and gives it its name; how large it is.
    pub(super) fn publish(self) -> Result<u64, CopyError> {
        let file = File::open(&self.path).map_err(at("open", &self.path))?;
        file.sync_all().map_err(at("make safe", &self.path))?;
        let size = file.metadata().map_err(at("look at", &self.path))?.len();
        self.name().map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => CopyError::Exists(self.to.clone()),
            _ => at("create", &self.to)(error),
        })?;
        let directory = self.to.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory).and_then(|dir| dir.sync_all()).map_err(at("make safe", directory))?;
        Ok(size)
    }

    /// A link, unlike a rename, never replaces what is there; some file systems have none.
    fn name(&self) -> io::Result<()> {
        match std::fs::hard_link(&self.path, &self.to) {
            Err(error)
                if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied)
                    && self.to.symlink_metadata().is_err() =>
            {
                std::fs::rename(&self.path, &self.to)
            }
            linked => linked,
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already if it has its name; nothing depends on it in any case.
        for suffix in ["", "-journal", "-wal", "-shm"] {
            let mut path = self.path.as_os_str().to_owned();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
    }
}

fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    move |error| CopyError::Io { doing, path: path.to_owned(), error }
}
