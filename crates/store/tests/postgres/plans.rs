//! Plans that connections keep.

use super::open;
use authms_core::id::Id;
use authms_core::ports::{ApiKeys as _, Clients as _, Sessions as _, Tenants as _, Tickets as _, Users as _};
use authms_testkit::postgres;

#[tokio::test(flavor = "multi_thread")]
async fn plans_that_are_kept_go_by_indexes_however_empty_the_tables_were() {
    let Some(server) = postgres::shared() else { return };
    let database = server.database();
    let store = open(&database.url()).await.expect("it opens");
    let bytes = [7; 16];
    // On either connection.
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
