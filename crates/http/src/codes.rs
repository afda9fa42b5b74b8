//! The table of error codes. A code is for clients to branch on, so it never changes its meaning.

/// One row: what an error is called on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    /// Eight digits.
    pub number: u32,
    /// The HTTP status that goes with it, always; only that what a token endpoint refuses is 400.
    pub status: u16,
    /// Said unless the error knows better.
    pub message: &'static str,
}

const fn code(number: u32, status: u16, message: &'static str) -> Code {
    Code { number, status, message }
}

/// Not JSON, a member missing, of the wrong type, too long; the message names the member.
pub const MALFORMED: Code = code(40000001, 400, "the request is malformed");
/// No such route.
pub const NO_ROUTE: Code = code(40000002, 404, "there is nothing here");
/// The route knows other methods; `Allow` lists them.
pub const METHOD: Code = code(40000003, 405, "this method is not allowed here");
/// The body is over 64 KiB, or over the route's own limit, which the message tells.
pub const TOO_LARGE: Code = code(40000004, 413, "the body is larger than 65536 bytes");
/// The body is no `application/json`.
pub const MEDIA_TYPE: Code = code(40000005, 415, "the body must be application/json");
/// A traffic limit is used up; `RateLimit` names it.
pub const THROTTLED: Code = code(40000006, 429, "too many requests");
/// Overloaded, or the store does not answer; `Retry-After` says when to try again.
pub const UNAVAILABLE: Code = code(40000007, 503, "temporarily unavailable");
/// A fault of ours; the request id finds it in the log.
pub const INTERNAL: Code = code(40000008, 500, "internal error");
/// No bearer token, or one that is no longer valid.
pub const UNAUTHENTICATED: Code = code(40000009, 401, "authentication is required");
/// The caller lacks a permission.
pub const PERMISSION: Code = code(40000010, 403, "the permission is missing");
/// The target ranks too high for the caller.
pub const RANK: Code = code(40000011, 403, "the target's rank is too high");
/// Not in a session on somebody's behalf.
pub const ON_BEHALF: Code = code(40000012, 403, "not allowed in a session on somebody's behalf");
/// Not for API keys.
pub const PERSONS_ONLY: Code = code(40000013, 403, "not allowed for an API key");
/// Somebody else changed the same thing at the same moment.
pub const CHANGED: Code = code(40000014, 409, "changed by somebody else at the same moment");

/// The page token was made for another list, or not by us.
pub const PAGE_TOKEN: Code = code(40000015, 400, "page_token belongs to another list");
/// The page has no number; `next_page_token` leads there.
pub const PAGE_NUMBER: Code =
    code(40000016, 400, "only the first 10000 have page numbers; go on with page_token, or narrow the list");

/// No such event in the log of the caller's tenant.
pub const EVENT_NOT_FOUND: Code = code(40001601, 404, "no such event");
/// The event, or all of the log, is not sealed yet.
pub const NOT_SEALED: Code = code(40001602, 409, "not sealed yet; try again in two seconds");

/// No such export of the caller's tenant.
pub const EXPORT_NOT_FOUND: Code = code(40001603, 404, "no such export");

/// No such webhook.
pub const WEBHOOK_NOT_FOUND: Code = code(40001901, 404, "webhook not found");
/// The tenant has as many webhooks as are allowed.
pub const TOO_MANY_WEBHOOKS: Code = code(40001902, 409, "there are too many webhooks; delete one first");
/// Nothing may be posted to the URL; the message says why.
pub const WEBHOOK_URL: Code = code(40001903, 400, "nothing may be posted to this URL");
/// The webhook was not told of the event, or too long ago.
pub const DELIVERY_NOT_FOUND: Code = code(40001904, 404, "no such delivery");
/// The webhook is disabled.
pub const WEBHOOK_DISABLED: Code = code(40001905, 409, "the webhook is disabled");

/// No such tenant, or none that the caller may see.
pub const TENANT_NOT_FOUND: Code = code(40000102, 404, "tenant not found");
/// Header, body and token name different tenants.
pub const TENANT_MISMATCH: Code = code(40000103, 403, "header, body and credentials name different tenants");
/// The tenant is disabled.
pub const TENANT_DISABLED: Code = code(40000104, 403, "the tenant is disabled");
/// The tenant's name is taken.
pub const TENANT_TAKEN: Code = code(40000105, 409, "the tenant's name is taken");

