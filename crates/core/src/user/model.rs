//! Users and their identifiers.

use super::search::Search;
use crate::access::Role;
use crate::id::{TenantId, UserId};
use crate::message::Language;
use crate::time::Timestamp;
use authms_crypto::{HashKind, ImportError, check_import};
use std::fmt;

/// Whether a user may sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UserStatus {
    /// May sign in.
    Active,
    /// May not sign in; may be enabled again.
    Disabled,
    /// Gone for good; only the identifier remains.
    Deleted,
}

impl UserStatus {
    const ALL: [Self; 3] = [Self::Active, Self::Disabled, Self::Deleted];

    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }

    /// The status of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
}

/// A natural person's account. Identifiers are normalized (see [`crate::text`]) and unique in the home tenant.
#[derive(Clone, Debug)]
pub struct User {
    /// The identifier.
    pub id: UserId,
    /// The tenant in which the account was created, which administers it.
    pub tenant: TenantId,
    /// Whether the user may sign in.
    pub status: UserStatus,
    /// User name, if any.
    pub username: Option<String>,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Phone number in E.164, if any.
    pub phone: Option<String>,
    /// What another system calls the user, if one does: byte for byte, and no name to sign in under.
    pub external_id: Option<String>,
    /// Since when the e-mail address is known to be the user's own.
    pub email_verified_at: Option<Timestamp>,
    /// Since when the phone number is known to be the user's own.
    pub phone_verified_at: Option<Timestamp>,
    /// The language that the user is written to in, if they have said one.
    pub language: Option<Language>,
    /// Name to show, if any.
    pub nickname: Option<String>,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether somebody else chose the password.
    pub must_change_password: bool,
    /// When the password was last set.
    pub password_changed_at: Option<Timestamp>,
    /// When the password was marked as known to others, if it was.
    pub password_compromised_at: Option<Timestamp>,
    /// Incremented to end all that was decided on the former value.
    pub fence: u32,
    /// Incremented by every change.
    pub rev: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// What others call them.
    pub fn called(&self) -> String {
        let names = [&self.nickname, &self.username, &self.email, &self.phone];
        names.into_iter().flatten().next().cloned().unwrap_or_else(|| self.id.to_string())
    }

    /// Whether somebody else chose the password or knows it, so that its user must change it.
    pub fn must_change_password(&self) -> bool {
        self.has_password && (self.must_change_password || self.password_compromised_at.is_some())
    }

    /// What nobody else in the tenant may be called.
    pub fn identifiers(&self) -> Vec<Identifier> {
        let of = |kind, value: &Option<String>| value.as_deref().map(|v| Identifier::new(kind, v));
        [
            of(IdentifierKind::Username, &self.username),
            of(IdentifierKind::Email, &self.email),
            of(IdentifierKind::Phone, &self.phone),
            of(IdentifierKind::ExternalId, &self.external_id),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What sort of name a user has; they sign in under all but the last.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IdentifierKind {
    /// A user name.
    Username,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// What another system calls them.
    ExternalId,
}

impl IdentifierKind {
    /// The name on the wire and at rest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::ExternalId => "external_id",
        }
    }
}

/// A name as it is looked up: look-alikes (UTS #39 skeletons) share one key, so that nobody can register a
/// name that reads like another's.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Identifier {
    /// What sort of name.
    pub kind: IdentifierKind,
    /// The look-up key.
    pub key: String,
}

impl Identifier {
    /// The look-up key of a normalized name.
    pub fn new(kind: IdentifierKind, normalized: &str) -> Self {
        let key = match kind {
            IdentifierKind::Username => crate::text::skeleton(normalized),
            IdentifierKind::Email | IdentifierKind::Phone | IdentifierKind::ExternalId => {
                normalized.to_owned()
            }
        };
        Self { kind, key }
    }
}

/// A password hash: a PHC string with its pepper's name before it, or another system's; shows nothing of itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a hash of ours.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// A hash that another system made.
    ///
    /// # Errors
    /// [`ImportError`] if it is of no kind that is read, or costs too much to check.
    pub fn imported(text: &str) -> Result<Self, ImportError> {
        check_import(text)?;
        Ok(Self(text.to_owned()))
    }

    /// What it was made with.
    pub fn kind(&self) -> HashKind {
        HashKind::of(&self.0)
    }

    /// Whether another system made it, so that it is made anew at the first success.
    pub fn is_imported(&self) -> bool {
        !HashKind::is_our_own(&self.0)
    }

    /// The text, for storage and verification alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

/// What a commit may do to users.
#[derive(Clone, Debug)]
pub enum Change {
    /// Inserts the user, their identifiers (each may be
    /// [`Taken`](crate::commit::CommitError::Taken)) and password hash.
    Create {
        /// The new user.
        user: Box<User>,
        /// The password hash, if one is set.
        password: Option<PasswordHash>,
    },
    /// Writes all members but `tenant` and `created_at`, replaces the identifiers; `rev` is the new one, and
    /// `updated_at` the commit's time. The password hash stays.
    Update(Box<User>),
    /// The same, with a new password hash; `None` erases it.
    SetPassword {
        /// The user after the change.
        user: Box<User>,
        /// The new hash.
        password: Option<PasswordHash>,
        /// How many former hashes are kept, the one that is replaced among them; older ones are erased.
        keep_former: u8,
    },
    /// The language that they are written to in. No revision is raised: nothing rests on it, and guesses that are counted
    /// by the revision are not counted anew.
    SetLanguage {
        /// Whose.
        user: UserId,
        /// Which; `None`: that of each request.
        language: Option<Language>,
    },
    /// Replaces the hash of an unchanged password, and nothing else: no revision is raised.
    Rehash {
        /// Whose.
        user: UserId,
        /// The new hash of the same password.
        password: PasswordHash,
    },
}

/// Which users a list shows.
#[derive(Clone, Default, Debug)]
pub struct UserFilter {
    /// Only those of this status; deleted ones are shown only when asked for.
    pub status: Option<UserStatus>,
    /// Only those of this role in the tenant.
    pub role: Option<Role>,
    /// Only those that are found by this.
    pub search: Option<Search>,
}
