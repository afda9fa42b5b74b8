//! Where events of the audit log go for those who watch many systems.

mod file;
mod syslog;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use authms_core::audit::outlet::{SIEM_FILE, SIEM_SYSLOG, Siem};

use crate::config::Config;
use crate::failure::Failure;
use crate::outbound;
use file::File;
pub(crate) use file::append;
use syslog::Syslog;

/// A place, by the name under which it is noted how far it has come.
pub type Place = (&'static str, Arc<dyn Siem>);

/// The places that are configured.
///
/// # Errors
/// When the authorities that are named cannot be read.
pub fn places(config: &Config, issuer: &str) -> Result<Vec<Place>, Failure> {
    let mut places: Vec<Place> = Vec::new();
    if let Some(path) = &config.audit.siem_file {
        places.push((SIEM_FILE, Arc::new(File::new(path.clone()))));
    }
    if let Some(at) = &config.audit.siem_syslog {
        let authorities = config.audit.siem_ca_file.as_deref();
        let tls = if at.is_tls { Some(outbound::tls("audit.siem.ca_file", authorities)?) } else { None };
        places.push((SIEM_SYSLOG, Arc::new(Syslog::new(at.clone(), tls, issuer))));
    }
    Ok(places)
}
