//! How messages leave: e-mail by SMTP, text messages by an HTTP gateway, and in development both into a folder.

mod eml;
mod folder;
mod gateway;
mod smtp;
#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use authms_core::ports::{Mailer, Messenger};

use crate::config::{Config, is_local};
use crate::failure::Failure;
use crate::outbound::Outbound;
use folder::Folder;
use gateway::Gateway;
use smtp::SmtpMailer;

/// The ways that this configuration has.
pub struct Post {
    /// For e-mail.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// For text messages.
    pub messenger: Option<Arc<dyn Messenger>>,
    /// The folder, where messages land in it.
    pub folder: Option<PathBuf>,
}

impl Post {
    /// The configured ways. Where none is, and the issuer is on this machine, messages land in a folder of the data
    /// directory.
    ///
    /// # Errors
    /// When a configured way cannot work.
    pub fn of(config: &Config, issuer: &str) -> Result<Self, Failure> {
        let from = eml::sender(config.mail.from.as_deref(), issuer)?;
        let path = config.data.dir.join("mail");
        let folder = is_local(issuer).then(|| Arc::new(Folder::new(path.clone(), from.clone())));
        let mailer: Option<Arc<dyn Mailer>> = match (&config.mail.smtp, &folder) {
            (Some(smtp), _) => Some(Arc::new(SmtpMailer::new(smtp, from)?)),
            (None, Some(folder)) => Some(folder.clone()),
            (None, None) => None,
        };
        let messenger: Option<Arc<dyn Messenger>> = match (&config.sms, &folder) {
            (Some(sms), _) => {
                let outbound = Outbound::of(config, issuer);
                Some(Arc::new(Gateway::new(sms, outbound)?))
            }
            (None, Some(folder)) => Some(folder.clone()),
            (None, None) => None,
        };
        let folder = (config.mail.smtp.is_none() && folder.is_some()).then_some(path);
        Ok(Self { mailer, messenger, folder })
    }
}
