//! The SQLite VFS over [`Image`]; with the mutants the one place of this crate with unsafe code.
//!
//! Each file that SQLite opens here is a [`LossyFile`] followed in memory by the real VFS's own file object, to
//! which locks, shared memory and everything but the contents are passed on.
#![allow(unsafe_code)]

use super::Mutant;
use super::image::{Code, Image, RawFile};
use rusqlite::ffi::*;
use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

const NAME: &CStr = c"lossy";
const REAL_NAME: &CStr = c"unix";
/// What durable contents live in; temporary files need no image.
const DURABLE: c_int =
    SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;

static IMAGES: LazyLock<Mutex<HashMap<CString, Arc<Mutex<Image>>>>> = LazyLock::new(Mutex::default);
static SYNC_OFF: AtomicBool = AtomicBool::new(false);
/// Only each [`LATE`]th sync is done.
static SYNC_LATE: AtomicBool = AtomicBool::new(false);
static SYNCS: AtomicU64 = AtomicU64::new(0);
const LATE: u64 = 8;

/// The layer once registered, and the VFS below it. Both live as long as the process.
struct Registered {
    real: *mut sqlite3_vfs,
    ours: *mut sqlite3_vfs,
}
// SAFETY: both structures are never written after registration, and SQLite calls a VFS from any thread.
unsafe impl Send for Registered {}
// SAFETY: as above.
unsafe impl Sync for Registered {}
static REGISTERED: OnceLock<Registered> = OnceLock::new();

#[repr(C)]
struct LossyFile {
    base: sqlite3_file,
    /// From `Arc::into_raw`, given back at close; null for a temporary file.
    image: *const Mutex<Image>,
}

/// Registers the layer under the name `lossy`, for all connections opened from now on if `default`.
pub(crate) fn register(default: bool, mutant: Option<Mutant>) -> Result<(), &'static str> {
    SYNC_OFF.store(mutant == Some(Mutant::SyncOff), Ordering::SeqCst);
    SYNC_LATE.store(mutant == Some(Mutant::EarlyAnswer), Ordering::SeqCst);
    SYNCS.store(0, Ordering::SeqCst);
    let layer = REGISTERED.get_or_init(|| {
        // SAFETY: looking a VFS up by a NUL-terminated name is always allowed; it is copied while it is alive. The
        // copied functions get our structure as their pVfs, of which the unix VFS reads only the copied pAppData.
        unsafe {
            let real = sqlite3_vfs_find(REAL_NAME.as_ptr());
            assert!(!real.is_null(), "the bundled SQLite has a unix VFS");
            let mut ours = *real;
            ours.pNext = null_mut();
            ours.zName = NAME.as_ptr();
            ours.szOsFile += size_of::<LossyFile>() as c_int;
            ours.xOpen = Some(x_open);
            ours.xDelete = Some(x_delete);
            Registered { real, ours: Box::into_raw(Box::new(ours)) }
        }
    });
    // SAFETY: `ours` is leaked on purpose, so it outlives every connection.
    match unsafe { sqlite3_vfs_register(layer.ours, c_int::from(default)) } {
        SQLITE_OK => Ok(()),
        _ => Err("SQLite refused the lossy file layer"),
    }
}

fn layer() -> &'static Registered {
    REGISTERED.get().expect("only a registered VFS is called")
}

unsafe extern "C" fn x_open(
    _: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives szOsFile bytes, which is a LossyFile and the real VFS's own file behind it, and a name
    // that is null or lives until the file is closed.
    unsafe {
        (*file).pMethods = null();
        let real = Raw::below(file);
        (*real.0).pMethods = null();
        let Some(open) = (*layer().real).xOpen else { return SQLITE_CANTOPEN };
        let code = open(layer().real, name, real.0, flags, out_flags);
        if code != SQLITE_OK {
            if let Some(close) = (*real.0).pMethods.as_ref().and_then(|methods| methods.xClose) {
                close(real.0);
            }
            return code;
        }
        (*file.cast::<LossyFile>()).image = match flags & DURABLE != 0 && !name.is_null() {
            true => Arc::into_raw(image_of(CStr::from_ptr(name))),
            false => null(),
        };
        (*file).pMethods = &METHODS;
    }
    SQLITE_OK
}

