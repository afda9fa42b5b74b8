//! The uses of API keys reach the disk behind the requests.

use super::home::Home;
use super::running::{Running, until};

#[test]
fn the_last_use_is_written_while_the_server_runs_and_when_it_stops() {
    let home = Home::installed();
    let made = home.run(&["key", "create", "--name", "watcher", "--scope", "key:read", "--json"]).json();
    let (id, raw) = (made["id"].as_str().expect("text"), made["raw_key"].as_str().expect("text"));
    let path = format!("/api/v1/auth/api-keys/{id}");
    let last_use = |server: &Running| {
        let (status, shown) = server.get_as(raw, &path);
        assert_eq!(status, 200, "{shown}");
        shown["data"]["last_used_at"].as_str().map(str::to_owned)
    };

    let server = home.serve();
    assert_eq!(last_use(&server), None, "this is the first");
    let first = until("the first use is written", || last_use(&server));
    // Within a minute of the first the next is not due, so that stopping writes it.
    assert_eq!(last_use(&server).as_ref(), Some(&first));
    server.stop();

    let server = home.serve();
    let last = last_use(&server).expect("what was known at the end");
    assert!(last > first, "{last} after {first}");
    assert_eq!(server.get_as(raw, &path).1["data"]["last_used_ip"], "127.0.0.1");
    server.stop();
}
