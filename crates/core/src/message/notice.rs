//! Notices: what a user is told when something happened to their account, whoever did it.

use super::address::{Address, Channel};
use super::template::Template;
use super::{Message, device, enqueue, language_for, text};
use crate::audit::Source;
use crate::commit;
use crate::factor::FactorKind;
use crate::on_behalf::ActNotice;
use crate::parts::Parts;
use crate::time::Span;
use crate::user::User;
use std::borrow::Cow;

/// Something that a user ought to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notice {
    /// They have another password.
    PasswordChanged,
    /// Their forgotten password was set anew.
    AccountReset,
    /// They have another e-mail address; told to the one before.
    EmailChanged,
    /// They have another phone number.
    PhoneChanged,
    /// They have one more way to prove who they are.
    FactorAdded(FactorName),
    /// They have one way less.
    FactorRemoved(FactorName),
    /// An administrator removed all of their factors.
    FactorsReset,
    /// An administrator lets them set up their first one.
    EnrolmentReleased,
    /// They signed in where they never had.
    NewDevice,
    /// A sign-in with the right secret was refused as too risky.
    SignInRefused,
    /// Somebody acts on their behalf.
    ActedFor,
    /// Somebody wants to, if they agree.
    ActAsked,
    /// Others acted on their behalf that day.
    ActDigest,
    /// Somebody wants to act for another, if they approve; told to those who administer users.
    ApprovalAsked,
    /// Somebody acts for another without anybody's leave; told to those who administer users.
    GlassBroken,
}

/// What a user is told of an act on their behalf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActTold<'a> {
    /// The actor's name.
    pub actor: &'a str,
    /// Why.
    pub reason: &'a str,
    /// For whom.
    pub subject: &'a str,
    /// The client at which they act, if at one.
    pub client: Option<&'a str>,
}

/// What a factor is called to its user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactorName {
    /// An authenticator app.
    Totp,
    /// A passkey.
    Passkey,
    /// Codes by e-mail.
    Email,
    /// Codes by text message.
    Sms,
    /// Recovery codes.
    RecoveryCodes,
}

impl FactorName {
    /// What a factor of this kind is called.
    pub const fn of(kind: FactorKind) -> Self {
        match kind {
            FactorKind::Totp => Self::Totp,
            FactorKind::Passkey => Self::Passkey,
            FactorKind::Email => Self::Email,
            FactorKind::Sms => Self::Sms,
            FactorKind::RecoveryCode => Self::RecoveryCodes,
        }
    }
}

/// How long a notice is worth sending.
const WORTH: Span = Span::hours(72);

/// The change that tells a user by e-mail what happened, when, and from where: for the commit of the act itself
/// (`commit.with(notice(…))`). `None` if they have no e-mail address, or there is no way to send one. It never carries
/// a secret.
pub fn notice(parts: &Parts, user: &User, what: Notice, source: &Source) -> Option<commit::Change> {
    notice_to(parts, user, user.email.as_deref()?, what, source)
}

/// The same of an act on the user's behalf, begun or asked for.
pub(crate) fn notice_of_act(
    parts: &Parts,
    (user, what): (&User, Notice),
    act: ActTold<'_>,
    source: &Source,
) -> Option<commit::Change> {
    let client = act.client.unwrap_or(&parts.policy.issuer);
    let more = [("actor", act.actor), ("subject", act.subject), ("reason", act.reason), ("client", client)];
    let more = more.map(|(gap, text)| (gap, Cow::Owned(text.to_owned())));
    // In the user's language, not in the actor's.
    let theirs = Source { language: None, ..source.clone() };
    letter(parts, user, user.email.as_deref()?, what, &theirs, more.into())
}

/// Whether a user can be told anything by e-mail.
pub(crate) fn reaches(parts: &Parts, user: &User) -> bool {
    let address = user.email.as_deref().and_then(|email| Address::new(Channel::Email, email));
    parts.mailer.is_some() && address.is_some()
}

/// The most acts that one letter lists.
const LISTED: usize = 50;

/// One letter about acts on the user's behalf, in their language.
pub(crate) fn digest_of_acts(parts: &Parts, user: &User, acts: &[ActNotice]) -> Option<commit::Change> {
    let line = |act: &ActNotice| {
        let client = act.client.as_deref().unwrap_or(&parts.policy.issuer);
        let line = format!("{}: {}: {} ({client})", text::minute(act.begun_at), act.actor, act.reason);
        line.chars().filter(|c| !c.is_control()).collect::<String>()
    };
    let mut lines: Vec<_> = acts.iter().take(LISTED).map(line).collect();
    if acts.len() > LISTED {
        lines.push(format!("+ {}", acts.len() - LISTED));
    }
    let acts = vec![("acts", Cow::Owned(lines.join("\n")))];
    letter(parts, user, user.email.as_deref()?, Notice::ActDigest, &Source::default(), acts)
}

/// The same to an address that need not be the user's any more.
pub(crate) fn notice_to(
    parts: &Parts,
    user: &User,
    email: &str,
    what: Notice,
    source: &Source,
) -> Option<commit::Change> {
    letter(parts, user, email, what, source, Vec::new())
}

fn letter(
    parts: &Parts,
    user: &User,
    email: &str,
    what: Notice,
    source: &Source,
    mut values: Vec<(&'static str, Cow<'static, str>)>,
) -> Option<commit::Change> {
    parts.mailer.as_ref()?;
    let language = language_for(parts, Some(user), source);
    let device = match device::describe(source.user_agent.as_deref()) {
        Some((browser, system)) => Cow::Owned(format!("{browser}, {system}")),
        None => Cow::Borrowed(text::unknown(language)),
    };
    let ip = source.ip.map_or(Cow::Borrowed(text::unknown(language)), |ip| Cow::Owned(ip.to_string()));
    let factor = match what {
        Notice::FactorAdded(name) | Notice::FactorRemoved(name) => text::factor(name, language),
        _ => "",
    };
    values.extend([
        ("time", Cow::Owned(text::minute(parts.now()))),
        ("device", device),
        ("ip", ip),
        ("factor", Cow::Borrowed(factor)),
    ]);
    let message = Message {
        tenant: user.tenant,
        user: user.id,
        to: Address::new(Channel::Email, email)?,
        template: Template::Notice(what),
        language,
        values,
        expires_at: Some(parts.now().plus(WORTH)),
    };
    Some(enqueue(parts, &message))
}
