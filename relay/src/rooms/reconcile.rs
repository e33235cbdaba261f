//! Brings rooms and boxes to what the care record says: after each change of the record, and when a box comes or goes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_domain::machines::consultation::State as Care;
use yunzhen_domain::records::Consultation;
use yunzhen_media::layers::low_of;
use yunzhen_protocol::control::{AudioPlan, StopReason, ToBox, VideoPlan};
use yunzhen_protocol::payload_type;
use yunzhen_protocol::room::EndReason;
use yunzhen_rtc::{ExternalConfig, LeaveReason};
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::boxes::{BoxEntry, BoxTicket};
use super::plan::{self, Active};
use super::presence::HomeCall;
use super::{Rooms, State, box_camera, detach, home_participant, stop_reason, tell_those_who_wait};
use crate::app::{AppError, stills};

/// A record that cannot be read now is tried again after this.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

pub(super) async fn run(rooms: Rooms, life: Lifecycle) -> Result<(), std::convert::Infallible> {
    let mut changes = rooms.0.app.changes();
    loop {
        let retry = match rooms.reconcile().await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, "rooms could not follow the care record; trying again");
                metrics::counter!("yunzhen_rooms_retries_total").increment(1);
                Some(RETRY)
            }
        };
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return Ok(()) },
            () = rooms.0.wake.notified() => {}
            () = tokio::time::sleep(retry.unwrap_or(RETRY)), if retry.is_some() => {}
            () = life.soft().cancelled() => {
                rooms.drain().await;
                return Ok(());
            }
        }
    }
}

impl Rooms {
    async fn reconcile(&self) -> Result<(), AppError> {
        let records = crate::app::consultations::active(&self.0.app).await?;
        // The record is read before the lock is taken: boxes and browsers wait for the lock, and never for the database.
        let active = self.who_is_there(&records).await;
        let over = self.what_is_over(&active).await?;
        let chosen = plan::homes(&active);
        let mut names = self.names(&chosen).await?;
        let begun = active.iter().filter(|one| one.began_at.is_some() && chosen.get(&one.home_id) == Some(&one.id));
        let call = |one: &Active| (one.home_id, HomeCall { id: one.id, specialist: one.specialist });
        self.0.presence.set_home_calls(begun.map(call).collect());
        let mut state = self.0.state.lock().await;
        let active: HashSet<ConsultationId> = active.iter().map(|one| one.id).collect();
        state.boxes.keep_hung_up(&active);
        for (id, reason) in over {
            end(&mut state, id, reason).await;
        }
        for (home_id, id) in chosen {
            // A box that came since then has woken the next turn.
            if let Some(name) = names.remove(&home_id) {
                self.attach(&mut state, home_id, id, name).await;
            }
        }
        drop(state);
        self.ask_again(&active).await
    }

    /// What the record says is going on, with who is in each room.
    async fn who_is_there(&self, records: &[Consultation]) -> Vec<Active> {
        let state = self.0.state.lock().await;
        let active = |record: &Consultation| Active {
            id: record.id,
            home_id: record.home_id,
            began_at: record.began_at,
            waiting_since: record.waiting_since,
            specialist: record.specialist_id,
            attended: record.specialist_id.is_some_and(|who| state.is_in(record.id, who.uuid())),
            has_box: self.0.presence.home_call(record.home_id) == Some(record.id),
            hung_up: state.boxes.hung_up_on(record.home_id, record.id),
        };
        records.iter().map(active).collect()
    }

    /// The rooms that have to end, and why.
    async fn what_is_over(&self, active: &[Active]) -> Result<Vec<(ConsultationId, EndReason)>, AppError> {
        let active: HashSet<ConsultationId> = active.iter().map(|one| one.id).collect();
        let live: Vec<ConsultationId> = self.0.state.lock().await.live.keys().copied().collect();
        let mut over = Vec::new();
        for id in live {
            if active.contains(&id) {
                continue;
            }
            let reason = match crate::app::consultations::state_of(&self.0.app, id).await? {
                // It began after the list was read; that change wakes the next turn.
                Some(Care::Waiting | Care::InProgress) => continue,
                Some(Care::Cancelled | Care::NoShow) => EndReason::Cancelled,
                Some(Care::FailedTechnical) => EndReason::Crash,
                _ => EndReason::HangUp,
            };
            over.push((id, reason));
        }
        Ok(over)
    }

    /// The names of the homes whose box is to join.
    async fn names(&self, chosen: &BTreeMap<HomeId, ConsultationId>) -> Result<HashMap<HomeId, String>, AppError> {
        let mut joining = Vec::new();
        let mut state = self.0.state.lock().await;
        for (home_id, id) in chosen {
            if state.boxes.home(*home_id).is_some_and(|entry| is_to_join(entry, *id)) {
                joining.push(*home_id);
            }
        }
        drop(state);
        let mut names = HashMap::new();
        for home_id in joining {
            names.insert(home_id, crate::app::people::home_name(&self.0.app, home_id).await?);
        }
        Ok(names)
    }

