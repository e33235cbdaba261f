//! What is seen of each call once a second: its box, and what of it was sent to the specialist who attends.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use futures_util::future::join_all;
use yunzhen_domain::ids::ConsultationId;
use yunzhen_domain::media_timeline::{Attendance, Heard, Observed};
use yunzhen_protocol::room::{LinkLevel, ParticipantId};
use yunzhen_rtc::{Given, RoomHandle};

use crate::rooms::boxes::BoxEntry;
use crate::rooms::{Rooms, call_camera};

/// What a box said counts for so many seconds; it says it every second.
const SAID_FOR: u8 = 3;

/// Of whom, and how the box is.
struct Seen {
    id: ConsultationId,
    heard: Option<Heard>,
    /// Whom the room is asked about.
    leg: Option<Attending>,
}

/// The room of a call, its home and who attends it.
struct Attending {
    room: RoomHandle,
    home: ParticipantId,
    specialist: ParticipantId,
}

impl Rooms {
    /// What is seen of each consultation under way whose home has a box, or had one. `before`: what had been sent to its specialist when it was looked at last.
    pub(super) async fn observe(
        &self,
        since: Duration,
        before: &mut HashMap<ConsultationId, Given>,
    ) -> BTreeMap<ConsultationId, Observed> {
        let calls = self.0.presence.home_calls();
        let mut seen = Vec::new();
        let mut state = self.0.state.lock().await;
        for (home, call) in calls {
            if state.boxes.hung_up_on(home, call.id) {
                continue;
            }
            let heard = state.boxes.in_call(home, call.id).and_then(|entry| entry.heard(since));
            let leg = call.specialist.zip(state.live.get(&call.id)).map(|(specialist, live)| Attending {
                room: live.room.clone(),
                home: ParticipantId(home.uuid()),
                specialist: ParticipantId(specialist.uuid()),
            });
            seen.push(Seen { id: call.id, heard, leg });
        }
        drop(state);
        let given = join_all(seen.iter().map(|seen| given_to(seen.leg.as_ref()))).await;
        let last = std::mem::take(before);
        let mut observed = BTreeMap::new();
        for (Seen { id, heard, .. }, given) in seen.into_iter().zip(given) {
            before.extend(given.map(|given| (id, given)));
            observed.insert(id, attended(heard, last.get(&id).copied().unwrap_or_default(), given));
        }
        observed
    }
}

/// What was sent to the specialist of a call; `None`: they are not there, or not connected.
async fn given_to(leg: Option<&Attending>) -> Option<Given> {
    let Attending { room, home, specialist } = leg?;
    room.given(*home, *specialist).await
}

/// A second of a box, with what of it was sent to the specialist: the counts are others than they were. A page that joined anew counts from nothing.
fn attended(heard: Option<Heard>, before: Given, given: Option<Given>) -> Observed {
    let specialist = if given.is_some() { Attendance::Present } else { Attendance::Absent };
    let Some(heard) = heard else { return Observed::Away(specialist) };
    let now = given.unwrap_or_default();
    let grew = |before: u32, now: u32| given.is_some() && now > 0 && now != before;
    let (sound_given, picture_given) = (grew(before.sounds, now.sounds), grew(before.pictures, now.pictures));
    Observed::Here(Heard { specialist, sound_given, picture_given, ..heard })
}

impl BoxEntry {
    /// The last second; `None` while nothing comes that should.
    fn heard(&mut self, since: Duration) -> Option<Heard> {
        let now = self.connection.counted.load();
        let before = std::mem::replace(&mut self.counted, now);
        let said = self.said.as_mut().filter(|said| said.age < SAID_FOR).map(|said| {
            said.age += 1;
            *said
        });
        if self.link == LinkLevel::Lost {
            return None;
        }
        let milliseconds = u64::try_from(since.as_millis()).unwrap_or(u64::MAX).max(1);
        let (came, lost) = (now.came.saturating_sub(before.came), now.lost.saturating_sub(before.lost));
        let said = said.unwrap_or_default();
        Some(Heard {
            rung: said.rung,
            camera: call_camera(self.active_camera),
            sound: now.sounds > before.sounds,
            picture: now.pictures > before.pictures,
            target_kbps: said.target_bps.map(|bps| bps / 1000),
            received_kbps: number(now.bytes.saturating_sub(before.bytes) * 8 / milliseconds),
            loss_permille: number(lost * 1000 / (came + lost).max(1)),
            queue_ms: said.queue_ms,
            jitter_ms: number(u64::try_from(now.jitter.as_millis()).unwrap_or(u64::MAX)),
            round_trip_ms: Some(number(u64::try_from((self.connection.round_trip)().as_millis()).unwrap_or(u64::MAX))),
            signals: self.signals.clone(),
            ..Heard::default()
        })
    }
}

fn number(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specialist_was_given_what_was_sent_since_the_second_before() {
        let given = |sounds, pictures| Given { sounds, pictures };
        let marks = |before: Given, now: Option<Given>| match attended(Some(Heard::default()), before, now) {
            Observed::Here(heard) => (heard.specialist, heard.sound_given, heard.picture_given),
            Observed::Away(specialist) => (specialist, false, false),
        };
        use Attendance::{Absent, Present};
        assert_eq!(marks(given(9, 9), None), (Absent, false, false));
        assert_eq!(marks(given(0, 0), Some(given(0, 0))), (Present, false, false), "connected, nothing yet");
        assert_eq!(marks(given(50, 30), Some(given(100, 30))), (Present, true, false), "the picture stands");
        assert_eq!(marks(given(50, 30), Some(given(100, 60))), (Present, true, true));
        assert_eq!(marks(given(50, 30), Some(given(0, 2))), (Present, false, true), "the page was opened anew");
        assert_eq!(marks(given(u32::MAX, 7), Some(given(3, 7))), (Present, true, false), "the counter turned over");
        assert_eq!(attended(None, given(0, 0), Some(given(1, 1))), Observed::Away(Present));
        assert_eq!(attended(None, given(0, 0), None), Observed::Away(Absent));
    }
}
