//! A small disk of a cluster's own, which can be filled.

use crate::Result;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Room for a torture's data. Bytes.
const SIZE: u64 = 1 << 30;
/// Ballast comes in pieces: the largest that still fit, down to a block. Bytes.
const PIECES: [u64; 5] = [1 << 28, 1 << 24, 1 << 20, 1 << 16, 1 << 12];

/// An ext4 file system in a file; unmounted when dropped.
#[derive(Debug)]
pub(crate) struct Disk {
    path: PathBuf,
    ballast: PathBuf,
}

impl Disk {
    /// Mounts it at `home/disk`. Only root may.
    pub(crate) fn mount(home: &Path) -> Result<Self> {
        let (image, path) = (home.join("disk.img"), home.join("disk"));
        File::create(&image)?.set_len(SIZE)?;
        std::fs::create_dir_all(&path)?;
        run(Command::new("mkfs.ext4").args(["-q", "-m", "0"]).arg(&image))?;
        run(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&path))?;
        Ok(Self { ballast: path.join("ballast"), path })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Nothing more can be written.
    pub(crate) fn fill(&self) -> Result<()> {
        let mut filled = 0;
        for piece in PIECES {
            while self.allocate(filled, piece)? {
                filled += piece;
            }
        }
        match filled {
            0 => Err("the disk cannot be filled".into()),
            _ => Ok(()),
        }
    }

    fn allocate(&self, offset: u64, length: u64) -> Result<bool> {
        let mut fallocate = Command::new("fallocate");
        fallocate.args(["-o", &offset.to_string(), "-l", &length.to_string()]).arg(&self.ballast);
        Ok(fallocate.output()?.status.success())
    }

    /// There is room again.
    pub(crate) fn relieve(&self) -> Result<()> {
        Ok(std::fs::remove_file(&self.ballast)?)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Even while somebody still looks into it.
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()).into()),
    }
}
