//! Whoever can write the database is found out: every member of every table is changed once.

use super::sealing::export;
use super::{database, head, on_file, sign_ins, tree, verify, wrong};
use authms_core::audit::log::{Head, Log, Reader, Wrong};
use authms_core::time::Span;
use authms_testkit::TestApp;
use rusqlite::Connection;

/// What is sealed.
const TABLES: [&str; 5] = ["audit_trees", "audit_rows", "audit_tiles", "audit_heads", "audit_sealer"];

/// Keeps what is in the tables under these names.
fn keep(conn: &Connection, name: &str) {
    for table in TABLES {
        let sql = format!("CREATE TABLE {name}_{table} AS SELECT * FROM {table}");
        conn.execute_batch(&sql).expect("kept");
    }
}

/// Puts back what was kept.
fn put_back(conn: &Connection, name: &str) {
    for table in TABLES {
        let sql = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {name}_{table}");
        conn.execute_batch(&sql).expect("put back");
    }
}

/// A log over two days, with a head anchored after the first and after the second.
async fn logged() -> (TestApp, Vec<Head>) {
    let app = on_file().await;
    sign_ins(&app, "ada", 20).await;
    app.seal().await;
    let first = head(&app).await;
    keep(&database(&app), "first");
    app.clock.advance(Span::hours(24));
    sign_ins(&app, "bea", 40).await;
    app.seal().await;
    let second = head(&app).await;
    keep(&database(&app), "second");
    (app, vec![first, second])
}

/// The place of a row of the tenant's tree.
async fn place(app: &TestApp, index: u64) -> i64 {
    i64::from(tree(app).await.number) << 40 | i64::try_from(index).expect("small")
}

#[tokio::test]
async fn every_member_of_a_row_that_is_changed_is_found_and_the_row_named() {
    let (app, _) = logged().await;
    let (conn, size) = (database(&app), tree(&app).await.size);
    for index in [0, 1, 15, 16, size / 2, size - 1] {
        let place = place(&app, index).await;
        for set in [
            "body = CAST(replace(CAST(body AS TEXT), '\"event\"', '\"Event\"') AS BLOB)",
            "body = CAST(substr(body, 1, length(body) - 2) || x'7D' AS BLOB)",
            "body = x''",
            "salt = zeroblob(16)",
            "id = zeroblob(16)",
            "name = 'user.created.not'",
        ] {
            let changed = conn.execute(&format!("UPDATE audit_rows SET {set} WHERE place = {place}"), []);
            assert_eq!(changed, Ok(1));
            assert_eq!(wrong(&app, &[]).await, Some(Wrong::Changed(index)), "{set} of {index}");
            put_back(&conn, "second");
        }
        conn.execute(&format!("DELETE FROM audit_rows WHERE place = {place}"), []).expect("deleted");
        assert_eq!(wrong(&app, &[]).await, Some(Wrong::Removed(index)));
        put_back(&conn, "second");
        let elsewhere = format!("UPDATE audit_rows SET tree = tree + 1 WHERE place = {place}");
        conn.execute(&elsewhere, []).expect("changed");
        assert_eq!(wrong(&app, &[]).await, Some(Wrong::Removed(index)));
        put_back(&conn, "second");
        let moved = format!("UPDATE audit_rows SET place = place + 100000 WHERE place = {place}");
        conn.execute(&moved, []).expect("moved");
        assert_eq!(wrong(&app, &[]).await, Some(Wrong::Removed(index)));
        put_back(&conn, "second");
    }
    assert_eq!(wrong(&app, &[]).await, None);
}

