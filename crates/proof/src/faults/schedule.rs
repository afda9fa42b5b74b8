//! Which faults come when.

use super::{Fault, Kind};
use crate::rng::Rng;
use serde::Serialize;

/// One fault, or two at once that strike different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    /// After the cluster serves again. Milliseconds.
    pub(crate) after: u64,
    /// How long they last. Milliseconds.
    pub(crate) hold: u64,
    pub(crate) faults: Vec<Fault>,
}

/// Bounds in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) after: (u64, u64),
    pub(crate) hold: (u64, u64),
}

/// A clock is set off by this much. Seconds.
const HOUR: i64 = 3600;
/// Percent of the steps that are two faults at once.
const PAIRS: u64 = 25;
/// Percent of the failovers to a standby that was cut off: it knows less than its primary did.
const CUT_OFF: u64 = 50;

/// So many steps: each kind once, in some order, and then whatever comes.
pub(crate) fn schedule(seed: u64, kinds: &[Kind], nodes: usize, pace: Pace, steps: u64) -> Vec<Step> {
    let mut rng = Rng::new(seed);
    let mut first: Vec<Kind> = kinds.to_vec();
    let mut step = || {
        let kind = match first.len() as u64 {
            0 => any(&mut rng, kinds),
            left => first.swap_remove(rng.between(0, left - 1) as usize),
        };
        let second = match kind {
            Kind::Failover if rng.chance(CUT_OFF) => Some(Kind::CutStandby),
            _ => rng.chance(PAIRS).then(|| any(&mut rng, kinds)),
        };
        let second = second.filter(|second| kinds.contains(second) && second.target() != kind.target());
        let faults =
            [Some(kind), second].into_iter().flatten().map(|kind| fault(&mut rng, kind, nodes)).collect();
        let after = rng.between(pace.after.0, pace.after.1);
        Step { after, hold: rng.between(pace.hold.0, pace.hold.1), faults }
    };
    (0..steps).map(|_| step()).collect()
}

impl Step {
    /// The faults in the order of their mending.
    pub(crate) fn in_order(&self) -> Vec<Fault> {
        let mut faults = self.faults.clone();
        faults.sort_unstable();
        faults
    }

    /// For people.
    pub(crate) fn names(&self) -> String {
        self.faults.iter().map(|fault| fault.kind().name()).collect::<Vec<_>>().join(" and ")
    }
}

fn any(rng: &mut Rng, kinds: &[Kind]) -> Kind {
    kinds[rng.between(0, kinds.len() as u64 - 1) as usize]
}

fn fault(rng: &mut Rng, kind: Kind, nodes: usize) -> Fault {
    let node = rng.between(0, nodes as u64 - 1) as usize;
    match kind {
        Kind::DiskFull => Fault::DiskFull,
        Kind::Failover => Fault::Failover,
        Kind::KillDatabase => Fault::KillDatabase,
        Kind::CutStandby => Fault::CutStandby,
        Kind::CutLink => Fault::CutLink { node },
        Kind::BlackHole => {
            let (there, back) = [(true, true), (true, false), (false, true)][rng.between(0, 2) as usize];
            Fault::BlackHole { node, there, back }
        }
        Kind::SlowLink => {
            let rate = 1000 * rng.between(20, 500) as u32;
            Fault::SlowLink { node, delay_ms: rng.between(10, 200), rate }
        }
        Kind::ClockStep => Fault::ClockStep { node, seconds: if rng.chance(50) { HOUR } else { -HOUR } },
        Kind::PauseNode => Fault::PauseNode { node },
        Kind::KillNode => Fault::KillNode { node },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PACE: Pace = Pace { after: (20, 400), hold: (50, 1000) };

    fn all() -> Vec<Kind> {
        let kinds: BTreeSet<Kind> = Kind::OF_SQLITE.into_iter().chain(Kind::OF_DATABASE).collect();
        kinds.into_iter().collect()
    }

    #[test]
    fn a_seed_repeats_its_schedule() {
        let of = |seed| schedule(seed, &all(), 3, PACE, 100);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn every_kind_comes_once_before_any_comes_again() {
        let steps = schedule(7, &all(), 3, PACE, all().len() as u64);
        let seen: BTreeSet<Kind> = steps.iter().map(|step| step.faults[0].kind()).collect();
        assert_eq!(seen, all().into_iter().collect());
    }

    #[test]
    fn nothing_is_struck_twice_at_once() {
        for step in schedule(3, &all(), 3, PACE, 1000) {
            assert!((1..=2).contains(&step.faults.len()));
            if let [one, other] = step.faults[..] {
                assert!(one.kind().target() != other.kind().target());
            }
            assert!((20..=400).contains(&step.after) && (50..=1000).contains(&step.hold));
        }
    }

    #[test]
    fn a_primary_is_replaced_before_its_standby_is_let_near_it() {
        let step = Step { after: 0, hold: 0, faults: vec![Fault::CutStandby, Fault::Failover] };
        assert_eq!(step.in_order(), [Fault::Failover, Fault::CutStandby]);
    }
}