fn image_of(name: &CStr) -> Arc<Mutex<Image>> {
    IMAGES.lock().expect("images").entry(name.to_owned()).or_default().clone()
}

unsafe extern "C" fn x_delete(_: *mut sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    // SAFETY: SQLite passes a NUL-terminated name; the real VFS outlives the process's connections.
    unsafe {
        IMAGES.lock().expect("images").remove(CStr::from_ptr(name));
        (*layer().real).xDelete.map_or(SQLITE_IOERR_DELETE, |delete| delete(layer().real, name, sync_dir))
    }
}

/// The real VFS's file object behind one of ours.
struct Raw(*mut sqlite3_file);

/// Calls a method of the real file, or fails as a disk would if it has no such method. Unsafe: the file must be
/// open, and the arguments what SQLite allows.
macro_rules! real {
    ($raw:expr, $method:ident $(, $argument:expr)*) => {{
        let real: *mut sqlite3_file = $raw.0;
        match (*(*real).pMethods).$method {
            Some(method) => method(real $(, $argument)*),
            None => SQLITE_IOERR,
        }
    }};
}

impl Raw {
    /// # Safety
    /// `file` must be one that SQLite allocated for this VFS.
    unsafe fn below(file: *mut sqlite3_file) -> Self {
        // SAFETY: szOsFile covers both; LossyFile's size is a multiple of a pointer's, hence aligned.
        Self(unsafe { file.cast::<LossyFile>().add(1).cast() })
    }
}

fn checked(code: c_int) -> Result<(), Code> {
    if code == SQLITE_OK { Ok(()) } else { Err(code) }
}

impl RawFile for Raw {
    fn read(&mut self, offset: u64, into: &mut [u8]) -> Result<(), Code> {
        // SAFETY: a `Raw` exists only while its file is open; the buffer is `into`, with its length.
        match unsafe { real!(self, xRead, into.as_mut_ptr().cast(), into.len() as c_int, offset as i64) } {
            SQLITE_IOERR_SHORT_READ => Ok(()), // it has zeroed the rest
            code => checked(code),
        }
    }
    fn write(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Code> {
        // SAFETY: as for `read`.
        checked(unsafe { real!(self, xWrite, bytes.as_ptr().cast(), bytes.len() as c_int, offset as i64) })
    }
    fn truncate(&mut self, size: u64) -> Result<(), Code> {
        // SAFETY: as for `read`.
        checked(unsafe { real!(self, xTruncate, size as i64) })
    }
    fn size(&mut self) -> Result<u64, Code> {
        let mut size = 0;
        // SAFETY: as for `read`.
        checked(unsafe { real!(self, xFileSize, &mut size) }).map(|()| size as u64)
    }
}

/// Runs `act` on a file's image, or answers what the real file answers if it has none.
///
/// # Safety
/// `file` must be one that this VFS opened and has not closed.
unsafe fn with_image(
    file: *mut sqlite3_file,
    act: impl FnOnce(&mut Image, &mut Raw) -> Result<(), Code>,
    temporary: impl FnOnce(&mut Raw) -> c_int,
) -> c_int {
    // SAFETY: the image came from Arc::into_raw at open and is given back only at close.
    let (mut raw, image) = unsafe { (Raw::below(file), (*file.cast::<LossyFile>()).image.as_ref()) };
    match image {
        None => temporary(&mut raw),
        Some(image) => act(&mut image.lock().expect("image"), &mut raw).err().unwrap_or(SQLITE_OK),
    }
}

unsafe extern "C" fn x_close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: `file` is ours; the image is given back exactly once, since SQLite closes a file once.
    unsafe {
        let image = (*file.cast::<LossyFile>()).image;
        if !image.is_null() {
            drop(Arc::from_raw(image));
        }
        real!(Raw::below(file), xClose)
    }
}

