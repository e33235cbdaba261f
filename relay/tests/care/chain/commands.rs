//! What people of the chain do, and how a command is drawn: half of the time what brings a prescription or a parcel on, else anything.

use uuid::Uuid;
use yunzhen_domain::Actor;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{ConsultationId, DeliveryId, PrescriptionId};
use yunzhen_domain::machines::delivery::State as Parcel;
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::records::{Count, DeclineCode, Delivery, PartReason, Prescription, RejectionCode};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::deliveries::{PickUpBody, ReceiveBody};
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::prescribing::{AnswerBody, AskBody};
use yunzhen_relay::app::views::prescriptions::{
    DispenseBody, NewPack, PackBody, PrescriptionDraft, RejectBody, SignBody,
};
use yunzhen_relay::app::{App, AppError, Context, deliveries, prescriptions};

use super::{Chain, Sent};
use crate::world::draft;

/// Tablets prescribed on each one.
pub const PRESCRIBED: u32 = 7;
/// Most that are written at once.
const MOST: usize = 7;

/// One command, with what the person saw when giving it.
#[derive(Debug, Clone)]
pub enum Command {
    Draft(ConsultationId),
    Sign(PrescriptionId, SignBody),
    Claim(PrescriptionId, i64),
    Approve(PrescriptionId, SignBody),
    Reject(PrescriptionId, i64),
    Ask(PrescriptionId, i64),
    Answer(PrescriptionId, i64),
    Accept(PrescriptionId, i64),
    Dispense(PrescriptionId, DispenseBody),
    Decline(PrescriptionId, i64),
    Pack(PrescriptionId, PackBody),
    Cancel(PrescriptionId, i64),
    Carry(DeliveryId, Carry, i64),
    Receive(DeliveryId, ReceiveBody),
    Refuse(DeliveryId, i64),
    TakeBack(DeliveryId, i64),
    Lose(DeliveryId, i64),
}

/// What the courier does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    Accept,
    PickUp,
    Arrive,
    Fail,
    Resume,
    GiveBack,
}

/// What an answer says that matters later.
#[derive(Debug, Default, PartialEq)]
pub struct Done {
    pub entity: Option<Uuid>,
    pub drafted: Option<PrescriptionId>,
    pub secret: Option<(PrescriptionId, String)>,
    pub parcel: Option<(DeliveryId, String)>,
}

impl Done {
    fn of(entity: Uuid) -> Self {
        Self { entity: Some(entity), ..Self::default() }
    }
}

