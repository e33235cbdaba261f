//! The boxes that are connected: what the session plane knows of each, and how it speaks to them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use yunzhen_certs::CertificateFacts;
use yunzhen_domain::ids::{ConsultationId, HomeId};
use yunzhen_domain::media_timeline::Rung;
use yunzhen_domain::radio::{MOST_SIGNALS, Signal, Signals};
use yunzhen_protocol::control::{ActiveCamera, BoxCamera, RadioSignal, ToBox};
use yunzhen_protocol::room::{AudioState, Camera, HomeSignal, LinkLevel, Tablet, VideoState};
use yunzhen_rtc::{ExternalHandle, ExternalSink, Totals};

use super::timeline::{Counted, Said};

/// One connection of one box; a reconnect gets another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BoxTicket {
    /// Whose box.
    pub home_id: HomeId,
    pub(super) number: u64,
}

/// What the uplink noticed about a box's link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkSign {
    /// Media is wanted and nothing comes.
    Silent,
    /// Something came again.
    Returned,
}

/// What a session hands over when its box is admitted.
pub struct BoxConnection {
    /// Whose box.
    pub home_id: HomeId,
    /// Where from.
    pub address: SocketAddr,
    /// The agent's version.
    pub version: String,
    /// When its certificate ends.
    pub certificate_not_after: Timestamp,
    /// What its connections showed: one of them that is revoked ends them all.
    pub certificates: Box<dyn Fn() -> Vec<CertificateFacts> + Send + Sync>,
    /// Its own cameras.
    pub cameras: Vec<BoxCamera>,
    /// Whether it has a microphone.
    pub microphone: bool,
    /// Whether it records when it is told to.
    pub records: bool,
    /// Whether it can send a low picture beside its own.
    pub low_picture: bool,
    /// Bounded; a box that does not read is disconnected.
    pub commands: mpsc::Sender<ToBox>,
    /// What its uplink counts.
    pub counted: Arc<Counted>,
    /// The connection's round trip now.
    pub round_trip: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Where its packets go.
    pub uplink: watch::Sender<Option<Arc<ExternalHandle>>>,
    /// Cancelled when the box does not read its commands.
    pub unread: CancellationToken,
    /// Cancelled when a newer connection takes over.
    pub replaced: CancellationToken,
    /// Cancelled when its certificate is revoked.
    pub revoked: CancellationToken,
    /// Makes a sink for what the room sends to the box.
    pub sink: Box<dyn Fn() -> Box<dyn ExternalSink> + Send + Sync>,
}

pub(super) struct BoxEntry {
    pub(super) ticket: BoxTicket,
    pub(super) connection: BoxConnection,
    /// The consultation that has this box's media.
    pub(super) attached: Option<ConsultationId>,
    /// The nurse hung up on these consultations; none of them gets media until she joins it again.
    pub(super) hung_up: BTreeSet<ConsultationId>,
    pub(super) active_camera: ActiveCamera,
    /// What the nurse turned on and off, once she did.
    pub(super) shown: Option<(AudioState, VideoState)>,
    pub(super) link: LinkLevel,
    /// What the box said of its rung in this consultation.
    pub(super) said: Option<Said>,
    /// What had been counted at the second before.
    pub(super) counted: Totals,
    /// The upper bound for pictures that it was told last.
    pub(super) video_bps: Option<u32>,
    /// What the box said of its tablet, and of which consultation.
    pub(super) tablet: Option<(ConsultationId, Tablet)>,
    /// What its modems say of their signals.
    pub(super) signals: Signals,
    /// It has yet to be asked again for the stills that it owes: the connection is new, it joined a consultation, or one of its home is over.
    pub(super) owes: bool,
}

impl BoxEntry {
    pub(super) fn new(ticket: BoxTicket, connection: BoxConnection) -> Self {
        let active_camera = match connection.cameras.first() {
            Some(BoxCamera::Room) => ActiveCamera::Room,
            Some(BoxCamera::CloseUp) => ActiveCamera::CloseUp,
            None => ActiveCamera::None,
        };
        let (attached, hung_up, shown, tablet) = (None, BTreeSet::new(), None, None);
        let (link, video_bps, said, counted) = (LinkLevel::Good, None, None, Totals::default());
        let (signals, owes) = (Signals::default(), true);
        Self {
            ticket,
            connection,
            attached,
            hung_up,
            active_camera,
            shown,
            link,
            said,
            counted,
            video_bps,
            tablet,
            signals,
            owes,
        }
    }

