//! The session plane: which consultation is live, over which legs. Translates between care events, boxes and the shards that carry media.
//!
//! * [`plan`] decides purely which consultation has a home's media.
//! * [`Rooms`] is what the HTTP handlers and the box sessions call.
//! * `reconcile` brings rooms and boxes to what the care record says, after each change of it.
//! * `driver` listens to one room: presence, what the box is to be told.
//! * `sessions` takes out of calls whose session is over.
//! * `certificates` lets boxes go whose certificate is revoked.
//! * [`timeline`] notes once a second how each call goes.
//!
//! Nothing here touches a packet, and no packet waits for anything here: the lock below guards signalling only.

pub mod boxes;
mod certificates;
mod driver;
mod offers;
pub mod plan;
pub mod presence;
mod reconcile;
mod sessions;
pub mod timeline;
pub mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Mutex, Notify};
use uuid::Uuid;
use yunzhen_domain::ids::{ConsultationId, HomeId, SessionId, StillId};
use yunzhen_domain::media_timeline::CallCamera;
use yunzhen_domain::radio::Signals;
use yunzhen_domain::records::StillCamera;
use yunzhen_protocol::control::{ActiveCamera, BoxCamera, StopReason, ToBox, ToRelay};
use yunzhen_protocol::room::{
    AudioState, Camera, EndReason, LinkLevel, ParticipantId, ParticipantKind, Tablet, VideoState,
};
use yunzhen_rtc::{
    Answer, ConnectError, ConnectLeg, LeaveReason, LegDirection, LegId, Listening, NewParticipant, PatchError, Patched,
    RoomHandle, Shards,
};
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;

use crate::app::App;
use crate::config::{LimitsConfig, MediaConfig};
use boxes::{BoxConnection, BoxTicket, Boxes, LinkSign, link_level};
use offers::Offers;
use presence::{BoxPresence, Presence};
use tokens::{MediaGrant, MediaTokens};

/// A cheap handle on the session plane.
#[derive(Clone)]
pub struct Rooms(Arc<Inner>);

struct Inner {
    shards: Shards,
    media: MediaConfig,
    app: App,
    presence: Presence,
    life: Lifecycle,
    state: Mutex<State>,
    offers: std::sync::Mutex<Offers>,
    /// Origin of the clock of `offers`.
    begun: Instant,
    media_token: Duration,
    wake: Notify,
}

#[derive(Default)]
struct State {
    boxes: Boxes,
    live: HashMap<ConsultationId, Live>,
    tokens: MediaTokens,
}

impl State {
    /// Whether a person has a leg in a room.
    fn is_in(&self, id: ConsultationId, person: Uuid) -> bool {
        let is_theirs = |held: &Held| held.owner == LegOwner::Person(person);
        self.live.get(&id).is_some_and(|live| live.legs.values().any(is_theirs))
    }
}

/// A room that is open.
struct Live {
    home_id: HomeId,
    room: RoomHandle,
    legs: HashMap<LegId, Held>,
}

/// A leg: whose it is, and the session that it was made in, which it does not outlive, whatever its token is by then.
struct Held {
    owner: LegOwner,
    session: SessionId,
}

/// Who may speak for a leg: the same person that made it, or whoever knows the token it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegOwner {
    /// A signed-in person, by the participant that they are.
    Person(Uuid),
    /// A standard client; the leg's id in its session URL is unguessable and is its authority, as RFC 9725 has it.
    Client,
}

/// A wish to take part.
pub struct Join {
    /// Which consultation.
    pub consultation_id: ConsultationId,
    /// Whose home it is.
    pub home_id: HomeId,
    /// As whom.
    pub participant: NewParticipant,
    /// Who may speak for the leg.
    pub owner: LegOwner,
    /// In which session; when that is over, so is the leg.
    pub session: SessionId,
    /// SDP offer.
    pub offer: String,
    /// The leg that this one replaces.
    pub replaces: Option<LegId>,
    /// Both ways, or one as WHIP and WHEP have it.
    pub direction: LegDirection,
}

/// Why the home's camera could not be switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// The box is not connected, or another consultation has it.
    #[error("the home's box is not in this call")]
    NoBox,
    /// The box has no such camera.
    #[error("the home's box has no such camera")]
    NoSuchCamera,
    /// The box records nothing: it is an older one, was set so, or has no devices of its own.
    #[error("the home's box does not record")]
    NoRecorder,
}

