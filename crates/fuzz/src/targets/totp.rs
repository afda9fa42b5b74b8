//! Codes of authenticator apps: only those of the three steps around now, none of them twice, and in no other spelling.

use crate::input::Input;
use authms_crypto::{TOTP_STEP, totp_code, totp_step};

/// Twenty bytes of secret, four of time, one of a step that is spent; the rest is the code.
pub fn run(data: &[u8]) {
    let mut input = Input(data);
    let secret: [u8; 20] = input.array();
    let now = i64::from(u32::from_be_bytes(input.array()));
    let present = now / TOTP_STEP;
    let spent = present - 2 + i64::from(input.byte() % 5);
    let Some(text) = input.text() else { return };

    let codes: Vec<_> = (present - 1..=present + 1).map(|step| (step, totp_code(&secret, step))).collect();
    let newest =
        |code: &str| codes.iter().rev().find(|(_, c)| c.as_deref() == Some(code)).map(|(step, _)| *step);
    assert_eq!(totp_step(&secret, text, now, None), newest(text), "{text:?}");
    for (step, code) in &codes {
        let Some(code) = code else { continue };
        let met = totp_step(&secret, code, now, Some(spent));
        assert!(met.is_none_or(|met| met > spent), "a spent step met again");
        assert!(*step <= spent || met.is_some(), "a good code is refused");
        for other in [format!("{code}{text}"), format!("{text}{code}")] {
            assert!(text.is_empty() || totp_step(&secret, &other, now, None).is_none(), "{other:?}");
        }
    }
}
