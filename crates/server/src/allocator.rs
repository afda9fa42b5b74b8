//! The memory allocator of the whole process, SQLite and the cryptography included.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

/// jemalloc: a sign-in allocates some two hundred times, and glibc's allocator keeps what many threads have freed
/// (`docs/performance.md` has both in figures). Elsewhere the system's stays.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// An arena for each core, and what is free goes back to the system after half a second, also while nothing happens.
/// Overridden by the environment's `MALLOC_CONF`.
// SAFETY: jemalloc reads a NUL-terminated text by this name (jemalloc(3), "Tuning"), and nothing else is called so.
#[allow(unsafe_code)]
#[unsafe(export_name = "malloc_conf")]
pub static CONFIGURATION: &[u8; 79] =
    b"percpu_arena:percpu,dirty_decay_ms:500,muzzy_decay_ms:0,background_thread:true\0";
