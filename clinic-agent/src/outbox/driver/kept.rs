//! The driver's part of what is kept of a call: stills and recordings, of the consultation that this box is in and of no other. Bringing them to the relay is `crate::bulk`.

use super::super::devices::{NoPicture, StillOrder};
use super::Driver;
use crate::bulk::BulkEvent;
use crate::recordings::{RecordOrder, TapeEvent};
use tokio::sync::oneshot;
use yunzhen_domain::ids::{ConsultationId, StillId};
use yunzhen_protocol::control::{ActiveCamera, BoxCamera};

impl Driver {
    /// The picture comes from the devices, and only in the consultation that this box is in.
    pub(super) fn take_still(&mut self, still_id: StillId, consultation_id: ConsultationId, camera: BoxCamera) {
        let (reply, picture) = oneshot::channel();
        if self.session.consultation() == Some(consultation_id) {
            self.devices.still(StillOrder { camera, reply });
        } else {
            StillOrder { camera, reply }.refuse(NoPicture::NoCall);
        }
        self.tell_bulk(BulkEvent::Ordered { still_id, picture });
    }

    pub(super) fn tell_bulk(&self, event: BulkEvent) {
        let told = self.bulk.as_ref().is_some_and(|bulk| bulk.events.try_send(event).is_ok());
        if !told {
            // What the relay does not hear of it asks again when this box joins anew.
            tracing::warn!("a message about bulk was dropped");
        }
    }

    /// Only the consultation that this box is in is recorded.
    pub(super) fn record(&mut self, order: RecordOrder, consultation: ConsultationId) {
        let Some(bulk) = self.bulk.as_ref().filter(|bulk| bulk.settings.enabled) else { return };
        if self.session.consultation() != Some(consultation) {
            return;
        }
        self.recording = Some((order.recording_id, consultation));
        self.devices.record(order, bulk);
        self.tablet_shown = false;
        self.look_at_recording();
    }

    pub(super) fn stop_recording(&mut self) {
        self.recording = None;
        self.devices.stop_recording();
    }

    /// A recording ends with its call, and its hospital hears when the tablet's own camera is shown instead.
    pub(super) fn look_at_recording(&mut self) {
        let Some((recording_id, consultation)) = self.recording else { return };
        if self.session.consultation() != Some(consultation) {
            return self.stop_recording();
        }
        let tablet = self.session.shown().camera == ActiveCamera::Tablet;
        if std::mem::replace(&mut self.tablet_shown, tablet) != tablet {
            self.tell_bulk(BulkEvent::Tape(recording_id, TapeEvent::Tablet(tablet)));
        }
    }
}