impl Rooms {
    /// Starts the session plane: a task brings it in line with the care record whenever that changes.
    pub fn start(
        life: &Lifecycle,
        shards: Shards,
        media: MediaConfig,
        limits: &LimitsConfig,
        app: App,
        presence: Presence,
    ) -> Self {
        let inner = Inner {
            shards,
            media,
            app,
            presence,
            life: life.clone(),
            state: Mutex::default(),
            offers: std::sync::Mutex::new(Offers::new(limits.offers_per_minute)),
            begun: clock::now_instant(),
            media_token: Duration::from_secs(limits.media_token_seconds.into()),
            wake: Notify::new(),
        };
        let rooms = Self(Arc::new(inner));
        let task = reconcile::run(rooms.clone(), life.clone());
        life.spawn_essential("rooms", task);
        life.spawn_essential("sessions in calls", sessions::run(rooms.clone(), life.clone()));
        life.spawn_essential("people in calls", sessions::attend(rooms.clone(), life.clone()));
        life.spawn_essential("certificates of boxes", certificates::run(rooms.clone(), life.clone()));
        let (app, timeline) = (rooms.0.app.clone(), rooms.0.app.timeline.clone());
        life.spawn_essential("media timeline", timeline::sample(rooms.clone(), timeline.clone(), life.clone()));
        life.spawn_essential("media timeline in the store", timeline::write(app, timeline, life.clone()));
        rooms
    }

    /// Whether a session may offer once more.
    ///
    /// # Errors
    /// How long to wait.
    pub fn may_offer(&self, session: SessionId) -> Result<(), Duration> {
        let at = clock::now_instant().saturating_duration_since(self.0.begun);
        let taken = self.0.offers.lock().unwrap_or_else(PoisonError::into_inner).take(session, at);
        if taken.is_err() {
            metrics::counter!("yunzhen_offers_refused_total").increment(1);
        }
        taken
    }

    /// Joins a browser or a standard client. Opens the room when it is the first one there.
    pub async fn join(&self, join: Join) -> Result<Answer, ConnectError> {
        let mut state = self.0.state.lock().await;
        let live = self.open(&mut state, join.consultation_id, join.home_id).await?;
        if let Some(old) = join.replaces
            && live.legs.get(&old).is_some_and(|held| held.owner != join.owner)
        {
            return Err(ConnectError::UnknownLeg);
        }
        let room = live.room.clone();
        let leg = ConnectLeg {
            participant: join.participant,
            offer: join.offer,
            replaces: join.replaces,
            direction: join.direction,
            watch: None,
        };
        let answer = room.connect(leg).await?;
        if let Some(old) = join.replaces {
            live.legs.remove(&old);
        }
        live.legs.insert(answer.leg, Held { owner: join.owner, session: join.session });
        // Who is in the call decides with which of its consultations a home's box is.
        self.0.wake.notify_one();
        Ok(answer)
    }

    /// Trickle or ICE restart.
    pub async fn patch(
        &self,
        consultation: ConsultationId,
        leg: LegId,
        owner: &LegOwner,
        fragment: String,
    ) -> Result<Patched, PatchError> {
        let room = self.room_of(consultation, leg, owner).await.ok_or(PatchError::UnknownLeg)?;
        room.patch(leg, fragment).await
    }

    /// Leaves. False: there is no such leg of this person.
    pub async fn leave(&self, consultation: ConsultationId, leg: LegId, owner: &LegOwner) -> bool {
        let Some(room) = self.room_of(consultation, leg, owner).await else { return false };
        if let Some(live) = self.0.state.lock().await.live.get_mut(&consultation) {
            live.legs.remove(&leg);
        }
        self.0.wake.notify_one();
        room.disconnect(leg, LeaveReason::HangUp).await
    }

    /// Mute, camera off. False: there is no such leg of this person.
    pub async fn set_media_state(
        &self,
        consultation: ConsultationId,
        leg: LegId,
        owner: &LegOwner,
        audio: AudioState,
        video: VideoState,
    ) -> bool {
        match self.room_of(consultation, leg, owner).await {
            Some(room) => room.set_media_state(leg, audio, video).await,
            None => false,
        }
    }

    /// What a browser measured, in a word. False: there is no such leg of this person.
    pub async fn report_quality(
        &self,
        consultation: ConsultationId,
        leg: LegId,
        owner: &LegOwner,
        level: LinkLevel,
    ) -> bool {
        match self.room_of(consultation, leg, owner).await {
            Some(room) => room.report_quality(leg, level).await,
            None => false,
        }
    }

