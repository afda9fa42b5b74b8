//! Where the programs of PostgreSQL are, and who runs them.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The programs of one version of PostgreSQL.
#[derive(Clone, Debug)]
pub struct Programs {
    directory: PathBuf,
}

impl Programs {
    /// Looks in `AUTHMS_TEST_POSTGRES_BIN`, along `PATH`, and where Debian puts them, the newest first.
    pub fn find() -> Option<Self> {
        let named = std::env::var_os("AUTHMS_TEST_POSTGRES_BIN").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let places = named.into_iter().chain(std::env::split_paths(&path)).chain(of_debian());
        // A link may lead to one program and not to the others beside it.
        let beside = |place: PathBuf| Some(place.join("initdb").canonicalize().ok()?.parent()?.to_owned());
        let complete =
            |d: &PathBuf| ["initdb", "postgres", "pg_basebackup"].iter().all(|p| d.join(p).is_file());
        places.filter_map(beside).find(complete).map(|directory| Self { directory })
    }

    /// A program, to be run as an unprivileged user in a process group of its own.
    pub(super) fn command(&self, program: &str, directory: &Path) -> Command {
        command(&self.directory.join(program), directory)
    }
}

fn of_debian() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &PathBuf| path.file_name().and_then(|n| n.to_str()?.parse::<u32>().ok());
    let mut found: Vec<_> = versions.map(|entry| entry.path()).collect();
    found.sort_unstable_by_key(|path| std::cmp::Reverse(number(path)));
    found.into_iter().map(|version| version.join("bin")).collect()
}

/// A program run as the owner of a directory, in it, out of the reach of the terminal's signals.
pub(super) fn command(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    let owner = std::fs::metadata(directory).expect("the directory of a test's server");
    if is_root() {
        command.uid(owner.uid()).gid(owner.gid());
    }
    command.current_dir(directory).env("LC_ALL", "C").stdin(Stdio::null()).process_group(0);
    command
}

/// A fresh directory that belongs to whoever is to run the server: not to root, who may not.
pub(super) fn directory(path: PathBuf) -> PathBuf {
    use std::os::unix::fs::{DirBuilderExt, chown};
    std::fs::DirBuilder::new().mode(0o700).create(&path).expect("a temporary directory");
    if is_root() {
        let (user, group) = unprivileged();
        chown(&path, Some(user), Some(group)).expect("root gives a directory away");
    }
    path
}

/// Writes a file that belongs to the owner of its directory, and that nobody else may read.
pub(super) fn hand_over(path: &Path, contents: &str) {
    use std::os::unix::fs::{PermissionsExt, chown};
    std::fs::write(path, contents).expect("a file");
    let owner = std::fs::metadata(path.parent().expect("a directory")).expect("a directory");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("its owner's alone");
    chown(path, Some(owner.uid()), Some(owner.gid())).expect("given away");
}

/// Where servers live: `AUTHMS_TEST_POSTGRES_DIR`; else in memory where there is enough of it, since making a database writes and
/// syncs many files; else among the temporary files.
pub(super) fn place() -> PathBuf {
    let named = std::env::var_os("AUTHMS_TEST_POSTGRES_DIR").map(PathBuf::from);
    named.or_else(in_memory).unwrap_or_else(std::env::temp_dir)
}

fn in_memory() -> Option<PathBuf> {
    const ENOUGH_KIB: u64 = 2 * 1024 * 1024;
    let free =
        Command::new("df").args(["-k", "--output=avail", "/dev/shm"]).stderr(Stdio::null()).output().ok()?;
    let free: u64 = std::str::from_utf8(&free.stdout).ok()?.lines().nth(1)?.trim().parse().ok()?;
    (free >= ENOUGH_KIB).then(|| PathBuf::from("/dev/shm"))
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

/// The user whom the package made, or else nobody.
fn unprivileged() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let ids = |name: &str| {
        let mut fields =
            users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":x:"))?.split(':');
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).unwrap_or((65534, 65534))
}
