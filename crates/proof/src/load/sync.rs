//! What the disk takes to keep something: what no durable answer can be faster than.

use crate::Result;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Instant;

const PAGE: usize = 4096;

/// As in a log that is used again and again, pages are written over, and the file does not grow.
const PAGES: u64 = 256;

/// Writes pages to a file in this directory, one after another, each synced (`fdatasync`), and says how long each took, in
/// nanoseconds.
pub(super) fn samples(directory: &Path) -> Result<Vec<u64>> {
    let path = directory.join("sync.probe");
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
    let page = [0x5a; PAGE];
    for n in 0..PAGES {
        file.write_all_at(&page, n * PAGE as u64)?;
    }
    file.sync_all()?;
    let mut taken = Vec::with_capacity(PAGES as usize);
    for n in 0..PAGES {
        let begun = Instant::now();
        file.write_all_at(&page, n * PAGE as u64)?;
        file.sync_data()?;
        taken.push(begun.elapsed().as_nanos() as u64);
    }
    std::fs::remove_file(&path)?;
    Ok(taken)
}
