//! What a command tells its user when it fails: one sentence that names the mend.

use std::fmt;

use authms_core::access::Forbidden;
use authms_core::client::ClientError;
use authms_core::factor::FactorError;
use authms_core::fault::Fault;
use authms_core::install::InstallError;
use authms_core::key::KeyError;
use authms_core::session::AdministerError;
use authms_core::signing_key::UnsealError;
use authms_core::tenant::TenantError;
use authms_core::ticket::{MintError, ReportError, TicketError};
use authms_core::user::UserError;
use authms_core::webhook::WebhookError;
use authms_store::OpenError;
use authms_store::copy::CopyError;

use crate::config::ConfigError;
use crate::data_dir::DataDirError;
use crate::output;

/// What sort of failure: the exit code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It could not be carried out.
    Failed = 1,
    /// What the command names does not exist.
    Missing = 3,
    /// A rule forbids it, a value is malformed or taken, or the operator said no.
    Refused = 4,
}

/// Why a command failed, in words for its user. Holds no secret.
pub struct Failure {
    kind: Kind,
    sentence: String,
    told: bool,
}

impl Failure {
    /// A failure that these words explain.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self::of(Kind::Failed, sentence)
    }

    /// What the command names does not exist.
    pub fn missing(sentence: impl Into<String>) -> Self {
        Self::of(Kind::Missing, sentence)
    }

    /// It is refused.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self::of(Kind::Refused, sentence)
    }

    fn of(kind: Kind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into(), told: false }
    }

    /// What sort of failure it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Makes it a record of the log, unless `terminal` or the log would not show it.
    pub fn logged_unless(self, terminal: bool) -> Self {
        if terminal || !tracing::enabled!(tracing::Level::ERROR) {
            return self;
        }
        tracing::error!("{self}");
        Self { told: true, ..self }
    }

    /// Tells the user, unless the log has.
    pub fn report(&self) {
        if !self.told {
            output::note(&format!("authms: {self}"));
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// The same as it is displayed, for tests that expect success.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(format!("the configuration is refused\n{error}"))
    }
}

impl From<DataDirError> for Failure {
    fn from(error: DataDirError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<authms_store::postgres::OpenError> for Failure {
    fn from(error: authms_store::postgres::OpenError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<CopyError> for Failure {
    fn from(error: CopyError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::new(match fault {
            Fault::Busy => "the store is too busy now; try again",
            Fault::Unavailable => {
                "the store does not answer, and nothing was written; the record above says why: check the disk and \
                 who may write to the data directory, or the database server"
            }
            Fault::Unknown => {
                "the store failed while it committed, so perhaps this was written; look before you try again"
            }
            Fault::Changed => "somebody else changed the same thing at the same moment; try again",
        })
    }
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        match error {
            InstallError::Fault(fault) | InstallError::Keys(UnsealError::Fault(fault)) => fault.into(),
            InstallError::Keys(keys) => {
                Self::new(format!("{keys}; restore the store and the master key from the same backup"))
            }
            other => Self::new(other.to_string()),
        }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Invalid(invalid) => Self::refused(invalid.to_string()),
            ReportError::Fault(fault) => fault.into(),
        }
    }
}

impl From<MintError> for Failure {
    fn from(error: MintError) -> Self {
        match error {
            MintError::Fault(fault) => fault.into(),
            MintError::UnknownUser => Self::missing(error.to_string()),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<UserError> for Failure {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Fault(fault) => fault.into(),
            UserError::Unknown => Self::missing(error.to_string()),
            UserError::Forbidden(Forbidden::Tenant) => Self::refused(
                "the account was created in another tenant, and is administered there; name that one by --tenant",
            ),
            // The use case names the member of a request; here it is what was typed.
            UserError::Password(refused) => {
                Self::refused(refused.to_string().replace("new_password: must", "the password must"))
            }
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<FactorError> for Failure {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Fault(fault) => fault.into(),
            FactorError::UnknownUser => UserError::Unknown.into(),
            FactorError::Forbidden(forbidden) => UserError::Forbidden(forbidden).into(),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<TenantError> for Failure {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Fault(fault) => fault.into(),
            TenantError::Unknown => Self::missing(error.to_string()),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Fault(fault) => fault.into(),
            ClientError::Unknown => Self::missing(error.to_string()),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<WebhookError> for Failure {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Fault(fault) => fault.into(),
            WebhookError::Unknown | WebhookError::UnknownDelivery => Self::missing(error.to_string()),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Fault(fault) => fault.into(),
            KeyError::Unknown => Self::missing(error.to_string()),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<TicketError> for Failure {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Fault(fault) => fault.into(),
            TicketError::Unknown | TicketError::UnknownUser => Self::missing(error.to_string()),
            TicketError::Spent(session) => Self::refused(format!("{error}: {session}")),
            other => Self::refused(other.to_string()),
        }
    }
}

impl From<AdministerError> for Failure {
    fn from(error: AdministerError) -> Self {
        match error {
            AdministerError::Fault(fault) => fault.into(),
            AdministerError::Unknown | AdministerError::UnknownUser => Self::missing(error.to_string()),
            AdministerError::Forbidden(_) => Self::refused(error.to_string()),
        }
    }
}