impl Command {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft(_) => "draft",
            Self::Sign(..) => "sign",
            Self::Claim(..) => "claim",
            Self::Approve(..) => "approve",
            Self::Reject(..) => "reject",
            Self::Ask(..) => "ask",
            Self::Answer(..) => "answer",
            Self::Accept(..) => "accept",
            Self::Dispense(..) => "dispense",
            Self::Decline(..) => "decline",
            Self::Pack(..) => "pack",
            Self::Cancel(..) => "cancel",
            Self::Carry(_, Carry::PickUp, _) => "pick up",
            Self::Carry(..) => "carry",
            Self::Receive(..) => "receive",
            Self::Refuse(..) => "refuse",
            Self::TakeBack(..) => "take back",
            Self::Lose(..) => "lose",
        }
    }

    /// The fact that it leaves in the log, where it is always the same one.
    pub const fn kind(&self) -> Option<EventKind> {
        use EventKind as K;
        Some(match self {
            Self::Draft(_) => K::PrescriptionDrafted,
            Self::Sign(..) => K::PrescriptionSigned,
            Self::Claim(..) => K::PrescriptionClaimed,
            Self::Approve(..) => K::PrescriptionApproved,
            Self::Reject(..) => K::PrescriptionRejected,
            Self::Ask(..) => K::PrescriptionAsked,
            Self::Answer(..) => K::PrescriptionAnswered,
            Self::Dispense(..) => K::PrescriptionDispensed,
            Self::Decline(..) => K::PrescriptionDeclined,
            Self::Pack(..) => K::PrescriptionPacked,
            Self::Carry(_, Carry::Accept, _) => K::DeliveryAccepted,
            Self::Carry(_, Carry::PickUp, _) => K::DeliveryPickedUp,
            Self::Carry(_, Carry::Arrive, _) => K::DeliveryArrived,
            Self::Carry(_, Carry::Fail, _) => K::DeliveryAttemptFailed,
            Self::Carry(_, Carry::Resume, _) => K::DeliveryResumed,
            Self::Carry(_, Carry::GiveBack, _) => K::DeliveryGivenBack,
            Self::Refuse(..) => K::DeliveryRefused,
            Self::TakeBack(..) => K::DeliveryTakenBack,
            Self::Lose(..) => K::DeliveryLost,
            // Accepted or its secret recovered; withdrawn or stopped; whole or with a discrepancy.
            Self::Accept(..) | Self::Cancel(..) | Self::Receive(..) => return None,
        })
    }

    pub async fn run(&self, app: &App, ctx: &Context) -> Result<Done, AppError> {
        let reason = |version: i64| ReasonBody { version, reason: "试".into() };
        let seen = |version: i64| VersionBody { version };
        Ok(match self.clone() {
            Self::Draft(id) => {
                // What came before may still be in hand: the prescriber knows.
                let reason = Some("已核对余药".to_owned());
                let body =
                    PrescriptionDraft { hard_stop_reason: reason, ..draft("I10", &[("amlodipine-5mg", PRESCRIBED)]) };
                let p = prescriptions::create(app, ctx, id, body).await?;
                Done { drafted: Some(p.id), ..Done::of(p.id.uuid()) }
            }
            Self::Sign(id, body) => Done::of(prescriptions::sign(app, ctx, id, body).await?.id.uuid()),
            Self::Claim(id, version) => Done::of(prescriptions::claim(app, ctx, id, seen(version)).await?.id.uuid()),
            Self::Approve(id, body) => Done::of(prescriptions::approve(app, ctx, id, body).await?.id.uuid()),
            Self::Reject(id, version) => {
                let body = RejectBody { version, code: RejectionCode::Other, comment: "试".into() };
                Done::of(prescriptions::reject(app, ctx, id, body).await?.id.uuid())
            }
            Self::Ask(id, version) => {
                let body = AskBody { version, question: "？".into() };
                Done::of(prescriptions::ask(app, ctx, id, body).await?.id.uuid())
            }
            Self::Answer(id, version) => {
                let body = AnswerBody { version, answer: "是".into() };
                Done::of(prescriptions::answer(app, ctx, id, body).await?.id.uuid())
            }
            Self::Accept(id, version) => {
                let accepted = prescriptions::accept(app, ctx, id, seen(version)).await?;
                Done { secret: Some((id, accepted.secret)), ..Done::of(id.uuid()) }
            }
            Self::Dispense(id, body) => Done::of(prescriptions::dispense(app, ctx, id, body).await?.id.uuid()),
            Self::Decline(id, version) => {
                let body = DeclineBody { version, code: DeclineCode::Closed, reason: None };
                Done::of(prescriptions::decline(app, ctx, id, body).await?.id.uuid())
            }
            Self::Pack(id, body) => {
                let packed = prescriptions::pack(app, ctx, id, body).await?;
                Done { parcel: Some((packed.delivery.id, packed.parcel_code)), ..Done::of(id.uuid()) }
            }
            Self::Cancel(id, version) => {
                Done::of(prescriptions::cancel(app, ctx, id, reason(version)).await?.id.uuid())
            }
            Self::Carry(id, carry, version) => {
                let d = match carry {
                    Carry::Accept => deliveries::accept(app, ctx, id, seen(version)).await,
                    Carry::PickUp => {
                        deliveries::pick_up(app, ctx, id, PickUpBody { version, scan: None, celsius: None }).await
                    }
                    Carry::Arrive => deliveries::arrive(app, ctx, id, seen(version)).await,
                    Carry::Fail => deliveries::fail_attempt(app, ctx, id, reason(version)).await,
                    Carry::Resume => deliveries::resume(app, ctx, id, seen(version)).await,
                    Carry::GiveBack => deliveries::give_back(app, ctx, id, seen(version)).await,
                };
                Done::of(d?.id.uuid())
            }
            Self::Receive(id, body) => Done::of(deliveries::receive(app, ctx, id, body).await?.id.uuid()),
            Self::Refuse(id, version) => Done::of(deliveries::refuse(app, ctx, id, reason(version)).await?.id.uuid()),
            Self::TakeBack(id, version) => {
                Done::of(deliveries::take_back(app, ctx, id, seen(version)).await?.id.uuid())
            }
            Self::Lose(id, version) => Done::of(deliveries::lose(app, ctx, id, seen(version)).await?.id.uuid()),
        })
    }
}

