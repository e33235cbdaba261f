//! The API on one page. Consoles reach it over mutual TLS, boxes over QUIC streams; both speak for a person with a bearer token.
//!
//! Handlers are thin: extract, call one use case of `app`, answer. Who may do what is decided by the use cases from the access table; [`TABLE`] says
//! which action each route is, and the tests hold every route against it.

mod document;

pub mod access_notices;
pub mod admin;
pub mod appointments;
pub mod boxes;
pub mod break_glass;
pub mod calendars;
pub mod consents;
pub mod consultations;
pub mod courier_runs;
pub mod deliveries;
pub mod discrepancies;
pub mod dispenses;
pub mod documents;
pub mod doses;
pub mod duplicates;
pub mod ecgs;
pub mod eligibility;
pub mod enrolment;
pub mod events;
pub mod extract;
pub mod fhir;
pub mod formulary;
pub mod homes;
pub mod legs;
pub mod licences;
pub mod media_timeline;
mod misread;
pub mod openid;
pub mod ops;
pub mod passkeys;
pub mod passwords;
pub mod pharmacies;
pub mod pharmacy_api;
pub mod pharmacy_systems;
pub mod prescribing;
pub mod prescriptions;
pub mod problem;
pub mod recalls;
pub mod recordings;
pub mod referrals;
pub mod refills;
pub mod residents;
pub mod retention;
pub mod rounds;
pub mod safety;
pub mod schedule;
pub mod second_factors;
pub mod sessions;
pub mod signing_keys;
pub mod staff_accounts;
pub mod stills;
pub mod stock;
pub mod transports;
pub mod urgent_calls;
pub mod visits;
pub mod whip;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{any, delete, get, post, put};
use yunzhen_domain::access::Action;
use yunzhen_runtime::web::moved;

use crate::app::App;
use crate::config::LimitsConfig;
use crate::rooms::Rooms;
use problem::{Fault, Problem};

pub use document::openapi;

/// What handlers work with.
#[derive(Clone)]
pub struct ApiState {
    /// Use cases.
    pub app: App,
    /// The session plane.
    pub rooms: Rooms,
    /// Where standard clients reach WHIP and WHEP.
    pub whip_url: String,
    /// How large a request may be.
    pub limits: Arc<LimitsConfig>,
}