#[tokio::test]
async fn rows_that_are_taken_out_put_in_or_exchanged_are_found_and_named() {
    let (app, _) = logged().await;
    let (conn, size) = (database(&app), tree(&app).await.size);
    let at = place(&app, 20).await;
    let end = place(&app, size).await;
    // All after it move down, all after it move up, by way of negative places, since each must stay the only one of its own.
    let shift = |from: i64, by: i64| {
        format!(
            "UPDATE audit_rows SET place = -place - ({by}) WHERE place >= {from} AND place < {end};
             UPDATE audit_rows SET place = -place WHERE place < 0;"
        )
    };
    conn.execute_batch(&format!("DELETE FROM audit_rows WHERE place = {at}; {}", shift(at + 1, -1)))
        .expect("out");
    assert_eq!(wrong(&app, &[]).await, Some(Wrong::Removed(20)));
    put_back(&conn, "second");
    let copy = format!(
        "INSERT INTO audit_rows SELECT {at}, tree, id, name, zeroblob(16), body FROM audit_rows WHERE place = {at} + 5"
    );
    conn.execute_batch(&format!("{} {copy}", shift(at, 1))).expect("in");
    assert_eq!(wrong(&app, &[]).await, Some(Wrong::Inserted(20)));
    put_back(&conn, "second");
    conn.execute_batch(&copy.replace(&format!("SELECT {at}"), &format!("SELECT {end}"))).expect("appended");
    assert_eq!(wrong(&app, &[]).await, Some(Wrong::Inserted(size)));
    put_back(&conn, "second");
    conn.execute_batch(&format!(
        "UPDATE audit_rows SET place = -1 WHERE place = {at};
         UPDATE audit_rows SET place = {at} WHERE place = {at} + 3;
         UPDATE audit_rows SET place = {at} + 3 WHERE place = -1;"
    ))
    .expect("exchanged");
    assert_eq!(wrong(&app, &[]).await, Some(Wrong::Changed(20)));
}

#[tokio::test]
async fn every_hash_and_every_head_that_is_changed_is_found() {
    let (app, anchors) = logged().await;
    let conn = database(&app);
    let number = i64::from(tree(&app).await.number);
    let places: Vec<i64> = {
        let sql = format!("SELECT place FROM audit_tiles WHERE place >> 40 = {number}");
        let mut places = conn.prepare(&sql).expect("SQL");
        places.query_map([], |row| row.get(0)).expect("rows").map(|place| place.expect("a place")).collect()
    };
    assert!(places.len() > 5, "leaves and what is above them");
    for place in places {
        for change in [
            "UPDATE audit_tiles SET hashes = CAST(zeroblob(32) || substr(hashes, 33) AS BLOB)",
            "UPDATE audit_tiles SET hashes = substr(hashes, 33)",
            "UPDATE audit_tiles SET place = place + 1000000",
            "DELETE FROM audit_tiles",
        ] {
            assert_eq!(conn.execute(&format!("{change} WHERE place = {place}"), []), Ok(1));
            assert!(wrong(&app, &[]).await.is_some(), "{change} of {place}");
            put_back(&conn, "second");
        }
    }
    for change in [
        "UPDATE audit_trees SET size = size - 1",
        "UPDATE audit_trees SET size = size + 1",
        "UPDATE audit_trees SET erased = 5",
        "UPDATE audit_trees SET head = replace(head, '.', 'A.')",
        "UPDATE audit_trees SET head = ''",
        "UPDATE audit_trees SET head = (SELECT h.head FROM audit_trees h WHERE h.number <> audit_trees.number)",
        "UPDATE audit_trees SET head = (SELECT head FROM first_audit_trees f WHERE f.number = audit_trees.number)",
        "UPDATE audit_trees SET sealed_at = sealed_at + 1",
        "UPDATE audit_trees SET number = number + 1000",
        "UPDATE audit_heads SET size = size - 1",
        "UPDATE audit_heads SET day = day + 5",
        "UPDATE audit_heads SET number = number + 1000",
        "DELETE FROM audit_heads",
        "UPDATE audit_heads SET head = 'x'",
        "UPDATE audit_heads SET head = (SELECT t.head FROM audit_trees t WHERE t.number <> audit_heads.number)",
    ] {
        conn.execute(&format!("{change} WHERE number = {number}"), []).expect("changed");
        assert!(wrong(&app, &[]).await.is_some(), "{change}");
        put_back(&conn, "second");
    }
    // Another log's in its place; and a former day's head, which is known of by an anchored one alone.
    let log = "UPDATE audit_trees SET log = CAST(zeroblob(15) || x'01' AS BLOB)";
    conn.execute(&format!("{log} WHERE number = {number}"), []).expect("changed");
    assert!(verify(&app, &[]).await.iter().any(|log| log.wrong.is_some()));
    put_back(&conn, "second");
    let former = "DELETE FROM audit_heads WHERE day = (SELECT min(day) FROM audit_heads)";
    conn.execute(former, []).expect("deleted");
    assert_eq!(wrong(&app, &anchors).await, Some(Wrong::HeadMissing(anchors[0].at)));
    put_back(&conn, "second");
    assert_eq!(wrong(&app, &anchors).await, None);
}

