//! What can be observed about a sign-in.

/// One kind of observation. Each has a weight in a tenant's [`SignalWeights`](super::SignalWeights).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Signal {
    /// The password is known to others: it stands in a list of leaked ones, or somebody marked it as compromised.
    CredentialLeaked,
    /// The operator has listed the address as a bad one.
    IpBadReputation,
    /// The address, its country or its network operator is not known.
    IpUnknown,
    /// The address is of a VPN, a proxy or a hosting network.
    IpVpn,
    /// Very many attempts at this account failed lately; adds to [`Self::LoginFailureModerate`].
    LoginFailureHigh,
    /// Many attempts at this account failed lately.
    LoginFailureModerate,
    /// A second factor was added, removed or changed lately, or after the sign-in that a ticket's minter vouches for.
    MfaMethodChanged,
    /// The user never signed in from this country, as far as is remembered.
    NewCountry,
    /// The network, or the kind of device, was never seen with this user, as far as is remembered.
    NewDeviceOrIp,
    /// Something changed in the middle that does not change by itself: between minting and redeeming, or within a session.
    SessionHijack,
    /// Nothing that we issued says which device this is.
    UnknownDevice,
    /// The user's network operators are others, or they are rarely in this country.
    UnusualLocation,
    /// The user is hardly ever seen at this time of day, in their own time zone.
    UnusualTime,
    /// Nobody travels that fast: the place of the sign-in before is too far away.
    VelocityAnomaly,
}

impl Signal {
    /// What strangers can make speak who only guess.
    pub const FAILURES: [Self; 2] = [Self::LoginFailureModerate, Self::LoginFailureHigh];

    /// How many there are.
    pub const COUNT: usize = 14;

    /// All of them, in the order of their names.
    pub const ALL: [Self; Self::COUNT] = [
        Self::CredentialLeaked,
        Self::IpBadReputation,
        Self::IpUnknown,
        Self::IpVpn,
        Self::LoginFailureHigh,
        Self::LoginFailureModerate,
        Self::MfaMethodChanged,
        Self::NewCountry,
        Self::NewDeviceOrIp,
        Self::SessionHijack,
        Self::UnknownDevice,
        Self::UnusualLocation,
        Self::UnusualTime,
        Self::VelocityAnomaly,
    ];

    /// The name on the wire, at rest and in the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CredentialLeaked => "credential_leaked",
            Self::IpBadReputation => "ip_bad_reputation",
            Self::IpUnknown => "ip_unknown",
            Self::IpVpn => "ip_vpn",
            Self::LoginFailureHigh => "login_failure_high",
            Self::LoginFailureModerate => "login_failure_moderate",
            Self::MfaMethodChanged => "mfa_method_changed",
            Self::NewCountry => "new_country",
            Self::NewDeviceOrIp => "new_device_or_ip",
            Self::SessionHijack => "session_hijack",
            Self::UnknownDevice => "unknown_device",
            Self::UnusualLocation => "unusual_location",
            Self::UnusualTime => "unusual_time",
            Self::VelocityAnomaly => "velocity_anomaly",
        }
    }

    /// The signal of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }

    /// Whether it compares with what the user did before. While that is still being learned such a signal counts half:
    /// everybody's first network is new.
    pub const fn compares(self) -> bool {
        matches!(self, Self::NewCountry | Self::NewDeviceOrIp | Self::UnusualLocation | Self::UnusualTime)
    }
}