    /// Stills and recordings that a box may not have heard of, and those stills of which the relay may not have heard what became of them: of the consultation
    /// that it is in, and of those that are over. A record that cannot be read is asked in the next turn: the mark stays.
    async fn ask_again(&self, active: &HashSet<ConsultationId>) -> Result<(), AppError> {
        let owing: Vec<BoxTicket> =
            self.0.state.lock().await.boxes.all().filter(|entry| entry.owes).map(|entry| entry.ticket).collect();
        for ticket in owing {
            let owed = stills::owed(&self.0.app, ticket.home_id, clock::now_timestamp()).await?;
            let mut state = self.0.state.lock().await;
            let Some(entry) = state.boxes.of(ticket) else { continue };
            // More than a box is asked for at once: its answers change the record, and so bring about the next turn.
            entry.owes = owed.len() >= stills::OWED as usize;
            let mut stopped = HashSet::new();
            for still in owed {
                let id = still.consultation_id;
                if entry.attached != Some(id) {
                    if active.contains(&id) {
                        continue;
                    }
                    // A box whose link was away may believe that it is in it yet, and is not to take a picture after its end.
                    if stopped.insert(id) {
                        entry.tell(ToBox::StopMedia { consultation_id: id, reason: StopReason::Other });
                    }
                }
                let camera = box_camera(still.camera);
                entry.tell(ToBox::TakeStill { still_id: still.id, consultation_id: id, camera });
            }
            drop(state);
            self.order_recordings(ticket.home_id).await;
        }
        Ok(())
    }

    /// Joins a home's box, unless it is away or the room ended in between.
    async fn attach(&self, state: &mut State, home_id: HomeId, id: ConsultationId, name: String) {
        let Some(entry) = state.boxes.home(home_id).filter(|entry| is_to_join(entry, id)) else { return };
        let previous = entry.attached;
        detach(entry, StopReason::Other);
        if let Some(live) = previous.and_then(|previous| state.live.get(&previous)) {
            live.room.leave_external(LeaveReason::Elsewhere).await;
        }
        let Ok(live) = self.open(state, id, home_id).await else { return };
        let room = live.room.clone();
        let Some(entry) = state.boxes.home(home_id) else { return };
        let (video, audio) = plans(id, &self.0.media);
        let low = low_plan(entry, &video);
        let (audio_state, video_state, camera, link) = entry.state();
        let external = ExternalConfig {
            audio: audio_state,
            video: video_state,
            camera,
            video_ssrc: video.ssrc,
            audio_ssrc: audio.ssrc,
            low_ssrc: low.map(|low| low.ssrc),
        };
        match room.join_external(home_participant(home_id, name), external, (entry.connection.sink)()).await {
            Ok(handle) => {
                (entry.attached, entry.owes) = (Some(id), true);
                (entry.said, entry.video_bps) = (None, None);
                entry.connection.uplink.send_replace(Some(Arc::new(handle)));
                let hold_s = Some(self.hold_s());
                entry.tell(ToBox::StartMedia { consultation_id: id, video, audio, hold_s, low });
                room.set_external_state(audio_state, video_state, camera, link).await;
                room.set_external_tablet(entry.tablet()).await;
                room.set_external_signals(entry.signal_words()).await;
                tell_those_who_wait(state, home_id).await;
            }
            // The room ended in between: the care record changed, and the next turn sees it.
            Err(error) => {
                tracing::warn!(consultation = %id, %error, "the box could not join");
            }
        }
    }

    /// Tells everyone that the relay stops.
    async fn drain(&self) {
        let mut state = self.0.state.lock().await;
        for entry in state.boxes.all() {
            detach(entry, StopReason::Drain);
        }
        state.live.clear();
        drop(state);
        self.0.shards.drain().await;
    }
}

impl Rooms {
    /// How long a box goes on filming and recording without a link.
    pub(super) fn hold_s(&self) -> u32 {
        self.0.app.policy.call_without_link_minutes.saturating_mul(60)
    }
}

/// Whether a box has yet to join a consultation; one whose nurse hung up on it does not.
fn is_to_join(entry: &BoxEntry, id: ConsultationId) -> bool {
    entry.attached != Some(id) && !entry.hung_up.contains(&id)
}

/// Closes a room for everyone in it.
async fn end(state: &mut State, id: ConsultationId, reason: EndReason) {
    let Some(live) = state.live.remove(&id) else { return };
    if let Some(entry) = state.boxes.in_call(live.home_id, id) {
        detach(entry, stop_reason(reason));
    }
    if let Some(entry) = state.boxes.home(live.home_id) {
        entry.owes = true;
    }
    tell_those_who_wait(state, live.home_id).await;
    live.room.end(reason).await;
}

/// How a box labels its media. The sources follow from the consultation, so that a box that reconnects continues them.
pub(super) fn plans(id: ConsultationId, media: &crate::config::MediaConfig) -> (VideoPlan, AudioPlan) {
    // The last bits of an identifier are random.
    let seed = id.uuid().as_u128() as u32;
    let video = VideoPlan {
        ssrc: seed | 1,
        payload_type: payload_type::H264,
        bitrate_bps: media.video_bitrate_bps,
        fps: media.video_fps,
        width: media.video_width,
        height: media.video_height,
    };
    let audio = AudioPlan { ssrc: seed & !1, payload_type: payload_type::OPUS, bitrate_bps: media.audio_bitrate_bps };
    (video, audio)
}

/// The low picture of a box that can send one, beside its main one.
pub(super) fn low_plan(entry: &BoxEntry, video: &VideoPlan) -> Option<VideoPlan> {
    // Odd as the main picture's, so it is neither that of the sound nor 0.
    low_of(video, video.ssrc ^ 2).filter(|_| entry.connection.low_picture)
}