/// The default tenant cannot be disabled.
pub const DEFAULT_TENANT: Code = code(40000106, 409, "the default tenant cannot be disabled");

/// The refresh token was used before: its family is revoked.
pub const REFRESH_REUSED: Code = code(40000201, 401, "the refresh token was used before; sign in again");
/// The refresh token is unknown, expired or revoked.
pub const REFRESH_INVALID: Code = code(40000202, 401, "the refresh token is no longer valid");

/// No such user, or none that the caller may see.
pub const USER_NOT_FOUND: Code = code(40000301, 404, "user not found");
/// The user is disabled.
pub const USER_DISABLED: Code = code(40000302, 403, "the user is disabled");
/// The user name, e-mail address, phone number or external identifier is taken.
pub const USER_TAKEN: Code = code(40000303, 409, "the identifier is taken");

/// The last super administrator must stay.
pub const LAST_SUPER_ADMIN: Code = code(40000304, 409, "the tenant's last super_admin must stay");

/// The ticket does not sign in: one answer for all reasons.
pub const TICKET: Code = code(40000401, 400, "the ticket is invalid or has expired");
/// The lifetime asked for is out of range.
pub const TICKET_LIFETIME: Code = code(40000402, 400, "ttl_seconds must be between 10 and 600");
/// The caller may not mint for a user of this rank.
pub const TICKET_RANK: Code = code(40000403, 403, "no ticket may be minted for a user of this rank");
/// The caller or the client may not use this purpose.
pub const TICKET_PURPOSE: Code = code(40000404, 400, "this purpose is not allowed");
/// An act on behalf of somebody needs a reason.
pub const TICKET_REASON: Code = code(40000405, 400, "a reason is required");
/// The idempotency key made a ticket already; `ticket_id` names it.
pub const IDEMPOTENCY_USED: Code = code(40000406, 409, "this idempotency key has made a ticket");
/// The idempotency key stands for a request with another body.
pub const IDEMPOTENCY_OTHER: Code = code(40000407, 409, "this idempotency key stands for another request");
/// `proof`, `ip`, `redirect_uri` or `context` cannot be bound to; `member` names which.
pub const TICKET_BINDING: Code = code(40000408, 400, "the binding is malformed");
/// `existing` is `max:n`, and the user has n such tickets already.
pub const TICKET_EXISTS: Code = code(40000411, 409, "the user has as many such tickets as allowed");
/// No such ticket, or none that the caller may see.
pub const TICKET_NOT_FOUND: Code = code(40000409, 404, "ticket not found");
/// The ticket was redeemed; `session_id` names the session that it opened.
pub const TICKET_SPENT: Code = code(40000410, 409, "the ticket was redeemed; end the session that it opened");
/// The tenant's policy wants every ticket bound to a client.
pub const TICKET_NEEDS_CLIENT: Code = code(40000415, 400, "this tenant's tickets need a client_id");
/// The tenant's policy wants every ticket to have a proof.
pub const TICKET_NEEDS_PROOF: Code = code(40000416, 400, "this tenant's tickets need a proof");
/// The tenant's policy wants every ticket bound to something.
pub const TICKET_UNBOUND: Code =
    code(40000417, 400, "this tenant's tickets need one of client_id, proof, ip and context");
/// The lifetime is longer than the tenant's policy allows; `max_ttl_seconds` tells how much it allows.
pub const TICKET_TOO_LONG: Code = code(40000418, 400, "ttl_seconds is longer than this tenant allows");

/// The new password does not meet the policy.
pub const PASSWORD_POLICY: Code = code(40000501, 400, "the password does not meet the policy");
/// Wrong credentials, whether or not the user exists.
pub const PASSWORD_WRONG: Code = code(40000502, 401, "wrong user name or password");
/// `password_transmission` other than `plain`.
pub const PASSWORD_TRANSMISSION: Code = code(40000503, 400, "password_transmission: only plain is supported");
/// The hash of another system cannot be taken over; the message says why.
pub const PASSWORD_HASH: Code = code(40000504, 400, "the password hash cannot be taken over");
/// The user has no password.
pub const NO_PASSWORD: Code = code(40000506, 409, "the user has no password");
/// The policy's cool-down is not over; `available_at` tells when it is.
pub const PASSWORD_TOO_SOON: Code = code(40000505, 409, "the password was changed too recently");

