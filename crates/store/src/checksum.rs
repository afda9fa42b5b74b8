//! What tells a migration that was edited by mistake.

/// FNV-1a; whoever can write the database needs no collision.
pub(crate) fn checksum(sql: &str) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = sql.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    i64::from_le_bytes(hash.to_le_bytes())
}
