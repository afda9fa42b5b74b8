//! What the program tells about itself.

use super::home::{Done, Home};

fn bare(args: &[&str]) -> Done {
    Done::of(Home::bare(args))
}

#[test]
fn help_names_the_environment_variable_beside_each_option() {
    let help = bare(&["--help"]);
    let text = help.success();
    for variable in [
        "AUTHMS_CONFIG",
        "AUTHMS_DATA__DIR",
        "AUTHMS_SERVER__LISTEN",
        "AUTHMS_SERVER__ISSUER",
        "AUTHMS_LOG__FORMAT",
        "AUTHMS_LOG__LEVEL",
    ] {
        assert!(text.contains(&format!("[env: {variable}]")), "{variable}");
    }
    assert!(text.contains("AUTHMS_MASTER_KEY_FILE") && text.contains("AUTHMS_LIMITS__EXEMPT"));
    assert!(bare(&["serve", "--help"]).success().contains("AUTHMS_LIMITS__EXEMPT"));
    assert!(bare(&["ticket", "mint", "--help"]).success().contains("[env: AUTHMS_DATA__DIR]"));
}

#[test]
fn usage_errors_end_with_2_and_a_word_on_standard_error() {
    for args in [&[][..], &["sreve"], &["serve", "--port", "1"], &["ticket"], &["serve", "--listen", "8080"]]
    {
        let done = bare(args);
        assert_eq!((done.code(), done.stdout()), (Some(2), ""), "{args:?}");
        assert!(!done.stderr().is_empty(), "{args:?}");
    }
    assert_eq!(bare(&["--version"]).line(), concat!("authms ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_openapi_document_parses() {
    let printed = bare(&["openapi"]);
    let document: serde_json::Value = serde_json::from_str(printed.success()).expect("JSON");
    assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
    assert!(document["paths"].as_object().expect("paths").contains_key("/health/ready"));
}

#[test]
fn config_check_shows_every_setting_but_no_secret() {
    let home = Home::new();
    let mut command = home.command(&["config", "check", "--listen", "127.0.0.1:9000"]);
    command
        .env("AUTHMS_MASTER_KEY", "f".repeat(63) + "0")
        .env("AUTHMS_SERVER__ISSUER", "http://id.example.org");
    let checked = Done::of(command);
    let shown = checked.success();
    assert!(shown.contains("server.listen = 127.0.0.1:9000 (from flag --listen)"), "{shown}");
    assert!(shown.contains("master.key = [set]") && !shown.contains("ffff"), "{shown}");
    assert!(checked.stderr().contains("use https"), "{checked:?}");
    assert!(!home.data().exists(), "nothing is made");
}

#[test]
fn healthcheck_tells_by_its_exit_code() {
    let home = Home::new();
    let server = home.serve();
    let listen = server.address.to_string();
    let url = format!("http://{listen}");
    assert_eq!(home.run(&["healthcheck", "--listen", &listen]).line(), "ready");
    assert_eq!(home.run(&["healthcheck", "--url", &url]).line(), "ready");
    let live = format!("{url}/health/live");
    assert_eq!(home.run(&["healthcheck", "--url", &live]).line(), "ready");
    server.stop();

    let gone = home.run(&["healthcheck", "--url", &url]);
    assert!(gone.refusal().contains("is `authms serve` running"), "{gone:?}");
    assert_eq!(home.run(&["healthcheck", "--url", "ftp://id.example.org"]).code(), Some(2));
    assert!(home.run(&["healthcheck", "--listen", "127.0.0.1:0"]).refusal().contains("--url"));
}

#[test]
fn healthcheck_names_the_status_of_a_server_that_is_not_ready() {
    let home = Home::new();
    let server = home.serve();
    let missing = home.run(&["healthcheck", "--url", &format!("http://{}/nowhere", server.address)]);
    assert!(missing.refusal().contains("answered 404"), "{missing:?}");
}
