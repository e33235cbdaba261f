//! Brings rooms and boxes to what the care record says: after each change of the record, and when a box comes or goes.

use std::collections::HashSet;
use std::sync::Arc;

use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_domain::machines::consultation::State as Care;
use yunzhen_protocol::control::{AudioPlan, StopReason, ToBox, VideoPlan};
use yunzhen_protocol::payload_type;
use yunzhen_protocol::room::EndReason;
use yunzhen_rtc::ExternalConfig;
use yunzhen_runtime::lifecycle::Lifecycle;

use super::plan::{self, Active};
use super::{Rooms, State, detach, home_participant, stop_reason};
use crate::app::AppError;

/// A record that cannot be read now is tried again after this.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

pub(super) async fn run(rooms: Rooms, life: Lifecycle) -> Result<(), std::convert::Infallible> {
    let mut changes = rooms.0.app.changes();
    loop {
        let retry = match rooms.reconcile().await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, "rooms could not follow the care record; trying again");
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
        let active: Vec<Active> = records
            .iter()
            .map(|record| Active {
                id: record.id,
                home_id: record.home_id,
                began_at: record.began_at,
                waiting_since: record.waiting_since,
            })
            .collect();
        let mut state = self.0.state.lock().await;
        self.end_what_is_over(&mut state, &active).await?;
        for (home_id, id) in plan::homes(&active) {
            self.attach(&mut state, home_id, id).await?;
        }
        Ok(())
    }

    async fn end_what_is_over(&self, state: &mut State, active: &[Active]) -> Result<(), AppError> {
        let active: HashSet<ConsultationId> = active.iter().map(|one| one.id).collect();
        let over: Vec<ConsultationId> = state.live.keys().filter(|id| !active.contains(id)).copied().collect();
        for id in over {
            let reason = match crate::app::consultations::state_of(&self.0.app, id).await? {
                Some(Care::Cancelled | Care::NoShow) => EndReason::Cancelled,
                Some(Care::FailedTechnical) => EndReason::Crash,
                _ => EndReason::HangUp,
            };
            let Some(live) = state.live.remove(&id) else { continue };
            if let Some(entry) = state.boxes.home(live.home_id)
                && entry.attached == Some(id)
            {
                detach(entry, stop_reason(reason));
            }
            live.room.end(reason).await;
        }
        Ok(())
    }

    async fn attach(&self, state: &mut State, home_id: HomeId, id: ConsultationId) -> Result<(), AppError> {
        let Some(entry) = state.boxes.home(home_id) else { return Ok(()) };
        if entry.attached == Some(id) || entry.hung_up == Some(id) {
            return Ok(());
        }
        let previous = entry.attached;
        detach(entry, StopReason::Other);
        if let Some(live) = previous.and_then(|previous| state.live.get(&previous)) {
            live.room.leave_external(yunzhen_rtc::LeaveReason::HangUp).await;
        }
        let name = crate::app::people::home_name(&self.0.app, home_id).await?;
        let Ok(live) = self.open(state, id, home_id).await else { return Ok(()) };
        let room = live.room.clone();
        let Some(entry) = state.boxes.home(home_id) else { return Ok(()) };
        let (video, audio) = plans(id, &self.0.media);
        let (audio_state, video_state, camera, link) = entry.state();
        let external = ExternalConfig {
            audio: audio_state,
            video: video_state,
            camera,
            video_ssrc: video.ssrc,
            audio_ssrc: audio.ssrc,
        };
        match room.join_external(home_participant(home_id, name), external, (entry.connection.sink)()).await {
            Ok(handle) => {
                entry.attached = Some(id);
                entry.connection.uplink.send_replace(Some(Arc::new(handle)));
                entry.tell(ToBox::StartMedia { consultation_id: id, video, audio });
                room.set_external_state(audio_state, video_state, camera, link).await;
            }
            // The room ended in between: the care record changed, and the next turn sees it.
            Err(error) => tracing::warn!(consultation = %id, %error, "the box could not join"),
        }
        Ok(())
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

/// How a box labels its media. The sources follow from the consultation, so that a box that reconnects continues them.
fn plans(id: ConsultationId, media: &crate::config::MediaConfig) -> (VideoPlan, AudioPlan) {
    let [a, b, ..] = id.uuid().as_u64_pair().1.to_be_bytes().map(u32::from);
    let seed = (id.uuid().as_u128() as u32) ^ (a << 8) ^ b;
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