/// The whole API below `/api`.
pub fn router(state: ApiState) -> Router {
    use crate::http as h;
    let api = Router::new()
        .route("/openapi.json", get(document::read))
        .route("/sessions", get(h::sessions::list).post(h::sessions::create))
        .route("/sessions/end-others", post(h::sessions::end_others))
        .route("/sessions/{id}", delete(h::sessions::end_one))
        .route("/passkey-sessions", post(h::passkeys::sign_in))
        .route("/passkey-sessions/begin", post(h::passkeys::ask))
        .route("/passkeys", get(h::passkeys::list).post(h::passkeys::register))
        .route("/passkeys/begin", post(h::passkeys::begin))
        .route("/passkeys/remove", post(h::passkeys::remove))
        .route("/passkeys/{id}", put(h::passkeys::rename))
        .route("/identity-providers", get(h::openid::providers))
        .route("/openid-sessions", post(h::openid::sign_in))
        .route("/openid-sessions/begin", post(h::openid::begin))
        .route("/sessions/identities", get(h::openid::own))
        .route("/sessions/current/openid-authentication", post(h::openid::prove))
        .route("/sessions/current/openid-authentication/begin", post(h::openid::begin_proof))
        .route("/second-factor", get(h::second_factors::status))
        .route("/second-factor/begin", post(h::second_factors::begin))
        .route("/second-factor/confirm", post(h::second_factors::confirm))
        .route("/second-factor/recovery-codes", post(h::second_factors::make_codes))
        .route("/second-factor/remove", post(h::second_factors::remove))
        .route("/password", post(h::passwords::change))
        .route("/password/judgement", post(h::passwords::judge))
        .route("/access-notices", get(h::access_notices::list))
        .route("/access-notices/seen", post(h::access_notices::see))
        .route("/sessions/current", get(h::sessions::current).delete(h::sessions::end))
        .route("/sessions/current/authentication", post(h::sessions::reauthenticate))
        .route("/courier-sessions", post(h::sessions::create_courier))
        .route("/observer-sessions", post(h::sessions::create_observer))
        .route("/observer-sessions/current", get(h::sessions::guest_standing))
        .route("/homes", get(h::homes::list))
        .route("/homes/{id}/zone", put(h::homes::set_zone))
        .route("/homes/{id}/place", put(h::homes::set_place))
        .route("/pharmacies", get(h::pharmacies::list))
        .route("/offers", get(h::pharmacies::offers))
        .route("/pharmacies/{id}/facts", put(h::pharmacies::set_facts))
        .route("/residents", get(h::residents::list).post(h::residents::register))
        .route("/residents/{id}", get(h::residents::get).put(h::residents::change))
        .route("/resident-identities", get(h::residents::identities))
        .route("/residents/{id}/transfer", post(h::residents::transfer))
        .route("/residents/{id}/consents", get(h::consents::list).post(h::consents::give))
        .route("/residents/{id}/documents", get(h::documents::list).post(h::documents::add))
        .route("/resident-imports", post(h::residents::import))
        .route("/resident-imports/dry-run", post(h::residents::dry_run_import))
        .route("/consent-texts", get(h::consents::texts))
        .route("/consents/{id}/revoke", post(h::consents::revoke))
        .route("/consultations/{id}/recording-answer", post(h::consents::answer_recording))
        .route("/documents/{id}/content", get(h::documents::content))
        .route("/duplicates", get(h::duplicates::list))
        .route("/duplicates/{id}/merge", post(h::duplicates::merge))
        .route("/duplicates/{id}/unmerge", post(h::duplicates::unmerge))
        .route("/duplicates/{id}/dismiss", post(h::duplicates::dismiss))
        .route("/break-glass", get(h::break_glass::list).post(h::break_glass::open))
        .route("/break-glass/{id}/close", post(h::break_glass::close))
        .route("/break-glass/{id}/review", post(h::break_glass::review))
        .route("/break-glass/{id}/acknowledge", post(h::break_glass::acknowledge))
        .route("/residents/{id}/observations", get(h::residents::observations).post(h::residents::record_observations))
        .route("/residents/{id}/ecgs", get(h::ecgs::list).post(h::ecgs::record))
        .route("/ecgs/{id}", get(h::ecgs::get))
        .route("/residents/{id}/notes", post(h::residents::write_note))
        .route("/residents/{id}/eligibility", get(h::eligibility::get).post(h::eligibility::record))
        .route("/eligibility/{id}/revoke", post(h::eligibility::revoke))
        .route(
            "/homes/{id}/joint-consultation",
            get(h::eligibility::joint_consultation).put(h::eligibility::set_joint_consultation),
        )
        .route("/consultations/{id}/present-doctors", post(h::eligibility::name_present_doctor))
        .route("/visits", get(h::visits::list).post(h::visits::plan))
        .route("/visit-candidates", get(h::visits::candidates))
        .route("/visits/{id}", get(h::visits::get).put(h::visits::change))
        .route("/visits/{id}/residents", post(h::visits::join))
        .route("/visits/{id}/start", post(h::visits::start))
        .route("/visits/{id}/results", post(h::visits::record_results))
        .route("/visits/{id}/cancel", post(h::visits::cancel))
        .route("/visits/{id}/form", get(h::visits::form))
        .route("/referrals", get(h::referrals::list).post(h::referrals::draft))
        .route("/referrals/{id}", get(h::referrals::get).put(h::referrals::change))
        .route("/referrals/{id}/send", post(h::referrals::send))
        .route("/referrals/{id}/see", post(h::referrals::see))
        .route("/referrals/{id}/ask-information", post(h::referrals::ask_information))
        .route("/referrals/{id}/answer-information", post(h::referrals::answer_information))
        .route("/referrals/{id}/accept", post(h::referrals::accept))
        .route("/referrals/{id}/start", post(h::referrals::start))
        .route("/referrals/{id}/report", post(h::referrals::report))
        .route("/referrals/{id}/refuse", post(h::referrals::refuse))
        .route("/referrals/{id}/miss-appointment", post(h::referrals::miss_appointment))
        .route("/referrals/{id}/withdraw", post(h::referrals::withdraw))
        .route("/referrals/{id}/hand-over", get(h::referrals::hand_over))
        .route("/transports", get(h::transports::list).post(h::transports::request))
        .route("/transports/{id}", get(h::transports::get))
        .route("/transports/{id}/confirm", post(h::transports::confirm))
        .route("/transports/{id}/depart", post(h::transports::depart))
        .route("/transports/{id}/arrive", post(h::transports::arrive))
        .route("/transports/{id}/cancel", post(h::transports::cancel))
        .route("/consultations", get(h::consultations::list).post(h::consultations::request))
        .route("/consultations/{id}", get(h::consultations::get))
        .route("/consultations/{id}/begin", post(h::consultations::begin))
        .route("/consultations/{id}/complete", post(h::consultations::complete))
        .route("/consultations/{id}/cancel", post(h::consultations::cancel))
        .route("/consultations/{id}/fail", post(h::consultations::fail))
        .route("/consultations/{id}/stop", post(h::consultations::stop))
        .route("/consultations/{id}/no-show", post(h::consultations::no_show))
        .route("/consultations/{id}/note", put(h::consultations::save_note))
        .route("/consultations/{id}/invitations", get(h::consultations::guests).post(h::consultations::invite))
        .route("/consultations/{id}/invitations/{guest}/admit", post(h::consultations::admit_guest))
        .route("/consultations/{id}/invitations/{guest}/revoke", post(h::consultations::revoke_guest))
        .route("/consultations/{id}/prescriptions", post(h::prescriptions::create))
        .route("/consultations/{id}/legs", post(h::legs::create))
        .route("/consultations/{id}/legs/{leg}", axum::routing::patch(h::legs::patch).delete(h::legs::delete))
        .route("/consultations/{id}/legs/{leg}/media-state", put(h::legs::set_media_state))
        .route("/consultations/{id}/legs/{leg}/quality", post(h::legs::report_quality))
        .route("/consultations/{id}/legs/{leg}/events", get(h::legs::events))
        .route("/consultations/{id}/home-camera", post(h::legs::select_home_camera))
        .route("/consultations/{id}/media-timeline", get(h::media_timeline::get))
        .route("/consultations/{id}/stills", get(h::stills::list).post(h::stills::take))
        .route("/consultations/{id}/recordings", get(h::recordings::list).post(h::recordings::start))
        .route("/recordings/{id}/stop", post(h::recordings::stop))
        .route("/recordings/{id}/retry", post(h::recordings::retry))
        .route("/recordings/{id}/media", get(h::recordings::media))
        .route("/consultations/{id}/media-tokens", post(h::legs::create_media_token))
        .route("/drugs", get(h::formulary::drugs))
        .route("/diagnoses", get(h::formulary::diagnoses))
        .route("/prescriptions", get(h::prescriptions::list))
        .route("/prescriptions/{id}", get(h::prescriptions::get).put(h::prescriptions::update))
        .route("/prescriptions/{id}/findings-preview", post(h::prescriptions::preview_findings))
        .route("/prescriptions/{id}/signing-document", post(h::prescriptions::signing_document))
        .route("/prescriptions/{id}/sign", post(h::prescriptions::sign))
        .route("/prescriptions/{id}/cancel", post(h::prescriptions::cancel))
        .route("/prescriptions/{id}/claim", post(h::prescriptions::claim))
        .route("/prescriptions/{id}/approval-document", post(h::prescriptions::approval_document))
        .route("/prescriptions/{id}/approve", post(h::prescriptions::approve))
        .route("/prescriptions/{id}/reject", post(h::prescriptions::reject))
        .route("/prescriptions/{id}/accept", post(h::prescriptions::accept))
        .route("/prescriptions/{id}/dispense", post(h::prescriptions::dispense))
        .route("/prescriptions/{id}/pack", post(h::prescriptions::pack))
        .route("/prescriptions/{id}/decline", post(h::prescriptions::decline))
        .route("/prescriptions/{id}/ask", post(h::prescribing::ask))
        .route("/prescriptions/{id}/answer", post(h::prescribing::answer))
        .route("/prescriptions/{id}/release", post(h::prescribing::release))
        .route("/prescriptions/{id}/replace", post(h::prescribing::replace))
        .route("/prescriptions/{id}/review-facts", get(h::prescribing::review_facts))
        .route("/consultations/{id}/prescribing-facts", get(h::prescribing::prescribing_facts))
        .route("/prescription-favourites", get(h::prescribing::favourites).post(h::prescribing::save_favourite))
        .route("/prescription-favourites/{id}", delete(h::prescribing::delete_favourite))
        .route("/prescriptions/{id}/dispenses", get(h::dispenses::list))
        .route("/stock", get(h::stock::list).post(h::stock::receive))
        .route("/stock/{id}/moves", get(h::stock::moves))
        .route("/stock/{id}/correct", post(h::stock::correct))
        .route("/stock/{id}/write-off", post(h::stock::write_off))
        .route("/stock/{id}/release", post(h::stock::release))
        .route("/deliveries", get(h::deliveries::list))
        .route("/deliveries/{id}", get(h::deliveries::get))
        .route("/deliveries/{id}/accept", post(h::deliveries::accept))
        .route("/deliveries/{id}/pick-up", post(h::deliveries::pick_up))
        .route("/deliveries/{id}/arrive", post(h::deliveries::arrive))
        .route("/deliveries/{id}/fail-attempt", post(h::deliveries::fail_attempt))
        .route("/deliveries/{id}/resume", post(h::deliveries::resume))
        .route("/deliveries/{id}/give-back", post(h::deliveries::give_back))
        .route("/deliveries/{id}/receive", post(h::deliveries::receive))
        .route("/deliveries/{id}/refuse", post(h::deliveries::refuse))
        .route("/deliveries/{id}/take-back", post(h::deliveries::take_back))
        .route("/deliveries/{id}/release", post(h::deliveries::release))
        .route("/deliveries/{id}/turn-back", post(h::deliveries::turn_back))
        .route("/deliveries/{id}/lose", post(h::deliveries::lose))
        .route("/deliveries/{id}/temperatures", post(h::deliveries::record_temperature))
        .route("/deliveries/{id}/receipts", post(h::deliveries::hand_in_receipt))
        .route("/deliveries/{id}/refused-codes", post(h::deliveries::report_refused_code))
        .route("/expected-parcels", get(h::deliveries::expected))
        .route("/courier-runs/{id}", get(h::courier_runs::get))
        .route("/courier-runs/{id}/order", put(h::courier_runs::reorder))
        .route("/courier-runs/{id}/link", post(h::courier_runs::renew_link))
        .route("/recalls", get(h::recalls::list).post(h::recalls::declare))
        .route("/recalls/{id}", get(h::recalls::get))
        .route("/recalls/{id}/close", post(h::recalls::close))
        .route("/recalls/{id}/withdraw", post(h::recalls::withdraw))
        .route("/recalls/{id}/answer", post(h::recalls::answer))
        .route("/discrepancies", get(h::discrepancies::list))
        .route("/discrepancies/{id}", get(h::discrepancies::get))
        .route("/discrepancies/{id}/resolve", post(h::discrepancies::resolve))
        .route("/availability/{id}", get(h::schedule::availability).put(h::schedule::publish))
        .route("/specialists", get(h::schedule::specialists))
        .route("/slots", get(h::schedule::slots))
        .route("/duty", get(h::schedule::duty).post(h::schedule::plan_duty))
        .route("/duty/{id}", delete(h::schedule::remove_duty))
        .route("/appointments", get(h::appointments::list).post(h::appointments::book))
        .route("/waitlist", get(h::appointments::waitlist).post(h::appointments::wait))
        .route("/consultations/{id}/check-in", post(h::appointments::check_in))
        .route("/consultations/{id}/offer", post(h::appointments::offer))
        .route("/consultations/{id}/accept", post(h::appointments::accept))
        .route("/consultations/{id}/decline", post(h::appointments::decline))
        .route("/consultations/{id}/move", post(h::appointments::change_time))
        .route("/urgent-calls", get(h::urgent_calls::list).post(h::urgent_calls::raise))
        .route("/urgent-calls/{id}", get(h::urgent_calls::get))
        .route("/urgent-calls/{id}/progress", get(h::urgent_calls::progress))
        .route("/urgent-calls/{id}/answer", post(h::urgent_calls::answer))
        .route("/urgent-calls/{id}/end", post(h::urgent_calls::end))
        .route("/rounds", get(h::rounds::list).post(h::rounds::plan))
        .route("/rounds/{id}", get(h::rounds::get))
        .route("/rounds/{id}/order", put(h::rounds::reorder))
        .route("/calendars", get(h::calendars::list).post(h::calendars::share))
        .route("/calendars/{id}", delete(h::calendars::revoke))
        .route("/calendar-feeds/{token}", get(h::calendars::feed))
        .route("/doses", get(h::doses::list))
        .route("/residents/{id}/doses", post(h::doses::record))
        .route("/residents/{id}/medication-sheet", get(h::doses::sheet))
        .route("/residents/{id}/medication-labels", get(h::doses::labels))
        .route("/refills", get(h::refills::list))
        .route("/refills/{id}/see", post(h::refills::see))
        .route("/refills/{id}/decline", post(h::refills::decline))
        .route("/safety/overrides", get(h::safety::overrides))
        .route("/retention", get(h::retention::get))
        .route("/legal-holds", get(h::retention::holds).post(h::retention::hold))
        .route("/legal-holds/{id}/release", post(h::retention::release))
        .route("/staff", get(h::admin::staff).post(h::staff_accounts::create))
        .route("/staff/{id}/close", post(h::staff_accounts::close))
        .route("/staff/{id}/reopen", post(h::staff_accounts::reopen))
        .route("/staff/{id}/reset-password", post(h::staff_accounts::reset_password))
        .route("/staff/{id}/practice", put(h::admin::record_practice))
        .route("/staff/{id}/end-sessions", post(h::sessions::end_all_of))
        .route("/staff/{id}/reset-second-factor", post(h::second_factors::reset))
        .route("/staff/{id}/identities", get(h::openid::of_staff).post(h::openid::bind))
        .route("/staff/{id}/identities/remove", post(h::openid::unbind))
        .route("/staff/{id}/licence", put(h::licences::record))
        .route("/staff/{id}/licences", get(h::licences::history))
        .route("/signing-keys", get(h::signing_keys::list).post(h::signing_keys::request))
        .route("/signing-keys/{id}/approve", post(h::signing_keys::approve))
        .route("/signing-keys/{id}/refuse", post(h::signing_keys::refuse))
        .route("/signing-keys/{id}/certificate", post(h::signing_keys::certify))
        .route("/signing-keys/{id}/revoke", post(h::signing_keys::revoke))
        .route("/revoked-signing-keys", get(h::signing_keys::revoked))
        .route("/boxes", get(h::admin::boxes))
        .route("/boxes/{id}/enrol", post(h::boxes::ask_enrolment))
        .route("/boxes/{id}/revoke", post(h::boxes::revoke))
        .route("/box-certificates", post(h::boxes::renew))
        .route("/audit", get(h::admin::audit))
        .route("/events", get(h::events::stream))
        .route("/pharmacy-systems", get(h::pharmacy_systems::list).post(h::pharmacy_systems::make))
        .route("/pharmacy-systems/{id}/rotate", post(h::pharmacy_systems::rotate))
        .route("/pharmacy-systems/{id}/revoke", post(h::pharmacy_systems::revoke))
        .route(
            "/pharmacy-systems/{id}/webhook",
            put(h::pharmacy_systems::set_webhook).delete(h::pharmacy_systems::remove_webhook),
        )
        .route("/pharmacy-systems/{id}/rotate-webhook", post(h::pharmacy_systems::rotate_webhook))
        .route("/pharmacy-systems/{id}/replay", post(h::pharmacy_systems::replay))
        .route("/pharmacy-systems/{id}/deliveries", get(h::pharmacy_systems::deliveries))
        .route("/webhook-deliveries/{id}/replay", post(h::pharmacy_systems::replay_one))
        .nest("/pharmacy/v1", pharmacy_routes());
    Router::new()
        .nest("/api", fhir::routes(api))
        .route("/fhir", any(moved::below_api))
        .route("/fhir/{*rest}", any(moved::below_api))
        .fallback(async || Problem::from(Fault::NoSuchPlace))
        .method_not_allowed_fallback(async || Problem::from(Fault::Method))
        .layer(DefaultBodyLimit::max(state.limits.body_bytes))
        .layer(from_fn(problem::render))
        .with_state(state)
}

