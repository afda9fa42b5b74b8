use super::*;
use crate::factor::FactorKind;
use crate::id::{TenantId, TicketId, UserId};
use crate::install::first_tenant;
use crate::risk::Observation;
use crate::time::Timestamp;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// What may be true of somebody without a factor that would do.
#[derive(Clone, Debug)]
struct Somebody {
    method: MethodKind,
    minted_in_session: bool,
    by_key: bool,
    role: Role,
    policy: MfaPolicy,
    others: u8,
    failures: u8,
    enrolled: bool,
    addresses: FactorKinds,
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let method = prop::sample::select(vec![MethodKind::Ticket, MethodKind::Password, MethodKind::EmailCode]);
    let kinds = |of: &[FactorKind]| prop::sample::subsequence(of.to_vec(), 0..=of.len());
    let addresses = kinds(&[FactorKind::Email, FactorKind::Sms]);
    let (low, medium) = (kinds(&FactorKind::ALL), kinds(&FactorKind::ALL));
    let own = (any::<bool>(), prop::option::of(prop::sample::select(Role::ALL.to_vec())), low, medium);
    let own = own.prop_map(|(always, from_role, low, medium)| MfaPolicy {
        always,
        from_role,
        low: low.into_iter().collect(),
        medium: medium.into_iter().collect(),
        ..MfaPolicy::default()
    });
    let policy = prop_oneof![Just(MfaPolicy::default()), own];
    let who = (method, any::<bool>(), any::<bool>(), prop::sample::select(Role::ALL.to_vec()), any::<bool>());
    (who, policy, 0..=90_u8, 0..=40_u8, addresses).prop_map(|(who, policy, others, failures, addresses)| {
        let (method, minted_in_session, by_key, role, enrolled) = who;
        let addresses = addresses.into_iter().collect();
        Somebody { method, minted_in_session, by_key, role, policy, others, failures, enrolled, addresses }
    })
}

impl Somebody {
    fn tenant(&self) -> Tenant {
        let tenant = first_tenant(TenantId::from_bytes([1; 16]), NOW);
        Tenant { mfa_policy: self.policy.clone(), ..tenant }
    }

    fn assessment(&self, tenant: &Tenant) -> Assessment {
        let seen = |signal, counted| Observation { signal, weight: counted, counted, what: "seen".into() };
        let observed =
            vec![seen(Signal::NewCountry, self.others), seen(Signal::LoginFailureHigh, self.failures)];
        let score = (self.others + self.failures).min(100);
        Assessment { score, level: tenant.risk_config.level(score), observed }
    }

    fn comes_to(&self) -> Without {
        let tenant = self.tenant();
        let evidence = Evidence {
            method: self.method,
            subject: UserId::from_bytes([2; 16]),
            amr: Vec::new(),
            auth_time: None,
            minted_in_session: self.minted_in_session,
            acting: None,
            client: None,
            ticket: (self.method == MethodKind::Ticket).then(|| TicketId::from_bytes([3; 16])),
        };
        let assessment = self.assessment(&tenant);
        without_factors(&Lacking {
            evidence: &evidence,
            minted_by: self.by_key.then(|| ApiKeyId::from_bytes([4; 16])),
            goes_on: false,
            tenant: &tenant,
            role: self.role,
            assessment: &assessment,
            methods: MfaPolicy::at_least_any(self.policy.at(assessment.level)),
            enrolled: self.enrolled,
            addresses: self.addresses,
        })
    }

    fn at_console(&self) -> bool {
        self.method == MethodKind::Ticket && !self.minted_in_session && !self.by_key
    }

    fn policy_asks(&self) -> bool {
        let MfaPolicy { always, from_role, low, .. } = &self.policy;
        *always || from_role.is_some_and(|least| self.role >= least) || !low.is_empty()
    }
}

proptest! {
    #[test]
    fn who_has_a_factor_is_never_let_in_without_it(who in somebody()) {
        let with_one = Somebody { enrolled: true, ..who };
        prop_assert_eq!(with_one.comes_to(), Without::Refuse);
    }

    #[test]
    fn p10_nobody_whom_policy_asks_is_let_in_without_a_factor_but_from_the_command_line(who in somebody()) {
        prop_assume!(who.policy_asks() && !who.at_console());
        prop_assert_ne!(who.comes_to(), Without::LetIn);
    }

    #[test]
    fn p29_failed_attempts_of_others_lock_nobody_out_who_would_be_let_in_at_low_risk(who in somebody()) {
        let who = Somebody { others: who.others % 31, enrolled: false, ..who };
        prop_assume!(!who.policy_asks());
        prop_assert_eq!(who.comes_to(), Without::LetIn);
    }

    #[test]
    fn who_could_prove_an_address_is_let_in_by_no_level_that_asks(who in somebody()) {
        let asked = who.tenant().risk_config.level(who.others) > Level::Low;
        prop_assume!(asked && !who.addresses.is_empty() && !who.at_console());
        prop_assert_ne!(who.comes_to(), Without::LetIn);
    }

    #[test]
    fn a_tenant_that_has_decided_anything_lets_nobody_in_whom_risk_asks(who in somebody()) {
        let asked = who.tenant().risk_config.level(who.others) > Level::Low;
        prop_assume!(asked && who.policy != MfaPolicy::default() && !who.at_console());
        prop_assert_ne!(who.comes_to(), Without::LetIn);
    }

    #[test]
    fn more_that_speaks_against_somebody_never_lets_them_in(who in somebody(), more in 0..=50_u8) {
        let worse = Somebody { others: (who.others + more).min(90), ..who.clone() };
        prop_assert!(worse.comes_to() != Without::LetIn || who.comes_to() == Without::LetIn);
    }
}
