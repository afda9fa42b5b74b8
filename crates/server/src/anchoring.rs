//! Heads that are appended to a file, each with the proof that its log begins with what the file's last head of it was of.

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use authms_core::audit::log::{self, Anchors, Head, Tree};
use authms_core::fault::Fault;
use authms_core::parts::Parts;
use authms_crypto::VerifyingKey;

use crate::failure::Failure;
use crate::siem::append;

/// The last head of each log in a file, and how long the file is with them.
#[derive(Clone, Default)]
struct Known {
    length: u64,
    heads: Vec<Head>,
}

/// A file of heads.
#[derive(Clone)]
pub struct AnchorFile {
    path: PathBuf,
    known: Arc<Mutex<Option<Known>>>,
}

impl AnchorFile {
    /// At this path, made when there is a head to write.
    pub fn new(path: PathBuf) -> Self {
        Self { path, known: Arc::default() }
    }

    /// Appends the present heads of all logs; how many there were.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub async fn append_all(&self, parts: &Parts) -> Result<usize, Failure> {
        let trees = parts.store.audit_trees().await.map_err(Fault::from)?;
        self.append(parts, &trees).await
    }

    /// Appends the present heads of these trees; how many there were. A line that was cut off while it was written is taken away first.
    ///
    /// # Errors
    /// When the file cannot be read or written, when something else is in it, or when a log does not go on from what was anchored; the
    /// others are anchored all the same.
    pub async fn append(&self, parts: &Parts, trees: &[Tree]) -> Result<usize, Failure> {
        let key = parts.secrets.audit_key.verifying();
        let (this, its_key) = (self.clone(), key.clone());
        let mut known = blocking(move || this.known(&its_key)).await?;
        let (mut lines, mut count, mut forked) = (String::new(), 0, None);
        for tree in trees {
            let last = known.heads.iter().position(|head| head.log == tree.log);
            match log::next_anchor(parts, tree, last.map(|at| &known.heads[at])).await? {
                Ok(None) => {}
                Ok(Some(anchor)) => {
                    let line = serde_json::to_string(&anchor);
                    lines +=
                        &line.map_err(|error| Failure::new(format!("a head cannot be written: {error}")))?;
                    lines.push('\n');
                    count += 1;
                    known.heads.extend(Head::verify(&anchor.head, key).map(|(head, _)| head));
                    if let Some(last) = last {
                        known.heads.swap_remove(last);
                    }
                }
                Err(other) => forked = Some(Failure::new(other.to_string())),
            }
        }
        if count > 0 {
            known.length += lines.len() as u64;
            let path = self.path.clone();
            blocking(move || append(&path, &lines).map_err(|error| cannot("write", &path, &error))).await?;
            *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        }
        forked.map_or(Ok(count), Err)
    }

    /// What is in the file: as we left it, or else as it is read, and verified, from its beginning to its end.
    fn known(&self, key: &VerifyingKey) -> Result<Known, Failure> {
        let path = &self.path;
        let length = match std::fs::metadata(path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Known::default()),
            Err(error) => return Err(cannot("read", path, &error)),
        };
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.length == length) {
            return Ok(known);
        }
        let text = std::fs::read_to_string(path).map_err(|error| cannot("read", path, &error))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            let cut = OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(whole as u64));
            cut.map_err(|error| cannot("write", path, &error))?;
        }
        let mut anchors = Anchors::new(key);
        for (number, line) in (1..).zip(text[..whole].lines()) {
            let wrong = |wrong| Failure::new(format!("{}, line {number}: {wrong}", path.display()));
            anchors.line(line).map_err(wrong)?;
        }
        Ok(Known { length: whole as u64, heads: anchors.last().cloned().collect() })
    }
}

fn cannot(doing: &str, path: &std::path::Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot {doing} {}: {error}", path.display()))
}

/// Does it where nobody else waits for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Failure::new(format!("a task ended: {error}"))))
}
