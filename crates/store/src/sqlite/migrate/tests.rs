use super::{LATEST, STEPS, migrate, step};
use crate::queries::{Conn, schema, ticket_list};
use authms_core::id::{TenantId, TicketId};
use authms_core::ticket::{From, TicketFilter, TicketStatus};
use authms_core::time::Timestamp;
use rusqlite::{Connection, Result, TransactionBehavior, types::Value};
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// One row or more of everything that an installation of the first schema holds.
const FIRST_INSTALLATION: &str = "
    INSERT INTO installation VALUES (1, 'print', 'https://id.example', x'01', 1, 7);
    INSERT INTO signing_keys VALUES ('kid', 'ES256', x'AA', 'active', NULL, 5);
    INSERT INTO tenants VALUES (x'01010101010101010101010101010101', 'home', 'active', 1, 2, 3, 4, 5);
    INSERT INTO users VALUES (x'02020202020202020202020202020202', x'01010101010101010101010101010101', 'active',
        'Ada', 'ada@example.test', NULL, NULL, 'phc', 0, 6, 7, 8, 9, 10);
    INSERT INTO user_identifiers VALUES (x'01010101010101010101010101010101', 'username', 'ada',
        x'02020202020202020202020202020202');
    INSERT INTO memberships VALUES (x'01010101010101010101010101010101', x'02020202020202020202020202020202',
        'super_admin', 1, 2, 0, 3);
    INSERT INTO clients VALUES (x'03030303030303030303030303030303', x'01010101010101010101010101010101', 'shop', x'BB',
        'abcd', 'sso', '[]', 'active', 1, 2, 3, 4);
    INSERT INTO api_keys VALUES (x'04040404040404040404040404040404', x'01010101010101010101010101010101', 'key', NULL,
        x'CC', 'ticket:mint', 'member', 'live', 'active', NULL, 1, 2, 3, 4);
    INSERT INTO tickets SELECT x'05050505050505050505050505050505', x'01010101010101010101010101010101',
        x'02020202020202020202020202020202', 'sso', x'04040404040404040404040404040404', NULL, NULL,
        zeroblob(32), x'03030303030303030303030303030303', NULL, NULL, NULL, NULL, 1, 1, 1, 1, 1, NULL, NULL,
        1799999999000, 1800000060000, x'07070707070707070707070707070707', 1799999999500, 0, 0;
    INSERT INTO tickets SELECT x'06060606060606060606060606060606', x'01010101010101010101010101010101',
        x'02020202020202020202020202020202', 'sso', NULL, x'02020202020202020202020202020202', x'07070707070707070707070707070707',
        zeroblob(32), NULL, NULL, NULL, NULL, NULL, 1, 1, 1, 1, 1, NULL, NULL,
        1799999999000, 1800000060000, NULL, NULL, 2, 0;
    INSERT INTO audit_log VALUES (1, x'08', NULL, 'user.created', 5, x'7B7D');
";

type Rows = BTreeMap<String, Vec<Vec<Value>>>;

fn at_first_schema() -> Connection {
    let mut conn = Connection::open_in_memory().expect("it opens");
    apply(&mut conn, 1);
    conn.execute_batch(FIRST_INSTALLATION).expect("the rows of the first schema");
    conn
}

fn apply(conn: &mut Connection, number: u32) {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).expect("a transaction");
    step(&tx, number, &STEPS[number as usize - 1], NOW).expect("the step");
    tx.commit().expect("it commits");
}

/// The columns of every table now.
fn columns(conn: &Connection) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT t.name, group_concat(c.name, ', ') FROM sqlite_schema t, pragma_table_info(t.name) c
               WHERE t.type = 'table' AND t.name <> 'schema_migrations' GROUP BY t.name";
    conn.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// What stands in these columns, in order.
fn rows(conn: &Connection, columns: &BTreeMap<String, String>) -> Result<Rows> {
    let mut all = Rows::new();
    for (table, names) in columns {
        let mut statement = conn.prepare(&format!("SELECT {names} FROM {table} ORDER BY {names}"))?;
        let width = statement.column_count();
        let found = statement.query_map([], |row| (0..width).map(|n| row.get(n)).collect())?;
        all.insert(table.clone(), found.collect::<Result<_>>()?);
    }
    Ok(all)
}

#[test]
fn p36_every_earlier_schema_comes_up_to_date_with_all_its_rows_also_after_a_kill() {
    for from in 1..=LATEST {
        let mut conn = at_first_schema();
        let before = columns(&conn).expect("the first schema");
        let kept = rows(&conn, &before).expect("its rows");
        for number in 2..=from {
            apply(&mut conn, number);
        }
        if let Some(next) = STEPS.get(from as usize) {
            // Killed before it commits.
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).expect("a transaction");
            step(&tx, from + 1, next, NOW).expect("the step");
            drop(tx);
            assert_eq!(schema::version(Conn::Sqlite(&conn)).expect("a version"), from);
        }
        migrate(&mut conn, NOW).expect("it migrates");
        assert_eq!(schema::version(Conn::Sqlite(&conn)).expect("a version"), LATEST);
        assert_eq!(rows(&conn, &before).expect("the same columns"), kept, "from version {from}");
    }
}

#[test]
fn p36_tickets_of_the_first_schema_keep_their_state_and_are_found() {
    let mut conn = at_first_schema();
    migrate(&mut conn, NOW).expect("it migrates");
    let tenant = TenantId::from_bytes([1; 16]);
    let shown = |filter: &TicketFilter| {
        let found =
            ticket_list::list(Conn::Sqlite(&conn), tenant, filter, From::Skip(0), 9, NOW).expect("a list");
        found.items.into_iter().map(|t| *t.id.bytes()).collect::<Vec<_>>()
    };
    for (status, expected) in [(TicketStatus::Spent, [5; 16]), (TicketStatus::Issued, [6; 16])] {
        let of_status = TicketFilter { status: Some(status), ..TicketFilter::default() };
        assert_eq!(shown(&of_status), [expected], "{status:?}");
    }
    let user = Some(authms_core::id::UserId::from_bytes([2; 16]));
    assert_eq!(shown(&TicketFilter { user, ..TicketFilter::default() }), [[6; 16], [5; 16]]);
    let client = Some(authms_core::id::ClientId::from_bytes([3; 16]));
    assert_eq!(shown(&TicketFilter { client, ..TicketFilter::default() }), [[5; 16]]);
    assert!(ticket_list::get(Conn::Sqlite(&conn), TicketId::from_bytes([5; 16])).expect("a read").is_some());
}
