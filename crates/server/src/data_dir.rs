//! The data directory: made private, guarded against a second server, and home of the master key file.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use authms_crypto::{MasterKey, MasterKeyError, SecretString};

use crate::config::{Config, MasterKeySource};

/// Far longer than a master key is as text.
const MAX_KEY_FILE_BYTES: u64 = 4096;

/// What is wrong with the data directory or the master key. No message holds the key.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// Something on disk refused.
    #[error("cannot {doing} {}: {error}", path.display())]
    Io {
        /// What was tried, such as `create the data directory`.
        doing: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// The system's answer.
        error: io::Error,
    },
    /// The data directory's path leads to something else.
    #[error("{} is no directory; move it away or choose another data directory", .0.display())]
    NotADirectory(PathBuf),
    /// Another server holds the data directory.
    #[error(
        "another authms server ({process}) already uses {}; stop it, or give this one a data directory of its own",
        dir.display()
    )]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// Which process, such as `process 4711`.
        process: String,
    },
    /// There is no master key file, and none was to be made.
    #[error(
        "there is no master key file at {}; put it back from where you keep it, or name its place by AUTHMS_MASTER_KEY_FILE",
        .0.display()
    )]
    KeyMissing(PathBuf),
    /// Others than the owner may use the master key file.
    #[error(
        "the master key file {0} is open to others than its owner (mode {mode:04o}); mend it by: chmod 600 {0}",
        path.display()
    )]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The path of the master key leads to something that is no file.
    #[error("{} is no regular file, so it cannot be the master key file", .0.display())]
    KeyNotAFile(PathBuf),
    /// What was found there is no master key.
    #[error("{place} holds no master key: {error}")]
    KeyMalformed {
        /// The file or variable.
        place: String,
        /// Why it is none.
        error: MasterKeyError,
    },
}

/// Makes the data directory with mode 0700 if it is missing; one that exists keeps its mode.
///
/// # Errors
/// When it cannot be made, or the path leads to something else.
pub fn ensure(dir: &Path) -> Result<(), DataDirError> {
    match std::fs::metadata(dir) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(DataDirError::NotADirectory(dir.into())),
        Err(error) if error.kind() == ErrorKind::NotFound => DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .map_err(at("create the data directory", dir)),
        Err(error) => Err(at("look at the data directory", dir)(error)),
    }
}

/// The master key, and whether it was made just now.
///
/// With `create`, a missing key file is made, complete or not at all, readable by its owner alone; its
/// directory must exist ([`ensure`] makes the usual one). An existing file is never written to. Ask for
/// `create` only while nothing has been sealed yet: a new key opens nothing an old one sealed.
///
/// # Errors
/// When the key is missing (without `create`), malformed, open to others, or cannot be read or made.
pub fn load_master_key(config: &Config, create: bool) -> Result<(MasterKey, bool), DataDirError> {
    match &config.master {
        MasterKeySource::Inline(secret) => {
            parse_key(secret.expose(), "AUTHMS_MASTER_KEY").map(|key| (key, false))
        }
        MasterKeySource::File(path) => load_key_file(path, create),
    }
}

fn load_key_file(path: &Path, create: bool) -> Result<(MasterKey, bool), DataDirError> {
    match read_key_file(path) {
        Err(DataDirError::KeyMissing(_)) if create => match create_key_file(path)? {
            Some(key) => Ok((key, true)),
            // Another process was faster; its key is the key.
            None => read_key_file(path).map(|key| (key, false)),
        },
        read => read.map(|key| (key, false)),
    }
}

fn read_key_file(path: &Path) -> Result<MasterKey, DataDirError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => DataDirError::KeyMissing(path.into()),
        _ => at("open the master key file", path)(error),
    })?;
    // Asked of the open file, so that what is checked is what is read.
    let found = file.metadata().map_err(at("look at the master key file", path))?;
    if !found.is_file() {
        return Err(DataDirError::KeyNotAFile(path.into()));
    }
    let mode = found.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(DataDirError::KeyExposed { path: path.into(), mode });
    }
    let text =
        io::read_to_string(file.take(MAX_KEY_FILE_BYTES)).map_err(at("read the master key file", path))?;
    parse_key(SecretString::new(text).expose(), &path.display().to_string())
}

