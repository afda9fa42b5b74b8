//! Sealing: rows that wait become leaves, once, in one order, by one sealer.

use super::Case;
use super::world::World;
use authms_core::audit::log::{Change as Audit, Edge, Grown, LEAVES, Log, Pending, Row, Seal, Sealing, Tree};
use authms_core::audit::{AskExport, Export, ExportChange, Format, KEPT};
use authms_core::commit::{Change, Commit, CommitError, Committed, Guard};
use authms_core::page::PageRequest;
use authms_core::time::Span;
use std::collections::BTreeMap;

pub(super) const CASES: &[Case] = &[
    Case { name: "what waits is sealed once, in order, by log", run: |w| Box::pin(sealed(w)) },
    Case { name: "of two sealers one seals", run: |w| Box::pin(two(w)) },
    Case { name: "a tree never has two roots of one size", run: |w| Box::pin(one_root(w)) },
    Case { name: "commit times never fall, whatever was sealed", run: |w| Box::pin(monotonic(w)) },
    Case { name: "an export is counted once, and kept for a week", run: |w| Box::pin(exported(w)) },
    Case { name: "a sealed tree grows on over a restart", run: |w| Box::pin(over_restart(w)) },
];

/// What sealing all of this makes; heads are signed elsewhere, so that one says what it is of.
fn seal(w: &World, found: &Sealing) -> Seal {
    let mut logs: BTreeMap<Log, Vec<Pending>> = BTreeMap::new();
    for row in &found.pending {
        logs.entry(row.log).or_default().push(row.clone());
    }
    let grow = |(log, rows): (Log, Vec<Pending>)| {
        let new = Tree { number: 0, log, size: 0, erased: 0, head: String::new(), sealed_at: w.now() };
        let known = found.trees.iter().find(|(tree, _)| tree.log == log).cloned();
        let (mut tree, tiles) = known.unwrap_or((new, Vec::new()));
        let from = tree.size;
        let mut edge = Edge::of(from, tiles).expect("the edge");
        let mut tiles = Vec::new();
        let of = |(index, row): (u64, Pending)| {
            let row = Row { index, id: row.id, name: row.name, salt: w.bytes(), body: row.body };
            edge.append(row.entry().leaf(), &mut tiles);
            row
        };
        let rows = (from..).zip(rows).map(of).collect();
        tiles.extend(edge.partial());
        (tree.size, tree.head, tree.sealed_at) =
            (edge.size(), format!("{} {:?}", edge.size(), edge.root()), w.now());
        Grown { tree, from, rows, told: Vec::new(), tiles }
    };
    Seal {
        trees: logs.into_iter().map(grow).collect(),
        taken: found.pending.iter().map(|row| row.seq).collect(),
        last_at: found.pending.iter().map(|row| row.at).max().unwrap_or_default(),
        holder: w.bytes(),
        until: w.now().plus(Span::seconds(5)),
    }
}

async fn write(w: &World, rev: u64, seal: Seal) -> Result<Committed, CommitError> {
    let change = Change::Audit(Audit::Seal(Box::new(seal)));
    w.store.commit(Commit::unremarkable(change).guard(Guard::SealerAsRead { rev })).await
}

async fn seal_all(w: &World) {
    loop {
        let found = w.store.sealing(100).await.unwrap();
        if found.pending.is_empty() {
            return;
        }
        write(w, found.sealer.rev, seal(w, &found)).await.unwrap();
    }
}

/// Leaves rows to be sealed.
async fn act(w: &World, times: u64) {
    for _ in 0..times {
        w.commit(Change::CountRefusal("expired")).await;
    }
}

async fn sealed(w: World) {
    w.tenant().await;
    act(&w, 3 * LEAVES + 5).await;
    let found = w.store.sealing(1000).await.unwrap();
    assert!(found.trees.is_empty() && found.sealer.rev == 0);
    let waited = found.pending.clone();
    assert!(waited.len() as u64 > 3 * LEAVES && waited.is_sorted_by_key(|row| row.seq));

    let few = w.store.sealing(10).await.unwrap();
    assert_eq!(few.pending, waited[..10]);
    write(&w, 0, seal(&w, &few)).await.unwrap();
    let rest = w.store.sealing(1000).await.unwrap();
    assert_eq!(rest.pending, waited[10..]);
    assert_eq!(rest.sealer.rev, 1);
    write(&w, 1, seal(&w, &rest)).await.unwrap();

    let rows = |log: Log| waited.iter().filter(move |row| row.log == log);
    let done = w.store.sealing(1000).await.unwrap();
    assert!(done.pending.is_empty());
    let (tree, _) = w.store.audit_tree(Log(None)).await.unwrap().unwrap();
    assert_eq!(tree.size, rows(Log(None)).count() as u64);
    let kept = w.store.audit_rows(tree.number, 0, 1000).await.unwrap();
    let sealed: Vec<_> = kept.iter().map(|row| (row.id, &row.name, &row.body)).collect();
    assert_eq!(sealed, rows(Log(None)).map(|row| (row.id, &row.name, &row.body)).collect::<Vec<_>>());
    assert!((0..).zip(&kept).all(|(index, row)| row.index == index));
    let found = w.store.audit_rows(tree.number, 7, 2).await.unwrap();
    assert_eq!(found, kept[7..9]);
}

