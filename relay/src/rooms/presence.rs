//! Who is there right now, for the care side to show: boxes that are connected, calls and their link in words.
//!
//! Written by the session plane, read by lists and charts; nothing here is stored or audited. That boxes changed is told to live streams, which
//! read anew what they show.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use jiff::Timestamp;
use tokio::sync::watch;
use yunzhen_domain::ids::{ConsultationId, HomeId, StaffId};
use yunzhen_domain::radio::Signals;
use yunzhen_protocol::room::LinkLevel;

/// A call as the waiting room shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallPresence {
    /// The home's link; `None` while the home's box is not in the call.
    pub link: Option<LinkLevel>,
    /// Everyone present, the home included.
    pub participants: usize,
}

/// A connected box as the administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxPresence {
    /// Since when this connection stands.
    pub since: Timestamp,
    /// The agent's version.
    pub version: String,
    /// Where it connects from.
    pub address: SocketAddr,
    /// When its certificate ends.
    pub certificate_not_after: Option<Timestamp>,
    /// Its link in words.
    pub link: LinkLevel,
    /// The radio signals of its modems, where they tell them.
    pub signals: Signals,
}

/// The consultation under way of a home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HomeCall {
    pub(super) id: ConsultationId,
    /// Who attends it.
    pub(super) specialist: Option<StaffId>,
}

/// A cheap handle; clones share the same view.
#[derive(Debug, Clone, Default)]
pub struct Presence(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    view: RwLock<View>,
    boxes_changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct View {
    calls: HashMap<ConsultationId, CallPresence>,
    boxes: HashMap<HomeId, BoxPresence>,
    home_calls: HashMap<HomeId, HomeCall>,
}

impl Presence {
    /// The call of a consultation, if one is open.
    pub fn call(&self, id: ConsultationId) -> Option<CallPresence> {
        self.read().calls.get(&id).copied()
    }

    /// The box of a home, if it is connected.
    pub fn home_box(&self, id: HomeId) -> Option<BoxPresence> {
        self.read().boxes.get(&id).cloned()
    }

    /// The consultation under way that a home's box is with, or is to be with when it comes back.
    pub fn home_call(&self, id: HomeId) -> Option<ConsultationId> {
        self.read().home_calls.get(&id).map(|call| call.id)
    }

    /// The consultation under way of each home that has one.
    pub(super) fn home_calls(&self) -> Vec<(HomeId, HomeCall)> {
        self.read().home_calls.iter().map(|(home, call)| (*home, *call)).collect()
    }

    /// Changes whenever a box comes, goes, or has another link.
    pub fn boxes_changed(&self) -> watch::Receiver<()> {
        self.0.boxes_changed.subscribe()
    }

    pub(super) fn set_call(&self, id: ConsultationId, call: Option<CallPresence>) {
        match call {
            Some(call) => self.write().calls.insert(id, call),
            None => self.write().calls.remove(&id),
        };
    }

    pub(super) fn set_home_calls(&self, calls: HashMap<HomeId, HomeCall>) {
        self.write().home_calls = calls;
    }

    pub(super) fn set_box(&self, id: HomeId, presence: Option<BoxPresence>) {
        match presence {
            Some(presence) => self.write().boxes.insert(id, presence),
            None => self.write().boxes.remove(&id),
        };
        self.0.boxes_changed.send_replace(());
    }

    pub(super) fn set_box_link(&self, id: HomeId, link: LinkLevel) {
        let before = self.write().boxes.get_mut(&id).map(|presence| std::mem::replace(&mut presence.link, link));
        if before.is_some_and(|before| before != link) {
            self.0.boxes_changed.send_replace(());
        }
    }

    pub(super) fn set_box_signals(&self, id: HomeId, signals: Signals) {
        let mut view = self.write();
        let Some(presence) = view.boxes.get_mut(&id) else { return };
        let changed = presence.signals != signals;
        presence.signals = signals;
        drop(view);
        if changed {
            self.0.boxes_changed.send_replace(());
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, View> {
        self.0.view.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, View> {
        self.0.view.write().unwrap_or_else(PoisonError::into_inner)
    }
}
