//! All that an assessment sees, as plain values. What is not known is said to be so, and counts as unknown, never as
//! harmless: the comment of each member names the signal that then speaks.

use super::history::{History, SignInSeen};
use super::place::{Agent, Place};
use crate::time::Timestamp;
use std::net::IpAddr;

/// What is known about one sign-in, or about one refresh of a session.
#[derive(Clone, PartialEq, Debug)]
pub struct Facts {
    /// Who told what is known of the user's side.
    pub view: View,
    /// The user's address, after trusted proxies. `None`: `ip_unknown`.
    pub ip: Option<IpAddr>,
    /// Where that address is. Country, operator or kind of network unknown: `ip_unknown`.
    pub place: Place,
    /// Whether the address is on one of the operator's lists of bad ones. An installation without such lists has nobody's
    /// word on any address, and says `false`.
    pub bad_reputation: bool,
    /// The kind of device as its user agent claims. `None` says nothing: anybody can leave it out or make it up.
    pub agent: Option<Agent>,
    /// What is known of the device. [`Device::Unknown`]: `unknown_device`.
    pub device: Device,
    /// What was learned of the user. Empty: `new_device_or_ip` and `unusual_time`, at half weight.
    pub history: History,
    /// Attempts at the user's account that failed since the last success.
    pub failed_attempts: u32,
    /// When a second factor was last added, removed or changed; `None`: never.
    pub factors_changed_at: Option<Timestamp>,
    /// Whether the password is known to others. A way to sign in without a password says `false`.
    pub credential_leaked: bool,
    /// When the account was created: factors that are enrolled on its first day are no change.
    pub user_since: Timestamp,
    /// The ticket, if the sign-in is by one.
    pub ticket: Option<TicketFacts>,
    /// Where a session began, if it is being refreshed.
    pub session: Option<Opened>,
}

/// Who told what is known of the user's side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// The request came from the user.
    Direct,
    /// An authenticated client that may do so told it in `context`; what it left out is unknown.
    Told,
    /// A client authenticated and told nothing: address, place and user agent are its own, so that the user's are
    /// unknown whatever the other members say, and nothing is learned.
    Unseen,
}

/// What is known of the device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Device {
    /// It presented no secret of ours that is this user's in this tenant: `unknown_device`.
    Unknown,
    /// The same, and it calls itself by a name that the user's devices never used: `new_device_or_ip`, too. A name that
    /// was used before proves nothing and is [`Self::Unknown`].
    ClaimedNew,
    /// It presented a secret that we issued for this user and tenant.
    Known,
    /// The same, and the user trusts it for now: networks new to it are no surprise.
    Trusted,
}

impl Device {
    /// Whether a secret of ours says which device it is. Nothing else ever lowers a score.
    pub const fn proven(self) -> bool {
        matches!(self, Self::Known | Self::Trusted)
    }
}

/// What is known of the ticket that signs in.
#[derive(Clone, PartialEq, Debug)]
pub struct TicketFacts {
    /// How it came to whoever redeems it.
    pub delivery: Delivery,
    /// How the subject authenticated, as the minter vouches. [`Assurance::Unknown`]: `unknown_device` counts whole.
    pub assurance: Assurance,
    /// When the subject authenticated, as the minter vouches; `None` is as good as no assurance.
    pub subject_auth_time: Option<Timestamp>,
    /// When it was minted.
    pub minted_at: Timestamp,
    /// Whether the redeemer sent the verifier of its proof: then whoever asked for the ticket redeems it.
    pub proven: bool,
    /// From where it was minted, if that was kept; of use only for [`Delivery::Person`].
    pub minted_ip: Option<IpAddr>,
    /// Where that is.
    pub minted_place: Place,
}

/// How a ticket came to whoever redeems it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery {
    /// A backend minted it for its user: its own address says nothing about them.
    System,
    /// A signed-in person minted it in their own session, and should be the one who redeems it.
    Person,
    /// The operator's command line printed it.
    Console,
}

/// How strongly a minter vouches that it knows the subject.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assurance {
    /// Not at all.
    Unknown,
    /// By one kind of factor.
    Single,
    /// By two kinds of factors.
    Multi,
}

impl Assurance {
    /// What authentication methods (RFC 8176 §2) amount to. Names that are not known there count for nothing.
    pub fn of<S: AsRef<str>>(amr: &[S]) -> Self {
        let kinds = amr.iter().fold(0, |kinds, method| {
            kinds
                | match method.as_ref() {
                    "pwd" | "pin" | "kba" => 1,
                    "otp" | "sms" | "tel" | "hwk" | "swk" | "sc" | "pop" => 2,
                    "face" | "fpt" | "iris" | "retina" | "vbm" => 4,
                    "mfa" => 7,
                    _ => 0,
                }
        });
        match u32::count_ones(kinds) {
            0 => Self::Unknown,
            1 => Self::Single,
            _ => Self::Multi,
        }
    }
}

/// Where and with what a session began.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Opened {
    /// Where; what is unknown cannot be compared.
    pub place: Place,
    /// With what kind of device.
    pub agent: Option<Agent>,
}

impl Opened {
    /// Whether it goes on elsewhere: with another kind of device, in another country, or with another network operator.
    /// Addresses change by themselves.
    pub fn is_left(&self, place: &Place, agent: Option<&Agent>) -> bool {
        let known = place.country.is_some() && place.asn.is_some();
        let stays = known && (self.place.country, self.place.asn) == (place.country, place.asn);
        !stays || self.agent.as_ref() != agent
    }
}

impl Facts {
    /// Facts about a user of whom nothing else is known.
    pub fn unknown(user_since: Timestamp) -> Self {
        Self {
            view: View::Direct,
            ip: None,
            place: Place::default(),
            bad_reputation: false,
            agent: None,
            device: Device::Unknown,
            history: History::default(),
            failed_attempts: 0,
            factors_changed_at: None,
            credential_leaked: false,
            user_since,
            ticket: None,
            session: None,
        }
    }

    /// What a sign-in that was granted teaches [`History::learn`]; `None` if its user was not seen.
    pub fn seen(&self, at: Timestamp) -> Option<SignInSeen> {
        let seen = || SignInSeen { at, ip: self.ip, place: self.place.clone(), agent: self.agent.clone() };
        (self.view != View::Unseen).then(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assurance_counts_kinds_of_factors_not_methods() {
        for (amr, assurance) in [
            (&[][..], Assurance::Unknown),
            (&["user", "geo", "rba", "x"], Assurance::Unknown),
            (&["pwd"], Assurance::Single),
            (&["pwd", "pin", "kba"], Assurance::Single),
            (&["otp", "sms"], Assurance::Single),
            (&["pwd", "otp"], Assurance::Multi),
            (&["hwk", "fpt"], Assurance::Multi),
            (&["mfa"], Assurance::Multi),
        ] {
            assert_eq!(Assurance::of(amr), assurance, "{amr:?}");
        }
    }
}