/// For pharmacies' own systems.
fn pharmacy_routes() -> Router<ApiState> {
    use crate::http::pharmacy_api as h;
    Router::new()
        .route("/self", get(h::me))
        .route("/events", get(h::events))
        .route("/orders", get(h::orders))
        .route("/orders/{id}", get(h::order))
        .route("/orders/{id}/accept", post(h::accept))
        .route("/orders/{id}/decline", post(h::decline))
        .route("/orders/{id}/dispense", post(h::dispense))
        .route("/orders/{id}/pack", post(h::pack))
        .route("/orders/{id}/ask", post(h::ask))
        .route("/parcels", get(h::parcels))
        .route("/parcels/{id}", get(h::parcel))
        .route("/parcels/{id}/take-back", post(h::take_back))
        .route("/parcels/{id}/release", post(h::release))
        .route("/parcels/{id}/turn-back", post(h::turn_back))
        .route("/parcels/{id}/lose", post(h::lose))
        .route("/stock", get(h::stock).post(h::receive_goods))
        .route("/stock/{id}/correct", post(h::correct_stock))
        .route("/stock/{id}/write-off", post(h::write_off_stock))
        .route("/recalls", get(h::recalls))
        .route("/recalls/{id}", get(h::recall))
        .route("/drugs", get(h::drugs))
        .route("/webhook", put(h::set_webhook).delete(h::remove_webhook))
        .route("/webhook/rotate", post(h::rotate_webhook))
        .route("/webhook/replay", post(h::replay))
}

