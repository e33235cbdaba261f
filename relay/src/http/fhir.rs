//! FHIR R4 below `/api/fhir`: read and search, made from the table of kinds. Refusals are OperationOutcomes.
//! Its part of the API's document is written from the same table; what a resource looks like is R4's own definition and not repeated there.

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use serde_json::{Map, Value, json};
use yunzhen_domain::fhir::kind::Compare;
use yunzhen_domain::fhir::search::Search as Asked;
use yunzhen_domain::fhir::{Bundle, Kind, OperationOutcome, capability};

use super::ApiState;
use super::extract::{Caller, Id, Search};
use super::problem::{Fault, Problem};
use super::words::Words;
use crate::app;

/// Where the interface is.
const BASE: &str = "/api/fhir";
const MEDIA_TYPE: &str = "application/fhir+json";

/// Whether a path belongs to the interface.
pub(super) fn is_below(path: &str) -> bool {
    path.strip_prefix(BASE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Adds the routes of every kind.
pub(super) fn routes(api: Router<ApiState>) -> Router<ApiState> {
    Kind::ALL.into_iter().fold(api.route("/fhir/metadata", get(metadata)), |api, kind| {
        let search =
            move |state: State<ApiState>, caller: Caller, raw: RawQuery, query: Search<Vec<(String, String)>>| {
                search(kind, state, caller, raw, query)
            };
        let read = move |state: State<ApiState>, caller: Caller, id: Id<String>| read(kind, state, caller, id);
        api.route(&format!("/fhir/{}", kind.name()), get(search))
            .route(&format!("/fhir/{}/{{id}}", kind.name()), get(read))
    })
}

async fn metadata(State(state): State<ApiState>) -> Result<Response, Problem> {
    let base = state.app.public_url.as_ref().map(|url| url.address_of(BASE));
    told(&capability::statement(env!("CARGO_PKG_VERSION"), base))
}

async fn read(
    kind: Kind,
    State(state): State<ApiState>,
    caller: Caller,
    Id(id): Id<String>,
) -> Result<Response, Problem> {
    told(&app::fhir::read(&state.app, &caller.context, kind, &id).await?)
}

async fn search(
    kind: Kind,
    State(state): State<ApiState>,
    caller: Caller,
    RawQuery(raw): RawQuery,
    Search(query): Search<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    app::fhir::may_search(&caller.context, kind)?;
    let asked = Asked::parse(kind, &query).map_err(Fault::Parameter)?;
    let found = app::fhir::search(&state.app, &caller.context, kind, &asked).await?;
    let raw = raw.unwrap_or_default();
    let path = |query: &str| {
        if query.is_empty() { kind.name().to_owned() } else { format!("{}?{query}", kind.name()) }
    };
    let next = found.next.map(|page| {
        let kept = raw.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("_page="));
        path(&kept.map(str::to_owned).chain([format!("_page={page}")]).collect::<Vec<_>>().join("&"))
    });
    let address = |path: &str| {
        let path = format!("{BASE}/{path}");
        state.app.public_url.as_ref().map_or_else(|| path.clone(), |url| url.address_of(&path))
    };
    told(&Bundle::searchset(found.resources, &path(&raw), next.as_deref(), address))
}

fn told<T: Serialize>(resource: &T) -> Result<Response, Problem> {
    let text = serde_json::to_string(resource).map_err(app::AppError::from)?;
    Ok((StatusCode::OK, [(CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}

/// A refusal in the words of the reader, as an OperationOutcome.
pub(super) fn refusal(words: Words, english: bool) -> Response {
    let pick = |pair: (String, String)| if english { pair.1 } else { pair.0 };
    let issue = match words.status.as_u16() {
        401 => "login",
        403 => "forbidden",
        404 => "not-found",
        405 => "not-supported",
        409 => "conflict",
        413 => "too-long",
        429 => "throttled",
        500.. => "transient",
        _ => "invalid",
    };
    let text = format!("{} {}", pick(words.detail), pick(words.action));
    let what = words.fields.into_iter().map(|(name, message)| (name, pick(message))).collect();
    let outcome = OperationOutcome::refusal(issue, words.code, text, what);
    let body = serde_json::to_string(&outcome).unwrap_or_default();
    (words.status, [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
}

/// The operations in the API's document.
pub(super) fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    let statement = operation("getFhirMetadata", "The CapabilityStatement.", "CapabilityStatement", Vec::new(), &[]);
    let mut statement = statement;
    statement["security"] = json!([{}]);
    paths.insert("/fhir/metadata".to_owned(), json!({ "get": statement }));
    for kind in Kind::ALL {
        let name = kind.name();
        let parameters = kind.parameters().iter().map(|p| {
            let what = match p.compare {
                Compare::Id => "Logical id, or several with commas.",
                Compare::Patient => "The resident, as `Patient/{id}` or the id alone.",
                Compare::Status => "Status, or several with commas.",
                Compare::Code => "Code, with or without `system|`, or several with commas.",
                Compare::Time => "A date or a time with its zone, after eq, ge, gt, le or lt; may be given twice.",
            };
            query(p.name, what, json!({ "type": "string" }))
        });
        let paging = [
            query("_count", "Resources of a page.", json!({ "type": "integer", "minimum": 1, "maximum": 100 })),
            query("_page", "Where the page begins: from the `next` link.", json!({ "type": "string" })),
        ];
        let search = operation(
            &format!("searchFhir{name}"),
            "What the caller may see of what is asked for, newest first.",
            "Bundle",
            parameters.chain(paging).collect(),
            &[400, 401, 403, 404, 503],
        );
        paths.insert(format!("/fhir/{name}"), json!({ "get": search }));
        let id =
            json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "maxLength": 64 } });
        let read = operation(&format!("readFhir{name}"), "One resource.", name, vec![id], &[401, 403, 404, 503]);
        paths.insert(format!("/fhir/{name}/{{id}}"), json!({ "get": read }));
    }
    paths
}

fn query(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": description, "required": false, "schema": schema })
}

fn operation(id: &str, summary: &str, what: &str, parameters: Vec<Value>, refusals: &[u16]) -> Value {
    let body = |what: &str| json!({ MEDIA_TYPE: { "schema": { "type": "object", "title": what } } });
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": format!("FHIR R4 {what}."), "content": body(what) }));
    for status in refusals {
        let no = json!({ "description": "Why not, with what to do.", "content": body("OperationOutcome") });
        responses.insert(status.to_string(), no);
    }
    json!({ "tags": ["fhir"], "summary": summary, "operationId": id, "parameters": parameters, "responses": responses })
}
