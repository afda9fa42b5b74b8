use super::{Programs, Server, shared};

#[test]
fn a_database_is_made_and_gone() {
    let Some(server) = shared() else { return };
    let database = server.database();
    database.query("CREATE TABLE t (n int)").expect("a table");
    let name = database.name().to_owned();
    drop(database);
    assert!(server.query(&name, "SELECT 1").is_err(), "the database is still there");
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_reaches_the_synchronous_standby() {
    let Some(programs) = Programs::find() else { return };
    let primary = Server::start(&programs, &[]);
    let standby = primary.standby("one", &[]);
    let settings = "ALTER SYSTEM SET synchronous_standby_names = 'one';\nSELECT pg_reload_conf()";
    primary.query("postgres", settings).expect("it is synchronous");
    primary.wait_for("SELECT sync_state FROM pg_stat_replication", &["sync"]);
    primary.query("postgres", "CREATE TABLE t (n int);\nINSERT INTO t VALUES (7)").expect("a row");
    primary.kill();
    standby.promote().expect("the standby is promoted");
    assert_eq!(standby.query("postgres", "SELECT n FROM t").expect("it answers"), ["7"]);
    primary.resume();
    assert_eq!(primary.query("postgres", "SELECT n FROM t").expect("it answers"), ["7"]);
    primary.stop();
}
