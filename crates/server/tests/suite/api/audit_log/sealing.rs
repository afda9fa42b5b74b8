//! What acts leave is sealed, and verifies.

use super::{head, on_file, sign_ins, tree, verify};
use authms_core::audit::log::{self, Anchor, Anchors, Head, Lease, Log, Reader, inclusion};
use authms_core::time::Span;
use authms_crypto::merkle;
use authms_testkit::{CommitFault, Setup, TestApp};

/// All lines of the tenant's export.
pub(super) async fn export(app: &TestApp) -> Vec<String> {
    let tree = tree(app).await;
    let mut lines = vec![serde_json::to_string(&log::opening(&tree)).expect("JSON")];
    let mut from = 0;
    loop {
        let read = log::lines(app.store(), &tree, from).await.expect("reads");
        let Some(last) = read.last() else { return lines };
        from = last.index + 1;
        lines.extend(read.iter().map(|line| serde_json::to_string(line).expect("JSON")));
    }
}

#[tokio::test]
async fn every_row_is_sealed_and_all_of_it_verifies() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 20).await;
    let rows = app.count("SELECT count(*) FROM audit_log");
    app.seal().await;
    assert_eq!(app.count("SELECT count(*) FROM audit_log"), 0);
    assert_eq!(app.count("SELECT count(*) FROM audit_rows"), rows);
    let found = verify(&app, &[]).await;
    assert!(found.iter().all(|verified| verified.wrong.is_none()), "{found:?}");
    assert_eq!(found.iter().map(|verified| verified.size).sum::<u64>(), rows.unsigned_abs());
    assert_eq!(found.len(), 2, "the installation's log and the tenant's");

    let before = head(&app).await;
    sign_ins(&app, "bea", 30).await;
    app.seal().await;
    let now = head(&app).await;
    assert!(now.size > before.size + 30);
    let found = verify(&app, std::slice::from_ref(&before)).await;
    assert!(found.iter().all(|verified| verified.wrong.is_none()), "{found:?}");
}

#[tokio::test]
async fn every_row_is_shown_to_be_in_the_tree_and_the_tree_to_have_only_grown() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 9).await;
    app.seal().await;
    let old = head(&app).await;
    sign_ins(&app, "bea", 40).await;
    app.seal().await;
    let (tree, now) = (tree(&app).await, head(&app).await);
    for index in 0..tree.size {
        let shown = inclusion(app.store(), &tree, index).await.expect("reads").expect("a leaf");
        assert_eq!(shown.root, now.root);
        assert!(merkle::is_included(&shown.leaf, index, tree.size, &shown.path, &now.root));
    }
    assert_eq!(inclusion(app.store(), &tree, tree.size).await.expect("reads"), None);
    let proof = log::consistency(app.store(), &tree, old.size).await.expect("reads").expect("a proof");
    assert!(merkle::is_consistent((old.size, &old.root), (now.size, &now.root), &proof));
}

#[tokio::test]
async fn one_node_seals_and_another_takes_over() {
    let app = TestApp::start().await;
    let (first, second) = (Lease::of([1; 16]), Lease::of([2; 16]));
    log::seal(&app.parts, first).await.expect("seals");
    sign_ins(&app, "ada", 1).await;
    let waiting = "SELECT count(*) FROM audit_log";
    let rows = app.count(waiting);
    log::seal(&app.parts, second).await.expect("leaves it alone");
    assert_eq!(app.count(waiting), rows);
    app.clock.advance(log::LEASE);
    log::seal(&app.parts, second).await.expect("takes over");
    assert_eq!(app.count(waiting), 0);
    sign_ins(&app, "bea", 1).await;
    log::seal(&app.parts, first).await.expect("leaves it alone");
    assert!(app.count(waiting) > 0);
    assert!(verify(&app, &[]).await.iter().all(|verified| verified.wrong.is_none()));
}

#[tokio::test]
async fn two_nodes_that_seal_at_once_sign_no_two_roots_of_one_size() {
    let app = TestApp::start().await;
    app.seal().await;
    app.clock.advance(Span::hours(1));
    sign_ins(&app, "ada", 3).await;
    let (parts, other) = (app.parts.clone(), Lease::of([2; 16]));
    // The other comes between what the first has read and what it writes.
    app.faults.before_next_commit(async move { log::seal(&parts, other).await });
    log::seal(&app.parts, Lease::of([1; 16])).await.expect("loses the race");
    assert_eq!(app.count("SELECT count(*) FROM audit_log"), 0);
    assert!(verify(&app, &[]).await.iter().all(|verified| verified.wrong.is_none()));
}

#[tokio::test]
async fn a_sealing_whose_outcome_is_lost_seals_nothing_twice() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 3).await;
    let rows = app.count("SELECT count(*) FROM audit_log");
    for fault in [CommitFault::Unavailable, CommitFault::Lost, CommitFault::Written] {
        app.faults.next_commit(fault);
        assert!(log::seal(&app.parts, Lease::of([1; 16])).await.is_err(), "{fault:?}");
    }
    log::seal(&app.parts, Lease::of([1; 16])).await.expect("seals");
    assert_eq!(app.count("SELECT count(*) FROM audit_rows"), rows);
    assert!(verify(&app, &[]).await.iter().all(|verified| verified.wrong.is_none()));
}

