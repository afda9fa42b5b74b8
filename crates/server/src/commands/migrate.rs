//! `authms migrate`

use crate::config::Config;
use crate::failure::Failure;
use crate::output;
use crate::wiring::Site;

pub fn run(config: &Config) -> Result<(), Failure> {
    super::with_runtime(config, async || {
        let site = Site::open_or_create(config, config.server.listen, 1).await?;
        if site.installed.first_start {
            let issuer = &site.installed.installation.issuer;
            output::note(&format!("made a new installation for the issuer {issuer}"));
        }
        if let Some(key) = &site.new_key {
            output::note(&format!("made the master key {}: back it up, apart from the store", key.display()));
        }
        output::note(&format!("{} has schema version {}", site.store, site.schema));
        Ok(())
    })
}
