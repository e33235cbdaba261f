//! The demo data, one consultation with prescriptions in four states and a delivery, and a session for every kind of person.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use uuid::Uuid;
use yunzhen_certs::authority::Authority;
use yunzhen_certs::{Identity, Trust};
use yunzhen_domain::audit::{AuditFact, EventKind};
use yunzhen_domain::checked::{Batch, Dose, ParcelCode};
use yunzhen_domain::dosage::{Frequency, Route};
use yunzhen_domain::ecg::{Lead, Sample, Waveform};
use yunzhen_domain::formulary::{DrugId, Formulary};
use yunzhen_domain::ids::{
    CalendarId, ConsultationId, CourierRunId, DeliveryId, DiscrepancyId, DoseEntryId, EligibilityId, FavouriteId,
    HomeId, InvitationId, LegalHoldId, ObservationId, PharmacyId, PharmacySystemId, PrescriptionId, RecallId,
    RecordingId, ReferralId, RefillId, ResidentId, RoundId, SessionId, ShiftId, SigningKeyId, StaffId, StockId,
    TransportId, UrgentCallId, VisitId, WebhookDeliveryId,
};
use yunzhen_domain::machines::{
    consultation, delivery, discrepancy, dose, legal_hold, prescription, recall, recording, referral, refill,
    signing_key, transport, urgent_call, visit,
};
use yunzhen_domain::policy::Policy;
use yunzhen_domain::records::{
    Appointment, Assembly, BreakGlass, Calendar, CalendarOf, Consent, Consultation, CourierRun, Delivery, Discrepancy,
    Document, DoseEntry, DuplicatePair, Ecg, Favourite, Invitation, InvitationKind, Item, LegalHold, Movie,
    ObservationSource, Pack, Pharmacy, PharmacySystem, Prescription, Recall, RecallHome, Recording, Referral, Refill,
    Resident, Round, Session, SessionSubject, SignInMethod, SignedDocument, SigningKey, Staff, StaffCredential,
    StopCause, Supply, Transport, Urgency, UrgentCall, Vehicle, Visit, VisitStop, Webhook, WebhookDelivery,
    WebhookDeliveryState,
};
use yunzhen_domain::runway::RunsOut;
use yunzhen_domain::schedule::{Shift, Slot, Triage};
use yunzhen_domain::{Actor, Role, Sealed};
use yunzhen_relay::app::App;
use yunzhen_relay::config::{LimitsConfig, MediaConfig};
use yunzhen_relay::http::{self, ApiState};
use yunzhen_relay::recordings::Files;
use yunzhen_relay::rooms::Rooms;
use yunzhen_relay::rooms::presence::Presence;
use yunzhen_relay::seed;
use yunzhen_relay::vault::Vault;
use yunzhen_rtc::{Shards, ShardsConfig};
use yunzhen_runtime::clock;
use yunzhen_runtime::lifecycle::Lifecycle;
use yunzhen_runtime::sealed::SealingKey;
use yunzhen_store::testing::TestDatabase;
use yunzhen_store::{
    Paging, Tx, appointments, break_glass, calendars, consents, consultations, courier_runs, deliveries, discrepancies,
    documents, doses, duplicates, duty, ecgs, eligibility, invitations, legal_holds, observations, pharmacies,
    pharmacy_systems, prescription_favourites, prescriptions, recalls, recordings, referrals, refills, residents,
    rounds, sessions, signing_keys, staff, stock, transports, urgent_calls, visits, webhook_deliveries,
};

/// Every kind of caller, in the order of the matrix.
pub const CALLERS: [&str; 12] = [
    "nurse1",
    "nurse2",
    "specialist1",
    "specialist2",
    "specialist3",
    "pharmacist1",
    "pharmacist2",
    "pharmacy1",
    "pharmacy2",
    "courier",
    "observer",
    "admin1",
];

