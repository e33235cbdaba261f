//! The OpenAPI 3.1 document, made from the routes' annotations.

use serde_json::{Map, Value};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi};

use super::problem::ProblemBody;
use super::{
    admin, appointments, boxes, break_glass, calendars, consents, consultations, deliveries, documents, duplicates,
    ecgs, events, formulary, homes, legs, media_timeline, pharmacies, prescriptions, recordings, residents, rounds,
    schedule, sessions, stills, urgent_calls,
};

/// Header of every POST that changes care state.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // read by name in `idempotency`; here it is only described
pub struct IdempotencyHeader {
    /// One per intention of the person: the same key with the same body gets the first answer again.
    #[param(rename = "Idempotency-Key", min_length = 8, max_length = 100)]
    idempotency_key: String,
}

/// The same header where it is not demanded: the command is guarded by a version, or can only happen once.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code)] // read by name in `idempotency`; here it is only described
pub struct OptionalIdempotencyHeader {
    /// One per intention of the person: with it, a retry after a lost reply gets the first answer again.
    #[param(rename = "Idempotency-Key", min_length = 8, max_length = 100)]
    idempotency_key: Option<String>,
}

macro_rules! problems {
    ($(#[$doc:meta])* $name:ident: $($variant:ident $status:literal $text:literal;)+) => {
        $(#[$doc])*
        #[derive(IntoResponses)]
        #[allow(missing_docs, dead_code)] // described here, made in `problem`
        pub enum $name {
            $(#[response(status = $status, description = $text, content_type = "application/problem+json")]
            $variant(ProblemBody),)+
        }
    };
}

problems! {
    /// What a read can answer instead.
    ReadProblems:
    BadRequest 400 "The query cannot be understood.";
    Unauthenticated 401 "Nobody is signed in.";
    Forbidden 403 "The caller's role may not do this.";
    NotFound 404 "It does not exist, or the caller may not know that it does.";
    Unavailable 503 "The relay cannot answer now.";
}

problems! {
    /// What a command can answer instead.
    CommandProblems:
    BadRequest 400 "The request cannot be understood.";
    Unauthenticated 401 "Nobody is signed in.";
    Forbidden 403 "The caller's role may not do this.";
    NotFound 404 "It does not exist, or the caller may not know that it does.";
    Conflict 409 "Somebody else was faster, or the state does not allow it any more.";
    TooLarge 413 "The body is too large.";
    Unprocessable 422 "The content is not acceptable; `fields` says where.";
    Unavailable 503 "The relay cannot answer now.";
}

problems! {
    /// What an offer can answer instead.
    OfferProblems:
    BadRequest 400 "The request cannot be understood.";
    Unauthenticated 401 "Nobody is signed in.";
    Forbidden 403 "The caller's role may not do this.";
    NotFound 404 "It does not exist, or the caller may not know that it does.";
    Conflict 409 "The call is over or full.";
    TooLarge 413 "The body is too large.";
    Unprocessable 422 "The content is not acceptable; `fields` says where.";
    Throttled 429 "Too many offers; `Retry-After` says how long to wait.";
    Unavailable 503 "The relay cannot answer now.";
}

problems! {
    /// What signing in can answer instead.
    SignInProblems:
    BadRequest 400 "The request cannot be understood.";
    Unauthenticated 401 "The credentials are wrong.";
    Conflict 409 "The settings of this hospital do not allow this way in.";
    TooLarge 413 "The body is too large.";
    Throttled 429 "Too many attempts; `Retry-After` says how long to wait.";
    Unavailable 503 "The relay cannot answer now.";
}

problems! {
    /// What a change of the own access can answer instead.
    OwnAccessProblems:
    BadRequest 400 "The request cannot be understood.";
    Unauthenticated 401 "Nobody is signed in.";
    Forbidden 403 "The caller's role may not do this.";
    NotFound 404 "It does not exist, or the caller may not know that it does.";
    Conflict 409 "The settings of this hospital do not allow it.";
    TooLarge 413 "The body is too large.";
    Unprocessable 422 "Password, code or passkey are not taken; `fields` says which.";
    Throttled 429 "Too many attempts; `Retry-After` says how long to wait.";
    Unavailable 503 "The relay cannot answer now.";
}

/// The document's head; the paths come from the handlers.
#[derive(OpenApi)]
#[openapi(
    info(title = "Yunzhen relay", description = "The care API of the relay: its code map is in ARCHITECTURE.md. Reached over mutual TLS by consoles and over QUIC by boxes; the bearer token says which person."),
    modifiers(&Bearer),
    security(("bearer" = [])),
    components(schemas(ProblemBody)),
    paths(
        sessions::create,
        sessions::current,
        sessions::end,
        sessions::reauthenticate,
        sessions::create_courier,
        sessions::create_observer,
        sessions::guest_standing,
        sessions::list,
        sessions::end_one,
        sessions::end_others,
        sessions::end_all_of,
        super::passkeys::sign_in,
        super::passkeys::ask,
        super::passkeys::list,
        super::passkeys::begin,
        super::passkeys::register,
        super::passkeys::rename,
        super::passkeys::remove,
        super::openid::providers,
        super::openid::begin,
        super::openid::sign_in,
        super::openid::begin_proof,
        super::openid::prove,
        super::openid::own,
        super::openid::of_staff,
        super::openid::bind,
        super::openid::unbind,
        super::second_factors::status,
        super::second_factors::begin,
        super::second_factors::confirm,
        super::second_factors::make_codes,
        super::second_factors::remove,
        super::second_factors::reset,
        super::passwords::change,
        super::passwords::judge,
        super::access_notices::list,
        super::access_notices::see,
        homes::list,
        homes::set_zone,
        homes::set_place,
        pharmacies::list,
        pharmacies::set_facts,
        pharmacies::offers,
        residents::list,
        residents::get,
        residents::observations,
        residents::record_observations,
        ecgs::list,
        ecgs::record,
        ecgs::get,
        residents::write_note,
        residents::register,
        residents::change,
        residents::identities,
        residents::transfer,
        residents::import,
        residents::dry_run_import,
        consents::texts,
        consents::list,
        consents::give,
        consents::revoke,
        consents::answer_recording,
        documents::list,
        documents::add,
        documents::content,
        duplicates::list,
        duplicates::merge,
        duplicates::unmerge,
        duplicates::dismiss,
        break_glass::list,
        break_glass::open,
        break_glass::close,
        break_glass::review,
        break_glass::acknowledge,
        super::eligibility::get,
        super::eligibility::record,
        super::eligibility::revoke,
        super::eligibility::joint_consultation,
        super::eligibility::set_joint_consultation,
        super::eligibility::name_present_doctor,
        super::visits::list,
        super::visits::candidates,
        super::visits::plan,
        super::visits::get,
        super::visits::change,
        super::visits::join,
        super::visits::start,
        super::visits::record_results,
        super::visits::cancel,
        super::visits::form,
        super::referrals::list,
        super::referrals::draft,
        super::referrals::get,
        super::referrals::change,
        super::referrals::send,
        super::referrals::see,
        super::referrals::ask_information,
        super::referrals::answer_information,
        super::referrals::accept,
        super::referrals::start,
        super::referrals::report,
        super::referrals::refuse,
        super::referrals::miss_appointment,
        super::referrals::withdraw,
        super::referrals::hand_over,
        super::transports::list,
        super::transports::request,
        super::transports::get,
        super::transports::confirm,
        super::transports::depart,
        super::transports::arrive,
        super::transports::cancel,
        consultations::list,
        consultations::request,
        consultations::get,
        consultations::begin,
        consultations::complete,
        consultations::cancel,
        consultations::fail,
        consultations::stop,
        consultations::no_show,
        consultations::save_note,
        consultations::invite,
        consultations::guests,
        consultations::admit_guest,
        consultations::revoke_guest,
        formulary::drugs,
        formulary::diagnoses,
        prescriptions::list,
        prescriptions::get,
        prescriptions::create,
        prescriptions::update,
        prescriptions::preview_findings,
        prescriptions::signing_document,
        prescriptions::sign,
        prescriptions::cancel,
        prescriptions::claim,
        prescriptions::approval_document,
        prescriptions::approve,
        prescriptions::reject,
        prescriptions::accept,
        prescriptions::dispense,
        prescriptions::pack,
        prescriptions::decline,
        super::prescribing::ask,
        super::prescribing::answer,
        super::prescribing::release,
        super::prescribing::replace,
        super::prescribing::review_facts,
        super::prescribing::prescribing_facts,
        super::prescribing::favourites,
        super::prescribing::save_favourite,
        super::prescribing::delete_favourite,
        deliveries::list,
        deliveries::get,
        deliveries::accept,
        deliveries::pick_up,
        deliveries::arrive,
        deliveries::fail_attempt,
        deliveries::resume,
        deliveries::give_back,
        deliveries::receive,
        deliveries::refuse,
        deliveries::take_back,
        deliveries::release,
        deliveries::turn_back,
        deliveries::lose,
        deliveries::record_temperature,
        deliveries::hand_in_receipt,
        deliveries::report_refused_code,
        deliveries::expected,
        super::courier_runs::get,
        super::courier_runs::reorder,
        super::courier_runs::renew_link,
        super::recalls::list,
        super::recalls::declare,
        super::recalls::get,
        super::recalls::close,
        super::recalls::withdraw,
        super::recalls::answer,
        super::discrepancies::list,
        super::discrepancies::get,
        super::discrepancies::resolve,
        super::dispenses::list,
        super::stock::list,
        super::stock::receive,
        super::stock::moves,
        super::stock::correct,
        super::stock::write_off,
        super::stock::release,
        schedule::availability,
        schedule::publish,
        schedule::specialists,
        schedule::slots,
        schedule::duty,
        schedule::plan_duty,
        schedule::remove_duty,
        appointments::list,
        appointments::book,
        appointments::waitlist,
        appointments::wait,
        appointments::check_in,
        appointments::offer,
        appointments::accept,
        appointments::decline,
        appointments::change_time,
        urgent_calls::raise,
        urgent_calls::list,
        urgent_calls::get,
        urgent_calls::progress,
        urgent_calls::answer,
        urgent_calls::end,
        rounds::list,
        rounds::plan,
        rounds::get,
        rounds::reorder,
        calendars::list,
        calendars::share,
        calendars::revoke,
        calendars::feed,
        super::doses::list,
        super::doses::record,
        super::doses::sheet,
        super::doses::labels,
        super::refills::list,
        super::refills::see,
        super::refills::decline,
        super::safety::overrides,
        super::retention::get,
        super::retention::holds,
        super::retention::hold,
        super::retention::release,
        admin::staff,
        super::staff_accounts::create,
        super::staff_accounts::close,
        super::staff_accounts::reopen,
        super::staff_accounts::reset_password,
        admin::record_practice,
        super::licences::record,
        super::licences::history,
        super::signing_keys::list,
        super::signing_keys::request,
        super::signing_keys::approve,
        super::signing_keys::refuse,
        super::signing_keys::certify,
        super::signing_keys::revoke,
        super::signing_keys::revoked,
        admin::boxes,
        boxes::ask_enrolment,
        boxes::revoke,
        boxes::renew,
        admin::audit,
        events::stream,
        super::pharmacy_systems::list,
        super::pharmacy_systems::make,
        super::pharmacy_systems::rotate,
        super::pharmacy_systems::revoke,
        super::pharmacy_systems::set_webhook,
        super::pharmacy_systems::remove_webhook,
        super::pharmacy_systems::rotate_webhook,
        super::pharmacy_systems::replay,
        super::pharmacy_systems::deliveries,
        super::pharmacy_systems::replay_one,
        super::pharmacy_api::me,
        super::pharmacy_api::events,
        super::pharmacy_api::orders,
        super::pharmacy_api::order,
        super::pharmacy_api::accept,
        super::pharmacy_api::decline,
        super::pharmacy_api::dispense,
        super::pharmacy_api::pack,
        super::pharmacy_api::ask,
        super::pharmacy_api::parcels,
        super::pharmacy_api::parcel,
        super::pharmacy_api::take_back,
        super::pharmacy_api::turn_back,
        super::pharmacy_api::release,
        super::pharmacy_api::lose,
        super::pharmacy_api::stock,
        super::pharmacy_api::receive_goods,
        super::pharmacy_api::correct_stock,
        super::pharmacy_api::write_off_stock,
        super::pharmacy_api::recalls,
        super::pharmacy_api::recall,
        super::pharmacy_api::drugs,
        super::pharmacy_api::set_webhook,
        super::pharmacy_api::remove_webhook,
        super::pharmacy_api::rotate_webhook,
        super::pharmacy_api::replay,
        super::document::read,
        legs::create,
        legs::patch,
        legs::delete,
        legs::set_media_state,
        legs::report_quality,
        legs::events,
        legs::select_home_camera,
        media_timeline::get,
        stills::list,
        stills::take,
        recordings::list,
        recordings::start,
        recordings::stop,
        recordings::retry,
        recordings::media,
        legs::create_media_token,
    ),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let of_system = SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some("The credential of a pharmacy's own system, see docs/pharmacy-api.md."))
                .build(),
        );
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", scheme);
        components.add_security_scheme("pharmacySystem", of_system);
    }
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "getOpenapi",
    tag = "document",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
