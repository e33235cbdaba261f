//! The paths' connections as everybody else sees them: what [`super::session`] decides is done here, under one lock and without waiting.

use super::session::{Effect, Entry, Event, Session};
use super::state::State;
use super::{Link, LinkEvent, LinkStatus, Open, PathId, PathStatus};
use jiff::Timestamp;
use std::sync::{MutexGuard, PoisonError};
use yunzhen_domain::ids::ConsultationId;
use yunzhen_protocol::control::ToRelay;

/// What the relay said in `welcome` that it takes; of all connections of the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// It re-creates what is lost from what is sent for it.
    pub repair: bool,
    /// It keeps a timeline of the call.
    pub timeline: bool,
    /// It takes reports of arrivals.
    pub arrivals: bool,
    /// It wants to hear of the modems' signal.
    pub signal: bool,
}

/// What the paths share.
#[derive(Debug, Default)]
pub struct Joint {
    session: Session,
    /// Those with a connection, in the order of the configuration.
    open: Vec<Open>,
    pub(super) call: Option<ConsultationId>,
    offers: Offers,
}

impl Link {
    pub(super) fn lock(&self) -> MutexGuard<'_, Joint> {
        self.joint.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next connection says first.
    pub(super) fn entry(&self) -> Entry {
        self.lock().session.entry()
    }

    /// What the relay takes of a connection that joins.
    pub(super) fn offers(&self) -> Offers {
        self.lock().offers
    }

    /// The relay welcomed this box.
    pub(super) fn set_offers(&self, offers: Offers) {
        self.lock().offers = offers;
    }

    /// Whether a path's control stream is the session's.
    pub(super) fn has_control(&self, path: PathId) -> bool {
        self.lock().session.control() == Some(path)
    }

    /// A connection was welcomed or joined; what to tell the media task.
    pub(super) fn enter(&self, open: Open, event: Event) -> Vec<LinkEvent> {
        let mut joint = self.lock();
        joint.open.retain(|known| known.path != open.path);
        joint.open.push(open);
        joint.open.sort_by_key(|open| open.path);
        self.follow(joint, event)
    }

    /// A connection is gone.
    pub(super) fn leave(&self, path: PathId) -> Vec<LinkEvent> {
        let mut joint = self.lock();
        joint.open.retain(|known| known.path != path);
        self.follow(joint, Event::Lost(path))
    }

    /// Nothing comes by a path any more, or something comes again.
    pub(super) fn heard(&self, path: PathId, something: bool) -> Vec<LinkEvent> {
        self.show_path(path, None, |status| status.silent = !something);
        self.follow(self.lock(), if something { Event::Heard(path) } else { Event::Silent(path) })
    }

