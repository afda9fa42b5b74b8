//! After the race for a refresh token: a predecessor used once its successor was used must end the family.

use super::volley::Seen;
use crate::api::{Client, Outcome, Reply, body, path};
use crate::wire::Request;

/// The code that tells a client that its refresh token was used by somebody else.
const REUSED: u64 = 40_000_201;

/// Says what went otherwise than it must.
pub(super) async fn reuse_ends_it(
    client: &mut Client,
    predecessor: &str,
    seen: &[Seen],
) -> Result<(), String> {
    let Some(Seen::Tokens(successor)) = seen.iter().find(|seen| matches!(seen, Seen::Tokens(_))) else {
        return Ok(()); // flagged already: nobody got tokens
    };
    let used = refresh(client, &successor.refresh).await?;
    let newest = used.tokens().ok_or_else(|| format!("the successor was refused: {}", used.summary()))?;
    let reused = refresh(client, predecessor).await?;
    if reused.status != 401 || reused.code() != Some(REUSED) {
        return Err(format!("a reused predecessor was answered {}", reused.summary()));
    }
    let after = refresh(client, &newest.refresh).await?;
    if after.status != 401 {
        return Err(format!("the family outlived the reuse: {}", after.summary()));
    }
    let me = answered(client, Request::get(path::ME).bearer(&newest.access)).await?;
    match me.status {
        401 => Ok(()),
        _ => Err(format!("the session outlived the reuse: {}", me.summary())),
    }
}

async fn refresh(client: &mut Client, token: &str) -> Result<Reply, String> {
    answered(client, Request::post(path::REFRESH, &body::refresh(token))).await
}

async fn answered(client: &mut Client, request: Request<'_>) -> Result<Reply, String> {
    match client.call(request).await {
        Outcome::Answered(reply) => Ok(reply),
        lost => Err(format!("{}: {lost:?}", request.path)),
    }
}
