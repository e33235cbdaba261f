//! The duty roster: who answers what cannot wait.

use crate::ids::{ShiftId, StaffId};
use jiff::Timestamp;

/// One turn of duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// Identifier.
    pub id: ShiftId,
    /// Who.
    pub specialist_id: StaffId,
    /// 1 is asked first, 2 when the first does not answer, and so on.
    pub line: u32,
    /// From.
    pub starts_at: Timestamp,
    /// Until, exclusive.
    pub ends_at: Timestamp,
}

/// Who is on duty at `now`, in the order in which they are asked; nobody twice.
pub fn on_duty(shifts: &[Shift], now: Timestamp) -> Vec<StaffId> {
    let mut turns: Vec<&Shift> = shifts.iter().filter(|s| s.starts_at <= now && now < s.ends_at).collect();
    turns.sort_by_key(|s| (s.line, s.starts_at, s.id));
    let mut order = Vec::new();
    for turn in turns {
        if !order.contains(&turn.specialist_id) {
            order.push(turn.specialist_id);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_line_first_and_nobody_at_the_last_instant() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let who = |n: u8| StaffId::new(at(0), [n; 10]);
        let shift = |n: u8, specialist: u8, line, from, until| Shift {
            id: ShiftId::new(at(0), [n; 10]),
            specialist_id: who(specialist),
            line,
            starts_at: at(from),
            ends_at: at(until),
        };
        let roster = [shift(1, 7, 2, 0, 100), shift(2, 8, 1, 50, 100), shift(3, 7, 1, 60, 70)];
        assert_eq!(on_duty(&roster, at(10)), [who(7)]);
        assert_eq!(on_duty(&roster, at(55)), [who(8), who(7)]);
        assert_eq!(on_duty(&roster, at(65)), [who(8), who(7)], "nobody twice");
        assert_eq!(on_duty(&roster, at(100)), []);
    }
}
