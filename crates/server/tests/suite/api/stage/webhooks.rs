//! A webhook that was told something.

use authms_core::audit::Source;
use authms_core::page::PageRequest;
use authms_core::webhook::{self, CreateWebhook};
use authms_testkit::Population;

/// A webhook, the only one of the tenant, and an event that it was told.
pub(super) async fn told(home: &Population<'_>) -> (String, String) {
    let (parts, console, source) = (&home.app().parts, home.console(), Source::default());
    let former = webhook::list(parts, &console, PageRequest::new(None, None)).await.expect("lists").items;
    for one in former {
        webhook::delete(parts, &console, one.id, &source).await.expect("deletes");
    }
    let ask = CreateWebhook {
        url: "https://hooks.shop.test/in".to_owned(),
        description: None,
        events: vec!["*".to_owned()],
    };
    let id = webhook::create(parts, &console, ask, &source).await.expect("creates").webhook.id;
    let event = webhook::ping(parts, &console, id, &source).await.expect("tests");
    home.app().hooks_leave().await;
    (id.to_string(), event.to_string())
}
