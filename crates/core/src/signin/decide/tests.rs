use super::*;
use crate::factor::FactorKind;
use crate::id::{TenantId, TicketId, UserId};
use crate::install::{first_admin, first_tenant};
use crate::on_behalf::Terms;
use crate::risk::{Assessment, Observation, Risk, View};
use crate::session::Acting;
use crate::signin::{ActorStanding, EndUser};
use crate::tenant::Tenant;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const IDLE: ByAssurance = ByAssurance::same(Span::hours(1));
const LEVELS: [(Level, u8); 4] =
    [(Level::Low, 29), (Level::Medium, 35), (Level::High, 80), (Level::Critical, 90)];

fn standing(mfa_policy: MfaPolicy) -> Standing {
    let (tenant, user) = (TenantId::from_bytes([1; 16]), UserId::from_bytes([2; 16]));
    Standing {
        user: first_admin(user, tenant, NOW),
        tenant: Tenant { mfa_policy, ..first_tenant(tenant, NOW) },
        role: Some(Role::Member),
        fences: Fences::default(),
        actor: None,
    }
}

fn by(method: MethodKind, amr: &[&str], auth_time: Option<Timestamp>) -> Evidence {
    Evidence {
        method,
        subject: UserId::from_bytes([2; 16]),
        amr: amr.iter().map(|method| (*method).to_owned()).collect(),
        auth_time,
        minted_in_session: false,
        acting: None,
        client: None,
        ticket: (method == MethodKind::Ticket).then(|| TicketId::from_bytes([3; 16])),
    }
}

/// All ways to sign in that show no second factor.
fn plain() -> [Evidence; 3] {
    [
        by(MethodKind::Password, &["pwd"], Some(NOW)),
        by(MethodKind::Ticket, &[], None),
        by(MethodKind::Ticket, &["pwd"], Some(NOW)),
    ]
}

fn assessed(level: Level, score: u8, device: Device) -> Assessed {
    let seen = |signal, counted| Observation { signal, weight: counted, counted, what: "seen".into() };
    let observed = vec![seen(Signal::UnknownDevice, 10), seen(Signal::VelocityAnomaly, 20)];
    let end_user = EndUser { view: View::Direct, ip: None, user_agent: None, device, device_id: None };
    Assessed { assessment: Assessment { score, level, observed }, end_user, country: None }
}

fn decided(policy: &MfaPolicy, evidence: &Evidence, (level, score): (Level, u8), device: Device) -> Decision {
    let standing = standing(policy.clone());
    let case = Case { evidence, fenced_on: None, standing: &standing, idle: IDLE };
    decide(&case, &assessed(level, score, device), NOW)
}

fn challenged(methods: FactorKinds, why: MfaReason) -> Decision {
    Decision::Challenge(Demand { methods, why })
}

#[test]
fn p10_risk_decides_alike_whatever_the_way_in() {
    let policy = MfaPolicy::default();
    for evidence in plain() {
        let decisions = LEVELS.map(|level| decided(&policy, &evidence, level, Device::Unknown));
        let expected = [
            Decision::Grant(Role::Member),
            challenged(policy.medium, MfaReason::ImpossibleTravel),
            challenged(policy.high, MfaReason::ImpossibleTravel),
            Decision::Refuse(Refusal::Risk),
        ];
        assert_eq!(decisions, expected, "{evidence:?}");
    }
}

#[test]
fn p10_a_policy_that_always_asks_asks_alike_whatever_the_way_in() {
    let always = MfaPolicy { always: true, ..MfaPolicy::default() };
    let role = MfaPolicy { from_role: Some(Role::Member), ..MfaPolicy::default() };
    let low = MfaPolicy { low: FactorKinds::of(&[FactorKind::Totp]), ..MfaPolicy::default() };
    for evidence in plain() {
        for (policy, methods, why) in [
            (&always, FactorKinds::ALL, MfaReason::PolicyAlways),
            (&role, FactorKinds::ALL, MfaReason::PolicyRole),
            (&low, low.low, MfaReason::PolicyAlways),
        ] {
            let decision = decided(policy, &evidence, LEVELS[0], Device::Known);
            assert_eq!(decision, challenged(methods, why), "{evidence:?}");
        }
        let decision = decided(&always, &evidence, LEVELS[2], Device::Known);
        assert_eq!(decision, challenged(always.high, MfaReason::ImpossibleTravel), "{evidence:?}");
        let never = MfaPolicy { medium: FactorKinds::NONE, high: FactorKinds::NONE, ..MfaPolicy::default() };
        for level in &LEVELS[..3] {
            let decision = decided(&never, &evidence, *level, Device::Unknown);
            assert_eq!(decision, Decision::Grant(Role::Member), "{evidence:?}");
        }
    }
}

