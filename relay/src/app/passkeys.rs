//! Passkeys (WebAuthn): registered, named and removed by their owner; shown in place of user name, password and code. They are made for the one host of the console
//! (`public_url`), discoverable and only by an authenticator that verifies the person, so that one is a second factor by itself. A challenge is sealed and knows whose
//! it is and when it ends; that it was answered is kept, so it counts once on every relay.
//! Not here: the bytes (`yunzhen_domain::passkeys`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use yunzhen_domain::Sealed;
use yunzhen_domain::audit::EventKind;
use yunzhen_domain::ids::{PasskeyId, StaffId};
use yunzhen_domain::passkeys::{
    Ceremony, Counted, PasskeyError, PublicKey, RelyingParty, challenge_of, counted, registered, shown,
};
use yunzhen_domain::records::{Passkey, SignInMethod};
use yunzhen_store::{Db, passkeys, second_factors as factors, staff, throttle as counters};

use super::second_factors::confirm_person;
use super::sessions::{self, Tried, admit, check_throttle, may_enter, refuse};
use super::views::passkeys as views;
use super::views::second_factors::{Proof, Renewed};
use super::views::sessions::Session;
use super::work::{Work, line, required};
use super::{App, AppError, Context, Entrance, fresh, tokens};

/// The longest name of a passkey.
const NAME_CHARS: usize = 60;
/// Passkeys of one person: more than anybody has devices.
const MOST: usize = 20;
/// Where challenges of people who are not signed in belong.
const AT_DOOR: &str = "passkey-sign-in";

/// The caller's passkeys, the oldest first.
pub async fn list(app: &App, ctx: &Context) -> Result<views::Passkeys, AppError> {
    let id = sessions::of_staff(ctx)?;
    let mut db = app.store.read().await?;
    let items = passkeys::of_staff(&mut db, id).await?.into_iter().map(Into::into).collect();
    Ok(views::Passkeys { items, available: app.public_url.is_some() })
}

/// What the browser is to make a passkey for.
pub async fn begin(app: &App, ctx: &Context, proof: Proof) -> Result<views::PasskeyCreation, AppError> {
    sessions::of_staff(ctx)?;
    let party = party(app)?;
    let member = confirm_person(app, ctx, proof).await?;
    let mut db = app.store.read().await?;
    let known = passkeys::of_staff(&mut db, member.id).await?;
    let (challenge, until) = challenge(app, &place(member.id), ctx.now)?;
    Ok(views::PasskeyCreation {
        challenge,
        rp_id: party.id,
        user_id: URL_SAFE_NO_PAD.encode(member.id.uuid().as_bytes()),
        user_name: member.username,
        display_name: member.name,
        algorithms: PublicKey::ALGORITHMS.to_vec(),
        exclude: known.iter().map(|passkey| URL_SAFE_NO_PAD.encode(&passkey.credential_id)).collect(),
        expires_at: until.into(),
    })
}