    fn follow(&self, mut joint: MutexGuard<'_, Joint>, event: Event) -> Vec<LinkEvent> {
        let effects = joint.session.handle(event);
        let call = joint.call;
        let events = effects.into_iter().map(|effect| match effect {
            Effect::Up(_) => LinkEvent::Up,
            Effect::Down => LinkEvent::Down,
            Effect::Take { path, turn } => {
                tracing::info!(path = path.0, turn, "the control stream goes on over another path");
                metrics::counter!("yunzhen_link_control_moved_total").increment(1);
                let take = ToRelay::TakeControl { turn, consultation_id: call };
                let open = joint.open.iter().find(|open| open.path == path);
                // A queue that is full is a connection that is lost, which is told by itself.
                if open.is_some_and(|open| open.control.try_send(take).is_err()) {
                    tracing::debug!("the path could not be told to take over");
                }
                LinkEvent::Moved
            }
        });
        let events: Vec<LinkEvent> = events.collect();
        let control = joint.session.control();
        let open = joint.open.iter().find(|open| Some(open.path) == control).cloned();
        let is_same = |known: &Option<Open>| match (known, &open) {
            (Some(known), Some(open)) => known.connection.stable_id() == open.connection.stable_id(),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        // Who reads that a path is there finds its connection.
        self.paths.send_replace(joint.open.clone());
        self.open.send_if_modified(|known| {
            let changed = !is_same(known);
            *known = open.clone();
            changed
        });
        metrics::gauge!("yunzhen_link_connected").set(if control.is_some() { 1.0 } else { 0.0 });
        metrics::gauge!("yunzhen_link_paths").set(joint.open.len() as f64);
        events
    }

    /// The path that carries the picture, for the page and for what is measured.
    pub fn set_picture(&self, path: PathId) {
        self.status.send_if_modified(|status| {
            let carries = |status: &PathStatus| status.path == path;
            let changed = status.paths.iter().any(|status| status.carries_picture != carries(status));
            status.paths.iter_mut().for_each(|status| status.carries_picture = carries(status));
            changed
        });
    }

    /// A path as it was configured.
    pub(super) fn list_path(&self, path: PathId, name: &str) {
        self.status.send_modify(|status| {
            status.paths.push(PathStatus {
                path,
                name: name.to_owned(),
                state: State::initial(),
                rtt_ms: None,
                loss_ratio: 0.0,
                sent_bps: 0,
                carries_picture: status.paths.is_empty(),
                silent: false,
            });
        });
    }

    /// Changes what is shown of a path. `at` is when its state changed.
    pub(super) fn show_path(&self, path: PathId, at: Option<Timestamp>, change: impl FnOnce(&mut PathStatus)) {
        self.status.send_modify(|status| {
            if let Some(status) = status.paths.iter_mut().find(|status| status.path == path) {
                change(status);
            }
            gather(status, at);
        });
    }
}

/// The whole link's condition from its paths'.
fn gather(status: &mut LinkStatus, at: Option<Timestamp>) {
    let Some(best) = status.paths.iter().rev().max_by_key(|path| rank(&path.state)) else { return };
    let state = best.state;
    let name = status.state.name();
    status.state = state;
    if let Some(at) = at.filter(|_| state.name() != name) {
        status.since = at;
    }
    let connected = || status.paths.iter().filter(|path| matches!(path.state, State::Connected { .. }));
    let shown = connected().find(|path| path.carries_picture).or_else(|| connected().next());
    (status.rtt_ms, status.loss_ratio) = shown.map_or((None, 0.0), |path| (path.rtt_ms, path.loss_ratio));
    status.sent_bps = connected().map(|path| path.sent_bps).sum();
}

/// What says more about the whole: of several paths, a connection; then a refusal, which needs a person.
const fn rank(state: &State) -> u8 {
    match state {
        State::Connected { .. } => 4,
        State::Offline { .. } | State::Connecting { .. } if state.refusal().is_some() => 3,
        State::Connecting { .. } => 2,
        State::Offline { .. } => 1,
        State::Draining => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::state::Refusal;
    use std::time::Duration;
    use yunzhen_runtime::{Lifecycle, clock};

    const CONNECTED: State = State::Connected { attempt: 1, since: Duration::ZERO };

    #[test]
    fn the_link_is_as_good_as_its_best_path_and_measured_on_the_one_with_the_picture() {
        let link = Link::new(Lifecycle::new(), Timestamp::UNIX_EPOCH);
        link.list_path(PathId(0), "5G");
        link.list_path(PathId(1), "wired");
        let now = Some(clock::now_timestamp());
        let show = |path, state, rtt_ms| {
            link.show_path(PathId(path), now, |status| {
                (status.state, status.rtt_ms, status.sent_bps) = (state, rtt_ms, 10)
            });
        };
        let refused =
            State::Offline { attempt: 3, retry_at: Duration::ZERO, refused: Some(Refusal::ExpiredCertificate) };
        show(0, refused, None);
        assert_eq!(link.status().borrow().state, refused);
        show(1, CONNECTED, Some(30));
        assert!(link.status().borrow().is_connected() && link.status().borrow().rtt_ms == Some(30));
        show(0, CONNECTED, Some(900));
        link.set_picture(PathId(1));
        show(1, CONNECTED, Some(40));
        let status = link.status().borrow().clone();
        assert_eq!((status.rtt_ms, status.sent_bps), (Some(40), 20));
        let words: Vec<_> = status.paths.iter().map(|path| format!("{} {}", path.name, path.words().en)).collect();
        assert_eq!(words, ["5G weak", "wired good"]);
    }
}