#[test]
fn a_fresh_word_of_the_minter_stands_for_a_factor_but_at_high_risk() {
    let policy = MfaPolicy { always: true, ..MfaPolicy::default() };
    let vouched = |auth_time| by(MethodKind::Ticket, &["pwd", "otp", "mfa"], auth_time);
    let granted = |evidence: &Evidence, level| {
        decided(&policy, evidence, level, Device::Unknown) == Decision::Grant(Role::Member)
    };
    let [low, medium, high, _] = LEVELS;
    let fresh = vouched(Some(NOW.minus(Span::hours(12))));
    assert!(granted(&fresh, low) && granted(&fresh, medium) && !granted(&fresh, high));
    for stale in [vouched(Some(NOW.minus(Span::hours(12)).minus(Span::millis(1)))), vouched(None)] {
        assert!(!granted(&stale, low) && !granted(&stale, medium) && !granted(&stale, high));
    }
}

#[test]
fn a_trusted_device_stands_for_a_factor_but_at_high_risk() {
    let policy = MfaPolicy { always: true, ..MfaPolicy::default() };
    for evidence in plain() {
        for (device, level, granted) in [
            (Device::Trusted, LEVELS[0], true),
            (Device::Trusted, LEVELS[1], true),
            (Device::Trusted, LEVELS[2], false),
            (Device::Known, LEVELS[0], false),
            (Device::ClaimedNew, LEVELS[0], false),
        ] {
            let decision = decided(&policy, &evidence, level, device);
            assert_eq!(decision == Decision::Grant(Role::Member), granted, "{device:?} {level:?}");
        }
    }
}

#[test]
fn who_acts_for_somebody_is_never_asked_for_their_factor_but_refused_at_critical_risk() {
    let acting = Acting {
        user: UserId::from_bytes([4; 16]),
        session: crate::id::SessionId::from_bytes([5; 16]),
        reason: "ticket 42".to_owned(),
        terms: Terms::default(),
    };
    let evidence = Evidence { acting: Some(acting), ..by(MethodKind::Ticket, &[], None) };
    let mut standing = standing(MfaPolicy { always: true, ..MfaPolicy::default() });
    standing.actor = Some(ActorStanding {
        role: Some(Role::Admin),
        name: String::new(),
        session_ended: false,
        session_fences_hold: true,
        session_expires_at: NOW.plus(Span::hours(1)),
        session_refreshed_at: NOW,
        session_multi_factor: false,
    });
    let case = Case { evidence: &evidence, fenced_on: None, standing: &standing, idle: IDLE };
    let [.., high, critical] = LEVELS.map(|(level, score)| assessed(level, score, Device::Unknown));
    assert_eq!(decide(&case, &high, NOW), Decision::Grant(Role::Member));
    assert_eq!(decide(&case, &critical, NOW), Decision::Refuse(Refusal::Risk));
}

#[test]
fn what_may_not_sign_in_at_all_is_told_before_its_risk() {
    let mut standing = standing(MfaPolicy::default());
    standing.user.status = UserStatus::Disabled;
    let evidence = by(MethodKind::Ticket, &[], None);
    let case = Case { evidence: &evidence, fenced_on: None, standing: &standing, idle: IDLE };
    let risky = Assessed::before(Risk { score: 100, level: Level::Critical }, EndUser::unseen());
    assert_eq!(decide(&case, &risky, NOW), Decision::Refuse(Refusal::UserInactive));
}
