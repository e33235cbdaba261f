//! What stands between a signature and the record, whoever signs what: the person proved who it is a short while ago, holds a licence that is on record and good today, and
//! signed with a key that an administrator let in and nobody revoked. What the signed document must say is decided where it is built.
//!
//! The relay verifies and can never sign: it has no private key of anybody, and the authority that certifies keys is the hospital's.

use yunzhen_certs::{Identity, jws};
use yunzhen_domain::Role;
use yunzhen_domain::ids::StaffId;
use yunzhen_domain::licence;
use yunzhen_domain::records::SignedDocument;
use yunzhen_store::{Db, licences, signing_keys};

use super::work::recently_authenticated;
use super::{App, AppError, Context};

/// Whether this person may sign at all today: asked before a document is prepared, and again when it comes back signed.
pub(super) async fn licensed(db: &mut Db, ctx: &Context, role: Role, caller: StaffId) -> Result<(), AppError> {
    let licence = licences::in_force(db, caller).await?;
    licence::complete(role, licence.as_ref(), ctx.now).map_err(AppError::Licence)
}

/// The payload of a signature that the caller made, fresh, in the role that may sign.
pub(super) async fn accept(
    app: &App,
    ctx: &Context,
    db: &mut Db,
    jws: String,
    role: Role,
    caller: StaffId,
) -> Result<(String, SignedDocument), AppError> {
    recently_authenticated(&app.policy, ctx)?;
    licensed(db, ctx, role, caller).await?;
    let verified = jws::verify(&jws, &app.signers, ctx.now)?;
    if verified.identity != (Identity::Signer { role, staff_id: caller }) {
        return Err(AppError::NotSigner);
    }
    let key = signing_keys::by_sha256(db, &verified.key_sha256).await?;
    match key.filter(|key| key.staff_id == caller && key.role == role) {
        Some(key) if key.signs() => {}
        Some(key) => return Err(AppError::SigningKeyNotInForce(Some(key.state))),
        None => return Err(AppError::SigningKeyNotInForce(None)),
    }
    Ok((verified.payload, SignedDocument { jws, certificate_serial: verified.certificate_serial }))
}