/// The second factor's code is wrong.
pub const MFA_CODE: Code = code(61000402, 400, "the code is wrong");
/// The challenge is over, none of ours, or not for this caller: one answer for all reasons.
pub const MFA_CHALLENGE: Code = code(61000403, 403, "the challenge is invalid or has expired; sign in again");
/// The challenge is not satisfied by this method, or the user does not have it.
pub const MFA_METHOD: Code = code(61000404, 400, "mfa_method: not offered by this challenge");

/// The password is right, and the sign-in too risky; administrators are alerted.
pub const RISK: Code = code(40001221, 403, "this sign-in was refused for its risk");
/// The caller has to prove anew who they are.
pub const STEP_UP: Code = code(40800251, 401, "prove anew who you are");

/// The passkey signs nobody in: one answer for all reasons.
pub const PASSKEY: Code = code(40001401, 400, "the passkey was not accepted; begin again");
/// The passkey was not registered: one answer for all reasons.
pub const PASSKEY_REGISTRATION: Code = code(40001402, 400, "the passkey was not registered; begin again");
/// The passkey is registered, for whomever.
pub const PASSKEY_TAKEN: Code = code(40001404, 409, "the passkey is registered already");
/// The caller has as many passkeys as are allowed.
pub const PASSKEY_LIMIT: Code = code(40001405, 409, "there are too many passkeys; remove one first");
/// A second factor is enrolled, and its code was not sent.
pub const MFA_CODE_NEEDED: Code = code(40001501, 400, "mfa_code: needed, since a second factor is enrolled");
/// No such factor.
pub const FACTOR_NOT_FOUND: Code = code(40001502, 404, "no such factor");
/// No enrolment waits for its first code, or no longer.
pub const NO_ENROLMENT: Code = code(40001503, 409, "no enrolment is waiting; begin anew");
/// The user has as many factors of this kind as are allowed.
pub const TOO_MANY_FACTORS: Code = code(40001504, 409, "no more factors of this kind are allowed");
/// The tenant asks for a factor, and this is the user's last.
pub const LAST_FACTOR: Code =
    code(40001505, 409, "your organization asks for a second factor: enrol another first");
/// No such level of a tenant's policy.
pub const MFA_LEVEL: Code = code(40001531, 404, "no such level: low, medium or high");
/// Recovery codes stand beside another factor.
pub const CODES_ALONE: Code = code(40001506, 409, "enrol another factor first");

/// Codes are sent to the address that was enrolled, and to no other.
pub const FACTOR_ADDRESS: Code =
    code(40001511, 400, "codes go to the address that was enrolled, and to no other");
/// The user has proved no address, and no administrator has released them: nothing is enrolled yet.
pub const ENROLMENT_NOT_RELEASED: Code =
    code(40001521, 403, "prove an address first, or have an administrator release you");
/// No release waits for the user, or no longer.
pub const RELEASE_NOT_FOUND: Code = code(40001522, 404, "the user is not released");
/// The user has a factor, which a release does not stand for.
pub const HAS_FACTOR: Code = code(40001523, 409, "the user has a second factor; reset it first");

/// No such client.
pub const CLIENT_NOT_FOUND: Code = code(40000601, 404, "client not found");
/// The client's name is taken.
pub const CLIENT_TAKEN: Code = code(40000602, 409, "the client's name is taken");

/// An origin is not spelled as browsers spell it, or no page can be trusted by it.
pub const CLIENT_ORIGIN: Code = code(40000603, 400, "the origin is malformed");

/// No such API key.
pub const KEY_NOT_FOUND: Code = code(40000701, 404, "API key not found");
/// The caller may not give this scope away.
pub const KEY_SCOPE: Code = code(40000702, 403, "the scope may not be given by this caller");

/// The API key lists the clients that it mints for, and the ticket is bound to none of them.
pub const KEY_CLIENT: Code =
    code(40000703, 403, "this API key mints only tickets bound to one of its clients");
/// A compromised API key stays so.
pub const KEY_COMPROMISED: Code = code(40000704, 409, "the API key is compromised: it can only be deleted");
/// The API key has no such network.
pub const KEY_NETWORK_NOT_FOUND: Code = code(40000705, 404, "the API key has no such network");

/// No such session.
pub const SESSION_NOT_FOUND: Code = code(40000801, 404, "session not found");

