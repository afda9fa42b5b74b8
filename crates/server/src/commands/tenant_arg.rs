//! `--tenant`

use authms_core::id::TenantId;

/// Which tenant a command is for.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct TenantArg {
    /// Tenant, as tnt_…; without it, the one that the first start made
    #[arg(long, value_name = "ID", value_parser = parse)]
    pub tenant: Option<TenantId>,
}

fn parse(text: &str) -> Result<TenantId, &'static str> {
    TenantId::parse(text).ok_or("expected a tenant's identifier, tnt_ and 22 letters and digits")
}