    /// Says something to the box. One that leaves its queue full does not read any more and is let go: it reconnects by itself.
    pub(super) fn tell(&self, message: ToBox) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.connection.commands.try_send(message) {
            metrics::counter!("yunzhen_boxes_stuck_total").increment(1);
            self.connection.unread.cancel();
        }
    }

    /// The tablet, in the consultation that has this box's media.
    pub(super) fn tablet(&self) -> Option<Tablet> {
        self.tablet.filter(|(id, _)| self.attached == Some(*id)).map(|(_, tablet)| tablet)
    }

    /// The step of the ladder, as the box said in the consultation that has its media.
    pub(super) fn rung(&self) -> Option<Rung> {
        self.said.and_then(|said| said.rung).filter(|_| self.attached.is_some())
    }

    /// The signals of its modems, in words.
    pub(super) fn signal_words(&self) -> Vec<HomeSignal> {
        let words = |signal: &Signal| HomeSignal {
            path: signal.path().to_owned(),
            technology: signal.technology(),
            strength: signal.strength(),
        };
        self.signals.iter().map(words).collect()
    }

    pub(super) fn state(&self) -> (AudioState, VideoState, Option<Camera>, LinkLevel) {
        let audio = if self.connection.microphone { AudioState::On } else { AudioState::None };
        let (video, camera) = match self.active_camera {
            ActiveCamera::Room => (VideoState::On, Some(Camera::Room)),
            ActiveCamera::CloseUp => (VideoState::On, Some(Camera::CloseUp)),
            ActiveCamera::Tablet => (VideoState::On, Some(Camera::Tablet)),
            ActiveCamera::None => {
                (if self.connection.cameras.is_empty() { VideoState::None } else { VideoState::Off }, None)
            }
        };
        let (audio, video) = match self.shown {
            Some((said, seen)) => (
                if audio == AudioState::None && self.active_camera != ActiveCamera::Tablet { audio } else { said },
                if video == VideoState::On { seen } else { video },
            ),
            None => (audio, video),
        };
        (audio, video, camera, self.link)
    }
}

/// The connected boxes, one entry per home.
#[derive(Default)]
pub(super) struct Boxes {
    entries: HashMap<HomeId, BoxEntry>,
    /// What the boxes showed that are away: of one that is revoked meanwhile somebody may be waiting.
    away: HashMap<HomeId, Vec<CertificateFacts>>,
    /// What the nurse hung up on, of homes whose box is away: a link that returns must not put the home back on screen.
    hung_up: HashMap<HomeId, BTreeSet<ConsultationId>>,
    numbers: u64,
}

impl Boxes {
    /// Registers a connection; an older one of the same home is told to go.
    pub(super) fn insert(&mut self, connection: BoxConnection) -> BoxTicket {
        self.numbers += 1;
        let ticket = BoxTicket { home_id: connection.home_id, number: self.numbers };
        self.away.remove(&ticket.home_id);
        let away = self.hung_up.remove(&ticket.home_id).unwrap_or_default();
        let hung_up = self.entries.get(&ticket.home_id).map_or(away, |old| old.hung_up.clone());
        let mut entry = BoxEntry::new(ticket, connection);
        entry.hung_up = hung_up;
        if let Some(old) = self.entries.insert(ticket.home_id, entry) {
            old.connection.replaced.cancel();
        }
        ticket
    }

    /// The entry of this very connection; `None` when a newer one took over.
    pub(super) fn of(&mut self, ticket: BoxTicket) -> Option<&mut BoxEntry> {
        self.entries.get_mut(&ticket.home_id).filter(|entry| entry.ticket == ticket)
    }

    /// The box of a home.
    pub(super) fn home(&mut self, id: HomeId) -> Option<&mut BoxEntry> {
        self.entries.get_mut(&id)
    }

    /// Whether a home hung up on a consultation, also while its box is away.
    pub(super) fn hung_up_on(&self, home: HomeId, id: ConsultationId) -> bool {
        let of_home = self.entries.get(&home).map(|entry| &entry.hung_up).or_else(|| self.hung_up.get(&home));
        of_home.is_some_and(|all| all.contains(&id))
    }

    /// Forgets what was hung up on and is over.
    pub(super) fn keep_hung_up(&mut self, active: &HashSet<ConsultationId>) {
        let present = self.entries.values_mut().map(|entry| &mut entry.hung_up);
        for all in present.chain(self.hung_up.values_mut()) {
            all.retain(|id| active.contains(id));
        }
        self.hung_up.retain(|_, all| !all.is_empty());
    }

    /// The box of a home, while this consultation has its media.
    pub(super) fn in_call(&mut self, id: HomeId, consultation: ConsultationId) -> Option<&mut BoxEntry> {
        self.home(id).filter(|entry| entry.attached == Some(consultation))
    }

    /// Forgets a connection, unless a newer one took over.
    pub(super) fn remove(&mut self, ticket: BoxTicket) -> Option<BoxEntry> {
        self.of(ticket)?;
        let entry = self.entries.remove(&ticket.home_id)?;
        if !entry.hung_up.is_empty() {
            self.hung_up.insert(ticket.home_id, entry.hung_up.clone());
        }
        if !entry.connection.revoked.is_cancelled() {
            self.away.insert(ticket.home_id, (entry.connection.certificates)());
        }
        Some(entry)
    }

    /// What the boxes showed that are away, of homes with a call; of the others it is forgotten, because nobody waits for them.
    pub(super) fn away(&mut self, in_call: &HashSet<HomeId>) -> Vec<(HomeId, CertificateFacts)> {
        self.away.retain(|home, _| in_call.contains(home));
        let all = self.away.iter().flat_map(|(home, shown)| shown.iter().map(|one| (*home, one.clone())));
        all.collect()
    }