/// No such device, or none that the caller may see.
pub const DEVICE_NOT_FOUND: Code = code(40001101, 404, "device not found");

/// `context` tells of the user, and no client authenticated that may.
pub const CONTEXT_NOT_ALLOWED: Code =
    code(40001102, 400, "context: only an authenticated client with may_send_context tells of its user");

/// The invitation makes no account: one answer for all reasons.
pub const INVITATION: Code = code(40001001, 400, "the invitation is invalid or has expired");
/// No such invitation.
pub const INVITATION_NOT_FOUND: Code = code(40001002, 404, "invitation not found");
/// The invitation was accepted, revoked, or is over.
pub const INVITATION_CLOSED: Code = code(40001003, 409, "the invitation is no longer open");
/// The lifetime asked for is out of range.
pub const INVITATION_LIFETIME: Code = code(40001004, 400, "ttl_seconds must be between 300 and 2592000");
/// At the endpoints for clients, no client authenticated: one answer for all reasons.
pub const CLIENT_UNAUTHENTICATED: Code = code(40000901, 401, "the client did not authenticate");
/// The token was issued to another client, or to none.
pub const OTHER_CLIENTS_TOKEN: Code = code(40000902, 400, "the token was not issued to this client");
/// The token endpoint knows no such grant.
pub const GRANT_TYPE: Code = code(40000903, 400, "grant_type must be that of token exchange");
/// The client may not exchange tokens.
pub const CLIENT_GRANT: Code =
    code(40000904, 400, "the client is not registered for sessions on somebody's behalf");
/// A token to be exchanged is not good for it: one answer for all reasons.
pub const EXCHANGED_TOKEN: Code = code(40000905, 400, "subject_token or actor_token is not good for this");
/// Tokens are for the client that asks for them.
pub const TARGET: Code = code(40000906, 400, "audience must be the client itself, and resource absent");
/// There is no such scope.
pub const SCOPE: Code = code(40000907, 400, "scope must be \"read\" or \"read write\"");

/// The code that was sent is wrong, too old, used up, or nobody's: one answer for all reasons.
pub const SENT_CODE: Code = code(40001301, 400, "the code is invalid or has expired");
/// There is no transport for messages of this kind.
pub const NO_TRANSPORT: Code = code(40001302, 501, "this service cannot send such messages");
/// The last code was sent less than a minute ago.
pub const CODE_TOO_SOON: Code = code(40001303, 409, "a code was sent less than a minute ago");
/// The user has no address that a code can be sent to.
pub const NO_ADDRESS: Code = code(40001304, 409, "the user has no address that a code can be sent to");

/// `register_if_new` is not supported.
pub const NO_REGISTRATION: Code = code(
    40001305,
    400,
    "register_if_new is not supported: accounts are made by administrators and invitations",
);

/// The tenant's policy does not let the caller act for this user, there, or like this.
pub const ON_BEHALF_POLICY: Code =
    code(40001801, 403, "this tenant's policy does not let you act for this user like this");
/// The tenant wants a reference for every act on somebody's behalf.
pub const ON_BEHALF_REFERENCE: Code =
    code(40001802, 400, "acting on somebody's behalf needs a reference in this tenant");
/// Path and body name two people.
pub const IDS_DIFFER: Code = code(40001803, 400, "path and body name two people");
/// Nobody acts in this session.
pub const NOT_ACTING: Code = code(40001804, 409, "nobody acts in this session");

/// The tenant wants another administrator to approve, or the user to agree, before anybody acts.
pub const NOT_CLEARED: Code = code(
    40001805,
    403,
    "this tenant wants it approved by another administrator, agreed to by the user, or both, before you act",
);
/// The request to act cannot be used for this.
pub const ACT_REQUEST: Code = code(40001806, 403, "act_request names no open request of yours for this");
/// No such request to act, or none that the caller may see.
pub const ACT_REQUEST_NOT_FOUND: Code = code(40001807, 404, "request not found");
/// Nobody approves their own request.
pub const OWN_ACT_REQUEST: Code = code(40001808, 403, "somebody else must approve this");
/// The request to act was decided or used, or its time is over.
pub const ACT_REQUEST_CLOSED: Code = code(40001809, 409, "the request is no longer open");

/// The glass cannot be broken unless others are told.
pub const NO_ALARM: Code = code(
    40001810,
    409,
    "the glass cannot be broken: fewer than two other administrators can be told by mail",
);