impl Chain {
    /// What somebody does next; nothing where a document could not even be made to sign.
    pub async fn draw(&mut self) -> Option<Sent> {
        if self.prescriptions.is_empty() || (self.prescriptions.len() < MOST && self.dice.one_in(9)) {
            let request = self.w.by(&self.w.specialist);
            return Some(Sent { command: Command::Draft(self.consultation), request });
        }
        if !self.parcels.is_empty() && self.dice.one_in(2) {
            return self.with_a_parcel().await;
        }
        self.with_a_prescription().await
    }

    async fn with_a_prescription(&mut self) -> Option<Sent> {
        let id = *self.dice.of(&self.prescriptions)?;
        let p = self.stored(id).await;
        // Now and then somebody acts on what they saw before.
        let version = p.version - i64::from(self.dice.one_in(16));
        let number = if self.dice.one_in(4) { self.dice.below(11) } else { self.apt(&p) };
        let command = match number {
            0 => {
                let jws = self.signature(&p, false).await?;
                Command::Sign(id, SignBody { version, jws })
            }
            1 => Command::Claim(id, version),
            2 => {
                let jws = self.signature(&p, true).await?;
                Command::Approve(id, SignBody { version, jws })
            }
            3 => Command::Reject(id, version),
            4 => Command::Ask(id, version),
            5 => Command::Answer(id, version),
            6 => Command::Accept(id, version),
            7 => Command::Dispense(id, self.packs(&p, version)),
            8 => Command::Decline(id, version),
            9 => Command::Pack(
                id,
                PackBody {
                    version,
                    secret: self.secrets.get(&id).cloned().unwrap_or_default(),
                    courier_name: "赵师傅".into(),
                    courier_phone: "13800000000".into(),
                },
            ),
            _ => Command::Cancel(id, version),
        };
        let w = &self.w;
        let filler = p.pharmacy_id.map(|pharmacy| Some(pharmacy) == w.pharmacy.actor.pharmacy_id());
        let reviewer = p.pharmacist_id.map(|member| Some(member) == w.pharmacist.actor.staff_id());
        let pharmacy = match filler.unwrap_or(self.dice.one_in(2)) {
            true => &w.pharmacy,
            false => &w.other_pharmacy,
        };
        let pharmacist = match reviewer.unwrap_or(self.dice.one_in(2)) {
            true => &w.pharmacist,
            false => &w.other_pharmacist,
        };
        let by = match &command {
            Command::Claim(..) | Command::Approve(..) | Command::Reject(..) => pharmacist,
            Command::Ask(..) if p.state == State::InReview => pharmacist,
            Command::Ask(..) | Command::Accept(..) | Command::Dispense(..) => pharmacy,
            Command::Decline(..) | Command::Pack(..) => pharmacy,
            _ => &w.specialist,
        };
        Some(Sent { request: w.by(by), command })
    }

    /// What brings it on.
    fn apt(&mut self, p: &Prescription) -> usize {
        match p.state {
            State::Draft => 0,
            State::Signed => 1,
            State::InReview => 2,
            State::InQuestion | State::OnHold => 5,
            State::Approved | State::Returned => 6,
            State::Dispensing if p.packs.is_empty() => 7,
            State::Dispensing => 9,
            _ => self.dice.below(11),
        }
    }

