//! What is under way is ended on the record that it was begun on: a merge that would put such a record under another is refused in words, the other way round is not.

use jiff::SignedDuration;
use yunzhen_domain::machines::duplicate::State;
use yunzhen_domain::machines::urgent_call::Outcome;
use yunzhen_domain::records::{Urgency, Vehicle};
use yunzhen_domain::registry::open_work::OpenWork;
use yunzhen_relay::app::views::appointments::{NewAppointment, NewWish};
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::consultations::{ConsultationSummary, NewConsultation};
use yunzhen_relay::app::views::duplicates::{Duplicate, MergeBody};
use yunzhen_relay::app::views::referrals::{NewReferral, ReferralContent};
use yunzhen_relay::app::views::residents::ResidentSummary;
use yunzhen_relay::app::views::transports::NewTransport;
use yunzhen_relay::app::views::urgent_calls::{EndUrgentCall, NewUrgentCall};
use yunzhen_relay::app::{
    AppError, appointments, consultations, duplicates, referrals, residents, transports, urgent_calls,
};

use crate::registry::{number, register, somebody};
use crate::world::{World, at, draft};

/// The first is on record; the second is the same person, registered again.
struct Two {
    w: World,
    one: ResidentSummary,
    twin: yunzhen_domain::ids::ResidentId,
}

impl Two {
    async fn new() -> Self {
        let w = World::new().await;
        let one = w.resident("王秀英").await;
        let twin = register(&w, &w.nurse, somebody("王秀英", number("19410506", "888"))).await.unwrap().id;
        Self { w, one, twin }
    }

    async fn pair(&self) -> Duplicate {
        let all = duplicates::list(&self.w.app, &self.w.by(&self.w.administrator), None).await.unwrap().items;
        all.into_iter().find(|pair| pair.residents.iter().any(|r| r.id == self.twin)).unwrap()
    }

    async fn merge(&self, survivor_id: yunzhen_domain::ids::ResidentId) -> Result<Duplicate, AppError> {
        let pair = self.pair().await;
        let body = MergeBody { version: pair.version, survivor_id, reason: "同一人".into() };
        duplicates::merge(&self.w.app, &self.w.by(&self.w.administrator), pair.id, body).await
    }

    /// The twin cannot go under while this is open, and nothing was done of it; it can be the one that stands, and be itself again.
    async fn refuses(&self, open: OpenWork) {
        match self.merge(self.one.id).await {
            Err(AppError::OpenWork(found)) => assert_eq!(found, [open]),
            other => panic!("{open}: {other:?}"),
        }
        let both = async || {
            let one = residents::get(&self.w.app, &self.w.by(&self.w.nurse), self.one.id).await.unwrap();
            let twin = residents::get(&self.w.app, &self.w.by(&self.w.nurse), self.twin).await.unwrap();
            (one.id, twin.id)
        };
        assert_eq!(both().await, (self.one.id, self.twin), "{open}");
        let merged = self.merge(self.twin).await.unwrap();
        assert_eq!(both().await, (self.twin, self.twin), "{open}: what is under way is the person's");
        let why = ReasonBody { version: merged.version, reason: "核对后是两个人".into() };
        let apart = duplicates::unmerge(&self.w.app, &self.w.by(&self.w.administrator), merged.id, why).await.unwrap();
        assert_eq!((apart.state, both().await), (State::Dismissed, (self.one.id, self.twin)), "{open}");
    }

    /// Once it is over the twin goes under.
    async fn allows(&self) {
        assert_eq!(self.merge(self.one.id).await.unwrap().survivor_id, Some(self.one.id));
    }

    async fn called_off(&self, c: &ConsultationSummary) {
        let why = ReasonBody { version: c.version, reason: "家属来访".into() };
        consultations::cancel(&self.w.app, &self.w.by(&self.w.nurse), c.id, why).await.unwrap();
    }

    async fn waiting(&self) -> ConsultationSummary {
        let ask = NewConsultation { resident_id: self.twin, reason: "血压高".into(), urgency: Urgency::Routine };
        consultations::request(&self.w.app, &self.w.by(&self.w.nurse), ask).await.unwrap()
    }
}

