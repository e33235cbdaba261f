//! Random commands of a specialist, two pharmacists and two pharmacies, with jumps of the clock, on the use cases: whatever was tried, in whatever order and with
//! whatever the person last saw, the rules of the whole loop hold.

use std::cell::Cell;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use yunzhen_domain::ids::{ConsultationId, PrescriptionId};
use yunzhen_domain::machines::prescription::State;
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::DeclineCode;
use yunzhen_domain::records::RejectionCode;
use yunzhen_relay::app::views::common::{ReasonBody, VersionBody};
use yunzhen_relay::app::views::dispenses::DeclineBody;
use yunzhen_relay::app::views::prescribing::{AnswerBody, AskBody, ReplaceBody};
use yunzhen_relay::app::views::prescriptions::{DispenseBody, NewPack, Prescription, RejectBody, SignBody};
use yunzhen_relay::app::{AppError, prescriptions};

use crate::world::{Person, World, draft};

/// What somebody tries, on the prescription with this number, with the version they saw so many changes ago.
#[derive(Debug, Clone, Copy)]
struct Try {
    command: u8,
    on: u8,
    who: bool,
    stale: bool,
    /// Not any command but the one that brings it on, so that every stage is reached.
    apt: bool,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (0..14_u8, any::<u8>(), any::<bool>(), prop::bool::weighted(0.05), prop::bool::weighted(0.5));
    prop::collection::vec(one.prop_map(|(command, on, who, stale, apt)| Try { command, on, who, stale, apt }), 60..120)
}

struct Play {
    w: World,
    consultation: ConsultationId,
    known: Vec<PrescriptionId>,
    secrets: Vec<(PrescriptionId, String)>,
    approvals: Vec<PrescriptionId>,
    dispensed: usize,
}

impl Play {
    async fn new() -> Self {
        let w = World::new().await;
        let consultation = w.in_progress("王秀英").await.id;
        let mut play = Self { w, consultation, known: vec![], secrets: vec![], approvals: vec![], dispensed: 0 };
        play.write().await;
        play
    }

    async fn write(&mut self) {
        let p = self.w.draft(self.consultation, draft("I10", &[("amlodipine-5mg", 7)])).await;
        self.known.push(p.id);
    }

    async fn signed_by(
        &self,
        person: &Person,
        id: PrescriptionId,
        version: i64,
        approve: bool,
    ) -> Result<Prescription, AppError> {
        let (w, body) = (&self.w, VersionBody { version });
        let document = match approve {
            true => prescriptions::approval_document(&w.app, &w.by(person), id, body).await?,
            false => prescriptions::signing_document(&w.app, &w.by(person), id, body).await?,
        };
        let body = SignBody { version, jws: person.sign(&document.document) };
        match approve {
            true => prescriptions::approve(&w.app, &w.by(person), id, body).await,
            false => prescriptions::sign(&w.app, &w.by(person), id, body).await,
        }
    }

    /// What brings a prescription on, by whoever has it.
    fn apt(&self, p: &Prescription, t: Try) -> Try {
        let reviewer = p.pharmacist.as_ref().map(|member| Some(member.id) == self.w.pharmacist.actor.staff_id());
        let filler = p.pharmacy.as_ref().map(|pharmacy| Some(pharmacy.id) == self.w.pharmacy.actor.pharmacy_id());
        let (command, who) = match p.state {
            State::Draft => (1, t.who),
            State::Signed => (3, t.who),
            State::InReview => (4, reviewer.unwrap_or(t.who)),
            State::InQuestion | State::OnHold => (7, t.who),
            State::Approved | State::Returned => (9, t.who),
            State::Dispensing => (10, filler.unwrap_or(t.who)),
            _ => (0, t.who),
        };
        Try { command, who, ..t }
    }