    async fn signature(&self, p: &Prescription, approval: bool) -> Option<String> {
        let w = &self.w;
        let body = VersionBody { version: p.version };
        if approval {
            let by = [&w.pharmacist, &w.other_pharmacist].into_iter();
            let by = by.into_iter().find(|person| person.actor.staff_id() == p.pharmacist_id)?;
            let document = prescriptions::approval_document(&w.app, &w.by(by), p.id, body).await.ok()?;
            return Some(by.sign(&document.document));
        }
        let document = prescriptions::signing_document(&w.app, &w.by(&w.specialist), p.id, body).await.ok()?;
        Some(w.specialist.sign(&document.document))
    }

    /// All that is owed, a part of it for a reason, or a number that does not fit.
    fn packs(&mut self, p: &Prescription, version: i64) -> DispenseBody {
        let owed = p.owed(&p.items[0]);
        let quantity = match self.dice.below(8) {
            0 => owed + 1,
            1 | 2 if owed > 1 => owed - 1,
            _ => owed,
        };
        let pack = NewPack {
            item_no: 1,
            batch: "B2026-11".into(),
            expiry: jiff::civil::date(2028, 1, 31),
            quantity,
            drug_id: None,
            substitution_reason: None,
        };
        DispenseBody {
            version,
            secret: self.secrets.get(&p.id).cloned().unwrap_or_default(),
            packs: vec![pack],
            part_reason: (quantity < owed).then_some(PartReason::OutOfStock),
        }
    }

    async fn with_a_parcel(&mut self) -> Option<Sent> {
        let id = *self.dice.of(&self.parcels)?;
        let d = self.parcel(id).await;
        if d.state.is_terminal() && !self.dice.one_in(6) {
            return self.with_a_prescription().await;
        }
        let version = d.version - i64::from(self.dice.one_in(16));
        let number = if self.dice.one_in(4) { self.dice.below(10) } else { self.apt_for(&d) };
        let command = match number {
            0 => Command::Carry(id, Carry::Accept, version),
            1 => Command::Carry(id, Carry::PickUp, version),
            2 => Command::Carry(id, Carry::Arrive, version),
            3 => Command::Carry(id, Carry::Fail, version),
            4 => Command::Carry(id, Carry::Resume, version),
            5 => Command::Carry(id, Carry::GiveBack, version),
            6 => Command::Receive(id, self.count(&d, version)),
            7 => Command::Refuse(id, version),
            8 => Command::TakeBack(id, version),
            _ => Command::Lose(id, version),
        };
        let w = &self.w;
        let own = Some(d.pharmacy_id) == w.pharmacy.actor.pharmacy_id();
        let pharmacy = if own { &w.pharmacy } else { &w.other_pharmacy };
        let request = match &command {
            Command::Carry(..) => w.of(Actor::Courier { run_id: d.run_id }),
            Command::TakeBack(..) | Command::Lose(..) => w.by(pharmacy),
            _ => w.by(&w.nurse),
        };
        Some(Sent { command, request })
    }

    fn apt_for(&mut self, d: &Delivery) -> usize {
        match d.state {
            Parcel::AwaitingCourier => 0,
            Parcel::Accepted => 1,
            Parcel::InTransit => [2, 3, 5, 6][self.dice.below(4)],
            Parcel::AtDoor => [6, 6, 7][self.dice.below(3)],
            Parcel::OnHold => [4, 5, 6][self.dice.below(3)],
            Parcel::Returning | Parcel::Refused | Parcel::Recalled => 8,
            _ => self.dice.below(10),
        }
    }

    /// What the nurse counts: mostly all of it, sometimes less, or with something broken.
    fn count(&mut self, d: &Delivery, version: i64) -> ReceiveBody {
        let sent: u32 = d.packs.iter().map(|pack| pack.quantity).sum();
        let (quantity, damaged) = match self.dice.below(6) {
            0 => (sent.saturating_sub(1), 0),
            1 => (sent, 1.min(sent)),
            _ => (sent, 0),
        };
        let parcel_code = match self.dice.one_in(12) {
            true => "AAAAAAAA".to_owned(),
            false => self.codes.get(&d.id).cloned().unwrap_or_default(),
        };
        let counts = vec![Count { item_no: 1, quantity, damaged }];
        ReceiveBody { version, parcel_code, counts, comment: None, celsius: None }
    }
}