    /// The homes whose box is away and showed one of these certificates. They are found again until they are forgotten: a look that is given up has not told them all.
    pub(super) fn revoked_away(&self, revoked: &HashSet<String>) -> Vec<HomeId> {
        let falls = self.away.iter().filter(|(_, shown)| shown.iter().any(|one| revoked.contains(&one.serial)));
        falls.map(|(home, _)| *home).collect()
    }

    /// Who waits for the box of this home was told that it will not come back: it is looked at no more.
    pub(super) fn forget_away(&mut self, home: HomeId) {
        self.away.remove(&home);
    }

    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut BoxEntry> {
        self.entries.values_mut()
    }
}

/// What a box says of its modems, as far as it can be; in the order of their paths' names, so that each keeps its place.
pub(super) fn checked(modems: &[RadioSignal]) -> Signals {
    let one = |modem: &RadioSignal| Signal::checked(&modem.path, modem.technology, modem.quality_percent, modem.dbm);
    let mut signals: Vec<Signal> = modems.iter().filter_map(one).take(MOST_SIGNALS).collect();
    signals.sort_by(|a, b| a.path().cmp(b.path()));
    signals.into()
}

/// A box's link in words, from what it measured in the last second (thresholds: a conversation suffers from 300 ms of round trip or 3 % of loss,
/// and breaks from 800 ms or 15 %).
pub fn link_level(rtt_ms: u32, loss_ratio: f32) -> LinkLevel {
    match (rtt_ms, loss_ratio) {
        (rtt, loss) if rtt >= 800 || loss >= 0.15 => LinkLevel::Poor,
        (rtt, loss) if rtt >= 300 || loss >= 0.03 => LinkLevel::Weak,
        _ => LinkLevel::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yunzhen_certs::Identity;
    use yunzhen_domain::radio::RadioTechnology;

    #[test]
    fn a_revoked_box_that_is_away_is_found_again_until_those_who_wait_for_it_were_told() {
        let home = |n| HomeId::new(Timestamp::UNIX_EPOCH, [n; 10]);
        let shown = |home_id, serial: &str| CertificateFacts {
            identity: Identity::Box { home_id },
            serial: serial.to_owned(),
            not_before: Timestamp::UNIX_EPOCH,
            not_after: Timestamp::MAX,
            box_id: None,
        };
        let mut boxes = Boxes::default();
        boxes.away.insert(home(1), vec![shown(home(1), "0a"), shown(home(1), "0b")]);
        boxes.away.insert(home(2), vec![shown(home(2), "0c")]);
        boxes.away.insert(home(3), vec![shown(home(3), "0d")]);
        let revoked = HashSet::from(["0b".to_owned(), "0c".to_owned()]);
        let found = |boxes: &Boxes| boxes.revoked_away(&revoked).into_iter().collect::<HashSet<_>>();
        // A look that was given up before it told anybody changes nothing.
        assert_eq!(found(&boxes), HashSet::from([home(1), home(2)]));
        assert_eq!(found(&boxes), HashSet::from([home(1), home(2)]));
        // One that told the first home finds the second one the next time.
        boxes.forget_away(home(1));
        assert_eq!(found(&boxes), HashSet::from([home(2)]));
        boxes.forget_away(home(2));
        assert_eq!(found(&boxes), HashSet::new());
        let in_call = HashSet::from([home(1), home(2), home(3)]);
        assert_eq!(boxes.away(&in_call), [(home(3), shown(home(3), "0d"))], "what is good is looked at on");
    }

    #[test]
    fn forged_signals_are_left_out_and_their_number_is_bounded() {
        let modem = |path: &str, quality_percent, dbm| RadioSignal {
            path: path.to_owned(),
            technology: RadioTechnology::Lte,
            quality_percent,
            dbm,
        };
        let told = |modems: &[RadioSignal]| {
            checked(modems)
                .iter()
                .map(|one| (one.path().to_owned(), one.quality_percent(), one.dbm()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(&[modem("b", 200, None), modem("移动", 40, Some(-90)), modem("5G", 9, Some(300))]),
            [("5G".to_owned(), 9, None), ("移动".to_owned(), 40, Some(-90))]
        );
        assert_eq!(told(&vec![modem(&"长".repeat(500), 1, None); 100]).len(), MOST_SIGNALS);
    }

    #[test]
    fn the_link_is_said_in_three_words() {
        assert_eq!(link_level(40, 0.0), LinkLevel::Good);
        assert_eq!(link_level(299, 0.029), LinkLevel::Good);
        assert_eq!(link_level(300, 0.0), LinkLevel::Weak);
        assert_eq!(link_level(40, 0.05), LinkLevel::Weak);
        assert_eq!(link_level(900, 0.0), LinkLevel::Poor);
        assert_eq!(link_level(40, 0.2), LinkLevel::Poor);
    }
}
