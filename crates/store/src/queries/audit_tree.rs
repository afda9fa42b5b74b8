//! The sealed audit log: trees, the rows that their leaves commit to, and the tiles of their hashes.

use super::chunk::{all_in_chunks, in_chunks, numbered};
use super::columns::Columns;
use super::conn::{Conn, Error, Result, ToSql, params};
use super::{all, change, change_one, first, signed};
use super::{audit_export, audit_list, audit_outlet, audit_verification};
use authms_core::audit::log::{
    Change, Edge, Erasure, Grown, KeptHead, Log, Pending, Row, Seal, Sealer, Sealing, Tile, TileAt, Tree,
    TreeWithEdge,
};
use authms_core::id::{EventId, UserId};
use authms_core::time::{Day, Timestamp};
use std::collections::BTreeSet;

/// Bits of a place that are a leaf's or a tile's.
pub(super) const WITHIN: u32 = 40;

/// Bits of a tile's place that are its index in its level.
const INDEX: u32 = 36;

/// The place of a row, or of the lowest level's tile.
pub(super) fn place(tree: u32, index: u64) -> i64 {
    (i64::from(tree) << WITHIN) | i64::try_from(index).unwrap_or(i64::MAX)
}

fn tile_place(tree: u32, at: TileAt) -> i64 {
    place(tree, u64::from(at.level) << INDEX | at.index)
}

/// Who seals.
pub(crate) fn sealer(conn: Conn<'_>) -> Result<Sealer> {
    let sql = "SELECT holder, until, rev FROM audit_sealer";
    let read = |c: &mut Columns<'_>| Ok(Sealer { holder: c.take()?, until: c.time()?, rev: c.count()? });
    Ok(first(conn, sql, params![], read)?.unwrap_or_default())
}

/// See [`Audits::sealing`](authms_core::ports::Audits::sealing).
pub(crate) fn sealing(conn: Conn<'_>, most: u32) -> Result<Sealing> {
    let sql = "SELECT seq, tenant, id, name, at, body FROM audit_log ORDER BY seq LIMIT ?1";
    conn.snapshot(|conn| {
        let pending = all(conn, sql, params![most], |c| {
            let (seq, log, id) = (c.take()?, Log(c.id_if()?), c.id()?);
            Ok(Pending { seq, log, id, name: c.take()?, at: c.time()?, body: c.take()? })
        })?;
        let logs: BTreeSet<Log> = pending.iter().map(|row| row.log).collect();
        let mut trees = Vec::with_capacity(logs.len());
        for log in logs {
            trees.extend(edge(conn, log)?);
        }
        Ok(Sealing { sealer: sealer(conn)?, pending, trees })
    })
}

/// The number of a log's tree; 0, which none has, before anything of it was sealed.
pub(super) fn number(conn: Conn<'_>, log: Log) -> Result<u32> {
    let sql = "SELECT number FROM audit_trees WHERE log = ?1";
    Ok(first(conn, sql, params![log.bytes()], |c| c.take())?.unwrap_or(0))
}

const TREE: &str = "SELECT number, log, size, erased, head, sealed_at FROM audit_trees";

pub(super) fn read_tree(c: &mut Columns<'_>) -> Result<Tree> {
    let (number, log) = (c.take()?, Log::from_bytes(c.take()?));
    Ok(Tree { number, log, size: c.count()?, erased: c.count()?, head: c.take()?, sealed_at: c.time()? })
}

/// All trees, oldest first.
pub(crate) fn trees(conn: Conn<'_>) -> Result<Vec<Tree>> {
    all(conn, &format!("{TREE} ORDER BY number"), params![], read_tree)
}

/// A log's tree and the tiles at its edge, from one snapshot.
pub(crate) fn with_edge(conn: Conn<'_>, log: Log) -> Result<Option<TreeWithEdge>> {
    conn.snapshot(|conn| edge(conn, log))
}

fn edge(conn: Conn<'_>, log: Log) -> Result<Option<TreeWithEdge>> {
    let Some(tree) = first(conn, &format!("{TREE} WHERE log = ?1"), params![log.bytes()], read_tree)? else {
        return Ok(None);
    };
    let tiles = tiles(conn, tree.number, &Edge::tiles(tree.size))?;
    Ok(Some((tree, tiles)))
}