/// The whole table, for the documentation and its tests.
pub const ALL: &[Code] = &[
    MALFORMED,
    NO_ROUTE,
    METHOD,
    TOO_LARGE,
    MEDIA_TYPE,
    THROTTLED,
    UNAVAILABLE,
    INTERNAL,
    UNAUTHENTICATED,
    PERMISSION,
    RANK,
    ON_BEHALF,
    PERSONS_ONLY,
    CHANGED,
    PAGE_TOKEN,
    PAGE_NUMBER,
    TENANT_NOT_FOUND,
    TENANT_MISMATCH,
    TENANT_DISABLED,
    TENANT_TAKEN,
    DEFAULT_TENANT,
    REFRESH_REUSED,
    REFRESH_INVALID,
    USER_NOT_FOUND,
    USER_DISABLED,
    USER_TAKEN,
    LAST_SUPER_ADMIN,
    TICKET,
    TICKET_LIFETIME,
    TICKET_RANK,
    TICKET_PURPOSE,
    TICKET_REASON,
    IDEMPOTENCY_USED,
    IDEMPOTENCY_OTHER,
    TICKET_BINDING,
    TICKET_EXISTS,
    TICKET_NOT_FOUND,
    TICKET_SPENT,
    TICKET_NEEDS_CLIENT,
    TICKET_NEEDS_PROOF,
    TICKET_UNBOUND,
    TICKET_TOO_LONG,
    PASSWORD_POLICY,
    PASSWORD_WRONG,
    PASSWORD_TRANSMISSION,
    MFA_CODE,
    MFA_CHALLENGE,
    MFA_METHOD,
    PASSWORD_HASH,
    RISK,
    PASSWORD_TOO_SOON,
    NO_PASSWORD,
    STEP_UP,
    PASSKEY,
    PASSKEY_REGISTRATION,
    PASSKEY_TAKEN,
    PASSKEY_LIMIT,
    MFA_CODE_NEEDED,
    FACTOR_NOT_FOUND,
    NO_ENROLMENT,
    TOO_MANY_FACTORS,
    LAST_FACTOR,
    CODES_ALONE,
    MFA_LEVEL,
    FACTOR_ADDRESS,
    ENROLMENT_NOT_RELEASED,
    RELEASE_NOT_FOUND,
    HAS_FACTOR,
    CLIENT_NOT_FOUND,
    CLIENT_TAKEN,
    CLIENT_ORIGIN,
    KEY_NOT_FOUND,
    KEY_SCOPE,
    KEY_CLIENT,
    KEY_COMPROMISED,
    KEY_NETWORK_NOT_FOUND,
    SESSION_NOT_FOUND,
    DEVICE_NOT_FOUND,
    CONTEXT_NOT_ALLOWED,
    INVITATION,
    INVITATION_NOT_FOUND,
    INVITATION_CLOSED,
    INVITATION_LIFETIME,
    CLIENT_UNAUTHENTICATED,
    OTHER_CLIENTS_TOKEN,
    GRANT_TYPE,
    CLIENT_GRANT,
    EXCHANGED_TOKEN,
    TARGET,
    SCOPE,
    SENT_CODE,
    NO_TRANSPORT,
    CODE_TOO_SOON,
    NO_ADDRESS,
    NO_REGISTRATION,
    EVENT_NOT_FOUND,
    NOT_SEALED,
    EXPORT_NOT_FOUND,
    ON_BEHALF_POLICY,
    ON_BEHALF_REFERENCE,
    IDS_DIFFER,
    NOT_ACTING,
    WEBHOOK_NOT_FOUND,
    TOO_MANY_WEBHOOKS,
    WEBHOOK_URL,
    DELIVERY_NOT_FOUND,
    WEBHOOK_DISABLED,
    NOT_CLEARED,
    ACT_REQUEST,
    ACT_REQUEST_NOT_FOUND,
    OWN_ACT_REQUEST,
    ACT_REQUEST_CLOSED,
    NO_ALARM,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_eight_digits_and_unique() {
        let mut numbers: Vec<u32> = ALL.iter().map(|c| c.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ALL.len());
        assert!(numbers.iter().all(|n| (10_000_000..100_000_000).contains(n)));
        assert!(ALL.iter().all(|c| (400..600).contains(&c.status)));
    }
}