fn parse_key(text: &str, place: &str) -> Result<MasterKey, DataDirError> {
    MasterKey::parse(text).map_err(|error| DataDirError::KeyMalformed { place: place.into(), error })
}

/// Makes the key file; `None` when there is one by now.
fn create_key_file(path: &Path) -> Result<Option<MasterKey>, DataDirError> {
    let key = MasterKey::generate();
    let draft = draft_path(path);
    let made = write_draft(&draft, &key).and_then(|()| publish(&draft, path));
    // Gone already if it was never made; nothing depends on it in any case.
    let _ = std::fs::remove_file(&draft);
    match made {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
        Err(error) => return Err(at("create the master key file", path)(error)),
    }
    sync_directory_of(path).map_err(at("make safe the directory of", path))?;
    Ok(Some(key))
}

fn draft_path(path: &Path) -> PathBuf {
    // The time as well: in containers every server is process 1.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{now}.new", std::process::id()));
    name.into()
}

fn write_draft(draft: &Path, key: &MasterKey) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(key.to_text().expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// Gives a complete draft its name. A link, unlike a rename, never replaces what is there.
fn publish(draft: &Path, path: &Path) -> io::Result<()> {
    std::fs::hard_link(draft, path)
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir)?.sync_all()
}

/// Holds the data directory for one serving process, until dropped or the process ends in any way.
#[derive(Debug)]
pub struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the lock `<data-dir>/serve.lock` and notes this process in it. The directory must exist.
    ///
    /// # Errors
    /// When another process holds it (the message says which), or the file cannot be used.
    pub fn take(dir: &Path) -> Result<Self, DataDirError> {
        let path = dir.join("serve.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(at("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DataDirError::InUse { dir: dir.into(), process: holder(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(at("lock", &path)(error)),
        }
        note_holder(&mut file).map_err(at("write", &path))?;
        Ok(Self { _file: file })
    }
}

fn note_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    // Only digits are repeated, and an unreadable note must not hide that the lock is held.
    match file.take(32).read_to_string(&mut text).ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(process) => format!("process {process}"),
        None => "a process that left no note".into(),
    }
}

