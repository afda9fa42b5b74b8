//! How things are named: exactly, or not at all.

use super::home::Home;

#[test]
fn a_name_that_reads_like_anothers_is_told_and_not_meant() {
    let home = Home::installed();
    let id = home.run(&["user", "create", "--username", "paypal"]).line().to_owned();
    let told = home.run(&["user", "delete", "paypa1", "--yes"]);
    let said = told.missing();
    assert!(said.contains("paypal") && said.contains(&id), "{said}");
    home.run(&["user", "get", "PayPal"]).success();
}

#[test]
fn an_unknown_name_is_told_without_its_control_characters() {
    let home = Home::installed();
    for noun in ["user", "client", "key", "tenant"] {
        let unknown = home.run(&[noun, "get", "a\u{1b}[2Jb"]);
        assert!(!unknown.missing().contains('\u{1b}'), "{unknown:?}");
    }
}
