//! How fast minters usually mint, and the alarm when one of them is unusually fast. Kept in memory: each server learns for
//! itself, and after a restart anew.

use super::model::Minter;
use crate::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Minters remembered at a time, those that minted last.
const CAPACITY: usize = 10_000;

/// Minutes until a minter is known; later ones count as much as the last of these.
const LEARNING: u32 = 10;

const MINUTE: i64 = 60_000;

/// When a minter is unusually fast.
#[derive(Clone, Copy, Debug)]
pub struct VelocityPolicy {
    /// So many tickets a minute by one API key are never unusual.
    pub floor: u32,
    /// The same for a person who acts for others.
    pub floor_person: u32,
    /// How many times the usual number is unusual.
    pub factor: u32,
}

/// More tickets in a minute than is usual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VelocityAlarm {
    /// Tickets in this minute so far.
    pub tickets: u32,
    /// Tickets in a usual minute.
    pub usual: u32,
    /// The line that was crossed.
    pub line: u32,
}

/// The paces of this server's minters.
#[derive(Default, Debug)]
pub struct Velocity(Mutex<HashMap<[u8; 16], Pace>>);

impl Velocity {
    /// Counts tickets that are about to be minted; an alarm at most once a minute for each minter.
    pub fn count(
        &self,
        minter: Minter,
        tickets: u32,
        now: Timestamp,
        policy: &VelocityPolicy,
    ) -> Option<VelocityAlarm> {
        let floor = match minter {
            Minter::System(_) => policy.floor,
            Minter::Person { .. } => policy.floor_person,
            Minter::Console => return None,
        };
        let mut paces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let minter = minter.scope();
        if paces.len() >= CAPACITY && !paces.contains_key(&minter) {
            make_room(&mut paces);
        }
        let minute = now.as_millis().div_euclid(MINUTE);
        paces.entry(minter).or_default().count(minute, tickets, floor, policy.factor)
    }
}

/// Forgets the half that has not minted for longest.
fn make_room(paces: &mut HashMap<[u8; 16], Pace>) {
    let mut order: Vec<_> = paces.iter().map(|(minter, pace)| (pace.minute, *minter)).collect();
    let (oldest, _, _) = order.select_nth_unstable(CAPACITY / 2);
    for (_, minter) in oldest {
        paces.remove(minter);
    }
}

/// One minter's minutes.
#[derive(Clone, Copy, Default, Debug)]
struct Pace {
    /// The minute that is being counted.
    minute: i64,
    tickets: u32,
    alarmed: bool,
    /// Tickets of a usual minute: the moving average over the minutes in which anything was minted. Idle ones do not
    /// count, or else every morning would be unusual.
    usual: f64,
    /// Minutes that this was learned from, up to [`LEARNING`].
    learned: u32,
}

impl Pace {
    fn count(&mut self, minute: i64, tickets: u32, floor: u32, factor: u32) -> Option<VelocityAlarm> {
        if minute != self.minute {
            self.learn(floor, factor);
            *self = Self { minute, tickets: 0, alarmed: false, ..*self };
        }
        self.tickets = self.tickets.saturating_add(tickets);
        let line = self.line(floor, factor);
        if self.alarmed || self.tickets <= line {
            return None;
        }
        self.alarmed = true;
        Some(VelocityAlarm { tickets: self.tickets, usual: self.usual as u32, line })
    }

    /// While nothing is known of a minter, `factor` times the floor.
    fn line(&self, floor: u32, factor: u32) -> u32 {
        match self.learned < LEARNING {
            true => floor.saturating_mul(factor),
            false => floor.max((self.usual * f64::from(factor)) as u32),
        }
    }