fn at(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataDirError {
    move |error| DataDirError::Io { doing, path: path.into(), error }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::{Environment, Overrides};
    use crate::scratch::Scratch;

    fn config(dir: &Path, variables: &[(&str, &str)]) -> Config {
        let flags = Overrides { data_dir: Some(dir.into()), ..Overrides::default() };
        let environment: Environment =
            variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Config::load(&flags, &environment).expect("a configuration")
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("exists").mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("chmod");
    }

    #[test]
    fn the_data_directory_is_made_private_and_an_existing_one_is_left_alone() {
        let home = Scratch::new();
        let dir = home.path().join("a/b");
        ensure(&dir).expect("made");
        assert_eq!(mode(&dir), 0o700);
        set_mode(&dir, 0o750);
        ensure(&dir).expect("there");
        assert_eq!(mode(&dir), 0o750);

        let file = home.path().join("file");
        std::fs::write(&file, "").expect("written");
        assert!(matches!(ensure(&file), Err(DataDirError::NotADirectory(_))));
        assert!(matches!(ensure(&file.join("below")), Err(DataDirError::Io { .. })));
    }

    #[test]
    fn s41_a_master_key_file_is_made_once_private_and_kept() {
        let home = Scratch::new();
        let config = config(home.path(), &[]);
        let path = home.path().join("master.key");
        assert!(matches!(load_master_key(&config, false), Err(DataDirError::KeyMissing(_))));
        assert!(!path.exists());

        let (key, created) = load_master_key(&config, true).expect("made");
        assert!(created);
        assert_eq!(mode(&path), 0o600);
        let names: Vec<_> = std::fs::read_dir(home.path()).expect("listed").collect();
        assert_eq!(names.len(), 1, "no draft is left: {names:?}");

        let (again, created) = load_master_key(&config, true).expect("loaded");
        assert!(!created);
        assert_eq!(key.to_text().expose(), again.to_text().expose());
    }

    #[test]
    fn s41_a_master_key_file_open_to_others_refuses_to_start() {
        let home = Scratch::new();
        let config = config(home.path(), &[]);
        let (key, _) = load_master_key(&config, true).expect("made");
        let path = home.path().join("master.key");
        for bad in [0o640, 0o604, 0o620, 0o644, 0o601, 0o666] {
            set_mode(&path, bad);
            let error = load_master_key(&config, true).map(drop).expect_err("refused").to_string();
            assert!(error.contains(&format!("chmod 600 {}", path.display())), "{error}");
            assert!(error.contains(&format!("mode {bad:04o}")), "{error}");
            assert!(!error.contains(key.to_text().expose()), "{error}");
        }
        for good in [0o600, 0o400] {
            set_mode(&path, good);
            load_master_key(&config, false).expect("accepted");
        }
    }

    #[test]
    fn s41_a_broken_master_key_file_is_refused_and_never_overwritten() {
        let home = Scratch::new();
        let config = config(home.path(), &[]);
        let path = home.path().join("master.key");
        for broken in ["", "not a key, but somebody's secret"] {
            std::fs::write(&path, broken).expect("written");
            set_mode(&path, 0o600);
            let error = load_master_key(&config, true).map(drop).expect_err("refused");
            assert!(!format!("{error} {error:?}").contains("somebody"), "{error}");
            assert_eq!(std::fs::read_to_string(&path).expect("read"), broken);
        }
        std::fs::remove_file(&path).expect("removed");
        std::fs::create_dir(&path).expect("made");
        assert!(matches!(load_master_key(&config, true), Err(DataDirError::KeyNotAFile(_))));
    }

    #[test]
    fn creators_at_the_same_time_agree_on_one_key() {
        let home = Scratch::new();
        let config = config(home.path(), &[]);
        let keys: Vec<(String, bool)> = std::thread::scope(|scope| {
            let start = || {
                let (key, created) = load_master_key(&config, true).expect("a key");
                (key.to_text().expose().to_owned(), created)
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert!(keys.iter().all(|(key, _)| *key == keys[0].0));
        assert_eq!(keys.iter().filter(|(_, created)| *created).count(), 1);
    }

    #[test]
    fn the_key_may_come_from_the_environment_or_another_file() {
        let home = Scratch::new();
        let key = MasterKey::generate();
        let inline = config(home.path(), &[("AUTHMS_MASTER_KEY", key.to_text().expose())]);
        let (found, created) = load_master_key(&inline, true).expect("loaded");
        assert_eq!(found.to_text().expose(), key.to_text().expose());
        assert!(!created && !home.path().join("master.key").exists());

        let path = home.path().join("elsewhere");
        let named = config(home.path(), &[("AUTHMS_MASTER_KEY_FILE", path.to_str().expect("UTF-8"))]);
        assert!(load_master_key(&named, true).expect("made").1);
        assert!(path.exists());

        let broken = config(home.path(), &[("AUTHMS_MASTER_KEY", "hunter2-hunter2")]);
        let error = load_master_key(&broken, true).map(drop).expect_err("refused");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }

    #[test]
    fn two_servers_never_share_a_data_directory() {
        let home = Scratch::new();
        let lock = ServeLock::take(home.path()).expect("taken");
        let error = ServeLock::take(home.path()).expect_err("held").to_string();
        assert!(error.contains(&format!("process {}", std::process::id())), "{error}");
        drop(lock);
        ServeLock::take(home.path()).expect("free again");
        assert_eq!(mode(&home.path().join("serve.lock")), 0o600);
    }
}
