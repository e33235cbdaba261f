//! Listens to one room: keeps presence true and tells the home's box what concerns it.

use std::sync::Arc;

use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_protocol::control::ToBox;
use yunzhen_protocol::room::{ParticipantId, ParticipantKind, RoomPhase};
use yunzhen_rtc::{RoomEvent, RoomEvents, RoomHandle, RoomSnapshot};
use yunzhen_runtime::lifecycle::Lifecycle;

use super::Rooms;
use super::presence::CallPresence;

pub(super) fn spawn(
    rooms: Rooms,
    life: &Lifecycle,
    id: ConsultationId,
    home_id: HomeId,
    room: RoomHandle,
    events: RoomEvents,
) {
    life.spawn_contained("room", run(rooms, id, home_id, room, events));
}

async fn run(rooms: Rooms, id: ConsultationId, home_id: HomeId, room: RoomHandle, mut events: RoomEvents) {
    let mut snapshots = room.state();
    drop(room);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Some(event) => on_event(&rooms, id, home_id, event).await,
                None => break,
            },
            changed = snapshots.changed() => {
                if changed.is_err() {
                    break;
                }
                let snapshot = snapshots.borrow_and_update().clone();
                show(&rooms, id, home_id, &snapshot).await;
                if snapshot.phase() == RoomPhase::Ended {
                    break;
                }
            }
        }
    }
    rooms.0.presence.set_call(id, None);
    // A room that is gone without having ended: its media thread is. Half a relay is worse than a restarted one.
    let ended = snapshots.borrow().phase() == RoomPhase::Ended;
    if !ended && !rooms.0.life.soft().is_cancelled() {
        rooms.0.life.crash("media", "lost the thread of a room".into());
    }
}

async fn on_event(rooms: &Rooms, id: ConsultationId, home_id: HomeId, event: RoomEvent) {
    let order = match event {
        RoomEvent::KeyframeWanted { participant, low } if is_home(participant, home_id) => {
            ToBox::KeyframeRequest { low }
        }
        RoomEvent::BitrateWanted { participant, video_bps } if is_home(participant, home_id) => {
            ToBox::SetBitrate { video_bps }
        }
        RoomEvent::Left { leg, reason, .. } => {
            tracing::info!(consultation = %id, leg = %leg, ?reason, "left the call");
            if let Some(live) = rooms.0.state.lock().await.live.get_mut(&id) {
                live.legs.remove(&leg);
            }
            rooms.0.wake.notify_one();
            return;
        }
        _ => return,
    };
    let mut state = rooms.0.state.lock().await;
    if let Some(entry) = state.boxes.in_call(home_id, id) {
        if let ToBox::SetBitrate { video_bps } = order {
            entry.video_bps = Some(video_bps);
        }
        entry.tell(order);
    }
}

async fn show(rooms: &Rooms, id: ConsultationId, home_id: HomeId, snapshot: &Arc<RoomSnapshot>) {
    let participants = snapshot.participants();
    let link = participants.iter().find(|one| one.kind == ParticipantKind::Home).map(|home| home.link);
    rooms.0.presence.set_call(id, Some(CallPresence { link, participants: participants.len() }));
    let mut state = rooms.0.state.lock().await;
    if let Some(entry) = state.boxes.in_call(home_id, id)
        && let Some(view) = snapshot.for_participant(ParticipantId(home_id.uuid()))
    {
        entry.tell(ToBox::RoomState(view));
    }
}

fn is_home(participant: ParticipantId, home_id: HomeId) -> bool {
    participant.0 == home_id.uuid()
}
