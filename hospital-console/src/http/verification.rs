//! Verifies a signed prescription, approval or receipt for a person who holds the file. The relay is not asked: the console has the authorities, the person brings
//! the list of what is revoked.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yunzhen_certs::Trust;
use yunzhen_certs::verify::{self, Report, RevokedKeys, VerifyError};

use super::AppState;
use crate::problems;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The compact JWS.
    jws: String,
    /// What signs nothing more; without it revocation is not checked.
    revoked: Option<RevokedKeys>,
    /// The prescription that an approval must be of.
    prescription_jws: Option<String>,
    /// What it must be about, by its id: the resident, the prescription or the parcel.
    about: Option<String>,
}

/// A document is believed or not; why not is a code, which the page has words for in its own language, and the verifier's own sentence for who looks into it.
#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Verdict {
    Valid { report: Box<Report>, revocation_checked: bool, of_prescription: bool, is_about: bool },
    NotValid(Why),
}

/// Why a document is not believed.
#[derive(Serialize)]
struct Why {
    /// A stable name.
    code: &'static str,
    /// Of the prescription that was given beside it, and not of the document itself.
    of_prescription: bool,
    /// The end or beginning of a certificate, or when its key was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    /// What it is about instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    /// The verifier's sentence.
    reason: String,
}

impl Why {
    fn new(error: &VerifyError, of_prescription: bool) -> Self {
        let about = match error {
            VerifyError::OtherSubject { signed, .. } => Some(signed.clone()),
            _ => None,
        };
        Self { code: error.code(), of_prescription, at: error.at(), about, reason: error.to_string() }
    }
}

pub async fn verify(State(app): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    if app.cookies.session_of(&headers).is_none() {
        return problems::SIGNED_OUT.answer(&headers);
    }
    let Ok(ask) = serde_json::from_slice::<Ask>(&body) else {
        return problems::BAD_REQUEST.answer(&headers);
    };
    axum::Json(judge(&app.documents, &ask)).into_response()
}

fn judge(authorities: &Trust, ask: &Ask) -> Verdict {
    let believed = |jws: &str| verify::document(jws, authorities, ask.revoked.as_ref(), None);
    let itself = |error: VerifyError| Why::new(&error, false);
    let judged = believed(&ask.jws).map_err(itself).and_then(|report| {
        if let Some(prescription) = &ask.prescription_jws {
            let prescription = believed(prescription).map_err(|error| Why::new(&error, true))?;
            verify::approves(&report, &prescription).map_err(itself)?;
        }
        if let Some(id) = &ask.about {
            verify::is_about(&report, id).map_err(itself)?;
        }
        Ok(report)
    });
    match judged {
        Ok(report) => Verdict::Valid {
            revocation_checked: ask.revoked.as_ref().is_some_and(|list| list.covers(report.what)),
            report: Box::new(report),
            of_prescription: ask.prescription_jws.is_some(),
            is_about: ask.about.is_some(),
        },
        Err(why) => Verdict::NotValid(why),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use yunzhen_certs::authority::Authority;
    use yunzhen_certs::sign::canonical_json;
    use yunzhen_certs::{Credentials, Identity};

    use super::*;

    const HOME: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
    const PARCEL: &str = "0192f0c1-0000-7abc-8def-0000000000d1";

    fn verdict(authorities: &Trust, ask: &serde_json::Value) -> serde_json::Value {
        let ask = serde_json::from_value(ask.clone()).unwrap();
        serde_json::to_value(judge(authorities, &ask)).unwrap()
    }

    #[test]
    fn a_receipt_is_valid_for_its_parcel_until_its_certificate_was_revoked_and_in_no_other_way() {
        let at: Timestamp = "2026-11-23T02:00:00Z".parse().unwrap();
        let authority = Authority::create(at).unwrap();
        let trust = Trust::new(vec![authority.signers.der().clone(), authority.systems.der().clone()]);
        let identity = Identity::Box { home_id: HOME.parse().unwrap() };
        let issued = authority.systems.issue_with_key(&identity, &[], None, at).unwrap();
        let of_box = Credentials::from_issued(&issued).unwrap();
        let receipt = json!({"type": "yunzhen.receipt.v1", "delivery_id": PARCEL, "home_id": HOME, "prepared_at": at});
        let document = canonical_json(&receipt).unwrap();
        let jws = of_box.document_key().unwrap().sign(of_box.chain(), &document).unwrap();
        let serial = &of_box.facts().serial;
        let revoked =
            |from: &str| json!({"as_of": at, "keys": [], "certificates": [{"serial": serial, "revoked_at": from}]});

        let valid = verdict(&trust, &json!({"jws": jws, "about": PARCEL, "revoked": revoked("2026-11-23T02:00:01Z")}));
        assert_eq!((&valid["verdict"], &valid["report"]["what"]), (&json!("valid"), &json!("receipt")));
        assert_eq!((&valid["is_about"], &valid["revocation_checked"]), (&json!(true), &json!(true)));
        // A list from before boxes were on it says nothing of them, nor does none.
        for revoked in [json!({"as_of": at, "keys": []}), json!(null)] {
            let valid = verdict(&trust, &json!({"jws": jws, "revoked": revoked}));
            assert_eq!((&valid["verdict"], &valid["revocation_checked"]), (&json!("valid"), &json!(false)), "{valid}");
        }
        let changed = jws.replacen(".ey", ".eZ", 1);
        let foreign = Trust::new(vec![Authority::create(at).unwrap().systems.der().clone()]);
        for (authorities, ask, why) in [
            (&trust, json!({"jws": jws, "about": HOME}), "other_subject"),
            (&trust, json!({"jws": jws, "revoked": revoked("2026-11-23T02:00:00Z")}), "key_revoked"),
            (&trust, json!({"jws": "no document"}), "malformed"),
            (&trust, json!({"jws": jws, "prescription_jws": jws}), "other_prescription"),
            (&foreign, json!({"jws": jws}), "foreign_authority"),
        ] {
            let refused = verdict(authorities, &ask);
            assert_eq!((&refused["verdict"], &refused["code"]), (&json!("not_valid"), &json!(why)), "{refused}");
            assert!(refused["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{refused}");
        }
        assert_eq!(verdict(&trust, &json!({"jws": changed}))["verdict"], "not_valid");
        let day = verdict(&trust, &json!({"jws": jws, "revoked": revoked("2026-11-23T02:00:00Z")}));
        assert_eq!(day["at"], "2026-11-23T02:00:00Z");
        assert_eq!(verdict(&trust, &json!({"jws": jws, "about": HOME}))["about"], PARCEL);
        let beside = verdict(&trust, &json!({"jws": jws, "prescription_jws": "no document"}));
        assert_eq!((&beside["of_prescription"], &beside["code"]), (&json!(true), &json!("malformed")));
    }
}
