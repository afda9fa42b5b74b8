//! Events as lines of JSON at the end of a file. It is opened anew for each batch, so that it may be rotated by renaming it, which needs no
//! signal, and by copying and truncating it as well, since all is appended.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use authms_core::audit::outlet::{Siem, SiemEvent};
use authms_core::ports::Fut;

/// A file that grows.
pub struct File(PathBuf);

impl File {
    /// At this path, made when there is something to write.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

impl Siem for File {
    fn take<'a>(&'a self, events: &'a [SiemEvent]) -> Fut<'a, Result<(), String>> {
        let mut lines = String::new();
        for event in events {
            lines += &event.json;
            lines.push('\n');
        }
        let path = self.0.clone();
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || append(&path, &lines)).await;
            written
                .map_err(io::Error::other)
                .flatten()
                .map_err(|error| format!("cannot write the file: {error}"))
        })
    }
}

/// Appends whole lines, which are on the disk when this returns. A line that was cut off is ended first: it is told anew.
pub(crate) fn append(path: &Path, lines: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let mut last = [b'\n'];
    if file.metadata()?.is_file() && file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last != [b'\n'] {
        file.write_all(b"\n")?;
    }
    file.write_all(lines.as_bytes())?;
    file.sync_data()
}
