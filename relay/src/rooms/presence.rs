//! Who is there right now, for the care side to show: boxes that are connected, calls and their link in words.
//!
//! Written by the session plane, read by lists and charts; nothing here is stored, audited or waited for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use yunzhen_domain::ids::{ConsultationId, HomeId};
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
}

/// A cheap handle; clones share the same view.
#[derive(Debug, Clone, Default)]
pub struct Presence(Arc<RwLock<View>>);

#[derive(Debug, Default)]
struct View {
    calls: HashMap<ConsultationId, CallPresence>,
    boxes: HashMap<HomeId, BoxPresence>,
}

impl Presence {
    /// The call of a consultation, if one is open.
    pub fn call(&self, id: ConsultationId) -> Option<CallPresence> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).calls.get(&id).copied()
    }

    /// The box of a home, if it is connected.
    pub fn home_box(&self, id: HomeId) -> Option<BoxPresence> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).boxes.get(&id).cloned()
    }

    pub(super) fn set_call(&self, id: ConsultationId, call: Option<CallPresence>) {
        let calls = &mut self.0.write().unwrap_or_else(PoisonError::into_inner).calls;
        match call {
            Some(call) => calls.insert(id, call),
            None => calls.remove(&id),
        };
    }

    pub(super) fn set_box(&self, id: HomeId, presence: Option<BoxPresence>) {
        let boxes = &mut self.0.write().unwrap_or_else(PoisonError::into_inner).boxes;
        match presence {
            Some(presence) => boxes.insert(id, presence),
            None => boxes.remove(&id),
        };
    }

    pub(super) fn set_box_link(&self, id: HomeId, link: LinkLevel) {
        if let Some(presence) = self.0.write().unwrap_or_else(PoisonError::into_inner).boxes.get_mut(&id) {
            presence.link = link;
        }
    }
}