    /// The room as it changes, for one leg of this person. Dropping it tells the room that a page of theirs listens no more.
    pub async fn watch(&self, consultation: ConsultationId, leg: LegId, owner: &LegOwner) -> Option<Listening> {
        self.room_of(consultation, leg, owner).await?.listen(leg).await
    }

    /// Asks the home's box for another camera.
    pub async fn select_camera(
        &self,
        consultation: ConsultationId,
        home_id: HomeId,
        camera: Camera,
    ) -> Result<(), CameraError> {
        let mut state = self.0.state.lock().await;
        let entry = state.boxes.in_call(home_id, consultation).ok_or(CameraError::NoBox)?;
        if camera != Camera::Tablet && !entry.connection.cameras.iter().any(|has| Camera::from(*has) == camera) {
            return Err(CameraError::NoSuchCamera);
        }
        entry.tell(ToBox::SelectCamera { camera });
        Ok(())
    }

    /// The camera of the home's box that a still is to be taken with: the wanted one, or the one that is shown.
    pub async fn still_camera(
        &self,
        consultation: ConsultationId,
        home_id: HomeId,
        wanted: Option<StillCamera>,
    ) -> Result<StillCamera, CameraError> {
        let mut state = self.0.state.lock().await;
        let entry = state.boxes.in_call(home_id, consultation).ok_or(CameraError::NoBox)?;
        let shown = match entry.active_camera {
            ActiveCamera::CloseUp => StillCamera::CloseUp,
            ActiveCamera::Room | ActiveCamera::Tablet | ActiveCamera::None => StillCamera::Room,
        };
        let camera = wanted.unwrap_or(shown);
        let has = entry.connection.cameras.contains(&box_camera(camera));
        if has { Ok(camera) } else { Err(CameraError::NoSuchCamera) }
    }

    /// Asks the home's box for stills. A box that is away is asked when it comes back.
    pub async fn take_stills(
        &self,
        consultation_id: ConsultationId,
        home_id: HomeId,
        stills: Vec<(StillId, StillCamera)>,
    ) {
        let mut state = self.0.state.lock().await;
        let Some(entry) = state.boxes.home(home_id) else { return };
        for (still_id, camera) in stills {
            entry.tell(ToBox::TakeStill { still_id, consultation_id, camera: box_camera(camera) });
        }
    }

    /// Whether the home's box is in the call and can record it.
    pub async fn recorder(&self, consultation: ConsultationId, home_id: HomeId) -> Result<(), CameraError> {
        let mut state = self.0.state.lock().await;
        let BoxConnection { records, cameras, microphone, .. } =
            &state.boxes.in_call(home_id, consultation).ok_or(CameraError::NoBox)?.connection;
        let can = *records && (*microphone || !cameras.is_empty());
        if can { Ok(()) } else { Err(CameraError::NoRecorder) }
    }

    /// Tells a home's box what to record and what to record no more. A box that is away is told when it comes back, one that is there by the job once a minute.
    pub async fn order_recordings(&self, home_id: HomeId) {
        let orders = match crate::app::recordings::orders(&self.0.app, home_id).await {
            Ok(orders) => orders,
            Err(error) => {
                tracing::error!(home = %home_id, %error, "a box could not be told what to record; it is told when it joins again");
                return;
            }
        };
        let mut state = self.0.state.lock().await;
        let Some(entry) = state.boxes.home(home_id).filter(|entry| entry.connection.records) else { return };
        for (consultation, order) in orders {
            // It records nothing of a call that it is not in.
            if entry.attached == Some(consultation) || matches!(order, ToBox::StopRecording { .. }) {
                entry.tell(order);
            }
        }
    }

    /// A bearer token for a standard client, and until when it may connect.
    pub async fn issue_media_token(
        &self,
        consultation_id: ConsultationId,
        direction: LegDirection,
        display_name: String,
        session: SessionId,
    ) -> (String, Timestamp) {
        let now = clock::now_timestamp();
        let expires_at = now + self.0.media_token;
        let grant = MediaGrant { consultation_id, direction, display_name, session, expires_at };
        let token = self.0.state.lock().await.tokens.issue(grant, clock::random_bytes(), now);
        (token, expires_at)
    }

    /// What a bearer token allows now.
    pub async fn media_grant(&self, token: &str) -> Option<MediaGrant> {
        self.0.state.lock().await.tokens.check(token, clock::now_timestamp()).cloned()
    }

    /// What a bearer token allowed: whoever connected with it speaks for that leg until it ends.
    pub async fn media_grant_of_leg(&self, token: &str) -> Option<MediaGrant> {
        self.0.state.lock().await.tokens.remembered(token, clock::now_timestamp()).cloned()
    }

