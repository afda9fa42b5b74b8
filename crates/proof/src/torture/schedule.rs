//! Which faults come when: all of it follows from the seed.

use super::fault::{Fault, Kind, may_meet};
use crate::rng::Rng;
use serde::Serialize;

/// One or two faults at once.
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

/// So many steps: each kind once, in some order, and then whatever comes.
pub(crate) fn schedule(seed: u64, kinds: &[Kind], nodes: usize, pace: Pace, steps: u64) -> Vec<Step> {
    let mut rng = Rng::new(seed);
    let mut first: Vec<Kind> = kinds.to_vec();
    let mut step = || {
        let kind = match first.len() as u64 {
            0 => any(&mut rng, kinds),
            left => first.swap_remove(rng.between(0, left - 1) as usize),
        };
        let mut faults = vec![fault(&mut rng, kind, nodes)];
        if rng.chance(PAIRS) {
            let kind = any(&mut rng, kinds);
            let second = fault(&mut rng, kind, nodes);
            faults.extend(may_meet(faults[0], second).then_some(second));
        }
        let after = rng.between(pace.after.0, pace.after.1);
        Step { after, hold: rng.between(pace.hold.0, pace.hold.1), faults }
    };
    (0..steps).map(|_| step()).collect()
}

fn any(rng: &mut Rng, kinds: &[Kind]) -> Kind {
    kinds[rng.between(0, kinds.len() as u64 - 1) as usize]
}

fn fault(rng: &mut Rng, kind: Kind, nodes: usize) -> Fault {
    let node = rng.between(0, nodes as u64 - 1) as usize;
    match kind {
        Kind::DiskFull => Fault::DiskFull,
        Kind::ClockStep => Fault::ClockStep { node, seconds: if rng.chance(50) { HOUR } else { -HOUR } },
        Kind::PauseNode => Fault::PauseNode { node },
        Kind::KillNode => Fault::KillNode { node },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Engine;
    use std::collections::BTreeSet;

    const PACE: Pace = Pace { after: (20, 400), hold: (50, 1000) };

    #[test]
    fn a_seed_repeats_its_schedule() {
        let kinds = Kind::of(Engine::Sqlite);
        let of = |seed| schedule(seed, &kinds, 3, PACE, 100);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn every_kind_comes_once_before_any_comes_again() {
        let kinds = Kind::of(Engine::Sqlite);
        let steps = schedule(7, &kinds, 1, PACE, kinds.len() as u64);
        let seen: BTreeSet<Kind> = steps.iter().map(|step| step.faults[0].kind()).collect();
        assert_eq!(seen, kinds.into_iter().collect());
    }

    #[test]
    fn a_process_is_not_struck_twice_at_once() {
        let kinds = Kind::of(Engine::Sqlite);
        for step in schedule(3, &kinds, 3, PACE, 1000) {
            assert!((1..=2).contains(&step.faults.len()));
            if let [one, other] = step.faults[..] {
                assert!(may_meet(one, other));
            }
            assert!((20..=400).contains(&step.after) && (50..=1000).contains(&step.hold));
        }
    }
}