/// What the API stands on in these tests.
pub struct World {
    pub router: Router,
    /// WHIP and WHEP.
    pub whip: Router,
    pub app: App,
    pub rooms: Rooms,
    pub resident: Resident,
    /// Who asks for a consultation in these tests, so that the resident stays tied to her own hospital only.
    pub neighbour: Resident,
    /// A fact of the resident's ledger.
    pub first_visit: EligibilityId,
    /// A reading of the resident.
    pub reading: ObservationId,
    /// An ECG of the resident.
    pub ecg: ObservationId,
    pub consultation: Consultation,
    /// Of that consultation: its guest was let in.
    pub invitation: InvitationId,
    /// Of that consultation; it can be watched.
    pub recording: RecordingId,
    /// Over, and had a time.
    pub booked: Consultation,
    /// Draft, in review, approved, dispensing.
    pub prescriptions: [Prescription; 4],
    pub delivery: Delivery,
    pub run: CourierRun,
    pub discrepancy: Discrepancy,
    pub recall: Recall,
    /// Of the resident, from the demo.
    pub consent: Consent,
    pub document: Document,
    pub pair: DuplicatePair,
    /// Opened by specialist3, over.
    pub glass: BreakGlass,
    /// Planned, through the first home only.
    pub visit: Visit,
    /// Sent.
    pub referral: Referral,
    /// Requested.
    pub transport: Transport,
    pub shift: Shift,
    pub round: Round,
    pub urgent_call: UrgentCall,
    pub calendar: Calendar,
    pub legal_hold: LegalHold,
    /// Of specialist1, waiting.
    pub signing_key: SigningKey,
    /// Kept by specialist1.
    pub favourite: Favourite,
    /// What a nurse wrote about a dose of the resident.
    pub dose: DoseEntryId,
    /// Of the prescription that a pharmacy has.
    pub refill: Refill,
    /// On the shelf of the demo pharmacy.
    pub batch: StockId,
    /// Of the demo pharmacy, with a webhook; its credential is `system1`.
    pub system: PharmacySystem,
    /// Of the other pharmacy; its credential is `system2`.
    pub other_system: PharmacySystem,
    /// Of the demo pharmacy, to be revoked; its credential is `system3`.
    pub third_system: PharmacySystem,
    /// On its way to the first system.
    pub message: WebhookDelivery,
    actors: Vec<(&'static str, Actor)>,
    life: Lifecycle,
    database: TestDatabase,
    _recordings: tempfile::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        self.life.abort();
    }
}

pub fn console() -> Identity {
    Identity::Console { name: "test".into() }
}

impl World {
    pub async fn new() -> Self {
        Self::limited(LimitsConfig::default()).await
    }

