//! What one file would contain if all that was written to it had been synced.

use std::collections::BTreeMap;

/// The unit in which unsynced bytes are kept. Bytes.
const BLOCK: usize = 4096;

/// An SQLite result code other than `SQLITE_OK`.
pub(super) type Code = std::ffi::c_int;

/// The real file below. Reads past the end yield zeros.
pub(super) trait RawFile {
    fn read(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Code>;
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Code>;
    fn truncate(&mut self, size: u64) -> Result<(), Code>;
    fn size(&mut self) -> Result<u64, Code>;
}

/// The unsynced state of a file, shared by all connections of the process. With nothing pending it holds nothing
/// and every call goes to the real file.
#[derive(Debug, Default)]
pub(super) struct Image {
    pending: Option<Pending>,
}

#[derive(Debug)]
struct Pending {
    /// Bytes, as the connections see the file.
    size: u64,
    /// How much of the real file's beginning still counts; what lies behind was cut off by a truncate.
    kept: u64,
    blocks: BTreeMap<u64, Box<[u8]>>,
}

impl Image {
    pub(super) fn size(&self, raw: &mut impl RawFile) -> Result<u64, Code> {
        self.pending.as_ref().map_or_else(|| raw.size(), |pending| Ok(pending.size))
    }

    /// Fills `into`, with zeros past the end of the file.
    pub(super) fn read(&self, raw: &mut impl RawFile, offset: u64, into: &mut [u8]) -> Result<(), Code> {
        let Some(pending) = &self.pending else { return raw.read(offset, into) };
        for (number, within, piece) in pieces(offset, into.len()) {
            let into = &mut into[piece];
            match pending.blocks.get(&number) {
                Some(block) => into.copy_from_slice(&block[within..][..into.len()]),
                None => pending.read_kept(raw, number * BLOCK as u64 + within as u64, into)?,
            }
        }
        Ok(())
    }

    pub(super) fn write(&mut self, raw: &mut impl RawFile, offset: u64, bytes: &[u8]) -> Result<(), Code> {
        if bytes.is_empty() {
            return Ok(());
        }
        let pending = self.pending(raw)?;
        for (number, within, piece) in pieces(offset, bytes.len()) {
            let bytes = &bytes[piece];
            pending.block(raw, number)?[within..][..bytes.len()].copy_from_slice(bytes);
        }
        pending.size = pending.size.max(offset + bytes.len() as u64);
        Ok(())
    }

    pub(super) fn truncate(&mut self, raw: &mut impl RawFile, size: u64) -> Result<(), Code> {
        let pending = self.pending(raw)?;
        let (last, within) = (size / BLOCK as u64, (size % BLOCK as u64) as usize);
        pending.blocks.split_off(&size.div_ceil(BLOCK as u64));
        if let Some(block) = pending.blocks.get_mut(&last) {
            block[within..].fill(0);
        }
        pending.size = size;
        pending.kept = pending.kept.min(size);
        Ok(())
    }

    /// Hands everything to the real file: the first half of a sync.
    pub(super) fn flush(&mut self, raw: &mut impl RawFile) -> Result<(), Code> {
        let Some(pending) = &self.pending else { return Ok(()) };
        if raw.size()? > pending.kept {
            raw.truncate(pending.kept)?;
        }
        for (number, block) in &pending.blocks {
            let start = number * BLOCK as u64;
            let length = (pending.size - start).min(BLOCK as u64) as usize;
            raw.write(start, &block[..length])?;
        }
        if raw.size()? != pending.size {
            raw.truncate(pending.size)?;
        }
        self.pending = None;
        Ok(())
    }

    fn pending(&mut self, raw: &mut impl RawFile) -> Result<&mut Pending, Code> {
        if self.pending.is_none() {
            let size = raw.size()?;
            self.pending = Some(Pending { size, kept: size, blocks: BTreeMap::new() });
        }
        Ok(self.pending.as_mut().expect("just set"))
    }
}

impl Pending {
    /// A block to write into, holding what the file holds there now.
    fn block(&mut self, raw: &mut impl RawFile, number: u64) -> Result<&mut [u8], Code> {
        if !self.blocks.contains_key(&number) {
            let mut block = vec![0; BLOCK].into_boxed_slice();
            self.read_kept(raw, number * BLOCK as u64, &mut block)?;
            self.blocks.insert(number, block);
        }
        Ok(self.blocks.get_mut(&number).expect("just set"))
    }

    fn read_kept(&self, raw: &mut impl RawFile, offset: u64, into: &mut [u8]) -> Result<(), Code> {
        let real = self.kept.saturating_sub(offset).min(into.len() as u64) as usize;
        into[real..].fill(0);
        match real {
            0 => Ok(()),
            _ => raw.read(offset, &mut into[..real]),
        }
    }
}

/// Cuts a range at block boundaries: (block number, offset within the block, range within the caller's buffer).
fn pieces(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let within = (at % BLOCK as u64) as usize;
        let take = (length - done).min(BLOCK - within);
        let piece = (at / BLOCK as u64, within, done..done + take);
        done += take;
        (take > 0).then_some(piece)
    })
}