    async fn room_of(&self, consultation: ConsultationId, leg: LegId, owner: &LegOwner) -> Option<RoomHandle> {
        let state = self.0.state.lock().await;
        let live = state.live.get(&consultation)?;
        live.legs.get(&leg).filter(|held| held.owner == *owner).map(|_| live.room.clone())
    }

    async fn open<'a>(
        &self,
        state: &'a mut State,
        id: ConsultationId,
        home_id: HomeId,
    ) -> Result<&'a mut Live, ConnectError> {
        if let std::collections::hash_map::Entry::Vacant(vacant) = state.live.entry(id) {
            let (room, events) = self.0.shards.open_room(id.uuid()).await.map_err(|_| ConnectError::Stopped)?;
            vacant.insert(Live { home_id, room: room.clone(), legs: HashMap::new() });
            driver::spawn(self.clone(), &self.0.life, id, home_id, room, events);
            // The consultation may have ended since the caller looked: the next turn closes what nobody would close.
            self.0.wake.notify_one();
        }
        state.live.get_mut(&id).ok_or(ConnectError::Ended)
    }
}

/// The box's side.
impl Rooms {
    /// A box was admitted.
    pub async fn box_connected(&self, connection: BoxConnection) -> BoxTicket {
        let presence = BoxPresence {
            since: clock::now_timestamp(),
            version: connection.version.clone(),
            address: connection.address,
            certificate_not_after: Some(connection.certificate_not_after),
            link: LinkLevel::Good,
            signals: Signals::default(),
        };
        let mut state = self.0.state.lock().await;
        let ticket = state.boxes.insert(connection);
        // Under the lock, so that an older connection never shows over a newer one.
        self.0.presence.set_box(ticket.home_id, Some(presence));
        drop(state);
        self.0.wake.notify_one();
        ticket
    }

    /// A connection ended. Its home stays in the room, marked lost, until it comes back or the room's patience ends. One whose certificate was revoked
    /// will not come back: it leaves the room, which is told why.
    pub async fn box_disconnected(&self, ticket: BoxTicket) {
        let mut state = self.0.state.lock().await;
        let Some(entry) = state.boxes.remove(ticket) else { return };
        self.0.presence.set_box(ticket.home_id, None);
        if entry.connection.revoked.is_cancelled() {
            leave_revoked(&mut state, ticket.home_id).await;
            return;
        }
        let Some(live) = entry.attached.and_then(|id| state.live.get(&id)) else { return };
        let (audio, video, camera, _) = entry.state();
        live.room.set_external_state(audio, video, camera, LinkLevel::Lost).await;
    }

    /// The control stream of a box goes on over another of its paths. What was said on the way may be lost, so it is said again; `sends` is the consultation that
    /// the box sends media of. Its leg stays what it is.
    pub async fn box_moved(&self, ticket: BoxTicket, sends: Option<ConsultationId>) {
        let mut state = self.0.state.lock().await;
        let Some(entry) = state.boxes.of(ticket) else { return };
        // Orders for stills and recordings are said again in the next turn.
        entry.owes = true;
        self.0.wake.notify_one();
        let attached = entry.attached;
        if let Some(consultation_id) = sends.filter(|id| attached != Some(*id)) {
            entry.tell(ToBox::StopMedia { consultation_id, reason: StopReason::Other });
        }
        let Some(id) = attached else { return };
        if sends != Some(id) {
            let (video, audio) = reconcile::plans(id, &self.0.media);
            let (hold_s, low) = (Some(self.hold_s()), reconcile::low_plan(entry, &video));
            entry.tell(ToBox::StartMedia { consultation_id: id, video, audio, hold_s, low });
        }
        if let Some(video_bps) = entry.video_bps {
            entry.tell(ToBox::SetBitrate { video_bps });
        }
        let room = state.live.get(&id).map(|live| live.room.state());
        let view = room.and_then(|room| room.borrow().for_participant(ParticipantId(ticket.home_id.uuid())));
        if let (Some(view), Some(entry)) = (view, state.boxes.of(ticket)) {
            entry.tell(ToBox::RoomState(view));
        }
    }

