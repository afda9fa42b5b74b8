//! For development: messages land in a folder, one file each, where a developer reads their codes.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use authms_core::message::Letter;
use authms_core::ports::{Fut, Mailer, Messenger, Undelivered};
use lettre::message::Mailbox;

use super::eml;

/// A folder, made with mode 0700 when the first message lands in it; its files have mode 0600.
pub(super) struct Folder {
    path: PathBuf,
    from: Mailbox,
}

impl Folder {
    pub(super) const fn new(path: PathBuf, from: Mailbox) -> Self {
        Self { path, from }
    }

    fn put(&self, letter: &Letter, extension: &str, contents: &[u8]) -> Result<(), Undelivered> {
        self.write(letter, extension, contents).map_err(|error| Undelivered {
            for_good: false,
            why: format!("cannot write to the folder of messages: {}", error.kind()),
        })
    }

    /// Identifiers are time-ordered, and so are the names.
    fn write(&self, letter: &Letter, extension: &str, contents: &[u8]) -> std::io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.path)?;
        let name = format!("{}.{extension}", letter.id);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(self.path.join(name));
        match file {
            Ok(mut file) => file.write_all(contents),
            // It has landed before.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Mailer for Folder {
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>> {
        let put = eml::write(letter, &self.from).and_then(|mail| self.put(letter, "eml", &mail.formatted()));
        Box::pin(std::future::ready(put))
    }
}

impl Messenger for Folder {
    fn send<'a>(&'a self, letter: &'a Letter) -> Fut<'a, Result<(), Undelivered>> {
        let text = format!("To: {}\n\n{}\n", letter.to.as_str(), letter.text);
        Box::pin(std::future::ready(self.put(letter, "txt", text.as_bytes())))
    }
}
