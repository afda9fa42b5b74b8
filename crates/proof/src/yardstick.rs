//! The unit of comparison: the least an axum server does to answer a JSON POST.

use crate::Result;
use crate::process::{ServerPlan, free_address};
use crate::wire::loopback_only;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::Path;

/// Its one path.
pub(crate) const PATH: &str = "/auth/ticket/signin";

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Args {
    /// A loopback address; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[derive(Deserialize)]
struct Question {
    ticket: String,
}

#[derive(Serialize)]
struct Reply {
    length: usize,
    token_type: &'static str,
}

/// Serves until it is killed.
pub(crate) fn run(args: &Args) -> Result<()> {
    let address = loopback_only(args.listen)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        eprintln!("yardstick on http://{}{PATH}", listener.local_addr()?);
        Ok(axum::serve(listener, router()).await?)
    })
}

/// How an experiment starts it as a child of its own, so that its CPU is counted apart.
pub(crate) fn plan(log: &Path) -> Result<ServerPlan> {
    let address = free_address()?;
    Ok(ServerPlan {
        program: std::env::current_exe()?,
        args: vec!["yardstick".into(), "--listen".into(), address.to_string().into()],
        environment: Vec::new(),
        address,
        log: log.to_owned(),
    })
}

fn router() -> Router {
    let answer = async |Json(question): Json<Question>| {
        Json(Reply { length: question.ticket.len(), token_type: "Bearer" })
    };
    Router::new().route(PATH, post(answer)).route("/health/ready", get(async || "ready"))
}

/// Serves within a test, on a free port.
#[cfg(test)]
pub(crate) async fn spawn() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async { axum::serve(listener, router()).await.expect("serve") });
    address
}