    /// Learns from the minute that is over: no more than up to the line, so that one burst does not make the next usual.
    fn learn(&mut self, floor: u32, factor: u32) {
        if self.tickets > 0 {
            let tickets = f64::from(self.tickets.min(self.line(floor, factor)));
            self.learned = (self.learned + 1).min(LEARNING);
            self.usual += (tickets - self.usual) / f64::from(self.learned);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ApiKeyId, SessionId, UserId};

    const POLICY: VelocityPolicy = VelocityPolicy { floor: 100, floor_person: 5, factor: 10 };

    fn key(n: u8) -> Minter {
        Minter::System(ApiKeyId::from_bytes([n; 16]))
    }

    fn minute(n: i64) -> Timestamp {
        Timestamp::from_millis(n * MINUTE + 7)
    }

    /// Mints so many in each minute from the first on; the minutes with an alarm.
    fn alarms(velocity: &Velocity, first: i64, minutes: &[u32]) -> Vec<i64> {
        let count =
            |(tickets, n): (&u32, i64)| velocity.count(key(1), *tickets, minute(n), &POLICY).map(|_| n);
        minutes.iter().zip(first..).filter_map(count).collect()
    }

    #[test]
    fn a_known_minter_alarms_beyond_ten_times_its_usual_minute() {
        for (tickets, alarmed) in [(500, vec![]), (501, vec![20])] {
            let velocity = Velocity::default();
            assert_eq!(alarms(&velocity, 0, &[50; 20]), [0; 0]);
            assert_eq!(alarms(&velocity, 20, &[tickets, 50]), alarmed);
        }
    }

    #[test]
    fn a_minute_alarms_once_at_the_ticket_that_crosses_the_line() {
        let velocity = Velocity::default();
        alarms(&velocity, 0, &[20; 10]);
        let alarmed: Vec<_> =
            (0..300).filter_map(|_| velocity.count(key(1), 1, minute(10), &POLICY)).collect();
        assert_eq!(alarmed, [VelocityAlarm { tickets: 201, usual: 20, line: 200 }]);
        assert!(velocity.count(key(1), 400, minute(11), &POLICY).is_some(), "a new minute, a new alarm");
    }

    #[test]
    fn below_the_floor_nothing_is_unusual() {
        for (tickets, alarmed) in [(100, vec![]), (101, vec![12])] {
            let velocity = Velocity::default();
            assert_eq!(alarms(&velocity, 0, &[1; 12]), [0; 0]);
            assert_eq!(alarms(&velocity, 12, &[tickets]), alarmed);
        }
    }

    #[test]
    fn an_unknown_minter_is_judged_by_the_floor_alone() {
        assert_eq!(alarms(&Velocity::default(), 0, &[1_000]), [0; 0]);
        assert_eq!(alarms(&Velocity::default(), 0, &[1_001]), [0]);
    }

    #[test]
    fn one_burst_does_not_make_the_next_usual_but_lasting_change_does() {
        let velocity = Velocity::default();
        alarms(&velocity, 0, &[20; 10]);
        assert_eq!(alarms(&velocity, 10, &[100_000, 20, 100_000]), [10, 12]);
        let lasting = alarms(&velocity, 13, &[5_000; 20]);
        assert!(!lasting.is_empty() && lasting.len() < 6, "{lasting:?}");
    }

    #[test]
    fn idle_minutes_teach_nothing() {
        let velocity = Velocity::default();
        alarms(&velocity, 0, &[1_000; 10]);
        assert_eq!(alarms(&velocity, 10_000, &[9_999]), [0; 0]);
    }

    #[test]
    fn a_person_is_noticed_sooner_and_the_console_never() {
        let velocity = Velocity::default();
        let person =
            Minter::Person { user: UserId::from_bytes([9; 16]), session: SessionId::from_bytes([9; 16]) };
        for n in 0..10 {
            assert_eq!(velocity.count(person, 1, minute(n), &POLICY), None);
        }
        assert!(velocity.count(person, 11, minute(10), &POLICY).is_some());
        assert_eq!(velocity.count(Minter::Console, u32::MAX, minute(0), &POLICY), None);
    }

    #[test]
    fn memory_is_bounded_and_keeps_who_minted_last() {
        let velocity = Velocity::default();
        for n in 0..CAPACITY as u128 * 3 {
            let minter = Minter::System(ApiKeyId::from_bytes(n.to_be_bytes()));
            velocity.count(minter, 1, minute(n as i64), &POLICY);
        }
        let paces = velocity.0.lock().expect("unpoisoned");
        assert!(paces.len() <= CAPACITY);
        assert!(paces.contains_key(&(CAPACITY as u128 * 3 - 1).to_be_bytes()));
    }
}