    /// The uplink went silent or came back.
    pub async fn box_link(&self, ticket: BoxTicket, sign: LinkSign) {
        let mut state = self.0.state.lock().await;
        let Some(entry) = state.boxes.of(ticket) else { return };
        let (audio, video, _, before) = entry.state();
        let level = match sign {
            // A home that is muted and hidden sends nothing, on purpose.
            LinkSign::Silent if audio != AudioState::On && video != VideoState::On => return,
            LinkSign::Silent => LinkLevel::Lost,
            LinkSign::Returned => LinkLevel::Good,
        };
        if before != level {
            self.set_box_link(&mut state, ticket, level).await;
        }
    }

    async fn set_box_link(&self, state: &mut State, ticket: BoxTicket, level: LinkLevel) {
        let Some(entry) = state.boxes.of(ticket) else { return };
        entry.link = level;
        self.0.presence.set_box_link(ticket.home_id, level);
        show(state, ticket).await;
    }

    /// A control message of an admitted box.
    pub async fn box_said(&self, ticket: BoxTicket, message: ToRelay) {
        match message {
            // The session handles these before it comes here.
            ToRelay::Hello { .. }
            | ToRelay::Join { .. }
            | ToRelay::TakeControl { .. }
            | ToRelay::Bye { .. }
            | ToRelay::StillOffer { .. }
            | ToRelay::StillFailed { .. }
            | ToRelay::SegmentOffer { .. }
            | ToRelay::SegmentLost { .. }
            | ToRelay::RecordingTrouble { .. }
            | ToRelay::RecordingOver { .. } => {}
            ToRelay::CameraState { active, failed } => {
                if let Some(sentence) = failed {
                    tracing::warn!(home = %ticket.home_id, reason = %sentence, "a camera of the box failed");
                }
                let mut state = self.0.state.lock().await;
                if let Some(entry) = state.boxes.of(ticket) {
                    entry.active_camera = active;
                    show(&mut state, ticket).await;
                }
            }
            ToRelay::MediaStats { rtt_ms, loss_ratio, sent_bps } => {
                metrics::histogram!("yunzhen_box_rtt_seconds").record(f64::from(rtt_ms) / 1000.0);
                tracing::debug!(home = %ticket.home_id, rtt_ms, loss_ratio, sent_bps, "uplink");
                // Also when nothing changed: it tells the room that a home without sound and picture is still there.
                let mut state = self.0.state.lock().await;
                self.set_box_link(&mut state, ticket, link_level(rtt_ms, loss_ratio)).await;
            }
            ToRelay::MediaRung { rung, target_bps, queue_ms } => {
                let mut state = self.0.state.lock().await;
                if let Some(entry) = state.boxes.of(ticket) {
                    let before = entry.rung();
                    entry.said = Some(timeline::Said { rung, target_bps, queue_ms, age: 0 });
                    if before != rung {
                        show(&mut state, ticket).await;
                    }
                }
            }
            ToRelay::Signal { modems } => {
                tracing::debug!(home = %ticket.home_id, ?modems, "signal");
                let mut state = self.0.state.lock().await;
                if let Some(entry) = state.boxes.of(ticket) {
                    entry.signals = boxes::checked(&modems);
                    self.0.presence.set_box_signals(ticket.home_id, entry.signals.clone());
                    show(&mut state, ticket).await;
                }
            }
            ToRelay::MediaJoined { consultation_id, tablet } => {
                let mut state = self.0.state.lock().await;
                if let Some(entry) = state.boxes.of(ticket) {
                    let tablet = if tablet { Tablet::Here } else { Tablet::Lost };
                    entry.tablet = Some((consultation_id, tablet));
                    if tablet == Tablet::Here && entry.hung_up.remove(&consultation_id) {
                        self.0.wake.notify_one();
                    }
                    show(&mut state, ticket).await;
                }
            }
            ToRelay::KeyframeRequest { slot } => {
                let mut state = self.0.state.lock().await;
                let attached = state.boxes.of(ticket).and_then(|entry| entry.attached);
                if let Some(live) = attached.and_then(|id| state.live.get(&id)) {
                    live.room.request_keyframe_for_external(slot);
                }
            }
            ToRelay::MediaState { audio, video } => {
                let mut state = self.0.state.lock().await;
                if let Some(entry) = state.boxes.of(ticket) {
                    entry.shown = Some((audio, video));
                    show(&mut state, ticket).await;
                }
            }
            // What the tablet sees from the box over the LAN says nothing about the link to the relay.
            ToRelay::LegQuality { level, rtt_ms, loss_ratio, freezes } => {
                tracing::debug!(home = %ticket.home_id, ?level, rtt_ms, loss_ratio, freezes, "tablet");
                metrics::counter!("yunzhen_tablet_freezes_total").increment(u64::from(freezes));
            }
            ToRelay::HangUp { consultation_id } => self.hang_up(ticket, consultation_id).await,
        }
    }

