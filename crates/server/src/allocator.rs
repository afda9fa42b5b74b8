//! How the memory allocator gives large blocks back.

/// Blocks from this size on are the system's again as soon as they are freed. Hashing takes some of 7 MiB and more;
/// nothing that is needed often is as large.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 1024 * 1024;

/// Has large blocks returned to the system. By itself glibc raises its threshold to the size of the first such block
/// that is freed, and keeps all later ones: measured, a server after a few sign-ins by password held 80 MiB for good.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn return_large_blocks() {
    // SAFETY: mallopt takes two integers and may be called at any time (glibc manual, "Malloc Tunable Parameters").
    #[allow(unsafe_code)]
    let accepted = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
    if accepted == 0 {
        tracing::debug!("the allocator keeps its threshold");
    }
}

/// Other allocators are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn return_large_blocks() {}
