//! Codes by e-mail and SMS that requests are about.

use authms_core::factor::FactorKind;
use authms_core::id::UserId;
use authms_testkit::{Population, TestApp};
use serde_json::json;

pub fn email(n: u32) -> String {
    format!("codes{n}@example.test")
}

pub fn phone(n: u32) -> String {
    format!("+861390{n:07}")
}

/// Gives the caller what a route is about: an enrolment that waits, or codes that are enrolled. The code that goes with it,
/// if there is one.
pub async fn prepare(
    app: &TestApp,
    home: &Population<'_>,
    (me, bearer): (UserId, &str),
    n: u32,
    path: &str,
) -> String {
    let (kind, member, to) = match path {
        _ if path.starts_with("/mfa/email/") || path == "/mfa/challenge" => {
            (FactorKind::Email, "email", email(n))
        }
        _ if path.starts_with("/mfa/sms/") => (FactorKind::Sms, "phone", phone(n)),
        _ => return String::new(),
    };
    let body = json!({ member: to });
    if path.ends_with("/verify") {
        let begun = app.put(&path.replace("verify", "enroll"), bearer, body.clone()).await;
        assert_eq!(begun.status, 201, "{}", begun.body);
    } else if !path.ends_with("/enroll") {
        home.codes_to(me, kind, &to).await;
    }
    if path.ends_with("/disable") {
        let sent = app.post(&path.replace("disable", "send"), bearer, body).await;
        assert_eq!(sent.status, 200, "{}", sent.body);
    }
    let letters = app.post_leaves().await;
    letters.iter().find(|letter| letter.to == to).map_or_else(String::new, |letter| letter.code())
}
