//! Whether files have changed.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// What tells one state of some files from the next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stamps(Vec<Option<Stamp>>);

/// Device, file, time of the last change in seconds and nanoseconds, length.
type Stamp = (u64, u64, i64, i64, u64);

impl Stamps {
    /// As they are now; a file that cannot be seen is `None`.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a Path>) -> Self {
        let stamp = |file: &Path| {
            let found = std::fs::metadata(file).ok()?;
            Some((found.dev(), found.ino(), found.mtime(), found.mtime_nsec(), found.len()))
        };
        Self(files.into_iter().map(stamp).collect())
    }
}