/// Keeps the passkey that the browser made. The session goes on under another token, all others end.
pub async fn register(app: &App, ctx: &Context, input: views::NewPasskey) -> Result<views::PasskeyMade, AppError> {
    let (id, now) = (sessions::of_staff(ctx)?, ctx.now);
    let client_data = bytes(&input.client_data).ok_or_else(|| refused(PasskeyError::ClientData))?;
    let party = party(app)?.at(&client_data);
    let said = challenge_of(&party, Ceremony::Register, &client_data).map_err(refused)?;
    let until = answered(app, &place(id), &said, now).ok_or_else(too_late)?;
    let object = bytes(&input.attestation_object).ok_or_else(|| refused(PasskeyError::AuthenticatorData))?;
    let made = registered(&party, &object).map_err(refused)?;
    required("name", &input.name, NAME_CHARS)?;
    let name = line("name", &input.name, NAME_CHARS)?;
    let mut work = Work::unkeyed(app, ctx).await?;
    if !passkeys::spend(&mut work.tx, &tokens::digest(&said), until).await? {
        return Err(too_late());
    }
    if passkeys::by_credential_id(&mut work.tx, &made.credential_id).await?.is_some() {
        let (zh, en) = ("这个通行密钥已登记", "This passkey is registered already");
        return Err(AppError::invalid("passkey", zh, en));
    }
    if passkeys::of_staff(&mut work.tx, id).await?.len() >= MOST {
        let (zh, en) = ("通行密钥太多，请先删除不用的", "There are too many; remove those that are not used first");
        return Err(AppError::invalid("passkey", zh, en));
    }
    let passkey = Passkey {
        id: fresh(PasskeyId::new, now),
        staff_id: id,
        credential_id: made.credential_id,
        public_key: made.public_key,
        sign_count: made.sign_count,
        name,
        made_at: now,
        last_used_at: None,
        count_fell_at: None,
    };
    passkeys::insert(&mut work.tx, &passkey).await?;
    let (token, expires_at) = sessions::renew(&mut work.tx, app, ctx).await?;
    record(&mut work, EventKind::PasskeyRegistered, ctx, id);
    work.finish(views::PasskeyMade { token, expires_at: expires_at.into(), passkey: passkey.into() }).await
}

/// Calls one of the caller's passkeys otherwise.
pub async fn rename(
    app: &App,
    ctx: &Context,
    id: PasskeyId,
    input: views::PasskeyName,
) -> Result<views::Passkey, AppError> {
    let staff_id = sessions::of_staff(ctx)?;
    required("name", &input.name, NAME_CHARS)?;
    let name = line("name", &input.name, NAME_CHARS)?;
    {
        let mut db = app.store.read().await?;
        own(&mut db, staff_id, id).await?;
    }
    confirm_person(app, ctx, Proof { password: input.password, code: input.code }).await?;
    let mut work = Work::unkeyed(app, ctx).await?;
    if !passkeys::rename(&mut work.tx, staff_id, id, &name).await? {
        return Err(AppError::NotFound);
    }
    let passkey = own(&mut work.tx, staff_id, id).await?;
    record(&mut work, EventKind::PasskeyRenamed, ctx, staff_id);
    work.finish(passkey.into()).await
}

/// One of the caller's. Somebody else's is as good as none.
async fn own(db: &mut Db, staff_id: StaffId, id: PasskeyId) -> Result<Passkey, AppError> {
    let all = passkeys::of_staff(db, staff_id).await?;
    all.into_iter().find(|passkey| passkey.id == id).ok_or(AppError::NotFound)
}

/// Removes one of the caller's passkeys: it opens nothing from now on. The session goes on under another token, and all others end, those too that it opened.
pub async fn remove(app: &App, ctx: &Context, input: views::RemovePasskey) -> Result<Renewed, AppError> {
    let staff_id = sessions::of_staff(ctx)?;
    confirm_person(app, ctx, Proof { password: input.password, code: input.code }).await?;
    let mut work = Work::unkeyed(app, ctx).await?;
    if !passkeys::delete(&mut work.tx, staff_id, input.id).await? {
        let (zh, en) = ("这个通行密钥已不存在，请刷新", "This passkey is gone already; reload the page");
        return Err(AppError::invalid("id", zh, en));
    }
    let last = passkeys::of_staff(&mut work.tx, staff_id).await?.is_empty();
    let needed = app.policy.asks_second_factor(ctx.actor.role());
    if last && needed && factors::get(&mut work.tx, staff_id).await?.is_none() {
        let zh = "医院要求您的岗位使用两步验证，这是最后一个。请先登记另一个，或设置验证器";
        let en = "The hospital asks your role for a second factor and this is the last; register another one, or set an authenticator app up, first";
        return Err(AppError::invalid("passkey", zh, en));
    }
    let (token, expires_at) = sessions::renew(&mut work.tx, app, ctx).await?;
    record(&mut work, EventKind::PasskeyRemoved, ctx, staff_id);
    work.finish(Renewed { token, expires_at: expires_at.into() }).await
}