/// The rows of a tree from this leaf on, at most so many.
pub(crate) fn rows(conn: Conn<'_>, tree: u32, from: u64, most: u32) -> Result<Vec<Row>> {
    // A sum, so that no index by tree is taken, which would go through all of it: places are what these rows lie by.
    let sql = "SELECT place, id, name, salt, body FROM audit_rows WHERE place >= ?1 AND place < ?2
                   AND tree + 0 = ?4 ORDER BY place LIMIT ?3";
    let range = params![place(tree, from), place(tree + 1, 0), most, tree];
    all(conn, sql, range, |c| {
        let index = c.take::<i64>()? - place(tree, 0);
        Ok(Row {
            index: index.unsigned_abs(),
            id: c.id()?,
            name: c.take()?,
            salt: c.take()?,
            body: c.take()?,
        })
    })
}

/// The last head of each day, oldest first.
pub(crate) fn heads(conn: Conn<'_>, tree: u32) -> Result<Vec<KeptHead>> {
    let sql = "SELECT day, size, head FROM audit_heads WHERE number = ?1 ORDER BY day";
    all(conn, sql, params![tree], |c| {
        Ok(KeptHead { day: Day::numbered(c.take()?), size: c.count()?, head: c.take()? })
    })
}

/// Those of these tiles that are there.
pub(crate) fn tiles(conn: Conn<'_>, tree: u32, wanted: &[TileAt]) -> Result<Vec<Tile>> {
    let mut found = Vec::with_capacity(wanted.len());
    for &at in wanted {
        let sql = "SELECT hashes FROM audit_tiles WHERE place = ?1";
        let tile = first(conn, sql, params![tile_place(tree, at)], |c| {
            let bytes: Vec<u8> = c.take()?;
            let (hashes, rest) = bytes.as_chunks::<32>();
            if rest.is_empty() { Ok(Tile { at, hashes: hashes.to_vec() }) } else { Err(c.invalid()) }
        })?;
        found.extend(tile);
    }
    Ok(found)
}

/// Carries out a change of the log.
pub(crate) fn write(conn: Conn<'_>, change: &Change, at: Timestamp) -> Result<()> {
    match change {
        Change::Seal(seal) => write_seal(conn, seal),
        Change::Erase(erasure) => erase(conn, erasure),
        Change::Export(export) => audit_export::write(conn, export),
        Change::Dismiss { user, id } => audit_list::dismiss(conn, *user, *id, at),
        Change::Outlet(outlet) => audit_outlet::write(conn, outlet),
        Change::Verify(made) => audit_verification::insert(conn, made),
    }
}

/// Of the leaves that are erased only the hashes stay.
fn erase(conn: Conn<'_>, erasure: &Erasure) -> Result<()> {
    let (tree, from) = (&erasure.tree, signed(erasure.from));
    let sql = "UPDATE audit_trees SET erased = ?4, head = ?5, sealed_at = ?6
               WHERE number = ?1 AND size = ?2 AND erased = ?3";
    let now =
        params![tree.number, size(tree), from, signed(tree.erased), tree.head, tree.sealed_at.as_millis()];
    change_one(conn, sql, now)?;
    let rows = params![place(tree.number, erasure.from), place(tree.number, tree.erased)];
    change(conn, "DELETE FROM audit_rows WHERE place >= ?1 AND place < ?2", rows)?;
    for (user, id) in &erasure.told {
        let told = "DELETE FROM audit_of_users WHERE user_id = ?1 AND id = ?2";
        change(conn, told, params![user.bytes(), id.bytes()])?;
    }
    put_head(conn, tree.number, tree)?;
    change_one(conn, "UPDATE audit_sealer SET rev = rev + 1", params![])
}

fn write_seal(conn: Conn<'_>, seal: &Seal) -> Result<()> {
    for grown in &seal.trees {
        let number = if grown.from == 0 { create(conn, &grown.tree)? } else { grow(conn, grown)? };
        insert_rows(conn, number, &grown.rows)?;
        note_told(conn, number, &grown.told)?;
        for tile in &grown.tiles {
            put_tile(conn, number, tile)?;
        }
        put_head(conn, number, &grown.tree)?;
    }
    take(conn, &seal.taken)?;
    let sql = "INSERT INTO audit_sealer (one, holder, until, rev, last_at) VALUES (1, ?1, ?2, 1, ?3)
               ON CONFLICT (one) DO UPDATE SET holder = excluded.holder, until = excluded.until,
                   rev = audit_sealer.rev + 1,
                   last_at = CASE WHEN excluded.last_at > audit_sealer.last_at THEN excluded.last_at
                             ELSE audit_sealer.last_at END";
    change_one(conn, sql, params![seal.holder, seal.until.as_millis(), seal.last_at.as_millis()])
}

