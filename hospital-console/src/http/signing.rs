//! The hospital's registration authority: certifies the signing key that a signed-in specialist or pharmacist made in the browser, once an administrator has
//! let it in.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use yunzhen_certs::identity::may_sign;
use yunzhen_certs::proof::{ProofError, PublicKeyJwk, issue_signer};
use yunzhen_domain::Role;
use yunzhen_domain::ids::StaffId;
use yunzhen_runtime::clock;

use super::api::for_relay;
use super::{AppState, pass, problem_of};
use crate::problems;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    public_key_jwk: PublicKeyJwk,
    proof_jws: String,
}

#[derive(Serialize)]
struct Answer {
    certificate_chain_pem: String,
    x5c: Vec<String>,
    serial: String,
    not_after: jiff::Timestamp,
}

/// The part of the relay's `GET /api/sessions/current` that matters here.
#[derive(Deserialize)]
struct Current {
    staff: Staff,
}

/// The part of the relay's `GET /api/signing-keys` that matters here: the caller's own keys.
#[derive(Deserialize)]
struct Keys {
    items: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    key_sha256: String,
    state: String,
}

#[derive(Deserialize)]
struct Staff {
    id: StaffId,
    role: Role,
}

pub async fn issue(State(app): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    if app.cookies.session_of(&headers).is_none() {
        return problems::SIGNED_OUT.answer(&headers);
    }
    let Some(signers) = &app.signers else {
        return problems::NO_SIGNING_AUTHORITY.answer(&headers);
    };
    let Ok(ask) = serde_json::from_slice::<Ask>(&body) else {
        return problems::BAD_REQUEST.answer(&headers);
    };
    let mut about_me = for_relay(&app, &headers);
    about_me.remove(axum::http::header::CONTENT_LENGTH);
    let current = match app.relay.exchange(Method::GET, "/api/sessions/current", about_me.clone(), None).await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(refused) => return pass(refused.map(Body::from)),
        Err(error) => return problem_of(&error).answer(&headers),
    };
    let Ok(Current { staff }) = serde_json::from_slice(current.body()) else {
        // A courier's or an observer's session has no member of staff.
        return problems::MAY_NOT_SIGN.answer(&headers);
    };
    if !may_sign(staff.role) {
        return problems::MAY_NOT_SIGN.answer(&headers);
    }
    // The hospital vouches only for a key that its administrator let in: the relay tells which those are, and who is signed in.
    let keys = match app.relay.exchange(Method::GET, "/api/signing-keys", about_me, None).await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(refused) => return pass(refused.map(Body::from)),
        Err(error) => return problem_of(&error).answer(&headers),
    };
    let Ok(Keys { items }) = serde_json::from_slice(keys.body()) else {
        return problems::INTERNAL.answer(&headers);
    };
    let Some(key_sha256) = ask.public_key_jwk.sha256() else {
        return problems::PROOF_REFUSED.answer(&headers);
    };
    match items.iter().find(|key| key.key_sha256 == key_sha256).map(|key| key.state.as_str()) {
        Some("approved") => {}
        Some("requested") => return problems::KEY_WAITING.answer(&headers),
        Some(_) => return problems::KEY_REVOKED.answer(&headers),
        None => return problems::KEY_UNKNOWN.answer(&headers),
    }
    let now = clock::now_timestamp();
    match issue_signer(signers, &ask.public_key_jwk, &ask.proof_jws, staff.role, staff.id, now) {
        Ok(issued) => {
            tracing::info!(staff_id = %staff.id, serial = issued.facts.serial, "signing certificate issued");
            axum::Json(Answer {
                certificate_chain_pem: issued.chain_pem,
                x5c: issued.chain.iter().map(|der| STANDARD.encode(der)).collect(),
                serial: issued.facts.serial,
                not_after: issued.facts.not_after,
            })
            .into_response()
        }
        Err(ProofError::Role(_)) => problems::MAY_NOT_SIGN.answer(&headers),
        Err(ProofError::Certs(error)) => {
            tracing::error!(%error, "a signing certificate could not be made");
            problems::INTERNAL.answer(&headers)
        }
        Err(error) => {
            tracing::warn!(staff_id = %staff.id, %error, "signing certificate refused");
            problems::PROOF_REFUSED.answer(&headers)
        }
    }
}