async fn two(w: World) {
    act(&w, 3).await;
    let found = w.store.sealing(100).await.unwrap();
    let (first, second) = (seal(&w, &found), seal(&w, &found));
    write(&w, found.sealer.rev, first).await.unwrap();
    assert_eq!(write(&w, found.sealer.rev, second).await.unwrap_err(), CommitError::Conflict(0));
    let (tree, _) = w.store.audit_tree(Log(None)).await.unwrap().unwrap();
    assert_eq!(w.store.audit_rows(tree.number, 0, 100).await.unwrap().len() as u64, tree.size);
}

async fn one_root(w: World) {
    act(&w, 3).await;
    seal_all(&w).await;
    let (before, _) = w.store.audit_tree(Log(None)).await.unwrap().unwrap();
    act(&w, 2).await;
    let found = w.store.sealing(100).await.unwrap();
    // As if it were read when the tree was smaller, by somebody who lost sight of the others.
    let mut stale = seal(&w, &found);
    stale.trees.iter_mut().for_each(|grown| grown.from -= 1);
    assert!(write(&w, found.sealer.rev, stale).await.is_err());
    // Nor are rows sealed that wait no longer.
    let mut gone = seal(&w, &found);
    gone.taken.push(i64::MAX);
    assert!(write(&w, found.sealer.rev, gone).await.is_err());
    assert_eq!(w.store.audit_tree(Log(None)).await.unwrap().unwrap().0, before);
    assert_eq!(w.store.sealing(100).await.unwrap().pending, found.pending);
    seal_all(&w).await;
    assert_eq!(w.store.audit_tree(Log(None)).await.unwrap().unwrap().0.size, before.size + 2);
}

async fn exported(w: World) {
    let tenant = w.tenant().await;
    let ask = AskExport {
        format: Format::Csv,
        names: vec!["user.created".to_owned()],
        kinds: Vec::new(),
        from: Some(w.now()),
        until: None,
    };
    let (id, created_at) = (w.id(), w.now());
    let new = Export { id, tenant: tenant.id, ask, size: 10, looked_at: 0, records: 0, created_at };
    let change = |change| Change::Audit(Audit::Export(change));
    w.commit(change(ExportChange::Create(Box::new(new.clone())))).await;
    let found = w.store.audit_export(id).await.unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{new:?}"));
    assert_eq!(w.store.audit_exports(tenant.id, PageRequest::new(None, None)).await.unwrap().total, 1);
    assert_eq!(w.store.audit_exports(w.id(), PageRequest::new(None, None)).await.unwrap().total, 0);
    for (looked_at, after, left) in [(0, 4, 1), (4, 10, 0)] {
        let counted = || change(ExportChange::Count { id, looked_at: after, records: 2 });
        let guard = Guard::ExportAsRead { id, looked_at };
        w.try_commit(vec![guard.clone()], counted()).await.unwrap();
        assert_eq!(w.try_commit(vec![guard], counted()).await.unwrap_err(), CommitError::Conflict(0));
        assert_eq!(w.store.audit_exports_to_count().await.unwrap().len(), left);
    }
    let found = w.store.audit_export(id).await.unwrap().unwrap();
    assert_eq!((found.looked_at, found.records), (10, 2));
    w.clock.advance(KEPT);
    w.store.sweep().await.unwrap();
    assert!(w.store.audit_export(id).await.unwrap().is_none());
}

async fn monotonic(w: World) {
    let last = w.commit(Change::CountRefusal("expired")).await.at;
    seal_all(&w).await;
    assert!(w.store.sealing(1).await.unwrap().pending.is_empty());
    let before = w.now().minus(Span::hours(1));
    let w = w.restarted_at(before).await;
    assert!(w.commit(Change::CountRefusal("expired")).await.at >= last);
}

async fn over_restart(w: World) {
    act(&w, LEAVES - 1).await;
    seal_all(&w).await;
    let now = w.now();
    let w = w.restarted_at(now).await;
    act(&w, LEAVES * LEAVES).await;
    seal_all(&w).await;
    let (tree, tiles) = w.store.audit_tree(Log(None)).await.unwrap().unwrap();
    let mut edge = Edge::default();
    let mut full = Vec::new();
    let mut from = 0;
    while from < tree.size {
        for row in w.store.audit_rows(tree.number, from, 100).await.unwrap() {
            edge.append(row.entry().leaf(), &mut full);
            from += 1;
        }
    }
    assert_eq!(tree.head, format!("{} {:?}", edge.size(), edge.root()));
    assert_eq!(Edge::of(tree.size, tiles), Some(edge));
    let wanted: Vec<_> = full.iter().map(|tile| tile.at).collect();
    assert_eq!(w.store.audit_tiles(tree.number, wanted).await.unwrap(), full);
}