#[tokio::test]
async fn a_log_that_is_cut_off_or_rolled_back_whole_is_found_by_an_anchored_head() {
    let (app, anchors) = logged().await;
    let conn = database(&app);
    let size = anchors[0].size;
    // Everything is as it was the day before, signed then, and verifies.
    put_back(&conn, "first");
    assert_eq!(wrong(&app, &[]).await, None, "without an anchor nobody can tell");
    let cut_off = Wrong::Truncated { size, signed: anchors[1].size, at: anchors[1].at };
    assert_eq!(wrong(&app, &anchors).await, Some(cut_off));
    // Rolled back, and gone on otherwise until it is as long.
    sign_ins(&app, "eve", 60).await;
    app.clock.advance(Span::seconds(10));
    app.seal().await;
    assert!(tree(&app).await.size > anchors[1].size);
    assert_eq!(wrong(&app, &[]).await, None, "without an anchor nobody can tell");
    let rewritten = Wrong::Rewritten { from: anchors[0].size, to: anchors[1].size };
    assert_eq!(wrong(&app, &anchors).await, Some(rewritten));
    // Nothing is left of it.
    for table in TABLES {
        conn.execute(&format!("DELETE FROM {table}"), []).expect("deleted");
    }
    let found = verify(&app, &anchors).await;
    assert!(found.iter().any(|log| log.log == Log(Some(app.tenant)) && log.wrong.is_some()), "{found:?}");
}

#[tokio::test]
async fn what_somebody_wrote_beside_us_is_never_signed() {
    let (app, _) = logged().await;
    let conn = database(&app);
    // A row, its leaf and all hashes above it, as whoever knows how the log is kept would change them: but not the head.
    let tree = tree(&app).await;
    let last = (i64::from(tree.number) << 40) + i64::try_from((tree.size - 1) / 16).expect("small");
    conn.execute(
        &format!("UPDATE audit_tiles SET hashes = zeroblob(length(hashes)) WHERE place = {last}"),
        [],
    )
    .expect("changed");
    sign_ins(&app, "eve", 1).await;
    let sealed = authms_core::audit::log::seal(&app.parts, authms_core::audit::log::Lease::of([7; 16])).await;
    assert!(sealed.is_err(), "it does not go on from what nobody signed");
    assert_eq!(super::tree(&app).await, tree);
    put_back(&conn, "second");
    app.seal().await;
    assert_eq!(wrong(&app, &[]).await, None);
}

fn read(app: &TestApp, lines: &[String], anchors: &[Head]) -> Result<Head, Wrong> {
    let mut reader = Reader::new(app.parts.secrets.audit_key.verifying(), anchors);
    lines.iter().try_for_each(|line| reader.line(line)).and_then(|()| reader.end())
}

