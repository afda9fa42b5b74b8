//! The folder of a developer.

use super::letter;
use crate::post::eml;
use crate::post::folder::Folder;
use crate::scratch::Scratch;
use authms_core::message::Channel;
use authms_core::ports::{Mailer, Messenger};
use std::os::unix::fs::MetadataExt as _;

#[tokio::test]
async fn messages_land_in_files_that_only_their_owner_reads() {
    let home = Scratch::new();
    let path = home.path().join("mail");
    let from = eml::sender(None, "http://127.0.0.1:8080").expect("a sender");
    let folder = Folder::new(path.clone(), from);
    // Twice: at least once is what is promised.
    for _ in 0..2 {
        Mailer::send(&folder, &letter(Channel::Email, "alice@example.test")).await.expect("lands");
        Messenger::send(&folder, &letter(Channel::Sms, "+8613800138000")).await.expect("lands");
    }
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("exists").mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    let mut files: Vec<_> =
        std::fs::read_dir(&path).expect("reads").map(|f| f.expect("a file").path()).collect();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        assert_eq!(mode(file), 0o600);
        assert!(std::fs::read_to_string(file).expect("reads").contains("123456"));
    }
    let mail = std::fs::read_to_string(&files[0]).expect("reads");
    assert!(mail.contains("From: authms@localhost") && mail.contains("To: alice@example.test"), "{mail}");
}
