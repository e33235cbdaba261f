//! What people of the chain, and the systems of its pharmacies, can do.

use uuid::Uuid;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::formulary::DrugId;
use yunzhen_domain::ids::{ConsultationId, DeliveryId, DiscrepancyId, PrescriptionId, RecallId, StockId};
use yunzhen_domain::machines::delivery::{AttemptCode, DecisionCode};
use yunzhen_domain::machines::recall::Level;
use yunzhen_domain::records::{DeclineCode, RejectionCode};
use yunzhen_relay::app::views::Time;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::deliveries::{
    DecisionBody, FailAttemptBody, NewTemperature, PickUpBody, ReceiptBody, ReceiveBody,
};
use yunzhen_relay::app::views::discrepancies::ResolveBody;
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::prescribing::{AnswerBody, AskBody, PrescriptionDraftUpdate, ReplaceBody};
use yunzhen_relay::app::views::prescriptions::{DispenseBody, PackBody, PrescriptionDraft, RejectBody, SignBody};
use yunzhen_relay::app::views::recalls::{AnswerRecallBody, CloseRecallBody, NewRecall};
use yunzhen_relay::app::views::stock::StockStep;
use yunzhen_relay::app::{App, AppError, Context, deliveries, discrepancies, prescriptions, recalls, stock};

use super::DRUGS;
use crate::world::draft;

/// Most that are prescribed of a line.
pub const PRESCRIBED: u32 = 7;

/// One command, with what the person saw when giving it.
#[derive(Debug, Clone)]
pub enum Command {
    Draft(ConsultationId, What),
    Revise(PrescriptionId, PrescriptionDraftUpdate),
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
    Replace(PrescriptionId, ReplaceBody),
    Carry(DeliveryId, Carry, i64),
    Measure(DeliveryId, NewTemperature),
    Receive(DeliveryId, ReceiveBody),
    HandIn(DeliveryId, ReceiptBody),
    Refuse(DeliveryId, i64),
    TakeBack(DeliveryId, i64),
    TurnBack(DeliveryId, i64),
    Release(DeliveryId, i64),
    Lose(DeliveryId, i64),
    Settle(DiscrepancyId, ResolveBody),
    Recall(&'static str),
    Find(RecallId, AnswerRecallBody),
    Free(RecallId, i64),
    Shelve(StockId, StockStep),
}

/// What is prescribed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    OneLine,
    TwoLines,
    Cold,
}

/// What the courier does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Carry {
    Accept,
    /// With the temperature of a cold parcel.
    PickUp(Option<f64>),
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
    pub recalled: Option<RecallId>,
}

impl Done {
    fn of(entity: Uuid) -> Self {
        Self { entity: Some(entity), ..Self::default() }
    }
}

/// What the walks of every run come to; the rest may be missing where a stop fell elsewhere.
pub const NAMES: [&str; 20] = [
    "draft",
    "revise",
    "sign",
    "claim",
    "approve",
    "ask",
    "answer",
    "accept",
    "dispense",
    "pack",
    "cancel",
    "replace",
    "pick up",
    "receive",
    "hand in",
    "take back",
    "settle",
    "recall",
    "a system",
    "stopped",
];