#[tokio::test]
async fn every_byte_of_an_export_that_is_changed_is_found_and_its_row_named() {
    let (app, anchors) = logged().await;
    let lines = export(&app).await;
    assert!(read(&app, &lines, &anchors).is_ok());
    for index in [0, 1, 16, lines.len() - 2] {
        let number = index + 1;
        for at in 0..lines[number].len() {
            let mut changed = lines.clone();
            let mut bytes = changed[number].clone().into_bytes();
            bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
            changed[number] = String::from_utf8_lossy(&bytes).into_owned();
            let index = index as u64;
            let found = read(&app, &changed, &[]).expect_err("changed");
            let named = match found {
                Wrong::Changed(row) | Wrong::Removed(row) | Wrong::Inserted(row) => row == index,
                Wrong::Line(line) => line == index + 2,
                _ => false,
            };
            assert!(named, "{found:?} at {at} of {}", changed[number]);
        }
    }
    for at in 0..lines[0].len() {
        let mut changed = lines.clone();
        changed[0].replace_range(at..=at, if &lines[0][at..=at] == "A" { "B" } else { "A" });
        assert!(read(&app, &changed, &[]).is_err(), "{}", changed[0]);
    }
}

#[tokio::test]
async fn lines_of_an_export_that_are_taken_out_put_in_or_exchanged_are_found() {
    let (app, anchors) = logged().await;
    let lines = export(&app).await;
    let mut out = lines.clone();
    out.remove(8);
    assert_eq!(read(&app, &out, &[]), Err(Wrong::Removed(7)));
    let mut twice = lines.clone();
    twice.insert(8, lines[8].clone());
    assert_eq!(read(&app, &twice, &[]), Err(Wrong::Inserted(8)));
    let mut exchanged = lines.clone();
    exchanged.swap(8, 9);
    assert_eq!(read(&app, &exchanged, &[]), Err(Wrong::Removed(7)));
    let shorter = &lines[..lines.len() - 1];
    assert_eq!(read(&app, shorter, &[]), Err(Wrong::Removed(anchors[1].size - 1)));
    let longer = [&lines[..], &lines[3..4]].concat();
    assert_eq!(read(&app, &longer, &[]), Err(Wrong::Inserted(anchors[1].size)));
    let beheaded = &lines[1..];
    assert_eq!(read(&app, beheaded, &[]), Err(Wrong::Line(1)));
    // An event with a member twice is read one way here and another way elsewhere.
    let mut doubled = lines.clone();
    doubled[5] = doubled[5].replace("\"event\":", "\"event\":\"ticket.refused\",\"event\":");
    assert_eq!(read(&app, &doubled, &[]), Err(Wrong::Changed(4)));
    // An older export is whole in itself: what was anchored since says that there is more.
    let conn = database(&app);
    put_back(&conn, "first");
    let older = export(&app).await;
    assert!(read(&app, &older, &[]).is_ok());
    assert!(matches!(read(&app, &older, &anchors), Err(Wrong::Truncated { .. })));
}

/// Every column of what is sealed: whoever adds one says by what a change of it is found.
#[tokio::test]
async fn every_member_of_what_is_sealed_is_changed_by_a_test() {
    let app = on_file().await;
    let conn = database(&app);
    let source = include_str!("tampering.rs");
    for table in ["audit_rows", "audit_tiles", "audit_trees", "audit_heads"] {
        let mut columns =
            conn.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).expect("SQL");
        let columns = columns.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        for column in columns.map(|column| column.expect("a name")) {
            let is_changed = source.contains(&format!("UPDATE {table} SET {column} ="))
                || (table == "audit_rows" && source.contains(&format!("            \"{column} = ")));
            assert!(is_changed, "{table}.{column}");
        }
    }
}

#[tokio::test]
async fn a_log_that_grows_while_it_is_verified_is_not_wrong() {
    let (app, anchors) = logged().await;
    // What was listed is behind what is there, as when another log is verified first.
    let parts = app.parts.clone();
    let growing = async {
        for _ in 0..5 {
            sign_ins_of(&app, 20).await;
            app.seal().await;
        }
    };
    let verifying = async {
        for _ in 0..20 {
            let found = authms_core::audit::log::verify(&parts, None, &anchors).await.expect("verifies");
            assert!(found.iter().all(|log| log.wrong.is_none()), "{found:?}");
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(growing, verifying);
}

/// The administrator signs in so many times.
async fn sign_ins_of(app: &TestApp, times: usize) {
    for _ in 0..times {
        app.sign_in(app.admin).await;
    }
}