/// Operators' routes.
pub fn ops_router(state: ApiState, metrics: metrics_exporter_prometheus::PrometheusHandle) -> Router {
    ops::router(state.app, metrics)
}

/// Every operation of the API and the action it is; `None`: open to whoever comes through a console or a box.
pub const TABLE: &[(&str, Option<Action>)] = &[
    ("getOpenapi", None),
    ("createSession", None),
    ("beginPasskeySession", None),
    ("createPasskeySession", None),
    ("listIdentityProviders", None),
    ("beginOpenidSession", None),
    ("createOpenidSession", None),
    ("createCourierSession", None),
    ("createObserverSession", None),
    ("getGuestStanding", Some(Action::AwaitAdmission)),
    ("getCurrentSession", Some(Action::UseSession)),
    ("deleteCurrentSession", Some(Action::UseSession)),
    ("reauthenticate", Some(Action::KeepOwnAccess)),
    ("listSessions", Some(Action::KeepOwnAccess)),
    ("deleteSession", Some(Action::KeepOwnAccess)),
    ("endOtherSessions", Some(Action::KeepOwnAccess)),
    ("endStaffSessions", Some(Action::KeepStaff)),
    ("changePassword", Some(Action::KeepOwnAccess)),
    ("judgePassword", Some(Action::KeepOwnAccess)),
    ("listAccessNotices", Some(Action::KeepOwnAccess)),
    ("seeAccessNotices", Some(Action::KeepOwnAccess)),
    ("listPasskeys", Some(Action::KeepOwnAccess)),
    ("beginPasskey", Some(Action::KeepOwnAccess)),
    ("registerPasskey", Some(Action::KeepOwnAccess)),
    ("renamePasskey", Some(Action::KeepOwnAccess)),
    ("removePasskey", Some(Action::KeepOwnAccess)),
    ("getSecondFactor", Some(Action::KeepOwnAccess)),
    ("beginSecondFactor", Some(Action::KeepOwnAccess)),
    ("confirmSecondFactor", Some(Action::KeepOwnAccess)),
    ("makeRecoveryCodes", Some(Action::KeepOwnAccess)),
    ("removeSecondFactor", Some(Action::KeepOwnAccess)),
    ("resetSecondFactor", Some(Action::KeepStaff)),
    ("beginOpenidAuthentication", Some(Action::KeepOwnAccess)),
    ("reauthenticateByOpenid", Some(Action::KeepOwnAccess)),
    ("listOwnIdentities", Some(Action::KeepOwnAccess)),
    ("listStaffIdentities", Some(Action::ListStaff)),
    ("bindIdentity", Some(Action::KeepStaff)),
    ("unbindIdentity", Some(Action::KeepStaff)),
    ("listHomes", Some(Action::ListHomes)),
    ("listResidents", Some(Action::ListResidents)),
    ("getResident", Some(Action::ViewResident)),
    ("listObservations", Some(Action::ViewResident)),
    ("recordObservations", Some(Action::RecordObservations)),
    ("listEcgs", Some(Action::ViewResident)),
    ("recordEcg", Some(Action::RecordObservations)),
    ("getEcg", Some(Action::ViewResident)),
    ("writeNote", Some(Action::WriteNote)),
    ("registerResident", Some(Action::RegisterResident)),
    ("changeResident", Some(Action::ChangeResident)),
    ("listResidentIdentities", Some(Action::TransferResident)),
    ("transferResident", Some(Action::TransferResident)),
    ("importResidents", Some(Action::ImportResidents)),
    ("dryRunResidentImport", Some(Action::ImportResidents)),
    ("listConsentTexts", Some(Action::ViewConsents)),
    ("listConsents", Some(Action::ViewConsents)),
    ("giveConsent", Some(Action::GiveConsent)),
    ("revokeConsent", Some(Action::RevokeConsent)),
    ("answerRecordingQuestion", Some(Action::GiveConsent)),
    ("listDocuments", Some(Action::ViewDocuments)),
    ("addDocument", Some(Action::AddDocument)),
    ("getDocumentContent", Some(Action::ViewDocuments)),
    ("listDuplicates", Some(Action::JudgeDuplicates)),
    ("mergeDuplicate", Some(Action::JudgeDuplicates)),
    ("unmergeDuplicate", Some(Action::JudgeDuplicates)),
    ("dismissDuplicate", Some(Action::JudgeDuplicates)),
    ("breakGlass", Some(Action::BreakGlass)),
    ("closeBreakGlass", Some(Action::CloseBreakGlass)),
    ("listBreakGlass", Some(Action::ViewBreakGlass)),
    ("reviewBreakGlass", Some(Action::ReviewBreakGlass)),
    ("acknowledgeBreakGlass", Some(Action::AcknowledgeBreakGlass)),
    ("getEligibility", Some(Action::ViewEligibility)),
    ("recordEligibility", Some(Action::KeepEligibility)),
    ("revokeEligibility", Some(Action::KeepEligibility)),
    ("getJointConsultation", Some(Action::ViewHomeSwitches)),
    ("setJointConsultation", Some(Action::SetHomeSwitches)),
    ("setHomeZone", Some(Action::SetHomeSwitches)),
    ("setHomePlace", Some(Action::SetHomeSwitches)),
    ("listPharmacies", Some(Action::ListPharmacies)),
    ("listOffers", Some(Action::ViewOffers)),
    ("setPharmacyFacts", Some(Action::KeepPharmacies)),
    ("namePresentDoctor", Some(Action::NamePresentDoctor)),
    ("listVisits", Some(Action::ListVisits)),
    ("listVisitCandidates", Some(Action::PlanVisit)),
    ("planVisit", Some(Action::PlanVisit)),
    ("getVisit", Some(Action::ViewVisit)),
    ("changeVisit", Some(Action::PlanVisit)),
    ("joinVisit", Some(Action::JoinVisit)),
    ("startVisit", Some(Action::ConductVisit)),
    ("recordVisitResults", Some(Action::ConductVisit)),
    ("cancelVisit", Some(Action::PlanVisit)),
    ("printVisitForm", Some(Action::ViewVisit)),
    ("listReferrals", Some(Action::ListReferrals)),
    ("draftReferral", Some(Action::DraftReferral)),
    ("getReferral", Some(Action::ViewReferral)),
    ("changeReferral", Some(Action::DraftReferral)),
    ("sendReferral", Some(Action::SendReferral)),
    ("seeReferral", Some(Action::DecideReferral)),
    ("askReferralInformation", Some(Action::DecideReferral)),
    ("answerReferralInformation", Some(Action::AccompanyReferral)),
    ("acceptReferral", Some(Action::DecideReferral)),
    ("startReferral", Some(Action::AccompanyReferral)),
    ("reportReferral", Some(Action::DecideReferral)),
    ("refuseReferral", Some(Action::DecideReferral)),
    ("missReferralAppointment", Some(Action::AccompanyReferral)),
    ("withdrawReferral", Some(Action::SendReferral)),
    ("printHandOver", Some(Action::ViewReferral)),
    ("listTransports", Some(Action::ListTransports)),
    ("requestTransport", Some(Action::RunTransport)),
    ("getTransport", Some(Action::ViewTransport)),
    ("confirmTransport", Some(Action::RunTransport)),
    ("departTransport", Some(Action::RunTransport)),
    ("arriveTransport", Some(Action::RunTransport)),
    ("cancelTransport", Some(Action::RunTransport)),
    ("listConsultations", Some(Action::ListConsultations)),
    ("requestConsultation", Some(Action::RequestConsultation)),
    ("getConsultation", Some(Action::ViewConsultation)),
    ("beginConsultation", Some(Action::BeginConsultation)),
    ("completeConsultation", Some(Action::CompleteConsultation)),
    ("cancelConsultation", Some(Action::CancelConsultation)),
    ("failConsultation", Some(Action::FailConsultation)),
    ("stopConsultation", Some(Action::StopConsultation)),
    ("markNoShow", Some(Action::NoShowConsultation)),
    ("saveConsultationNote", Some(Action::WriteConsultationNote)),
    ("inviteObserver", Some(Action::InviteObserver)),
    ("listGuests", Some(Action::InviteObserver)),
    ("admitGuest", Some(Action::InviteObserver)),
    ("revokeGuest", Some(Action::InviteObserver)),
    ("createLeg", Some(Action::JoinCall)),
    ("patchLeg", Some(Action::JoinCall)),
    ("deleteLeg", Some(Action::JoinCall)),
    ("setMediaState", Some(Action::JoinCall)),
    ("reportQuality", Some(Action::JoinCall)),
    ("streamLegEvents", Some(Action::JoinCall)),
    ("selectHomeCamera", Some(Action::SwitchHomeCamera)),
    ("getMediaTimeline", Some(Action::ViewMediaTimeline)),
    ("listStills", Some(Action::ViewDocuments)),
    ("takeStills", Some(Action::TakeStill)),
    ("listRecordings", Some(Action::ViewRecordings)),
    ("startRecording", Some(Action::RecordConsultation)),
    ("stopRecording", Some(Action::RecordConsultation)),
    ("retryRecording", Some(Action::RecordConsultation)),
    ("getRecordingMedia", Some(Action::ViewRecordings)),
    ("createMediaToken", Some(Action::JoinCall)),
    ("listDrugs", Some(Action::SearchFormulary)),
    ("listDiagnoses", Some(Action::SearchFormulary)),
    ("listPrescriptions", Some(Action::ListPrescriptions)),
    ("getPrescription", Some(Action::ViewPrescription)),
    ("createPrescription", Some(Action::DraftPrescription)),
    ("updatePrescription", Some(Action::UpdatePrescription)),
    ("previewFindings", Some(Action::DraftPrescription)),
    ("prepareSigningDocument", Some(Action::SignPrescription)),
    ("signPrescription", Some(Action::SignPrescription)),
    ("cancelPrescription", Some(Action::CancelPrescription)),
    ("claimPrescription", Some(Action::ClaimPrescription)),
    ("prepareApprovalDocument", Some(Action::ReviewPrescription)),
    ("approvePrescription", Some(Action::ReviewPrescription)),
    ("rejectPrescription", Some(Action::ReviewPrescription)),
    ("acceptPrescription", Some(Action::AcceptPrescription)),
    ("dispensePrescription", Some(Action::DispensePrescription)),
    ("packPrescription", Some(Action::DispensePrescription)),
    ("declinePrescription", Some(Action::DispensePrescription)),
    ("askPrescriber", Some(Action::AskPrescriber)),
    ("answerQuestion", Some(Action::AnswerQuestion)),
    ("releasePrescription", Some(Action::ReviewPrescription)),
    ("replacePrescription", Some(Action::ReplacePrescription)),
    ("getReviewFacts", Some(Action::ViewReviewFacts)),
    ("getPrescribingFacts", Some(Action::DraftPrescription)),
    ("listFavourites", Some(Action::KeepFavourites)),
    ("saveFavourite", Some(Action::KeepFavourites)),
    ("deleteFavourite", Some(Action::KeepFavourites)),
    ("listDispenses", Some(Action::ViewPrescription)),
    ("listStock", Some(Action::ViewStock)),
    ("receiveGoods", Some(Action::KeepStock)),
    ("listStockMoves", Some(Action::ViewStock)),
    ("correctStock", Some(Action::KeepStock)),
    ("writeOffStock", Some(Action::KeepStock)),
    ("releaseStock", Some(Action::KeepStock)),
    ("listDeliveries", Some(Action::ListDeliveries)),
    ("getDelivery", Some(Action::ViewDelivery)),
    ("acceptDelivery", Some(Action::CarryDelivery)),
    ("pickUpDelivery", Some(Action::CarryDelivery)),
    ("arriveDelivery", Some(Action::CarryDelivery)),
    ("failDeliveryAttempt", Some(Action::CarryDelivery)),
    ("resumeDelivery", Some(Action::CarryDelivery)),
    ("giveBackDelivery", Some(Action::CarryDelivery)),
    ("receiveDelivery", Some(Action::ReceiveDelivery)),
    ("refuseDelivery", Some(Action::ReceiveDelivery)),
    ("takeBackDelivery", Some(Action::RecoverDelivery)),
    ("releaseDelivery", Some(Action::RecoverDelivery)),
    ("turnBackDelivery", Some(Action::RecoverDelivery)),
    ("loseDelivery", Some(Action::RecoverDelivery)),
    ("recordDeliveryTemperature", Some(Action::MeasureDelivery)),
    ("handInDeliveryReceipt", Some(Action::ReceiveDelivery)),
    ("reportRefusedParcelCode", Some(Action::ReportRefusedCode)),
    ("listExpectedParcels", Some(Action::ExpectParcels)),
    ("getCourierRun", Some(Action::ViewCourierRun)),
    ("reorderCourierRun", Some(Action::OrderCourierRun)),
    ("renewCourierLink", Some(Action::RenewCourierLink)),
    ("listRecalls", Some(Action::ViewRecall)),
    ("declareRecall", Some(Action::DeclareRecall)),
    ("getRecall", Some(Action::ViewRecall)),
    ("closeRecall", Some(Action::CloseRecall)),
    ("withdrawRecall", Some(Action::CloseRecall)),
    ("answerRecall", Some(Action::AnswerRecall)),
    ("listDiscrepancies", Some(Action::ListDiscrepancies)),
    ("getDiscrepancy", Some(Action::ViewDiscrepancy)),
    ("resolveDiscrepancy", Some(Action::ResolveDiscrepancy)),
    ("getAvailability", Some(Action::ViewSchedule)),
    ("publishAvailability", Some(Action::PublishAvailability)),
    ("listSpecialists", Some(Action::ViewSchedule)),
    ("listSlots", Some(Action::ViewSchedule)),
    ("listDuty", Some(Action::ViewSchedule)),
    ("planDuty", Some(Action::PlanDuty)),
    ("removeDuty", Some(Action::PlanDuty)),
    ("listAppointments", Some(Action::ListAppointments)),
    ("bookAppointment", Some(Action::BookAppointment)),
    ("listWaitlist", Some(Action::ListAppointments)),
    ("joinWaitlist", Some(Action::BookAppointment)),
    ("checkInConsultation", Some(Action::CheckInConsultation)),
    ("offerConsultation", Some(Action::OfferConsultation)),
    ("acceptConsultation", Some(Action::AcceptConsultation)),
    ("declineConsultation", Some(Action::AcceptConsultation)),
    ("moveAppointment", Some(Action::BookAppointment)),
    ("listUrgentCalls", Some(Action::ViewUrgentCall)),
    ("raiseUrgentCall", Some(Action::RaiseUrgentCall)),
    ("getUrgentCall", Some(Action::ViewUrgentCall)),
    ("getUrgentCallProgress", Some(Action::ViewUrgentCall)),
    ("answerUrgentCall", Some(Action::AnswerUrgentCall)),
    ("endUrgentCall", Some(Action::AnswerUrgentCall)),
    ("listRounds", Some(Action::ViewRound)),
    ("planRound", Some(Action::PlanRound)),
    ("getRound", Some(Action::ViewRound)),
    ("reorderRound", Some(Action::PlanRound)),
    ("listCalendars", Some(Action::ShareCalendar)),
    ("shareCalendar", Some(Action::ShareCalendar)),
    ("revokeCalendar", Some(Action::ShareCalendar)),
    ("getCalendarFeed", None),
    ("listDoses", Some(Action::ViewDoses)),
    ("recordDose", Some(Action::RecordDose)),
    ("printMedicationSheet", Some(Action::ViewDoses)),
    ("printMedicationLabels", Some(Action::ViewDoses)),
    ("listRefills", Some(Action::ViewRefill)),
    ("seeRefill", Some(Action::DecideRefill)),
    ("declineRefill", Some(Action::DecideRefill)),
    ("listSafetyOverrides", Some(Action::ViewSafetyOverrides)),
    ("getRetention", Some(Action::ViewRetention)),
    ("listLegalHolds", Some(Action::ViewRetention)),
    ("placeLegalHold", Some(Action::HoldRecord)),
    ("releaseLegalHold", Some(Action::HoldRecord)),
    ("listStaff", Some(Action::ListStaff)),
    ("createStaff", Some(Action::KeepStaff)),
    ("closeStaff", Some(Action::KeepStaff)),
    ("reopenStaff", Some(Action::KeepStaff)),
    ("resetStaffPassword", Some(Action::KeepStaff)),
    ("recordPractice", Some(Action::KeepStaff)),
    ("recordLicence", Some(Action::KeepStaff)),
    ("listLicences", Some(Action::ListStaff)),
    ("listSigningKeys", Some(Action::ViewSigningKeys)),
    ("requestSigningKey", Some(Action::EnrolSigningKey)),
    ("approveSigningKey", Some(Action::DecideSigningKey)),
    ("refuseSigningKey", Some(Action::DecideSigningKey)),
    ("certifySigningKey", Some(Action::DecideSigningKey)),
    ("revokeSigningKey", Some(Action::RevokeSigningKey)),
    ("listRevokedSigningKeys", Some(Action::ViewRevocations)),
    ("listBoxes", Some(Action::ListBoxes)),
    ("askBoxEnrolment", Some(Action::KeepBoxes)),
    ("revokeBox", Some(Action::KeepBoxes)),
    ("renewBoxCertificate", Some(Action::RenewBoxCertificate)),
    ("listAudit", Some(Action::ReadAudit)),
    ("listPharmacySystems", Some(Action::ViewPharmacySystems)),
    ("makePharmacySystem", Some(Action::KeepPharmacySystems)),
    ("rotatePharmacySystem", Some(Action::KeepPharmacySystems)),
    ("revokePharmacySystem", Some(Action::KeepPharmacySystems)),
    ("setPharmacyWebhook", Some(Action::KeepPharmacySystems)),
    ("removePharmacyWebhook", Some(Action::KeepPharmacySystems)),
    ("rotatePharmacyWebhook", Some(Action::KeepPharmacySystems)),
    ("replayPharmacyEvents", Some(Action::ReplayPharmacyEvents)),
    ("listWebhookDeliveries", Some(Action::ViewPharmacySystems)),
    ("replayWebhookDelivery", Some(Action::ReplayPharmacyEvents)),
    ("getPharmacySystem", Some(Action::UsePharmacyApi)),
    ("listPharmacyEvents", Some(Action::UsePharmacyApi)),
    ("listOrders", Some(Action::ListPrescriptions)),
    ("getOrder", Some(Action::ViewPrescription)),
    ("acceptOrder", Some(Action::AcceptPrescription)),
    ("declineOrder", Some(Action::DispensePrescription)),
    ("dispenseOrder", Some(Action::DispensePrescription)),
    ("packOrder", Some(Action::DispensePrescription)),
    ("askAboutOrder", Some(Action::AskPrescriber)),
    ("listParcels", Some(Action::ListDeliveries)),
    ("getParcel", Some(Action::ViewDelivery)),
    ("listPharmacyRecalls", Some(Action::ViewRecall)),
    ("getPharmacyRecall", Some(Action::ViewRecall)),
    ("takeBackParcel", Some(Action::RecoverDelivery)),
    ("releaseParcel", Some(Action::RecoverDelivery)),
    ("turnBackParcel", Some(Action::RecoverDelivery)),
    ("loseParcel", Some(Action::RecoverDelivery)),
    ("listPharmacyStock", Some(Action::ViewStock)),
    ("receivePharmacyGoods", Some(Action::KeepStock)),
    ("correctPharmacyStock", Some(Action::KeepStock)),
    ("writeOffPharmacyStock", Some(Action::KeepStock)),
    ("listPharmacyDrugs", Some(Action::SearchFormulary)),
    ("setOwnWebhook", Some(Action::UsePharmacyApi)),
    ("removeOwnWebhook", Some(Action::UsePharmacyApi)),
    ("rotateOwnWebhook", Some(Action::UsePharmacyApi)),
    ("replayOwnEvents", Some(Action::UsePharmacyApi)),
    ("streamEvents", Some(Action::WatchEvents)),
    ("getFhirMetadata", None),
    ("searchFhirAppointment", Some(Action::ListAppointments)),
    ("readFhirAppointment", Some(Action::ListAppointments)),
    ("searchFhirEncounter", Some(Action::ListConsultations)),
    ("readFhirEncounter", Some(Action::ListConsultations)),
    ("searchFhirMedicationAdministration", Some(Action::ViewDoses)),
    ("readFhirMedicationAdministration", Some(Action::ViewDoses)),
    ("searchFhirMedicationDispense", Some(Action::ListPrescriptions)),
    ("readFhirMedicationDispense", Some(Action::ViewPrescription)),
    ("searchFhirMedicationRequest", Some(Action::ListPrescriptions)),
    ("readFhirMedicationRequest", Some(Action::ViewPrescription)),
    ("searchFhirObservation", Some(Action::ViewResident)),
    ("readFhirObservation", Some(Action::ViewResident)),
    ("searchFhirPatient", Some(Action::ListResidents)),
    ("readFhirPatient", Some(Action::ViewResident)),
    ("searchFhirProvenance", Some(Action::ListPrescriptions)),
    ("readFhirProvenance", Some(Action::ViewPrescription)),
    ("searchFhirServiceRequest", Some(Action::ListConsultations)),
    ("readFhirServiceRequest", Some(Action::ListConsultations)),
    ("searchFhirSupplyDelivery", Some(Action::ViewSupply)),
    ("readFhirSupplyDelivery", Some(Action::ViewSupply)),
    ("searchFhirTask", Some(Action::ListPrescriptions)),
    ("readFhirTask", Some(Action::ViewPrescription)),
];