/// What the browser is to have signed by a passkey of whoever is before it.
pub fn ask(app: &App, origin: &Entrance) -> Result<views::PasskeyRequest, AppError> {
    let party = party(app)?;
    let (challenge, until) = challenge(app, AT_DOOR, origin.now)?;
    Ok(views::PasskeyRequest { challenge, rp_id: party.id, expires_at: until.into() })
}

/// Signs in whoever shows a passkey.
pub async fn sign_in(app: &App, origin: &Entrance, input: views::PasskeySignIn) -> Result<Session, AppError> {
    let now = origin.now;
    let credential_id = bytes(&input.credential_id).unwrap_or_default();
    let key = format!("passkey:{}", yunzhen_domain::audit::hex(&tokens::digest(&input.credential_id)[..8]));
    let (passkey, found) = {
        let mut db = app.store.read().await?;
        check_throttle(&mut db, &key, origin, now).await?;
        let passkey = passkeys::by_credential_id(&mut db, &credential_id).await?;
        let member = match &passkey {
            Some(passkey) => staff::get(&mut db, passkey.staff_id).await?,
            None => None,
        };
        (passkey, member)
    };
    let tried = found.as_ref().map_or(Tried::UNKNOWN, Tried::of);
    let member = found.filter(|member| member.active && may_enter(member, origin));
    // Without an address of the console nobody has a passkey that could be believed.
    let read = party(app).ok().zip(passkey).and_then(|(party, passkey)| proved(app, party, passkey, &input, now));
    let (Some(proved), Some(member)) = (read, member) else {
        refuse(app, &key, tried, origin, now).await?;
        return Err(AppError::BadPasskey);
    };
    let mut work = Work::unkeyed(app, &Context::of(member.actor(), now)).await?;
    check_throttle(&mut work.tx, &key, origin, now).await?;
    if !passkeys::spend(&mut work.tx, &proved.challenge_sha256, proved.until).await? {
        drop(work);
        refuse(app, &key, tried, origin, now).await?;
        return Err(AppError::BadPasskey);
    }
    // Read again where nobody writes beside it: since the signature was checked another sign-in may have come through, or its owner removed it.
    let Some(stands) = passkeys::by_credential_id(&mut work.tx, &credential_id).await? else {
        drop(work);
        refuse(app, &key, tried, origin, now).await?;
        return Err(AppError::BadPasskey);
    };
    let verdict = match stands.count_fell_at {
        Some(_) => Counted::Fell,
        None => counted(proved.passkey.sign_count, stands.sign_count, proved.sign_count),
    };
    match verdict {
        Counted::On => passkeys::shown(&mut work.tx, &stands, proved.sign_count, now).await?,
        Counted::Overtaken => {
            // The challenge stays spent.
            work.finish_unchanged((), "a sign-in with a passkey was overtaken by another").await?;
            return Err(AppError::BadPasskey);
        }
        Counted::Fell => {
            passkeys::set_count_fell(&mut work.tx, stands.id, now).await?;
            work.record(EventKind::PasskeyCountFell, member.id.uuid(), member.home_id, member.pharmacy_id);
            work.finish_refused().await?;
            tracing::warn!(staff_id = %member.id, passkey_id = %stands.id, "a passkey counted less than before: there may be two of it");
            return Err(AppError::PasskeyCopied);
        }
    }
    counters::clear(&mut work.tx, &key).await?;
    admit(app, work, member, origin, SignInMethod::Passkey, false).await
}

/// A passkey that signed what it was asked to sign.
struct Proved {
    passkey: Passkey,
    sign_count: u32,
    challenge_sha256: [u8; 32],
    until: Timestamp,
}

