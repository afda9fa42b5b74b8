//! A file that has its name only once it is whole and on the disk.

use super::CopyError;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the names of drafts end in.
const SUFFIX: &str = ".draft";

/// A private file beside the one that it is to become. Dropped, it is removed; if the process is killed, the next draft in that
/// directory removes it.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    to: PathBuf,
    /// Locked for as long as somebody works on it.
    _lock: File,
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
        name.push(format!(".{}-{now}{SUFFIX}", std::process::id()));
        let path = PathBuf::from(name);
        remove_abandoned(directory_of(to));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&path).map_err(at("create", &path))?;
        let draft = Self { path, to: to.to_owned(), _lock: lock };
        draft._lock.lock().map_err(at("lock", &draft.path))?;
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
        let directory = directory_of(&self.to);
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
        remove(&self.path);
    }
}

/// Removes a draft; nothing depends on it.
fn remove(draft: &Path) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        let mut path = draft.as_os_str().to_owned();
        path.push(suffix);
        let _ = std::fs::remove_file(path);
    }
}

/// Removes the drafts of processes that were killed: those that nobody holds. What cannot be read is left alone.
fn remove_abandoned(directory: &Path) {
    for path in std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if is_draft(&path) && File::open(&path).is_ok_and(|draft| draft.try_lock().is_ok()) {
            remove(&path);
        }
    }
}

/// Whether it is named `….<process>-<nanoseconds>.draft`, as nothing else is.
fn is_draft(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(SUFFIX));
    let made = name.and_then(|name| name.rsplit_once('.')).and_then(|(_, made)| made.split_once('-'));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    made.is_some_and(|(process, time)| digits(process) && digits(time))
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CopyError {
    move |error| CopyError::Io { doing, path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::is_draft;
    use std::path::Path;

    #[test]
    fn only_drafts_are_taken_for_drafts() {
        assert!(is_draft(Path::new("/backups/authms-2026.db.4711-1800000000000000000.draft")));
        for other in [
            "a.draft",
            "a.db.new",
            "letter.1.draft",
            "letter.4711-x.draft",
            "letter.-1.draft",
            "a.1-2.draft.db",
        ] {
            assert!(!is_draft(Path::new(other)), "{other}");
        }
    }
}
