//! How long a password stays good: one pure function for every place that tells of it.

use super::policy::PasswordPolicy;
use crate::time::{Span, Timestamp};
use crate::user::User;

/// How a user's password stands. Users without one have none of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PasswordState {
    /// Somebody else knows or chose it: its user must change it.
    pub must_change: bool,
    /// Days until it expires, rounded up; 0 from then on. Absent if it does not expire.
    pub expires_in: Option<i64>,
    /// That it expires soon, or has.
    pub warning: Option<PasswordWarning>,
}

/// How near a password is to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PasswordWarning {
    /// It expires within the policy's warning days.
    Expiring,
    /// It has expired, but still signs in.
    ExpiredGrace,
    /// It has expired, and signs nobody in.
    Expired,
}

impl PasswordWarning {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expiring => "expiring",
            Self::ExpiredGrace => "expired_grace",
            Self::Expired => "expired",
        }
    }
}

impl PasswordState {
    /// Whether signing in by it leads to changing it and nowhere else.
    pub fn must_be_changed(&self) -> bool {
        self.must_change || self.warning == Some(PasswordWarning::Expired)
    }
}

/// How the password of this user stands at this time, by the policy of the tenant that administers the account.
pub fn password_state(policy: &PasswordPolicy, user: &User, now: Timestamp) -> PasswordState {
    if !user.has_password {
        return PasswordState::default();
    }
    let must_change = user.must_change_password();
    if policy.expiry_days == 0 {
        return PasswordState { must_change, ..PasswordState::default() };
    }
    let since = user.password_changed_at.unwrap_or(user.created_at);
    let expires_at = since.plus(days(policy.expiry_days));
    let left = expires_at.as_millis() - now.as_millis();
    let warning = if left > days(policy.warning_days).as_millis() {
        None
    } else if left > 0 {
        Some(PasswordWarning::Expiring)
    } else if expires_at.plus(days(policy.grace_days)) > now {
        Some(PasswordWarning::ExpiredGrace)
    } else {
        Some(PasswordWarning::Expired)
    };
    let day = days(1).as_millis();
    let expires_in = Some(left.max(0).saturating_add(day - 1) / day);
    PasswordState { must_change, expires_in, warning }
}

const fn days(count: u16) -> Span {
    Span::hours(24 * count as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{TenantId, UserId};
    use crate::user::UserStatus;

    const DAY: i64 = 24 * 3_600_000;

    fn user(set_at: i64) -> User {
        let at = Timestamp::from_millis(set_at);
        User {
            id: UserId::from_bytes([1; 16]),
            tenant: TenantId::from_bytes([2; 16]),
            status: UserStatus::Active,
            username: Some("alice".to_owned()),
            email: None,
            phone: None,
            external_id: None,
            email_verified_at: None,
            phone_verified_at: None,
            language: None,
            nickname: None,
            has_password: true,
            must_change_password: false,
            password_changed_at: Some(at),
            password_compromised_at: None,
            fence: 0,
            rev: 1,
            created_at: at,
            updated_at: at,
        }
    }

    fn policy() -> PasswordPolicy {
        PasswordPolicy { expiry_days: 90, warning_days: 14, grace_days: 7, ..PasswordPolicy::default() }
    }

    #[test]
    fn an_expiring_password_is_warned_of_then_tolerated_then_useless() {
        use PasswordWarning::{Expired, ExpiredGrace, Expiring};
        for (now, expires_in, warning) in [
            (0, 90, None),
            (1, 90, None),
            (DAY, 89, None),
            (76 * DAY - 1, 15, None),
            (76 * DAY, 14, Some(Expiring)),
            (89 * DAY, 1, Some(Expiring)),
            (90 * DAY - 1, 1, Some(Expiring)),
            (90 * DAY, 0, Some(ExpiredGrace)),
            (97 * DAY - 1, 0, Some(ExpiredGrace)),
            (97 * DAY, 0, Some(Expired)),
            (i64::MAX / 4, 0, Some(Expired)),
        ] {
            let state = password_state(&policy(), &user(0), Timestamp::from_millis(now));
            assert_eq!((state.expires_in, state.warning), (Some(expires_in), warning), "{now}");
            assert_eq!(state.must_be_changed(), warning == Some(Expired), "{now}");
        }
    }

    #[test]
    fn without_grace_a_password_is_useless_the_moment_it_expires() {
        let policy = PasswordPolicy { grace_days: 0, warning_days: 0, ..policy() };
        let at = |now| password_state(&policy, &user(0), Timestamp::from_millis(now)).warning;
        assert_eq!((at(90 * DAY - 1), at(90 * DAY)), (None, Some(PasswordWarning::Expired)));
    }

    #[test]
    fn s14_by_default_no_age_forces_a_change_and_being_known_to_others_does() {
        let later = Timestamp::from_millis(5 * 366 * DAY);
        let state = password_state(&PasswordPolicy::default(), &user(0), later);
        assert_eq!(state, PasswordState::default());
        let leaked = User { password_compromised_at: Some(later), ..user(0) };
        assert!(password_state(&PasswordPolicy::default(), &leaked, later).must_be_changed());
        let given = User { must_change_password: true, ..user(0) };
        assert!(password_state(&PasswordPolicy::default(), &given, later).must_be_changed());
    }

    #[test]
    fn who_has_no_password_has_none_of_it() {
        let none = User {
            has_password: false,
            must_change_password: true,
            password_compromised_at: Some(Timestamp::from_millis(1)),
            ..user(0)
        };
        let state = password_state(&policy(), &none, Timestamp::from_millis(1000 * DAY));
        assert_eq!(state, PasswordState::default());
    }
}