unsafe extern "C" fn x_read(file: *mut sqlite3_file, into: *mut c_void, amount: c_int, offset: i64) -> c_int {
    // SAFETY: SQLite passes a buffer of `amount` bytes, which nobody else uses during the call.
    let bytes = unsafe { std::slice::from_raw_parts_mut(into.cast::<u8>(), amount as usize) };
    let end = offset as u64 + bytes.len() as u64;
    let read = |image: &mut Image, raw: &mut Raw| {
        image.read(raw, offset as u64, bytes)?;
        checked(if end <= image.size(raw)? { SQLITE_OK } else { SQLITE_IOERR_SHORT_READ })
    };
    // SAFETY: `file` is ours and open.
    unsafe { with_image(file, read, |raw| real!(raw, xRead, into, amount, offset)) }
}

unsafe extern "C" fn x_write(
    file: *mut sqlite3_file,
    from: *const c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    // SAFETY: SQLite passes `amount` readable bytes.
    let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), amount as usize) };
    let write = |image: &mut Image, raw: &mut Raw| image.write(raw, offset as u64, bytes);
    // SAFETY: `file` is ours and open.
    unsafe { with_image(file, write, |raw| real!(raw, xWrite, from, amount, offset)) }
}

unsafe extern "C" fn x_truncate(file: *mut sqlite3_file, size: i64) -> c_int {
    let truncate = |image: &mut Image, raw: &mut Raw| image.truncate(raw, size as u64);
    // SAFETY: `file` is ours and open.
    unsafe { with_image(file, truncate, |raw| real!(raw, xTruncate, size)) }
}

unsafe extern "C" fn x_file_size(file: *mut sqlite3_file, out: *mut sqlite3_int64) -> c_int {
    // SAFETY: `file` is ours and open, and `out` is where SQLite wants the size.
    unsafe {
        let size = |image: &mut Image, raw: &mut Raw| image.size(raw).map(|size| *out = size as i64);
        with_image(file, size, |raw| real!(raw, xFileSize, out))
    }
}

unsafe extern "C" fn x_sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    let late =
        || SYNC_LATE.load(Ordering::Relaxed) && SYNCS.fetch_add(1, Ordering::Relaxed) % LATE != LATE - 1;
    if SYNC_OFF.load(Ordering::Relaxed) || late() {
        return SQLITE_OK;
    }
    // SAFETY: `file` is ours and open.
    let code = unsafe { with_image(file, |image, raw| image.flush(raw), |_| SQLITE_OK) };
    // Outside the image's lock, so that readers do not wait for the disk.
    match code {
        // SAFETY: as above.
        SQLITE_OK => unsafe { real!(Raw::below(file), xSync, flags) },
        code => code,
    }
}

/// A method that is the real file's own.
macro_rules! passed_on {
    ($name:ident, $method:ident $(, $argument:ident: $type:ty)*) => {
        unsafe extern "C" fn $name(file: *mut sqlite3_file $(, $argument: $type)*) -> c_int {
            // SAFETY: `file` is ours and open; the arguments are SQLite's.
            unsafe { real!(Raw::below(file), $method $(, $argument)*) }
        }
    };
}
passed_on!(x_lock, xLock, level: c_int);
passed_on!(x_unlock, xUnlock, level: c_int);
passed_on!(x_check_reserved_lock, xCheckReservedLock, out: *mut c_int);
passed_on!(x_file_control, xFileControl, op: c_int, argument: *mut c_void);
passed_on!(x_sector_size, xSectorSize);
passed_on!(x_device_characteristics, xDeviceCharacteristics);
passed_on!(x_shm_map, xShmMap, page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void);
passed_on!(x_shm_lock, xShmLock, offset: c_int, n: c_int, flags: c_int);
passed_on!(x_shm_unmap, xShmUnmap, delete: c_int);

unsafe extern "C" fn x_shm_barrier(file: *mut sqlite3_file) {
    // SAFETY: `file` is ours and open.
    unsafe {
        let real = Raw::below(file).0;
        if let Some(barrier) = (*(*real).pMethods).xShmBarrier {
            barrier(real);
        }
    }
}

/// Version 2: shared memory, but no memory mapping, which would read past the images.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_unlock),
    xCheckReservedLock: Some(x_check_reserved_lock),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_device_characteristics),
    xShmMap: Some(x_shm_map),
    xShmLock: Some(x_shm_lock),
    xShmBarrier: Some(x_shm_barrier),
    xShmUnmap: Some(x_shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
