//! People who have to enrol a second factor before they are signed in.

use crate::{Answer, Authenticator, Population, TestApp};
use authms_core::audit::{Event, EventName};
use authms_core::commit::{self, Commit};
use authms_core::id::UserId;
use authms_core::mfa::{Release, ReleaseChange};
use authms_core::time::Span;
use authms_core::user::{self, User};
use serde_json::json;

impl Population<'_> {
    /// As if the user had shown an hour ago that they read what is sent to their address.
    pub async fn address_is_known(&self, user: UserId) {
        let parts = &self.app().parts;
        let member = parts.store.member(self.tenant, user).await.expect("reads").expect("a member");
        let before = member.user;
        let event = Event::new(EventName::AddressVerified, Some(self.tenant)).subject(user);
        let email_verified_at = Some(parts.now().minus(Span::hours(1)));
        let after = Box::new(User { email_verified_at, rev: before.rev + 1, ..before });
        let commit = Commit::new(event.into_row(parts.now(), &*parts.rng))
            .change(commit::Change::User(user::Change::Update(after)));
        parts.store.commit(commit).await.expect("changes a user");
    }

    /// As if an administrator had released this user.
    pub async fn is_released(&self, user: UserId) {
        let parts = &self.app().parts;
        let member = parts.store.member(self.tenant, user).await.expect("reads").expect("a member");
        let release = Release {
            tenant: self.tenant,
            user,
            user_fence: member.user.fence,
            membership_fence: member.fence,
        };
        self.write(EventName::EnrolmentReleased, user, ReleaseChange::Begin(release)).await;
    }

    /// As if one had taken that back.
    pub async fn is_released_no_more(&self, user: UserId) {
        let end = ReleaseChange::End { tenant: self.tenant, user };
        self.write(EventName::EnrolmentReleaseEnded, user, end).await;
    }

    async fn write(&self, name: EventName, user: UserId, change: ReleaseChange) {
        let parts = &self.app().parts;
        let event = Event::new(name, Some(self.tenant)).subject(user).by_console();
        let commit =
            Commit::new(event.into_row(parts.now(), &*parts.rng)).change(commit::Change::Release(change));
        parts.store.commit(commit).await.expect("changes a release");
    }
}

impl TestApp {
    /// `POST /mfa/totp/setup` with this bearer.
    pub async fn set_up_totp(&self, bearer: &str) -> Answer {
        self.post("/api/v1/mfa/totp/setup", bearer, json!({ "device_name": "phone" })).await
    }
}

impl Authenticator {
    /// The app that was told what a setup answered.
    pub fn told(answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.body);
        Self::from_base32(answer.body["data"]["secret"].as_str().expect("a secret"))
    }
}
