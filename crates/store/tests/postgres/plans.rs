//! Plans that connections keep.

use super::{open, within_seconds};
use authms_core::id::Id;
use authms_core::ports::{ApiKeys as _, Clients as _, Sessions as _, Tenants as _, Tickets as _, Users as _};
use authms_testkit::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn plans_that_are_kept_go_by_indexes_however_empty_the_tables_were() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let store = open(&database.url()).await.expect("it opens");
    let bytes = [7; 16];
    for _ in 0..20 {
        assert!(store.for_redeem(Id::from_bytes(bytes)).await.expect("it reads").is_none());
        assert!(store.session(Id::from_bytes(bytes)).await.expect("it reads").is_none());
        assert!(store.api_key(Id::from_bytes(bytes)).await.expect("it reads").is_none());
        assert!(store.client(Id::from_bytes(bytes)).await.expect("it reads").is_none());
        assert!(store.tenant(Id::from_bytes(bytes)).await.expect("it reads").is_none());
        let member = store.member(Id::from_bytes(bytes), Id::from_bytes(bytes)).await;
        assert!(member.expect("it reads").is_none());
        assert!(store.by_idempotency(bytes, [7; 32]).await.expect("it reads").is_none());
    }
    let plans = store.gathered_plans().await.expect("plans");
    assert!(plans.iter().any(|plan| plan.contains("tickets_pkey")), "{plans:#?}");
    for plan in plans {
        assert!(
            plan.contains("Index Scan") && !plan.contains("Seq Scan") && !plan.contains("Hash"),
            "{plan}"
        );
    }
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
