//! Names and other texts: what was normalized stays as it is, and has only what its kind may have.

use crate::input::Input;
use authms_core::text;

/// A text.
pub fn run(data: &[u8]) {
    let Some(given) = Input(data).text() else { return };
    for normalize in [text::username, text::email, text::phone] {
        if let Ok(once) = normalize(given) {
            assert_eq!(normalize(&once).as_ref(), Ok(&once), "normalized twice");
            assert!(!once.chars().any(|c| c.is_control() || c.is_whitespace()), "{once:?}");
        }
    }
    if let Ok(address) = text::email(given) {
        assert!(address.is_ascii() && address.matches('@').count() == 1, "{address}");
        let (name, domain) = address.split_once('@').expect("one @");
        let first = name.chars().next().filter(|_| name.len() > 1).map(String::from).unwrap_or_default();
        assert_eq!(text::masked_email(&address), format!("{first}***@{domain}"));
    }
    if let Ok(number) = text::phone(given) {
        assert!(number.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit()));
    }
    if let (Ok(name), Ok(number)) = (text::username(given), text::phone(given)) {
        panic!("{name} could be the number {number}");
    }
    let kinds: Vec<_> = text::login_names(given).iter().map(|name| name.kind).collect();
    assert!(kinds.len() <= 1 || kinds[0] != kinds[1]);
    if let Ok(label) = text::label("member", given, 100) {
        assert!((1..=100).contains(&label.chars().count()) && !label.chars().any(char::is_control));
        assert_eq!(text::label("member", &label, 100).as_ref(), Ok(&label));
    }
    for check in [text::idempotency_key, text::external_id, text::proof] {
        if let Ok(kept) = check(given) {
            assert_eq!(kept, given);
        }
    }
    if let Ok(network) = text::network("member", given) {
        assert_eq!(
            text::network("member", &network.to_string()),
            Ok(network),
            "another network when read again"
        );
    }
    let password = text::password(given);
    assert_eq!(text::password(&password), password);
    for masked in [text::masked(given), text::masked_phone(given)] {
        assert!(masked.contains("***"));
    }
}