#[tokio::test]
async fn an_appointment() {
    let two = Two::new().await;
    let w = &two.w;
    let with = w.published(&w.specialist).await;
    let wish = NewAppointment {
        resident_id: two.twin,
        specialist_id: with,
        starts_at: at("2026-11-23T06:00:00Z"),
        reason: "复诊".into(),
    };
    let booked = appointments::book(&w.app, &w.by(&w.nurse), wish).await.unwrap();
    two.refuses(OpenWork::Appointment).await;
    two.called_off(&booked.consultation).await;
    two.allows().await;
}

#[tokio::test]
async fn a_place_on_the_waitlist() {
    let two = Two::new().await;
    let w = &two.w;
    let wish = NewWish {
        resident_id: two.twin,
        specialist_id: w.published(&w.specialist).await,
        not_before: at("2026-11-23T00:00:00Z"),
        not_after: at("2026-11-28T00:00:00Z"),
        urgency: Urgency::Routine,
        reason: "想早一点".into(),
    };
    let waits = appointments::wait(&w.app, &w.by(&w.nurse), wish).await.unwrap();
    two.refuses(OpenWork::WaitlistEntry).await;
    two.called_off(&waits.consultation).await;
    two.allows().await;
}

#[tokio::test]
async fn a_consultation_also_one_that_lies_under_many_newer_ones() {
    let two = Two::new().await;
    let c = two.waiting().await;
    for _ in 0..51 {
        two.w.pass(SignedDuration::from_secs(1));
        let newer = two.waiting().await;
        two.called_off(&newer).await;
    }
    two.refuses(OpenWork::Consultation).await;
    two.called_off(&c).await;
    two.allows().await;
}

#[tokio::test]
async fn a_one_key_call() {
    let two = Two::new().await;
    let w = &two.w;
    let press = NewUrgentCall { resident_id: Some(two.twin), bed: None, pressed_at: None };
    let call = urgent_calls::raise(&w.app, &w.by(&w.nurse), press).await.unwrap();
    two.refuses(OpenWork::UrgentCall).await;
    let body = VersionBody { version: 1 };
    let answered = urgent_calls::answer(&w.app, &w.by(&w.specialist), call.id, body).await.unwrap();
    let body = EndUrgentCall { version: answered.version, outcome: Outcome::FalseAlarm, note: None, resident_id: None };
    urgent_calls::end(&w.app, &w.by(&w.specialist), call.id, body).await.unwrap();
    two.allows().await;
}

#[tokio::test]
async fn a_prescription_that_is_not_done() {
    let two = Two::new().await;
    let w = &two.w;
    let c = w.begin(&w.specialist, two.waiting().await.id).await;
    let p = w.draft(c.id, draft("I10", &[("amlodipine-5mg", 7)])).await;
    let done = VersionBody { version: c.version };
    consultations::complete(&w.app, &w.by(&w.specialist), c.id, done).await.unwrap();
    two.refuses(OpenWork::Prescription).await;
    w.cancel(p.id, p.version).await.unwrap();
    two.allows().await;
}

#[tokio::test]
async fn a_referral_and_a_ride() {
    let two = Two::new().await;
    let w = &two.w;
    let c = w.begin(&w.specialist, two.waiting().await.id).await;
    let done = VersionBody { version: c.version };
    let content = ReferralContent {
        urgency: Urgency::Urgent,
        diagnosis_code: Some("I10".into()),
        reason: "血压 210/120".into(),
        hospital: String::new(),
        department: "心内科".into(),
    };
    let new = NewReferral { resident_id: two.twin, consultation_id: Some(c.id), content };
    let referral = referrals::draft(&w.app, &w.by(&w.specialist), new).await.unwrap().summary;
    consultations::complete(&w.app, &w.by(&w.specialist), c.id, done).await.unwrap();
    two.refuses(OpenWork::Referral).await;
    let why = ReasonBody { version: referral.version, reason: "不需要了".into() };
    referrals::withdraw(&w.app, &w.by(&w.specialist), referral.id, why).await.unwrap();
    let ride = NewTransport {
        resident_id: two.twin,
        referral_id: None,
        vehicle: Vehicle::Taxi,
        destination: "云溪市第一人民医院".into(),
        pick_up_at: (w.now() + SignedDuration::from_hours(3)).into(),
        needs: Vec::new(),
    };
    let ride = transports::request(&w.app, &w.by(&w.nurse), ride).await.unwrap().summary;
    two.refuses(OpenWork::Transport).await;
    let why = ReasonBody { version: ride.version, reason: "家属自驾".into() };
    transports::cancel(&w.app, &w.by(&w.nurse), ride.id, why).await.unwrap();
    two.allows().await;
}
