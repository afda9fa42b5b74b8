//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, steps of 30 seconds, as every authenticator app has it.

use totp_rs::{Builder, Secret};

/// Seconds a step (RFC 6238 §5.2).
pub const TOTP_STEP: i64 = 30;

/// Steps by which clocks may be apart, either way (RFC 6238 §5.2).
const DRIFT: i64 = 1;

/// The newest step, at most one away from that of `now` (seconds since 1970), whose code this is and which is later
/// than `after`; `None` if there is none. A step that was spent, and all before it, never matches again.
pub fn totp_step(secret: &[u8; 20], code: &str, now: i64, after: Option<i64>) -> Option<i64> {
    let totp = Builder::new().with_secret(Secret::from(*secret)).with_skew(0).build().ok()?;
    let present = now.div_euclid(TOTP_STEP);
    let mut found = None;
    // All three are compared, so that the time tells nothing.
    for step in present - DRIFT..=present + DRIFT {
        let matches = u64::try_from(step * TOTP_STEP).is_ok_and(|at| totp.check(code, at).is_some());
        if matches && after.is_none_or(|spent| step > spent) {
            found = Some(step);
        }
    }
    found
}

/// The code of a step, as an authenticator app shows it. `None` before 1970.
pub fn totp_code(secret: &[u8; 20], step: i64) -> Option<String> {
    let totp = Builder::new().with_secret(Secret::from(*secret)).with_skew(0).build().ok()?;
    Some(totp.generate(u64::try_from(step.checked_mul(TOTP_STEP)?).ok()?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret, and times with the last six of their eight digits.
    const SECRET: &[u8; 20] = b"12345678901234567890";
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    #[test]
    fn codes_are_those_of_the_standard() {
        for (at, code) in VECTORS {
            assert_eq!(totp_code(SECRET, at / 30).as_deref(), Some(code), "{at}");
            assert_eq!(totp_step(SECRET, code, at, None), Some(at / 30), "{at}");
        }
    }

    #[test]
    fn one_step_of_drift_and_each_step_once() {
        let (at, code) = VECTORS[3];
        let step = at / 30;
        assert_eq!(totp_step(SECRET, code, at + 30, None), Some(step));
        assert_eq!(totp_step(SECRET, code, at - 30, None), Some(step));
        assert_eq!(totp_step(SECRET, code, at + 60, None), None);
        assert_eq!(totp_step(SECRET, code, at - 60, None), None);
        assert_eq!(totp_step(SECRET, code, at, Some(step - 1)), Some(step));
        assert_eq!(totp_step(SECRET, code, at, Some(step)), None);
        assert_eq!(totp_step(SECRET, code, at, Some(step + 1)), None);
    }

    #[test]
    fn only_codes_match() {
        for bad in ["", "05924", "0005924", "+05924", "00592４", "005924 "] {
            assert_eq!(totp_step(SECRET, bad, VECTORS[3].0, None), None, "{bad:?}");
        }
        assert_eq!(totp_code(SECRET, -1), None);
    }
}
