//! The configuration: typed settings, read in layers and checked before anything starts.
//!
//! A setting is taken from the strongest layer that gives it:
//! command-line flag > `*_FILE` variable > variable > TOML file > default.
//! Anything that cannot be understood (an unknown key, a wrong type, a value out of range, a secret
//! given twice) refuses the whole configuration and says where it stands and how to mend it.

mod environment;
mod error;
mod file;
mod issuer;
mod layers;
mod levels;
mod load;
mod model;
mod passkeys;
mod rules;
mod settings;
mod sources;
mod suggest;
#[cfg(test)]
mod tests;
mod value;

pub use environment::Environment;
pub use error::{ConfigError, Problem};
pub use issuer::is_local;
pub use levels::{LogFormat, LogLevels};
pub use load::Overrides;
pub use model::{
    Audit, Codes, Config, Data, Geo, Keys, Limit, Limits, Log, Mail, MasterKeySource, Passkeys, Passwords,
    Server, Sms, SmsFormat, Smtp, SmtpTls, Store, StorePlace, SyslogAt, Tickets, TlsFiles, Tokens, Webhooks,
};
pub use passkeys::relying_party;
pub use settings::environment_help;
pub use sources::{Source, Sources};
pub use value::store_place;