fn proved(
    app: &App,
    party: RelyingParty,
    passkey: Passkey,
    input: &views::PasskeySignIn,
    now: Timestamp,
) -> Option<Proved> {
    let client_data = bytes(&input.client_data)?;
    let party = party.at(&client_data);
    let said = challenge_of(&party, Ceremony::SignIn, &client_data).ok()?;
    let until = answered(app, AT_DOOR, &said, now)?;
    if let Some(handle) = &input.user_handle
        && bytes(handle)?.as_slice() != passkey.staff_id.uuid().as_bytes()
    {
        return None;
    }
    let data = shown(&party, &client_data, &bytes(&input.authenticator_data)?).ok()?;
    let key = PublicKey::from_cose(&passkey.public_key).ok()?;
    let (sign_count, challenge_sha256) = (data.sign_count, tokens::digest(&said));
    is_signed(&key, &data.signed, &bytes(&input.signature)?).then_some(Proved {
        passkey,
        sign_count,
        challenge_sha256,
        until,
    })
}

fn is_signed(key: &PublicKey, signed: &[u8], signature: &[u8]) -> bool {
    let verified = match key {
        PublicKey::Es256(point) => {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point[..]).verify(signed, signature)
        }
        PublicKey::Ed25519(key) => UnparsedPublicKey::new(&ED25519, &key[..]).verify(signed, signature),
        PublicKey::Rs256(n, e) => RsaPublicKeyComponents { n: n.as_slice(), e: e.as_slice() }.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed,
            signature,
        ),
    };
    verified.is_ok()
}

/// For whom passkeys are made: the console's address. Without it in the settings there are none.
fn party(app: &App) -> Result<RelyingParty, AppError> {
    let url = app.public_url.as_ref().ok_or(AppError::PasskeysOff)?;
    Ok(RelyingParty { id: url.host(), origin: url.origin() })
}

/// A challenge, as base64url, and until when it may be answered.
fn challenge(app: &App, place: &str, now: Timestamp) -> Result<(String, Timestamp), AppError> {
    let minutes = SignedDuration::from_mins(i64::from(app.policy.second_factor_setup_minutes));
    let until = now.checked_add(minutes).unwrap_or(now);
    let sealed = app.vault.seal(place, &until.as_second().to_string())?;
    Ok((URL_SAFE_NO_PAD.encode(sealed.as_kept()), until))
}

/// Until when a challenge may be answered, if we made it for this place and it is not over.
fn answered(app: &App, place: &str, challenge: &str, now: Timestamp) -> Option<Timestamp> {
    let sealed = Sealed::kept(String::from_utf8(bytes(challenge)?).ok()?);
    let until = app.vault.open(place, &sealed).ok()?.parse().ok()?;
    Timestamp::from_second(until).ok().filter(|until| now < *until)
}

/// Where challenges of who registers a passkey belong.
fn place(id: StaffId) -> String {
    format!("passkey-registration:{id}")
}

/// Browsers write base64url without padding.
fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn refused(error: PasskeyError) -> AppError {
    let zh = match error {
        PasskeyError::NotVerified => "设备没有核实是您本人（指纹、面容或密码），请换一个设备或先为它设置锁屏",
        PasskeyError::Origin | PasskeyError::RelyingParty => "当前网址不是医院工作台的正式网址，请从正式网址打开后再试",
        PasskeyError::Key => "不支持这种通行密钥，请换一个设备",
        PasskeyError::ClientData | PasskeyError::Ceremony | PasskeyError::AuthenticatorData => {
            "浏览器的回答无法识别，请刷新后再试"
        }
    };
    AppError::invalid("passkey", zh, error.to_string())
}

fn too_late() -> AppError {
    AppError::invalid("passkey", "设置时间已过，请重新开始", "This took too long; please begin again")
}

fn record(work: &mut Work, kind: EventKind, ctx: &Context, id: StaffId) {
    work.record(kind, id.uuid(), ctx.actor.home_id(), ctx.actor.pharmacy_id());
}
