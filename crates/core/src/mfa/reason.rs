//! Why a second factor is asked for, in a stable word.

use crate::message::Language;
use crate::risk::{Device, Signal};

/// Why a second factor is asked for: what weighed the most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MfaReason {
    /// The tenant always asks.
    PolicyAlways,
    /// The tenant always asks members of this role.
    PolicyRole,
    /// The device has not been seen.
    NewDevice,
    /// The network has not been seen.
    NewNetwork,
    /// The network is not known.
    UnknownNetwork,
    /// The network is one through which attacks come.
    BadNetwork,
    /// The network hides where its users are.
    AnonymousNetwork,
    /// The country has not been seen.
    NewCountry,
    /// The place is unusual.
    UnusualLocation,
    /// Nobody travels so fast.
    ImpossibleTravel,
    /// The hour is unusual.
    UnusualTime,
    /// Sign-ins failed lately.
    FailedAttempts,
    /// The factors were changed lately.
    FactorsChanged,
    /// The session looks like another's.
    SessionChanged,
    /// The password was found among leaked ones.
    LeakedCredential,
}

impl MfaReason {
    const ALL: [Self; 15] = [
        Self::PolicyAlways,
        Self::PolicyRole,
        Self::NewDevice,
        Self::NewNetwork,
        Self::UnknownNetwork,
        Self::BadNetwork,
        Self::AnonymousNetwork,
        Self::NewCountry,
        Self::UnusualLocation,
        Self::ImpossibleTravel,
        Self::UnusualTime,
        Self::FailedAttempts,
        Self::FactorsChanged,
        Self::SessionChanged,
        Self::LeakedCredential,
    ];

    /// Whether the tenant asks whatever the risk.
    pub const fn is_policy(self) -> bool {
        matches!(self, Self::PolicyAlways | Self::PolicyRole)
    }

    /// The word on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PolicyAlways => "policy_always",
            Self::PolicyRole => "policy_role",
            Self::NewDevice => "new_device",
            Self::NewNetwork => "new_network",
            Self::UnknownNetwork => "unknown_network",
            Self::BadNetwork => "bad_network",
            Self::AnonymousNetwork => "anonymous_network",
            Self::NewCountry => "new_country",
            Self::UnusualLocation => "unusual_location",
            Self::ImpossibleTravel => "impossible_travel",
            Self::UnusualTime => "unusual_time",
            Self::FailedAttempts => "failed_attempts",
            Self::FactorsChanged => "factors_changed",
            Self::SessionChanged => "session_changed",
            Self::LeakedCredential => "leaked_credential",
        }
    }

    /// The reason of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == word)
    }

    /// The reason that a signal gives; `device` tells what was new where the signal leaves it open.
    pub const fn of(signal: Signal, device: Device) -> Self {
        match signal {
            Signal::NewDeviceOrIp if device.proven() => Self::NewNetwork,
            Signal::NewDeviceOrIp | Signal::UnknownDevice => Self::NewDevice,
            Signal::CredentialLeaked => Self::LeakedCredential,
            Signal::IpBadReputation => Self::BadNetwork,
            Signal::IpUnknown => Self::UnknownNetwork,
            Signal::IpVpn => Self::AnonymousNetwork,
            Signal::LoginFailureHigh | Signal::LoginFailureModerate => Self::FailedAttempts,
            Signal::MfaMethodChanged => Self::FactorsChanged,
            Signal::NewCountry => Self::NewCountry,
            Signal::SessionHijack => Self::SessionChanged,
            Signal::UnusualLocation => Self::UnusualLocation,
            Signal::UnusualTime => Self::UnusualTime,
            Signal::VelocityAnomaly => Self::ImpossibleTravel,
        }
    }

    /// What to tell the user.
    pub const fn text(self, language: Language) -> &'static str {
        match language {
            Language::En => self.english(),
            Language::Zh => self.chinese(),
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::PolicyAlways => "Your organization asks for a second factor at every sign-in.",
            Self::PolicyRole => "Your role asks for a second factor at every sign-in.",
            Self::NewDevice => "You have not signed in on this device before.",
            Self::NewNetwork => "You have not signed in from this network before.",
            Self::UnknownNetwork => "We cannot tell from where you sign in.",
            Self::BadNetwork => "Attacks have come from this network.",
            Self::AnonymousNetwork => "This network hides where you are.",
            Self::NewCountry => "You have not signed in from this country before.",
            Self::UnusualLocation => "You do not usually sign in from this place.",
            Self::ImpossibleTravel => "Your last sign-in was too far away to be here now.",
            Self::UnusualTime => "You do not usually sign in at this hour.",
            Self::FailedAttempts => "Several sign-ins to your account have failed lately.",
            Self::FactorsChanged => "Your second factors were changed lately.",
            Self::SessionChanged => "Your session has moved to another network or device.",
            Self::LeakedCredential => "Your password was found in a list of leaked passwords.",
        }
    }

    const fn chinese(self) -> &'static str {
        match self {
            Self::PolicyAlways => "您的组织要求每次登录都进行二次验证。",
            Self::PolicyRole => "您的角色要求每次登录都进行二次验证。",
            Self::NewDevice => "您此前未在此设备上登录过。",
            Self::NewNetwork => "您此前未从此网络登录过。",
            Self::UnknownNetwork => "无法判断您从何处登录。",
            Self::BadNetwork => "此网络曾发起攻击。",
            Self::AnonymousNetwork => "此网络隐藏了您的位置。",
            Self::NewCountry => "您此前未从此国家或地区登录过。",
            Self::UnusualLocation => "您通常不从此地登录。",
            Self::ImpossibleTravel => "此次登录与上次登录的地点相距过远。",
            Self::UnusualTime => "您通常不在此时段登录。",
            Self::FailedAttempts => "您的账户近期有多次登录失败。",
            Self::FactorsChanged => "您的二次验证方式近期有变更。",
            Self::SessionChanged => "您的会话已切换到其他网络或设备。",
            Self::LeakedCredential => "您的密码出现在已泄露密码列表中。",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_word_and_both_texts() {
        for reason in MfaReason::ALL {
            assert_eq!(MfaReason::parse(reason.as_str()), Some(reason));
            assert!(reason.english().is_ascii() && !reason.chinese().is_ascii());
        }
    }
}