#[tokio::test]
async fn sealing_does_not_set_the_time_back() {
    let app = TestApp::start().await;
    sign_ins(&app, "ada", 1).await;
    let last = app.query::<i64>("SELECT max(at) FROM audit_log");
    app.seal().await;
    let again = app.restart(Setup::default()).await;
    again.clock.step_back(Span::hours(1));
    sign_ins(&again, "bea", 1).await;
    assert!(again.query::<i64>("SELECT min(at) FROM audit_log") >= last);
}

#[tokio::test]
async fn an_export_verifies_with_the_public_key_alone() {
    let app = on_file().await;
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    let first = head(&app).await;
    sign_ins(&app, "bea", 2).await;
    app.seal().await;
    let lines = export(&app).await;
    let key = authms_crypto::VerifyingKey::from_jwk(app.parts.secrets.audit_key.jwk()).expect("a key");
    let anchors = [first];
    let mut reader = Reader::new(&key, &anchors);
    for line in &lines {
        reader.line(line).expect("as exported");
    }
    assert_eq!(reader.end().expect("whole"), head(&app).await);
    assert_eq!(lines.len() as u64, head(&app).await.size + 1);
}

#[tokio::test]
async fn dated_heads_verify_one_beside_the_other() {
    let app = TestApp::start().await;
    let key = app.parts.secrets.audit_key.verifying();
    let (mut file, mut last): (Vec<String>, Option<Head>) = (Vec::new(), None);
    for times in [1, 15, 2, 33] {
        sign_ins(&app, &format!("user{times}"), times).await;
        app.clock.advance(Span::hours(24));
        app.seal().await;
        let tree = tree(&app).await;
        let proof = match &last {
            Some(last) => {
                log::consistency(app.store(), &tree, last.size).await.expect("reads").expect("a proof")
            }
            None => Vec::new(),
        };
        let proof = proof.iter().map(merkle::to_hex).collect();
        let anchor = Anchor { head: tree.head, since: last.as_ref().map(|last| last.size), proof };
        file.push(serde_json::to_string(&anchor).expect("JSON"));
        last = Some(head(&app).await);
    }
    let read = |lines: &[&String]| {
        let mut anchors = Anchors::new(key);
        lines.iter().try_for_each(|line| anchors.line(line)).map(|()| anchors.into_heads().len())
    };
    assert_eq!(read(&file.iter().collect::<Vec<_>>()), Ok(4));
    assert!(read(&[&file[0], &file[2]]).is_err(), "its proof is about another");
    assert!(read(&[&file[1], &file[0]]).is_err(), "a log does not shrink");
    assert!(read(&[&file[0], &file[0].replace("\"}", "A\"}")]).is_err(), "not what was signed");
    let found = verify(&app, &Anchors::new(key).into_heads()).await;
    let log = found.iter().find(|verified| verified.log == Log(Some(app.tenant))).expect("the tenant's");
    assert_eq!(app.count("SELECT count(*) FROM audit_heads"), 4 + 1);
    assert!(log.wrong.is_none());
}

#[tokio::test]
async fn what_is_old_is_erased_and_the_rest_verifies_as_before() {
    let mut setup = Setup::default();
    setup.policy.audit_kept.usual = 1;
    let app = TestApp::with(setup).await;
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    let first = head(&app).await;
    log::erase(&app.parts).await.expect("nothing is old");
    assert_eq!(head(&app).await, first);
    app.clock.advance(Span::hours(25));
    sign_ins(&app, "bea", 20).await;
    app.seal().await;
    log::erase(&app.parts).await.expect("erases");
    let erased = head(&app).await;
    assert_eq!((erased.erased, erased.root), (first.size, inclusion_root(&app).await));
    let number = tree(&app).await.number;
    let rows = app.count(&format!("SELECT count(*) FROM audit_rows WHERE tree = {number}")).unsigned_abs();
    assert_eq!(rows, erased.size - first.size, "of the first day nothing is left but hashes");
    app.seal().await;
    let found = verify(&app, &[first, erased.clone()]).await;
    assert!(found.iter().all(|verified| verified.wrong.is_none()), "{found:?}");
    assert_eq!(head(&app).await.size, erased.size + 1, "and the log tells of it");
    let lines = export(&app).await;
    let mut reader = Reader::new(app.parts.secrets.audit_key.verifying(), &[]);
    lines.iter().try_for_each(|line| reader.line(line)).expect("as exported");
    assert_eq!(reader.end().expect("whole").erased, erased.erased);
}

/// The root that the store's hashes make.
async fn inclusion_root(app: &TestApp) -> merkle::Hash {
    inclusion(app.store(), &tree(app).await, 0).await.expect("reads").expect("a leaf").root
}