    async fn attempt(&mut self, t: Try) -> Result<(), AppError> {
        let id = self.known[usize::from(t.on) % self.known.len()];
        let before = self.w.see(id).await;
        let version = before.version - i64::from(t.stale);
        let w = &self.w;
        let t = if t.apt { self.apt(&before, t) } else { t };
        let pharmacist = if t.who { &w.pharmacist } else { &w.other_pharmacist };
        let pharmacy = if t.who { &w.pharmacy } else { &w.other_pharmacy };
        let reason = || ReasonBody { version, reason: "试".into() };
        let seen = || VersionBody { version };
        match t.command {
            0 => {
                if self.known.len() < 5 {
                    self.write().await;
                }
            }
            1 | 2 => drop(self.signed_by(&w.specialist, id, version, false).await?),
            3 => drop(prescriptions::claim(&w.app, &w.by(pharmacist), id, seen()).await?),
            4 => {
                self.signed_by(pharmacist, id, version, true).await?;
                self.approvals.push(id);
            }
            5 => {
                let body = RejectBody { version, code: RejectionCode::Other, comment: "试".into() };
                prescriptions::reject(&w.app, &w.by(pharmacist), id, body).await?;
            }
            6 => {
                let by = if t.on.is_multiple_of(2) { pharmacist } else { pharmacy };
                prescriptions::ask(&w.app, &w.by(by), id, AskBody { version, question: "？".into() }).await?;
            }
            7 => {
                let body = AnswerBody { version, answer: "是".into() };
                prescriptions::answer(&w.app, &w.by(&w.specialist), id, body).await?;
            }
            8 => drop(prescriptions::release(&w.app, &w.by(pharmacist), id, seen()).await?),
            9 => {
                let accepted = prescriptions::accept(&w.app, &w.by(pharmacy), id, seen()).await?;
                assert!(matches!(before.state, State::Approved | State::Returned | State::Dispensing), "{before:?}");
                let over = before.valid_until.is_none_or(|last| Policy::local_date(w.now()) > last);
                assert!(!over || before.state == State::Dispensing, "accepted past its validity: {before:?}");
                assert_eq!(before.replaced_by, None, "a replaced one was accepted");
                self.secrets.push((id, accepted.secret));
            }
            10 => {
                let secret = self.secrets.iter().rev().find(|(of, _)| *of == id).map_or("", |(_, secret)| secret);
                let pack = NewPack {
                    item_no: 1,
                    batch: "B2026-11".into(),
                    expiry: jiff::civil::date(2028, 1, 31),
                    quantity: 7,
                    drug_id: None,
                    substitution_reason: None,
                };
                let body = DispenseBody { version, secret: secret.into(), packs: vec![pack], part_reason: None };
                match prescriptions::dispense(&w.app, &w.by(pharmacy), id, body).await {
                    // The other pharmacy's shelf is empty.
                    Err(AppError::Invalid(_)) if !t.who => return Ok(()),
                    answer => drop(answer?),
                }
                assert!(self.approvals.contains(&id), "dispensed without an approval: {before:?}");
                assert_eq!(before.state, State::Dispensing);
                self.dispensed += 1;
            }
            11 => {
                let body = DeclineBody { version, code: DeclineCode::Closed, reason: None };
                drop(prescriptions::decline(&w.app, &w.by(pharmacy), id, body).await?);
            }
            12 => {
                if t.who {
                    prescriptions::cancel(&w.app, &w.by(&w.specialist), id, reason()).await?;
                } else {
                    let (consultation_id, reason) = (self.consultation, Some("试".into()));
                    let body = ReplaceBody { version, consultation_id, reason };
                    let new = prescriptions::replace(&w.app, &w.by(&w.specialist), id, body).await?;
                    self.known.push(new.id);
                }
            }
            _ => {
                w.pass(SignedDuration::from_hours(if t.who { 1 } else { 9 }));
                prescriptions::expire(&w.app, w.now()).await?;
            }
        }
        Ok(())
    }

    /// What holds after every step, of every prescription.
    async fn holds(&self) {
        for &id in &self.known {
            let p = self.w.see(id).await;
            let open = p.questions.iter().filter(|q| q.answer.is_none()).count();
            let ended = matches!(p.state, State::Rejected | State::Cancelled | State::Expired | State::Stopped);
            let asked = matches!(p.state, State::InQuestion | State::OnHold);
            assert!(open <= 1, "two open questions: {p:?}");
            assert!(asked == (open == 1) || (ended && open == 1), "{p:?}");
            assert!(p.questions.iter().rev().skip(1).all(|q| q.answer.is_some()), "only the last one is open");
            let moved = matches!(p.state, State::Approved | State::Dispensing | State::OnHold);
            assert!(!moved || (p.approval.is_some() && p.signature.is_some()), "valid without both signatures: {p:?}");
            if p.replaced_by.is_some() {
                assert!(ended, "replaced and still alive: {p:?}");
            }
        }
    }
}

/// A refusal in words; anything else is a fault of the relay.
fn is_refusal(e: &AppError) -> bool {
    use AppError as E;
    matches!(
        e,
        E::NotPossible(_)
            | E::NotFound
            | E::Forbidden
            | E::Stale { .. }
            | E::Expired
            | E::WrongSecret
            | E::ReasonNeeded(_)
            | E::Blocked(_)
    )
}

#[test]
fn whatever_is_tried_the_rules_hold() {
    let config = Config { cases: 6, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let dispensed = Cell::new(0);
    let played = TestRunner::new_with_rng(config, rng).run(&tries(), |tries| {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("runtime");
        runtime.block_on(async {
            let mut play = Play::new().await;
            for t in tries {
                if let Err(e) = play.attempt(t).await {
                    assert!(is_refusal(&e), "{t:?}: {e}");
                }
                play.holds().await;
            }
            dispensed.set(dispensed.get() + play.dispensed);
        });
        Ok(())
    });
    played.unwrap();
    assert!(dispensed.get() > 0, "no walk reached the shelf: the test proves nothing");
}
