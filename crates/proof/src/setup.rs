//! A server with users to mint for and a key to mint with.

use crate::Result;
use crate::api::{Client, body, path};
use crate::lossy::Mutant;
use crate::process::{Binary, ServerPlan, TempDir, command_fed, command_json, free_address};
use crate::rng::Rng;
use crate::wire::Request;
use serde_json::Value;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

/// Where people redeem from, behind a proxy.
const EVERYDAY: &str = "81.2.69.0/24";
/// Minted tickets live as long as the contract allows. Seconds.
pub(crate) const TICKET_TTL_SECONDS: u32 = 600;
/// Users are made with the command line up to this number, since each is a process of its own.
const USERS_BY_COMMAND: usize = 8;

/// A data directory with a key in it, and how to serve it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) data: TempDir,
    pub(crate) plan: ServerPlan,
    /// The raw API key with the scope `ticket:mint`.
    pub(crate) key: String,
    /// Identifiers.
    pub(crate) users: Vec<String>,
    /// What tickets are bound to, if they are.
    pub(crate) bound: Option<Bound>,
    /// With the scope `user:write`, if users are to be added.
    admin_key: Option<String>,
    users_wanted: usize,
    /// Of user names: a kept data directory may hold those of an earlier run.
    prefix: String,
}

impl Site {
    /// Makes the first users and the key, with the server not yet running.
    pub(crate) fn create(binary: &Binary, data: TempDir, users: usize) -> Result<Self> {
        Self::create_in(binary, data, users, &[])
    }

