//! Plans that connections keep.

use super::{PostgresStore, open, within_seconds};
use authms_core::id::Id;
use authms_core::ports::{ApiKeys as _, Clients as _, Sessions as _, Tenants as _, Tickets as _, Users as _};
use authms_testkit::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn plans_that_are_kept_go_by_indexes_however_empty_the_tables_were() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let store = open(&database.url()).await.expect("it opens");
    let mut plans = Vec::new();
    // A busy machine may take longer for them than a plan is kept.
    within_seconds(async || {
        for _ in 0..20 {
            read_by_every_key(&store).await;
            // What comes while one is under way is asked together.
            tokio::join!(read_by_every_key(&store), read_by_every_key(&store), read_by_every_key(&store));
        }
        plans = store.gathered_plans().await.expect("plans");
        let of_tickets = |together| {
            plans.iter().any(|p| p.contains("tickets_pkey") && p.contains("Function Scan on") == together)
        };
        of_tickets(false) && of_tickets(true)
    })
    .await;
    for plan in plans {
        assert!(
            plan.contains("Index Scan") && !plan.contains("Seq Scan") && !plan.contains("Hash"),
            "{plan}"
        );
    }
}

/// Each read that is gathered, of what is not there.
async fn read_by_every_key(store: &PostgresStore) {
    let bytes = [7; 16];
    assert!(store.for_redeem(Id::from_bytes(bytes)).await.expect("it reads").is_none());
    assert!(store.session(Id::from_bytes(bytes)).await.expect("it reads").is_none());
    assert!(store.api_key(Id::from_bytes(bytes)).await.expect("it reads").is_none());
    assert!(store.client(Id::from_bytes(bytes)).await.expect("it reads").is_none());
    assert!(store.tenant(Id::from_bytes(bytes)).await.expect("it reads").is_none());
    assert!(store.member(Id::from_bytes(bytes), Id::from_bytes(bytes)).await.expect("it reads").is_none());
    assert!(store.by_idempotency(bytes, [7; 32]).await.expect("it reads").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_not_kept_for_long() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let store = open(&database.url()).await.expect("it opens");
    // Known to be empty, so that one index is as good as another.
    database.query("ANALYZE").expect("analyzed");
    let fill = "INSERT INTO mint_keys (scope, key_hash, request_hash, ticket_id, until)
                SELECT int8send(n), int8send(n), '', '', 9000000000000 FROM generate_series(1, 20000) n";
    let read = async || {
        for _ in 0..10 {
            assert!(store.by_idempotency([7; 16], [7; 32]).await.expect("it reads").is_none());
        }
        let plans = store.gathered_plans().await.expect("plans");
        plans.iter().any(|plan| plan.contains("mint_keys_pkey"))
    };
    read().await;
    database.query(fill).expect("filled");
    within_seconds(read).await;
}
