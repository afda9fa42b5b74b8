//! Hashes of other systems: what is taken over is of a kind that is known, short, and spelled in one way to its end.

use crate::input::Input;
use authms_crypto::{HashKind, check_import};

/// A hash.
pub fn run(data: &[u8]) {
    let Some(text) = Input(data).text() else { return };
    let kind = HashKind::of(text);
    if check_import(text).is_err() {
        return;
    }
    assert!(kind != HashKind::Unknown && !HashKind::is_our_own(text), "{text}");
    assert!(text.len() <= 512 && text.is_ascii() && !text.contains(char::is_whitespace), "{text:?}");
    for more in ["$", "$a", ",x=1", "\n", " ", "!"] {
        assert!(check_import(&format!("{text}{more}")).is_err(), "{text} goes on with {more:?}");
        assert!(check_import(&format!("{more}{text}")).is_err(), "{text} begins with {more:?}");
    }
}