fn create(conn: Conn<'_>, tree: &Tree) -> Result<u32> {
    let sql = "INSERT INTO audit_trees (number, log, size, erased, head, sealed_at)
               SELECT coalesce(max(number), 0) + 1, ?1, ?2, 0, ?3, ?4 FROM audit_trees RETURNING number";
    let new = params![tree.log.bytes(), size(tree), tree.head, tree.sealed_at.as_millis()];
    first(conn, sql, new, |c| c.take())?.ok_or(Error::Changed(0))
}

/// By compare-and-set on the size: nobody ever signs two roots of one.
fn grow(conn: Conn<'_>, grown: &Grown) -> Result<u32> {
    let (tree, from) = (&grown.tree, signed(grown.from));
    let sql = "UPDATE audit_trees SET size = ?3, head = ?4, sealed_at = ?5 WHERE number = ?1 AND size = ?2";
    let now = params![tree.number, from, size(tree), tree.head, tree.sealed_at.as_millis()];
    change_one(conn, sql, now)?;
    Ok(tree.number)
}

fn size(tree: &Tree) -> i64 {
    signed(tree.size)
}

fn insert_rows(conn: Conn<'_>, tree: u32, rows: &[Row]) -> Result<()> {
    all_in_chunks(rows, |rows| {
        let places: Vec<i64> = rows.iter().map(|row| place(tree, row.index)).collect();
        let mut values: Vec<&dyn ToSql> = Vec::with_capacity(rows.len() * 6);
        for (place, row) in places.iter().zip(rows) {
            values.extend([place as &dyn ToSql, &tree, row.id.bytes(), &row.name, &row.salt, &row.body]);
        }
        let rows = numbered(rows.len(), 6);
        let sql = format!("INSERT INTO audit_rows (place, tree, id, name, salt, body) VALUES {rows}");
        conn.execute(&sql, &values)
    })
}

/// Notes where rows are that their users are told.
fn note_told(conn: Conn<'_>, tree: u32, told: &[(UserId, EventId, u64)]) -> Result<()> {
    in_chunks(told, |told| {
        let places: Vec<i64> = told.iter().map(|(.., index)| place(tree, *index)).collect();
        let mut values: Vec<&dyn ToSql> = Vec::with_capacity(told.len() * 3);
        for (place, (user, id, _)) in places.iter().zip(told) {
            values.extend([user.bytes() as &dyn ToSql, id.bytes(), place]);
        }
        let rows = numbered(told.len(), 3);
        let sql =
            format!("INSERT INTO audit_of_users (user_id, id, place) VALUES {rows} ON CONFLICT DO NOTHING");
        change(conn, &sql, values.as_slice())
    })
}

/// Takes rows from those that wait; each must be there.
fn take(conn: Conn<'_>, taken: &[i64]) -> Result<()> {
    all_in_chunks(taken, |seqs| {
        let values: Vec<&dyn ToSql> = seqs.iter().map(|seq| seq as &dyn ToSql).collect();
        let list = numbered(1, seqs.len());
        conn.execute(&format!("DELETE FROM audit_log WHERE seq IN {list}"), &values)
    })
}

fn put_tile(conn: Conn<'_>, tree: u32, tile: &Tile) -> Result<()> {
    let sql = "INSERT INTO audit_tiles (place, hashes) VALUES (?1, ?2)
               ON CONFLICT (place) DO UPDATE SET hashes = excluded.hashes";
    change_one(conn, sql, params![tile_place(tree, tile.at), tile.hashes.as_flattened()])
}

fn put_head(conn: Conn<'_>, number: u32, tree: &Tree) -> Result<()> {
    let sql = "INSERT INTO audit_heads (number, day, size, head) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (number, day) DO UPDATE SET size = excluded.size, head = excluded.head";
    change_one(conn, sql, params![number, tree.sealed_at.day().number(), size(tree), tree.head])
}