pub async fn read() -> axum::Json<Value> {
    axum::Json(openapi())
}

/// The document; printed pretty with a newline it is `relay/openapi.json`: paths under `/api`, absent instead of `null`.
pub fn openapi() -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    absent_instead_of_null(&mut document);
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        paths.extend(super::fhir::paths());
    }
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        *paths =
            std::mem::take(paths).into_iter().map(|(path, item)| (format!("/api{path}"), item)).collect::<Map<_, _>>();
    }
    pages_refer_to_their_items(&mut document);
    document
}

/// The derive writes a page's item schema out in full; a reference keeps the document small and gives generated clients one type.
fn pages_refer_to_their_items(document: &mut Value) {
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else { return };
    for (name, schema) in schemas {
        if let (Some(item), Some(items)) = (name.strip_prefix("Page_"), schema.pointer_mut("/properties/items/items")) {
            *items = serde_json::json!({ "$ref": format!("#/components/schemas/{item}") });
        }
    }
}

/// Optional fields are left out, never `null`; the derive describes every `Option` as nullable, so the fields that are not required lose that here.
fn absent_instead_of_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(absent_instead_of_null),
        Value::Object(object) => {
            let required: Vec<String> = object
                .get("required")
                .and_then(Value::as_array)
                .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default();
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                for (name, schema) in properties {
                    if !required.contains(name) {
                        without_null(schema);
                    }
                }
            }
            if object.get("in").is_some()
                && let Some(schema) = object.get_mut("schema")
            {
                without_null(schema);
            }
            object.values_mut().for_each(absent_instead_of_null);
        }
        _ => {}
    }
}

fn without_null(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|t| t != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(Value::Array(choices)) = object.get_mut(key) {
            choices.retain(|choice| choice.get("type").is_none_or(|t| t != "null"));
            if let [Value::Object(only)] = choices.as_slice() {
                let only = only.clone();
                object.remove(key);
                object.extend(only);
            }
        }
    }
}