impl Command {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft(..) => "draft",
            Self::Revise(..) => "revise",
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
            Self::Replace(..) => "replace",
            Self::Carry(_, Carry::PickUp(_), _) => "pick up",
            Self::Carry(..) => "carry",
            Self::Measure(..) => "measure",
            Self::Receive(..) => "receive",
            Self::HandIn(..) => "hand in",
            Self::Refuse(..) => "refuse",
            Self::TakeBack(..) => "take back",
            Self::TurnBack(..) => "turn back",
            Self::Release(..) => "release",
            Self::Lose(..) => "lose",
            Self::Settle(..) => "settle",
            Self::Recall(_) => "recall",
            Self::Find(..) => "find",
            Self::Free(..) => "free",
            Self::Shelve(..) => "shelve",
        }
    }

    /// The fact that it leaves in the log, where it is always the same one and nothing else leaves it.
    pub const fn kind(&self) -> Option<EventKind> {
        use EventKind as K;
        Some(match self {
            Self::Draft(..) | Self::Replace(..) => K::PrescriptionDrafted,
            Self::Revise(..) => K::PrescriptionUpdated,
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
            Self::Carry(_, Carry::PickUp(_), _) => K::DeliveryPickedUp,
            Self::Carry(_, Carry::Arrive, _) => K::DeliveryArrived,
            Self::Carry(_, Carry::Fail, _) => K::DeliveryAttemptFailed,
            Self::Carry(_, Carry::Resume, _) => K::DeliveryResumed,
            Self::Carry(_, Carry::GiveBack, _) => K::DeliveryGivenBack,
            Self::Refuse(..) => K::DeliveryRefused,
            Self::TakeBack(..) => K::DeliveryTakenBack,
            Self::Release(..) => K::DeliveryReleased,
            Self::TurnBack(..) => K::DeliveryTurnedBack,
            Self::Lose(..) => K::DeliveryLost,
            Self::Settle(..) => K::DiscrepancyResolved,
            Self::Recall(_) => K::RecallDeclared,
            Self::Find(..) => K::RecallAnswered,
            Self::Free(..) => K::RecallWithdrawn,
            Self::Shelve(..) => K::StockReleased,
            // Accepted or its secret recovered; withdrawn or stopped; whole, with a discrepancy, or stopped for its temperature, which others record too.
            Self::Accept(..) | Self::Cancel(..) | Self::Receive(..) | Self::HandIn(..) | Self::Measure(..) => {
                return None;
            }
        })
    }

    pub async fn run(&self, app: &App, ctx: &Context) -> Result<Done, AppError> {
        let reason = |version: i64| ReasonBody { version, reason: "试".into() };
        let seen = |version: i64| VersionBody { version };
        let not_let_in = |version: i64| FailAttemptBody { version, code: Some(AttemptCode::Closed), reason: None };
        Ok(match self.clone() {
            Self::Draft(id, what) => {
                let p = prescriptions::create(app, ctx, id, what.written()).await?;
                Done { drafted: Some(p.id), ..Done::of(p.id.uuid()) }
            }
            Self::Revise(id, body) => Done::of(prescriptions::update(app, ctx, id, body).await?.id.uuid()),
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
            Self::Replace(id, body) => {
                let p = prescriptions::replace(app, ctx, id, body).await?;
                Done { drafted: Some(p.id), ..Done::of(p.id.uuid()) }
            }
            Self::Carry(id, carry, version) => {
                let d = match carry {
                    Carry::Accept => deliveries::accept(app, ctx, id, seen(version)).await,
                    Carry::PickUp(celsius) => {
                        deliveries::pick_up(app, ctx, id, PickUpBody { version, scan: None, celsius }).await
                    }
                    Carry::Arrive => deliveries::arrive(app, ctx, id, seen(version)).await,
                    Carry::Fail => deliveries::fail_attempt(app, ctx, id, not_let_in(version)).await,
                    Carry::Resume => deliveries::resume(app, ctx, id, seen(version)).await,
                    Carry::GiveBack => deliveries::give_back(app, ctx, id, seen(version)).await,
                };
                Done::of(d?.id.uuid())
            }
            Self::Measure(id, body) => Done::of(deliveries::record_temperature(app, ctx, id, body).await?.id.uuid()),
            Self::Receive(id, body) => Done::of(deliveries::receive(app, ctx, id, body).await?.id.uuid()),
            Self::HandIn(id, body) => Done::of(deliveries::receive_signed(app, ctx, id, body).await?.id.uuid()),
            Self::Refuse(id, version) => Done::of(deliveries::refuse(app, ctx, id, reason(version)).await?.id.uuid()),
            Self::TakeBack(id, version) => {
                Done::of(deliveries::take_back(app, ctx, id, seen(version).into()).await?.id.uuid())
            }
            Self::Release(id, version) => {
                let body = DecisionBody { version, code: DecisionCode::Other, reason: "试".into() };
                Done::of(deliveries::release(app, ctx, id, body).await?.id.uuid())
            }
            Self::TurnBack(id, version) => {
                let body = DecisionBody { version, code: DecisionCode::Unfit, reason: "试".into() };
                Done::of(deliveries::turn_back(app, ctx, id, body).await?.id.uuid())
            }
            Self::Lose(id, version) => Done::of(deliveries::lose(app, ctx, id, seen(version)).await?.id.uuid()),
            Self::Settle(id, body) => Done::of(discrepancies::resolve(app, ctx, id, body).await?.id.uuid()),
            Self::Recall(batch) => {
                let id = recalls::declare(app, ctx, recall_of(batch)).await?.summary.id;
                Done { recalled: Some(id), ..Done::of(id.uuid()) }
            }
            Self::Find(id, body) => Done::of(recalls::answer(app, ctx, id, body).await?.summary.id.uuid()),
            Self::Free(id, version) => {
                let body = CloseRecallBody { version, reason: Some("复检合格".into()) };
                Done::of(recalls::withdraw(app, ctx, id, body).await?.summary.id.uuid())
            }
            Self::Shelve(id, step) => Done::of(stock::release(app, ctx, id, step).await?.id.uuid()),
        })
    }
}

impl What {
    /// What came before may still be in hand: the prescriber knows.
    pub fn written(self) -> PrescriptionDraft {
        let written = match self {
            Self::OneLine => draft("I10", &[(DRUGS[0], PRESCRIBED)]),
            Self::TwoLines => draft("I10", &[(DRUGS[0], PRESCRIBED), (DRUGS[1], PRESCRIBED)]),
            Self::Cold => draft("E11.9", &[(DRUGS[2], PRESCRIBED)]),
        };
        PrescriptionDraft { hard_stop_reason: Some("已核对余药".to_owned()), ..written }
    }
}

fn recall_of(batch: &str) -> NewRecall {
    NewRecall {
        drug_id: DrugId(DRUGS[0].into()),
        batch: batch.to_owned(),
        level: Level::Second,
        reason: "溶出度不符合规定".into(),
        authority: "浙江省药品监督管理局".into(),
        announced_on: jiff::civil::date(2026, 11, 22),
    }
}

/// A temperature as the thermometer showed it.
pub fn measured(celsius: f64, at: jiff::Timestamp) -> NewTemperature {
    NewTemperature { celsius, measured_at: Time(at) }
}