    /// The same with other limits.
    pub async fn limited(limits: LimitsConfig) -> Self {
        let now = clock::now_timestamp();
        let database = TestDatabase::new().await;
        let store = database.open().await;
        seed::fill(&store, "demo-password", now).await.unwrap();
        let mut tx = store.write().await.unwrap();
        let members = strangers(&mut tx).await;
        let resident = residents::list(&mut tx, Some(seed::HOME_1), Some("wxy")).await.unwrap().remove(0);
        let first_visit = eligibility::for_resident(&mut tx, resident.id).await.unwrap()[0].id;
        let batch = stock::list(&mut tx, seed::PHARMACY, None).await.unwrap()[0].id;
        let reading = observations::latest_of(&mut tx, resident.id, &["8867-4"]).await.unwrap()[0].id;
        let ecg = Ecg {
            id: ObservationId::from_uuid(id(21, now)),
            resident_id: resident.id,
            waveform: Waveform::new(vec![Lead::I], 4.0, 0.0, 0.005, vec![Sample::Value(1); 250]).ok().unwrap(),
            recorded_at: now,
            received_at: now,
            device: None,
            source: ObservationSource::Device,
            clock_offset_ms: None,
        };
        ecgs::insert(&mut tx, &ecg).await.unwrap();
        let of = |name: &str| members.iter().find(|member| member.username == name).unwrap().id;
        let neighbour = residents::list(&mut tx, Some(seed::HOME_1), Some("zdm")).await.unwrap().remove(0);
        let consent = consents::for_resident(&mut tx, resident.id).await.unwrap().remove(0);
        let document = documents::for_resident(&mut tx, resident.id).await.unwrap().remove(0);
        let pair = duplicates::list(&mut tx, Paging::newest(1)).await.unwrap().items.remove(0);
        let glass = break_glass::list(&mut tx, true, Paging::newest(1)).await.unwrap().items.remove(0);
        let consultation = talk(&resident, of("nurse1"), of("specialist1"), now);
        consultations::insert(&mut tx, &consultation).await.unwrap();
        let recordings = tempfile::tempdir().unwrap();
        let recording = watchable(&mut tx, &consultation, recordings.path(), now).await;
        let booked = Consultation {
            id: ConsultationId::from_uuid(id(12, now)),
            state: consultation::State::Completed,
            ended_at: Some(now),
            ..consultation.clone()
        };
        consultations::insert(&mut tx, &booked).await.unwrap();
        appointments::insert(&mut tx, &time_of(&booked, now)).await.unwrap();
        let prescriptions = four(&consultation, of("specialist1"), of("pharmacist1"), now);
        for prescription in &prescriptions {
            prescriptions::insert(&mut tx, prescription).await.unwrap();
        }
        let delivery = parcel(&prescriptions[3], now);
        deliveries::insert(&mut tx, &delivery).await.unwrap();
        let dose = given(&prescriptions[3], of("nurse1"), now);
        doses::insert(&mut tx, &dose).await.unwrap();
        let refill = running_out(&prescriptions[3], now);
        refills::insert(&mut tx, &refill).await.unwrap();
        let run = courier_run(&delivery, now);
        courier_runs::insert(&mut tx, &run).await.unwrap();
        let discrepancy = short(&delivery, now);
        discrepancies::insert(&mut tx, &discrepancy).await.unwrap();
        let recall = called_back(of("pharmacy1"), now);
        recalls::insert(&mut tx, &recall).await.unwrap();
        let asked = RecallHome::asked(recall.id, seed::HOME_1, 7, now);
        recalls::insert_home(&mut tx, &asked).await.unwrap();
        let visit = round(&resident, of("specialist1"), now);
        visits::insert(&mut tx, &visit).await.unwrap();
        let referral = referred(&consultation, of("specialist1"), now);
        referrals::insert(&mut tx, &referral).await.unwrap();
        let transport = ride(&referral, of("nurse1"), now);
        transports::insert(&mut tx, &transport).await.unwrap();
        let invitation = invited(&consultation, of("nurse1"), now);
        invitations::insert(&mut tx, &invitation).await.unwrap();

        let (shift, round, mut urgent_call, calendar) = day(&consultation, of("nurse1"), of("specialist1"), now);
        // A call that goes on ties everybody to who called, so it is somebody else.
        urgent_call.resident_id = residents::list(&mut tx, Some(seed::HOME_1), Some("zfs")).await.unwrap().remove(0).id;
        duty::insert(&mut tx, &shift).await.unwrap();
        rounds::insert(&mut tx, &round).await.unwrap();
        urgent_calls::insert(&mut tx, &urgent_call).await.unwrap();
        calendars::insert(&mut tx, &calendar).await.unwrap();
        let legal_hold = LegalHold {
            id: LegalHoldId::from_uuid(id(20, now)),
            version: 1,
            state: legal_hold::State::Placed,
            resident_id: resident.id,
            home_id: resident.home_id,
            reason: "法院 1 号".to_owned().into(),
            placed_at: now,
            placed_by: of("admin1"),
            released_at: None,
            released_by: None,
        };
        legal_holds::insert(&mut tx, &legal_hold).await.unwrap();
        let key_id = SigningKeyId::new(now, [63; 10]);
        let signing_key = SigningKey {
            state: signing_key::State::Requested,
            decided_at: None,
            ..SigningKey::in_force(key_id, of("specialist1"), Role::Specialist, "00".repeat(32), now)
        };
        signing_keys::insert(&mut tx, &signing_key).await.unwrap();
        let favourite = kept(&prescriptions[0], now);
        prescription_favourites::insert(&mut tx, &favourite).await.unwrap();

        let other_pharmacy = members.iter().find(|m| m.username == "pharmacy2").unwrap().pharmacy_id.unwrap();
        let [system, other_system, third_system] = [(30, seed::PHARMACY), (31, other_pharmacy), (32, seed::PHARMACY)]
            .map(|(n, pharmacy)| system_of(n, pharmacy, of("admin1"), now));
        for system in [&system, &other_system, &third_system] {
            pharmacy_systems::insert(&mut tx, system).await.unwrap();
            pharmacy_systems::update(&mut tx, system).await.unwrap();
        }
        let message = on_its_way(&system, &prescriptions[2], now);
        webhook_deliveries::enqueue(&mut tx, &message).await.unwrap();

        let mut actors = vec![];
        for caller in CALLERS {
            let (subject, actor) = match caller {
                "courier" => (SessionSubject::Courier(run.id), Actor::Courier { run_id: run.id }),
                "observer" => (
                    SessionSubject::Observer(consultation.id, invitation.id),
                    Actor::Observer { consultation_id: consultation.id, invitation_id: invitation.id, admitted: true },
                ),
                name => {
                    let member = members.iter().find(|member| member.username == name).unwrap();
                    (SessionSubject::Staff(member.id), member.actor())
                }
            };
            // A second session, to be ended.
            for token in [caller.to_owned(), format!("{caller}-end")] {
                sessions::insert(&mut tx, &session(&token, subject, None, now)).await.unwrap();
            }
            actors.push((caller, actor));
        }
        let nurse = SessionSubject::Staff(of("nurse1"));
        sessions::insert(&mut tx, &session("nurse1-box", nurse, Some(seed::HOME_1), now)).await.unwrap();
        let over =
            Session { expires_at: now - SignedDuration::from_secs(1), ..session("nurse1-over", nurse, None, now) };
        sessions::insert(&mut tx, &over).await.unwrap();
        let fact = AuditFact {
            at: now,
            actor: Actor::System.reference(),
            kind: EventKind::ConsultationBegun,
            entity_id: consultation.id.uuid(),
            home_id: Some(consultation.home_id),
            pharmacy_id: None,
            purpose: None,
            sha256: None,
        };
        tx.commit(vec![fact]).await.unwrap();

        let life = Lifecycle::new();
        let presence = Presence::default();
        let app = App::new(
            store.clone(),
            Policy::default(),
            Formulary::demo().unwrap(),
            signers(now),
            presence.clone(),
            vault(),
        )
        .with_recordings(recordings.path().to_owned());
        let shards = Shards::start(ShardsConfig::new("127.0.0.1:0".parse().unwrap()).unwrap()).unwrap();
        let rooms = Rooms::start(&life, shards, MediaConfig::default(), &limits, app.clone(), presence);
        let state = ApiState {
            app: app.clone(),
            rooms: rooms.clone(),
            whip_url: "http://127.0.0.1:7446".into(),
            limits: Arc::new(limits),
        };
        Self {
            router: http::router(state.clone()),
            whip: http::whip::router(state),
            app,
            rooms,
            resident,
            neighbour,
            consultation,
            invitation: invitation.id,
            recording,
            booked,
            prescriptions,
            delivery,
            run,
            discrepancy,
            recall,
            consent,
            document,
            pair,
            glass,
            first_visit,
            reading,
            ecg: ecg.id,
            visit,
            referral,
            transport,
            shift,
            round,
            urgent_call,
            calendar,
            legal_hold,
            signing_key,
            favourite,
            dose: dose.id,
            refill,
            batch,
            system,
            other_system,
            third_system,
            message,
            actors,
            life,
            database,
            _recordings: recordings,
        }
    }

