//! What the server has too little of: connections, room, years.

use super::{commit_nothing, open, options, refused, within_seconds};
use authms_core::commit::CommitError;
use authms_core::ports::{Installations as _, Store as _};
use authms_testkit::postgres::{self, Programs, Server};
use authms_testkit::storm;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_old_is_refused() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    // There is no such server here: this one says so of itself.
    let pretend = "CREATE FUNCTION public.current_setting(name text) RETURNS text LANGUAGE sql AS
                   'SELECT CASE name WHEN ''server_version_num'' THEN ''130014'' ELSE pg_catalog.current_setting(name) END'";
    database.query(pretend).expect("a function");
    let first = format!("ALTER DATABASE {} SET search_path = public, pg_catalog", database.name());
    database.query(&first).expect("it comes first");
    refused(&database.url(), options(), &["PostgreSQL 13 is too old", "version 14"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_want_more_connections_together_than_there_are_go_on_with_those_they_have() {
    let Some(programs) = Programs::find() else { return };
    let server = Server::start(&programs, &[("max_connections", "18")]);
    let database = server.database();
    let one = Arc::new(open(&database.url()).await.expect("it opens"));
    let other = Arc::new(open(&database.url()).await.expect("it opens"));
    for store in [&one, &other] {
        store.commit(commit_nothing()).await.expect("it commits");
        store.installation().await.expect("it reads");
    }
    let read = |n| {
        let store = Arc::clone(if n % 2 == 0 { &one } else { &other });
        async move { store.installation().await.is_ok() }
    };
    let all = tokio::time::timeout(Duration::from_secs(30), storm(200, read)).await.expect("none hangs");
    assert!(all.contains(&true));
    for store in [&one, &other] {
        within_seconds(async || store.installation().await.is_ok()).await;
        within_seconds(async || store.commit(commit_nothing()).await.is_ok()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_what_it_has_no_room_for_until_there_is_room() {
    let Some(server) = postgres::shared() else { return };
    let Some(disk) = Disk::mount(server.directory("small"), 24) else { return };
    let place = format!("CREATE TABLESPACE small LOCATION '{}'", disk.0.display());
    server.query("postgres", &place).expect("a tablespace");
    server.query("postgres", "CREATE DATABASE on_small TABLESPACE small").expect("a database");
    let store = open(&server.url("on_small")).await.expect("it opens");
    store.commit(commit_nothing()).await.expect("there is room");
    disk.fill();
    let mut committed = 1;
    let refused = loop {
        match store.commit(commit_nothing()).await {
            Ok(_) => committed += 1,
            Err(why) => break why,
        }
        assert!(committed < 100_000, "the disk is not full");
    };
    assert_eq!(refused, CommitError::Unavailable, "it is known that nothing was written");
    store.installation().await.expect("it still reads");
    disk.relieve();
    within_seconds(async || store.commit(commit_nothing()).await.is_ok()).await;
    let rows = server.query("on_small", "SELECT count(*) FROM audit_log").expect("it answers");
    assert_eq!(rows, [(committed + 1).to_string()], "each that was acknowledged, and no other");
    drop(store);
    server.query("postgres", "DROP DATABASE on_small WITH (FORCE);\nDROP TABLESPACE small").expect("gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_too_full_for_the_servers_own_log_ends_it_and_what_was_acknowledged_is_there_afterwards() {
    let (Some(elsewhere), Some(programs)) = (postgres::shared(), Programs::find()) else { return };
    let Some(disk) = Disk::mount(elsewhere.directory("whole"), 256) else { return };
    let server = Server::start_below(&disk.0, &programs, &[]);
    let database = server.database();
    let store = open(&database.url()).await.expect("it opens");
    store.commit(commit_nothing()).await.expect("there is room");
    disk.fill();
    // What is written next needs a segment of the log of its own, for which there is no room: PostgreSQL gives up.
    let _ = database.query("SELECT pg_switch_wal()");
    let mut committed = 1;
    let refused = loop {
        match store.commit(commit_nothing()).await {
            Ok(_) => committed += 1,
            Err(why) => break why,
        }
        assert!(committed < 100_000, "the disk is not full");
    };
    assert!(matches!(refused, CommitError::Unavailable | CommitError::Unknown), "{refused:?}");
    within_seconds(async || server.query("postgres", "SELECT 1").is_err()).await;
    server.kill();
    disk.relieve();
    server.resume();
    within_seconds(async || store.commit(commit_nothing()).await.is_ok()).await;
    let rows = database.query("SELECT count(*) FROM audit_log").expect("it answers");
    let rows: u32 = rows[0].parse().expect("a number");
    let in_doubt = u32::from(refused == CommitError::Unknown);
    assert!((committed + 1..=committed + 1 + in_doubt).contains(&rows), "{rows} of {committed} and one");
    drop(store);
}

/// A disk of so many MB.
struct Disk(PathBuf);

impl Disk {
    /// In place of this directory, of the same owner. Only root may: others are told so.
    fn mount(path: PathBuf, megabytes: u32) -> Option<Self> {
        let owner = std::fs::metadata(&path).expect("a directory");
        let options = format!("size={megabytes}m,mode=0700,uid={},gid={}", owner.uid(), owner.gid());
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&path);
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(path));
        }
        eprintln!("only root can mount a small disk: this test did not run");
        None
    }

    fn ballast(&self) -> PathBuf {
        self.0.join("ballast")
    }

    fn fill(&self) {
        use std::io::Write as _;
        let mut file = std::fs::File::create(self.ballast()).expect("a file");
        while file.write_all(&[0; 4096]).is_ok() {}
    }

    fn relieve(&self) {
        std::fs::remove_file(self.ballast()).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