    /// The same in an environment, which the server gets, too.
    pub(crate) fn create_in(
        binary: &Binary,
        data: TempDir,
        users: usize,
        environment: &[(&'static str, String)],
    ) -> Result<Self> {
        let binary = binary.path()?;
        command_fed(&binary, data.path(), &["migrate"], "", environment)?;
        let prefix = format!("load{:06x}", Rng::entropy() & 0xff_ffff);
        let mut ids = Vec::new();
        for number in 0..users.clamp(1, USERS_BY_COMMAND) {
            let name = format!("{prefix}u{number}");
            let user =
                command_json(&binary, data.path(), &["user", "create", "--username", &name], environment)?;
            ids.push(text(&user, "id")?);
        }
        let key = make_key(&binary, &data, ("load", "member"), &["ticket:mint"], environment)?;
        let admin_key = match users > USERS_BY_COMMAND {
            true => Some(make_key(&binary, &data, ("load-users", "admin"), &["user:write"], environment)?),
            false => None,
        };
        let mut plan = plan(&binary, &data)?;
        plan.environment.extend_from_slice(environment);
        Ok(Self { data, plan, key, users: ids, bound: None, admin_key, users_wanted: users, prefix })
    }

    /// Makes a client to bind tickets to, with all other bindings besides; before the server runs.
    pub(crate) fn bind_tickets(&mut self) -> Result<()> {
        let uri = "https://app.example/signed-in";
        let args = ["client", "create", "--name", &self.prefix, "--redirect-uri", uri];
        let client = command_json(&self.plan.program, self.data.path(), &args, &self.plan.environment)?;
        let (id, secret) = (text(&client, "client_id")?, text(&client, "client_secret")?);
        // RFC 7636, appendix B.
        let (verifier, proof) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let both = format!(r#","client_id":"{id}","redirect_uri":"{uri}","context":"browser-7""#);
        self.bound = Some(Bound {
            bindings: format!(r#"{both},"ip":"127.0.0.0/8","proof":"{proof}""#),
            met: format!(r#"{both},"client_secret":"{secret}","verifier":"{verifier}""#),
        });
        Ok(())
    }

    /// A key that may change the tenant's settings; before the server runs.
    pub(crate) fn settings_key(&self) -> Result<String> {
        let scopes = ["tenant:write"];
        make_key(&self.plan.program, &self.data, ("load-settings", "admin"), &scopes, &self.plan.environment)
    }

    /// A key that may read the audit log; before the server runs.
    pub(crate) fn auditing_key(&self) -> Result<String> {
        make_key(&self.plan.program, &self.data, ("load-audit", "admin"), &["audit:read"], &[])
    }

    /// A key that may mint and revoke; before the server runs.
    pub(crate) fn revoking_key(&self) -> Result<String> {
        let scopes = ["ticket:mint", "ticket:revoke"];
        make_key(&self.plan.program, &self.data, ("torture", "member"), &scopes, &self.plan.environment)
    }

    /// Takes this machine for a proxy, whose word on addresses is believed.
    pub(crate) fn believe_forwarded(&mut self) {
        self.plan.environment.retain(|(name, _)| *name != "AUTHMS_LIMITS__EXEMPT");
        self.plan.environment.push(("AUTHMS_SERVER__TRUSTED_PROXIES", "127.0.0.0/8".to_owned()));
        self.plan.environment.push(("AUTHMS_LIMITS__EXEMPT", EVERYDAY.to_owned()));
    }

    /// Makes the users that are still missing over the running server's own API.
    pub(crate) async fn add_users(&mut self) -> Result<()> {
        let Some(key) = self.admin_key.take() else { return Ok(()) };
        let mut client = Client::new(self.plan.address);
        for number in self.users.len()..self.users_wanted {
            let user = format!(r#"{{"username":"{}u{number}"}}"#, self.prefix);
            let request = Request::post(path::USERS, &user).bearer(&key);
            let reply = client.must(request).await?;
            self.users.push(reply.field("id").ok_or("a created user without an id")?);
        }
        Ok(())
    }

    /// A user who signs in by e-mail address and password; before the server runs.
    pub(crate) fn add_user_with_mail(&self, email: &str, password: &str) -> Result<String> {
        let args = ["user", "create", "--email", email, "--password-stdin"];
        command_fed(&self.plan.program, self.data.path(), &args, password, &self.plan.environment)?;
        Ok(email.to_owned())
    }

    /// Serves the same data over the file layer that forgets what was not synced.
    pub(crate) fn make_lossy(&mut self, mutant: Option<Mutant>) -> Result<()> {
        let mut args: Vec<OsString> = vec!["serve-lossy".into()];
        if let Some(mutant) = mutant {
            args.extend(["--mutant".into(), mutant.name().into()]);
        }
        args.push("--".into());
        args.append(&mut self.plan.args);
        self.plan.args = args;
        self.plan.program = std::env::current_exe()?;
        Ok(())
    }

    pub(crate) async fn mint(&self, client: &mut Client, number: usize) -> Result<String> {
        let body = body::mint(&self.users[number % self.users.len()], TICKET_TTL_SECONDS);
        let reply = client.must(Request::post(path::MINT, &body).bearer(&self.key)).await?;
        reply.field("ticket").ok_or_else(|| "a mint without a ticket".into())
    }
}

/// Members of request bodies, each with a comma before it.
#[derive(Debug)]
pub(crate) struct Bound {
    /// Of minting.
    pub(crate) bindings: String,
    /// Of redeeming.
    pub(crate) met: String,
}

fn make_key(
    binary: &Path,
    data: &TempDir,
    (name, rank): (&str, &str),
    scopes: &[&str],
    environment: &[(&'static str, String)],
) -> Result<String> {
    let mut args = vec!["key", "create", "--name", name, "--rank", rank];
    args.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
    text(&command_json(binary, data.path(), &args, environment)?, "raw_key")
}

fn text(value: &Value, name: &str) -> Result<String> {
    let found = value.get(name).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("the answer has no {name}: {value}").into())
}

fn plan(binary: &Path, data: &TempDir) -> Result<ServerPlan> {
    let address: SocketAddr = free_address()?;
    let unlimited = || "10000000".to_owned();
    Ok(ServerPlan {
        program: binary.to_owned(),
        args: serve_args(address, data.path()),
        // The limits are not what is measured, and one address stands for all clients here.
        environment: vec![
            ("AUTHMS_LIMITS__EXEMPT", "127.0.0.0/8,::1/128".to_owned()),
            ("AUTHMS_LIMITS__CLIENT__QUOTA", unlimited()),
            ("AUTHMS_LIMITS__TICKET__QUOTA", unlimited()),
            ("AUTHMS_LIMITS__MINTER__QUOTA", unlimited()),
            ("AUTHMS_LIMITS__ADDRESS__QUOTA", unlimited()),
        ],
        address,
        log: data.path().join("server.log"),
    })
}

pub(crate) fn serve_args(address: SocketAddr, data: &Path) -> Vec<OsString> {
    vec!["serve".into(), "--listen".into(), address.to_string().into(), "--data-dir".into(), data.into()]
}