    async fn hang_up(&self, ticket: BoxTicket, id: ConsultationId) {
        let mut state = self.0.state.lock().await;
        let Some(entry) = state.boxes.of(ticket) else { return };
        // Also before the box has joined again: the nurse may have hung up while the link was away.
        entry.hung_up.insert(id);
        if entry.attached == Some(id) {
            detach(entry, StopReason::HangUp);
        }
        if let Some(live) = state.live.get(&id).filter(|live| live.home_id == ticket.home_id) {
            live.room.leave_external(LeaveReason::HangUp).await;
        }
        tell_those_who_wait(&mut state, ticket.home_id).await;
        self.0.wake.notify_one();
    }
}

/// A camera of the record as a box knows it.
pub const fn box_camera(camera: StillCamera) -> BoxCamera {
    match camera {
        StillCamera::Room => BoxCamera::Room,
        StillCamera::CloseUp => BoxCamera::CloseUp,
    }
}

/// What a box shows, as the timeline has it.
const fn call_camera(camera: ActiveCamera) -> Option<CallCamera> {
    match camera {
        ActiveCamera::Room => Some(CallCamera::Room),
        ActiveCamera::CloseUp => Some(CallCamera::CloseUp),
        ActiveCamera::Tablet => Some(CallCamera::Tablet),
        ActiveCamera::None => None,
    }
}

/// Shows the others what the box's state is now.
async fn show(state: &mut State, ticket: BoxTicket) {
    let Some(entry) = state.boxes.of(ticket) else { return };
    let (audio, video, camera, link) = entry.state();
    let (tablet, rung, signals) = (entry.tablet(), entry.rung(), entry.signal_words());
    if let Some(live) = entry.attached.and_then(|id| state.live.get(&id)) {
        live.room.set_external_state(audio, video, camera, link).await;
        live.room.set_external_tablet(tablet).await;
        live.room.set_external_rung(rung).await;
        live.room.set_external_signals(signals).await;
    }
}

/// The box of a home will not come back: it leaves the calls of its home, also those that it was lost from before, and who is in them is told why.
async fn leave_revoked(state: &mut State, home_id: HomeId) {
    let of_home = state.live.values().filter(|live| live.home_id == home_id);
    let rooms: Vec<RoomHandle> = of_home.map(|live| live.room.clone()).collect();
    for room in rooms {
        room.external_gone(ParticipantId(home_id.uuid()), LeaveReason::Revoked).await;
    }
}

/// Where the box of a home is, for those who wait for it in other calls of the home: in another one, or in none because the nurse hung up on theirs. Into any other it
/// comes by itself.
async fn tell_those_who_wait(state: &mut State, home_id: HomeId) {
    let Some(entry) = state.boxes.home(home_id) else { return };
    let (attached, hung_up) = (entry.attached, entry.hung_up.clone());
    let others = state.live.iter().filter(|(id, live)| live.home_id == home_id && attached != Some(**id));
    let rooms: Vec<(ConsultationId, RoomHandle)> = others.map(|(id, live)| (*id, live.room.clone())).collect();
    for (id, room) in rooms {
        let reason = match attached {
            Some(_) => LeaveReason::Elsewhere,
            None if hung_up.contains(&id) => LeaveReason::HangUp,
            None => continue,
        };
        room.external_gone(ParticipantId(home_id.uuid()), reason).await;
    }
}

/// Takes the media of a box away from its consultation.
fn detach(entry: &mut boxes::BoxEntry, reason: StopReason) {
    if let Some(id) = entry.attached.take() {
        entry.connection.uplink.send_replace(None);
        entry.tell(ToBox::StopMedia { consultation_id: id, reason });
    }
}

const fn stop_reason(reason: EndReason) -> StopReason {
    match reason {
        EndReason::HangUp => StopReason::HangUp,
        EndReason::Crash => StopReason::Crash,
        EndReason::Drain => StopReason::Drain,
        EndReason::Cancelled => StopReason::Cancelled,
        EndReason::Elsewhere => StopReason::Other,
    }
}

/// The participant that a home is: one per home, so that a box that reconnects is the same one.
fn home_participant(home_id: HomeId, display_name: String) -> NewParticipant {
    NewParticipant {
        id: yunzhen_protocol::room::ParticipantId(home_id.uuid()),
        kind: ParticipantKind::Home,
        display_name,
    }
}