    /// What a system sends as bearer token.
    pub fn credential(&self, caller: &str) -> String {
        let system = match caller {
            "system1" => &self.system,
            "system2" => &self.other_system,
            _ => &self.third_system,
        };
        format!("{}.{caller}", system.id)
    }

    pub fn actor(&self, caller: &str) -> Actor {
        self.actors.iter().find(|(name, _)| *name == caller).unwrap().1
    }

    /// Changes the record behind the relay's back, as another relay on the same database does.
    pub async fn behind_its_back(&self, statement: &str) {
        self.database.tell(statement).await;
    }

    /// Whose session it is when a member of staff signs in.
    pub fn subject(&self, caller: &str) -> SessionSubject {
        SessionSubject::Staff(self.actor(caller).staff_id().unwrap())
    }

    /// One request through a console.
    pub async fn send(&self, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("Idempotency-Key", Uuid::from_bytes(clock::random_bytes()).to_string());
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.raw(request.header("Content-Type", "application/json").body(body).unwrap(), Some(console())).await
    }

    /// One request as it is, from a peer.
    pub async fn raw(&self, mut request: Request<Body>, peer: Option<Identity>) -> Answer {
        if let Some(peer) = peer {
            request.extensions_mut().insert(peer);
        }
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// The head of a stream, and the stream.
    pub async fn stream(&self, path: &str, token: &str, last: Option<i64>) -> Response<Body> {
        let mut request = Request::builder().uri(path).header("Authorization", format!("Bearer {token}"));
        if let Some(last) = last {
            request = request.header("Last-Event-ID", last.to_string());
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(console());
        self.router.clone().oneshot(request).await.unwrap()
    }
}

/// An answer that has been read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub location: Option<String>,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: Response<Body>) -> Self {
        let status = response.status().as_u16();
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (kind, location) = (header("content-type").unwrap_or_default(), header("location"));
        if kind.starts_with("text/event-stream") {
            return Self { status, kind, location, body: Value::Null };
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Self { status, kind, location, body }
    }

    /// Our code, in a problem or in an OperationOutcome.
    pub fn code(&self) -> &str {
        let of_fhir = self.body.pointer("/issue/0/details/coding/0/code");
        of_fhir.unwrap_or(&self.body["code"]).as_str().unwrap_or_default()
    }
}

pub fn id(n: u8, now: Timestamp) -> Uuid {
    yunzhen_domain::ids::uuid_v7(now, [n; 10])
}

pub fn session(token: &str, subject: SessionSubject, through_box: Option<HomeId>, now: Timestamp) -> Session {
    let token_sha256: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    Session {
        id: SessionId::from_uuid(Uuid::from_slice(&token_sha256[..16]).unwrap()),
        token_sha256,
        subject,
        through_box,
        method: SignInMethod::Password,
        device: String::new(),
        address: None,
        created_at: now,
        last_used_at: now,
        authenticated_at: now,
        expires_at: now + SignedDuration::from_hours(1),
        enrols_only: false,
        sets_password: false,
    }
}

/// A second pharmacy and a second pharmacist, who must not see what is not theirs.
async fn strangers(tx: &mut Tx) -> Vec<Staff> {
    let mut members = staff::list(tx).await.unwrap();
    let other = Pharmacy {
        id: PharmacyId::from_uuid(Uuid::from_u128(2)),
        name: "惠民药店".into(),
        address: "别处".into(),
        phone: "0".into(),
        version: 1,
        zone: yunzhen_domain::schedule::Zone::shanghai(),
        place: None,
        hours: Vec::new(),
        radius_metres: None,
    };
    pharmacies::insert(tx, &other).await.unwrap();
    for (n, username, role, pharmacy_id) in
        // Nobody is signed in as the last one.
        [
            (8, "pharmacy2", Role::Pharmacy, Some(other.id)),
            (9, "pharmacist2", Role::Pharmacist, None),
            (10, "nurse3", Role::Nurse, None),
        ]
    {
        let like = members.iter().find(|member| member.role == role).unwrap().clone();
        let known = staff::credential(tx, like.id).await.unwrap().unwrap();
        let id = StaffId::from_uuid(Uuid::from_u128(n));
        let member = Staff { id, username: username.into(), name: username.into(), pharmacy_id, ..like };
        let credential = StaffCredential { staff_id: id, ..known };
        staff::insert(tx, &member, &credential).await.unwrap();
        members.push(member);
    }
    members
}

pub fn talk(resident: &Resident, nurse: StaffId, specialist: StaffId, now: Timestamp) -> Consultation {
    Consultation {
        id: ConsultationId::from_uuid(id(1, now)),
        version: 2,
        state: consultation::State::InProgress,
        resident_id: resident.id,
        home_id: resident.home_id,
        reason: "血压偏高".into(),
        urgency: Urgency::Routine,
        requested_by: nurse,
        specialist_id: Some(specialist),
        requested_at: now,
        scheduled_at: None,
        waiting_since: Some(now),
        began_at: Some(now),
        ended_at: None,
        end_reason: None,
    }
}

/// The bytes of the recording that can be watched.
pub fn watched() -> Vec<u8> {
    (0..200_000_u32).map(|n| (n % 251) as u8).collect()
}

async fn watchable(tx: &mut Tx, c: &Consultation, folder: &Path, now: Timestamp) -> RecordingId {
    let id = RecordingId::from_uuid(id(31, now));
    let key = vault().seal(&format!("recording:{id}"), &STANDARD.encode([5; 32])).unwrap();
    let files = Files::new(folder.to_owned());
    files.take(id, 0, b"what it was made of").unwrap();
    let plain = files.plain(id);
    std::fs::write(&plain, watched()).unwrap();
    let (bytes, sha256) = files.seal(id, &plain, &SealingKey::new([5; 32]).unwrap()).unwrap();
    let asked = Recording {
        id,
        version: 1,
        consultation_id: c.id,
        resident_id: c.resident_id,
        home_id: c.home_id,
        state: recording::State::Asked,
        key,
        asked_at: now,
        asked_by: c.specialist_id.unwrap(),
        began_at: None,
        stopped_at: None,
        stop_cause: None,
        trouble: None,
        troubles: Vec::new(),
        is_cut: false,
        assembly: Assembly::default(),
        ended_at: None,
        failure: None,
        movie: None,
    };
    recordings::insert(tx, &asked).await.unwrap();
    let movie = Movie { duration_ms: 4000, bytes, sha256, gaps: Vec::new() };
    let stopped = asked.stop(StopCause::Asked, now).unwrap();
    recordings::update(tx, &stopped).await.unwrap();
    let complete = stopped.complete(false).unwrap();
    recordings::update(tx, &complete).await.unwrap();
    recordings::update(tx, &complete.keep(movie, now).unwrap()).await.unwrap();
    id
}

fn vault() -> Vault {
    Vault::from_key([7; 32]).unwrap()
}

fn sealed_secret(n: u8, now: Timestamp) -> Sealed {
    let place = format!("webhook:{}", PharmacySystemId::from_uuid(id(n, now)));
    vault().seal(&place, &yunzhen_domain::webhook::secret([n; 32])).unwrap()
}

/// A pharmacy's system whose secret is `system<n - 29>`.
fn system_of(n: u8, pharmacy: PharmacyId, by: StaffId, now: Timestamp) -> PharmacySystem {
    PharmacySystem {
        id: PharmacySystemId::from_uuid(id(n, now)),
        pharmacy_id: pharmacy,
        name: "收银系统".into(),
        secret_sha256: Sha256::digest(format!("system{}", n - 29)).into(),
        previous: None,
        made_by: by,
        made_at: now,
        last_used_at: None,
        revoked_at: None,
        webhook: Some(Webhook {
            url: "https://pharmacy.example.org/yunzhen".into(),
            secret: sealed_secret(n, now),
            previous: None,
            queued_to: 0,
            failing_since: None,
            switched_off_at: None,
        }),
    }
}

fn on_its_way(system: &PharmacySystem, p: &Prescription, now: Timestamp) -> WebhookDelivery {
    WebhookDelivery {
        id: WebhookDeliveryId::from_uuid(id(33, now)),
        system_id: system.id,
        seq: 1,
        kind: "order.offered".into(),
        entity_id: p.id.uuid(),
        happened_at: now,
        state: WebhookDeliveryState::Dead,
        attempts: 16,
        next_at: now,
        last_answer: Some("500".into()),
        last_tried_at: Some(now),
    }
}

fn kept(p: &Prescription, now: Timestamp) -> Favourite {
    Favourite {
        id: FavouriteId::from_uuid(id(12, now)),
        specialist_id: p.specialist_id,
        name: "高血压一线".into(),
        diagnosis_code: None,
        supply: None,
        items: p.items.clone(),
        created_at: now,
    }
}

/// A time in the past.
fn time_of(c: &Consultation, now: Timestamp) -> Appointment {
    let starts_at = now - SignedDuration::from_hours(2);
    Appointment {
        consultation_id: c.id,
        specialist_id: c.specialist_id.unwrap(),
        home_id: c.home_id,
        slot: Slot { starts_at, ends_at: starts_at + SignedDuration::from_mins(20) },
        held: true,
        sequence: 0,
        changed_at: now,
        round_id: None,
    }
}

fn four(consultation: &Consultation, specialist: StaffId, pharmacist: StaffId, now: Timestamp) -> [Prescription; 4] {
    use prescription::State;
    let draft = Prescription {
        id: PrescriptionId::from_uuid(id(2, now)),
        // Not one above the version 0 that the matrix sends: who saw the offer one version ago is told that it is gone.
        version: 5,
        state: State::Draft,
        consultation_id: consultation.id,
        resident_id: consultation.resident_id,
        home_id: consultation.home_id,
        specialist_id: specialist,
        diagnosis_code: "I10".into(),
        supply: Supply::Ordinary,
        urgency: consultation.urgency,
        valid_days: 1,
        valid_until: None,
        items: vec![Item {
            no: 1,
            drug_id: DrugId("amlodipine-5mg".into()),
            dose: Dose::try_from(1.0).unwrap(),
            frequency: Frequency::Qd,
            route: Route::Oral,
            days: 7,
            taper: vec![],
            most_per_day: None,
            hours_apart: None,
            quantity: 7,
            instruction: "晨服".into(),
            substitution: false,
        }],
        findings: vec![],
        hard_stop_reason: None,
        assessment: None,
        created_at: now,
        state_since: now,
        signed_at: None,
        signature: None,
        pharmacist_id: None,
        approved_at: None,
        approval: None,
        rejection: None,
        pharmacy_id: None,
        accept_secret: None,
        packs: vec![],
        delivery_id: None,
        offered: yunzhen_domain::offers::Offered::Everybody,
        supplied: vec![],
        questions: vec![],
        replaces: None,
        end_reason: None,
        timeline: vec![],
    };
    let later = |n, state, pharmacy_id| Prescription {
        id: PrescriptionId::from_uuid(id(n, now)),
        state,
        signed_at: Some(now),
        signature: Some(SignedDocument { jws: "a.b.c".into(), certificate_serial: "01".into() }),
        pharmacist_id: Some(pharmacist),
        pharmacy_id,
        valid_until: Some(Policy::local_date(now)),
        ..draft.clone()
    };
    [
        draft.clone(),
        later(3, State::InReview, None),
        later(4, State::Approved, None),
        later(5, State::Dispensing, Some(seed::PHARMACY)),
    ]
}

fn given(prescription: &Prescription, nurse: StaffId, now: Timestamp) -> DoseEntry {
    let item = &prescription.items[0];
    DoseEntry {
        id: DoseEntryId::from_uuid(id(22, now)),
        prescription_id: prescription.id,
        item_no: item.no,
        resident_id: prescription.resident_id,
        home_id: prescription.home_id,
        due_at: now,
        sequence: 1,
        state: dose::State::Given,
        dose: item.dose,
        at: now,
        recorded_at: now,
        author: nurse,
        not_given: None,
        need: None,
        batch: None,
        note: None,
        scanned: true,
    }
}

fn parcel(prescription: &Prescription, now: Timestamp) -> Delivery {
    Delivery {
        id: DeliveryId::from_uuid(id(6, now)),
        version: 3,
        state: delivery::State::InTransit,
        prescription_id: prescription.id,
        resident_id: prescription.resident_id,
        home_id: prescription.home_id,
        pharmacy_id: seed::PHARMACY,
        parcel_code: ParcelCode::from_random([7; 8]),
        cold_chain: false,
        packs: vec![Pack {
            item_no: 1,
            name: "苯磺酸氨氯地平片".into(),
            name_en: None,
            quantity: 7,
            unit: "片".into(),
            batch: "B1".into(),
            expiry: jiff::civil::date(2030, 1, 31),
            drug_id: None,
            substitution: None,
        }],
        courier_name: "小马".into(),
        courier_phone: "139".into(),
        run_id: CourierRunId::from_uuid(id(12, now)),
        label_key: None,
        code_hash: None,
        wrong_codes: 0,
        quarantine: None,
        attempts: vec![],
        counts: vec![],
        comment: None,
        created_at: now,
        ended_at: None,
        timeline: vec![],
    }
}

fn courier_run(delivery: &Delivery, now: Timestamp) -> CourierRun {
    CourierRun {
        id: delivery.run_id,
        version: 3,
        pharmacy_id: delivery.pharmacy_id,
        day: Policy::local_date(now),
        courier_name: delivery.courier_name.clone(),
        courier_phone: delivery.courier_phone.clone(),
        token_sha256: [1; 32],
        pin_hash: "none".into(),
        stops: vec![delivery.id],
        created_at: now,
    }
}

fn called_back(by: StaffId, now: Timestamp) -> Recall {
    Recall {
        id: RecallId::from_uuid(id(20, now)),
        version: 3,
        state: recall::State::Open,
        drug_id: DrugId("amlodipine-5mg".into()),
        batch: Batch::parse("R2026-01").unwrap(),
        level: recall::Level::Second,
        reason: "溶出度不符合规定".into(),
        authority: "浙江省药品监督管理局".into(),
        announced_on: Policy::local_date(now),
        pharmacy_id: Some(seed::PHARMACY),
        declared_by: by,
        declared_at: now,
        closed: None,
        withdrawn: None,
    }
}

fn short(delivery: &Delivery, now: Timestamp) -> Discrepancy {
    Discrepancy {
        id: DiscrepancyId::from_uuid(id(13, now)),
        version: 3,
        state: discrepancy::State::Open,
        delivery_id: delivery.id,
        prescription_id: delivery.prescription_id,
        resident_id: delivery.resident_id,
        home_id: delivery.home_id,
        pharmacy_id: delivery.pharmacy_id,
        cause: discrepancy::Cause::Count,
        lines: vec![],
        comment: None,
        opened_at: now,
        resolution: None,
        note: None,
        resolved_at: None,
        resolved_by: None,
    }
}

fn round(resident: &Resident, doctor: StaffId, now: Timestamp) -> Visit {
    Visit {
        id: VisitId::from_uuid(id(8, now)),
        version: 3,
        state: visit::State::Planned,
        hospital: "云溪市第一人民医院".into(),
        planned_on: Policy::local_date(now),
        doctors: vec![doctor],
        remark: String::new(),
        stops: vec![VisitStop::expected(resident.id, resident.home_id, vec!["M81.0".into()])],
        planned_by: doctor,
        planned_at: now,
        started_at: None,
        ended_at: None,
        end_reason: None,
    }
}

fn referred(consultation: &Consultation, specialist: StaffId, now: Timestamp) -> Referral {
    Referral {
        id: ReferralId::from_uuid(id(9, now)),
        version: 3,
        state: referral::State::Sent,
        resident_id: consultation.resident_id,
        home_id: consultation.home_id,
        consultation_id: Some(consultation.id),
        specialist_id: Some(specialist),
        drafted_by: specialist,
        urgency: Urgency::Urgent,
        diagnosis_code: Some("I10".into()),
        reason: "血压 210/120".into(),
        hospital: "云溪市第一人民医院".into(),
        department: "心内科".into(),
        appointment: None,
        questions: vec![].into(),
        report: None,
        end_reason: None,
        created_at: now,
        state_since: now,
        timeline: vec![],
    }
}

fn running_out(p: &Prescription, now: Timestamp) -> Refill {
    Refill {
        id: RefillId::from_uuid(id(31, now)),
        version: 1,
        state: refill::State::Open,
        prescription_id: p.id,
        resident_id: p.resident_id,
        home_id: p.home_id,
        specialist_id: p.specialist_id,
        item_nos: vec![1],
        last_day: jiff::civil::date(2026, 12, 21),
        runs_out: RunsOut::Cap,
        asked_at: now,
        decided_at: None,
        renewed_by: None,
        reopened: None,
        decline_reason: None,
    }
}

fn ride(referral: &Referral, nurse: StaffId, now: Timestamp) -> Transport {
    Transport {
        id: TransportId::from_uuid(id(10, now)),
        version: 3,
        state: transport::State::Requested,
        referral_id: Some(referral.id),
        resident_id: referral.resident_id,
        home_id: referral.home_id,
        vehicle: Vehicle::Ambulance,
        destination: "云溪市第一人民医院".into(),
        pick_up_at: now,
        needs: vec![],
        carrier: None,
        end_reason: None,
        requested_by: nurse,
        created_at: now,
        timeline: vec![],
    }
}

fn invited(consultation: &Consultation, nurse: StaffId, now: Timestamp) -> Invitation {
    Invitation {
        id: InvitationId::from_uuid(id(7, now)),
        consultation_id: consultation.id,
        kind: InvitationKind::Family,
        display_name: "刘海峰".into(),
        token_sha256: [2; 32],
        invited_by: nurse,
        created_at: now,
        expires_at: now + SignedDuration::from_hours(1),
        version: 3,
        state: yunzhen_domain::machines::invitation::State::Admitted,
        device_sha256: Some([3; 32]),
        arrived_at: Some(now),
        decided_by: Some(nurse),
        decided_at: Some(now),
    }
}

/// A turn of duty, a round with the consultation, a call of its resident, a calendar of the home.
fn day(c: &Consultation, nurse: StaffId, specialist: StaffId, now: Timestamp) -> (Shift, Round, UrgentCall, Calendar) {
    let shift = Shift {
        id: ShiftId::from_uuid(id(8, now)),
        specialist_id: specialist,
        line: 1,
        starts_at: now,
        ends_at: now + SignedDuration::from_hours(1),
    };
    let round = Round {
        id: RoundId::from_uuid(id(9, now)),
        version: 3,
        home_id: c.home_id,
        specialist_id: specialist,
        planned_by: nurse,
        starts_at: now,
        minutes: 15,
        order: vec![c.id],
    };
    let urgent_call = UrgentCall {
        id: UrgentCallId::from_uuid(id(10, now)),
        version: 3,
        pressed_at: None,
        state: urgent_call::State::Raised,
        resident_id: c.resident_id,
        home_id: c.home_id,
        bed: "301-1".into(),
        triage: Triage::Unknown,
        called: vec![specialist],
        answered_by: None,
        consultation_id: None,
        referral_id: None,
        transport_id: None,
        note: None,
        steps: vec![urgent_call::Step { state: urgent_call::State::Raised, at: now }],
    };
    let calendar = Calendar {
        id: CalendarId::from_uuid(id(11, now)),
        of: CalendarOf::Home(c.home_id),
        token_sha256: [9; 32],
        shared_by: nurse,
        created_at: now,
        revoked_at: None,
    };
    (shift, round, urgent_call, calendar)
}

/// A resident that does not exist.
pub fn nobody() -> ResidentId {
    ResidentId::from_uuid(Uuid::from_u128(99))
}

fn signers(now: Timestamp) -> Trust {
    Trust::new(vec![Authority::create(now).unwrap().signers.der().clone()])
}
