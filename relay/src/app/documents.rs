//! Documents, photos and voice messages of residents. The bytes are in the care record itself, as text: kept in one transaction with the row that describes them, on both
//! databases alike, in every backup, and within reach of every relay. They are bounded (a still, which only a box
//! brings, by 8 MiB); recordings, which are not small, are files ([`crate::recordings`]).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use yunzhen_domain::Role;
use yunzhen_domain::access::Action;
use yunzhen_domain::audit::{EventKind, hex};
use yunzhen_domain::checked::text;
use yunzhen_domain::document_files::{self, MOST_BYTES};
use yunzhen_domain::ids::{ConsultationId, DocumentId, ResidentId};
use yunzhen_domain::records::{Consultation, Document, DocumentKind, Resident};
use yunzhen_domain::voice_file::{self, NotVoice};
use yunzhen_store::{Db, consultations, documents, residents};

use super::names::Names;
use super::reads::Seen;
use super::relations::Ties;
use super::residents::wrong_time;
use super::views::common::Page;
use super::views::documents as views;
use super::work::{Start, Work, authorize};
use super::{App, AppError, Context, FieldError, fresh};

/// Consultations of a resident that a note may have been spoken before.
const RECENT: u32 = 20;

/// The bytes of a document and what they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// As the bytes say.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// Keeps a document.
pub async fn add(
    app: &App,
    ctx: &Context,
    id: ResidentId,
    input: views::NewDocument,
) -> Result<views::Document, AppError> {
    let mut work = match Work::command(app, ctx).await? {
        Start::Replay(answer) => return Ok(answer),
        Start::Fresh(work) => work,
    };
    let resident = residents::get_standing(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let consultation = match input.consultation_id {
        Some(id) => {
            let records = residents::group(&mut work.tx, resident.id).await?;
            consultations::get(&mut work.tx, id).await?.filter(|known| records.contains(&known.resident_id))
        }
        None => None,
    };
    may_add(&mut work, ctx, &resident, consultation.as_ref()).await?;
    let mut wrong: Vec<FieldError> = wrong_time(app, ctx, "taken_at", input.taken_at.0).into_iter().collect();
    let title = text::line(&input.title, 100).unwrap_or_else(|e| {
        wrong.push(FieldError::new("title", e.zh(), e.to_string()));
        String::new()
    });
    let bytes = decoded(&input.content_base64).unwrap_or_else(|error| {
        wrong.push(error);
        Vec::new()
    });
    let media_type = match kept_as(input.kind, &bytes) {
        Ok(media_type) => Some(media_type),
        Err((zh, en)) if !bytes.is_empty() => {
            wrong.push(FieldError::new("content_base64", zh, en));
            None
        }
        Err(_) => None,
    };
    if input.consultation_id.is_some() && consultation.is_none() {
        let (zh, en) = ("这位住民没有这次会诊", "This resident has no such consultation");
        wrong.push(FieldError::new("consultation_id", zh, en));
    }
    if input.consultation_id.is_some() && !matches!(input.kind, DocumentKind::Photo | DocumentKind::VoiceMessage) {
        let (zh, en) = ("只有语音留言和照片留在会诊中", "Only voice messages and photos are left in a consultation");
        wrong.push(FieldError::new("consultation_id", zh, en));
    }
    if is_specialist(ctx) && input.kind != DocumentKind::VoiceMessage {
        let (zh, en) = ("专家只留语音留言", "A specialist leaves voice messages only");
        wrong.push(FieldError::new("kind", zh, en));
    }
    if input.body_site.is_some() && input.kind != DocumentKind::Photo {
        wrong.push(FieldError::new("body_site", "只有照片才标部位", "Only a photo has a place on the body"));
    }
    if input.kind == DocumentKind::Portrait && media_type.is_some_and(|known| !known.starts_with("image/")) {
        wrong.push(FieldError::new("content_base64", "头像须是图片", "A portrait is a picture"));
    }
    if input.kind == DocumentKind::Still {
        wrong.push(FieldError::new(
            "kind",
            "静帧只能由会诊中的设备拍摄",
            "A still is taken by the home's box in a consultation",
        ));
    }
    let Some(media_type) = media_type.filter(|_| wrong.is_empty()) else { return Err(AppError::Invalid(wrong)) };
    let consultation_id = match consultation {
        Some(consultation) => Some(consultation.id),
        None if input.kind == DocumentKind::VoiceMessage => asked_after(&mut work, &resident, input.taken_at.0).await?,
        None => None,
    };
    let document = Document {
        id: fresh(DocumentId::new, ctx.now),
        resident_id: resident.id,
        home_id: resident.home_id,
        kind: input.kind,
        body_site: input.body_site,
        consultation_id,
        title: title.into(),
        media_type: media_type.to_owned(),
        bytes: bytes.len() as u64,
        sha256: Sha256::digest(&bytes).into(),
        taken_at: input.taken_at.0,
        received_at: ctx.now,
        author: ctx.actor.staff_id().ok_or(AppError::Forbidden)?,
    };
    documents::insert(&mut work.tx, &document, &STANDARD.encode(&bytes)).await?;
    work.record(EventKind::DocumentAdded, resident.id.uuid(), Some(resident.home_id), None);
    if document.kind == DocumentKind::Portrait {
        show_portrait(&mut work, ctx, &resident, &document).await?;
    }
    let view = view(&mut work.tx, &mut Names::default(), document).await?;
    work.finish(view).await
}

/// The spoken note that a nurse leaves before she asks for a consultation is of that one, although it was not there when she spoke.
/// Who may read the consultation may read it from then on, so it has a row of its own in the audit log.
pub(super) async fn adopt_spoken(work: &mut Work, consultation: &Consultation) -> Result<(), AppError> {
    let since = consultation.requested_at.checked_sub(spoken_before(work)).unwrap_or(Timestamp::MIN);
    let (resident, home) = (consultation.resident_id.uuid(), Some(consultation.home_id));
    for one in documents::adopt_spoken(&mut work.tx, consultation.resident_id, consultation.id, since).await? {
        work.record_file(EventKind::DocumentAdopted, resident, home, &one.sha256);
    }
    Ok(())
}

/// The same for one that arrives after it: the consultation that was asked for next, and soon.
async fn asked_after(
    work: &mut Work,
    resident: &Resident,
    taken_at: Timestamp,
) -> Result<Option<ConsultationId>, AppError> {
    let within = spoken_before(work);
    let recent = consultations::for_resident(&mut work.tx, resident.id, RECENT).await?;
    let next = recent.into_iter().filter(|one| one.scheduled_at.is_none() && one.requested_at >= taken_at);
    let next = next.min_by_key(|one| one.requested_at);
    Ok(next.filter(|one| one.requested_at.duration_since(taken_at) <= within).map(|one| one.id))
}

fn spoken_before(work: &Work) -> SignedDuration {
    SignedDuration::from_mins(i64::from(work.policy.spoken_note_before_call_minutes))
}

/// The home's nurses add to a record. A specialist does so in a consultation of the own: its answer to a voice message.
async fn may_add(
    work: &mut Work,
    ctx: &Context,
    resident: &Resident,
    consultation: Option<&Consultation>,
) -> Result<(), AppError> {
    match consultation.filter(|_| is_specialist(ctx)) {
        Some(consultation) => {
            let ties = Ties::to(&mut work.tx, ctx, resident.id).await?;
            authorize(ctx, Action::AddDocument, &ties.of_consultation(ctx, consultation))
        }
        None => work.authorize_for(Action::AddDocument, resident).await,
    }
}

fn is_specialist(ctx: &Context) -> bool {
    ctx.actor.role() == Role::Specialist
}

/// The media type of what is kept, by its bytes; or what to say in both languages.
fn kept_as(kind: DocumentKind, bytes: &[u8]) -> Result<&'static str, (&'static str, &'static str)> {
    if kind != DocumentKind::VoiceMessage {
        let (zh, en) =
            ("只接受 JPEG、PNG、WebP 图片和 PDF 文件", "Only JPEG, PNG and WebP pictures and PDF files are taken");
        return document_files::media_type(bytes).ok_or((zh, en));
    }
    voice_file::read(bytes).map(|file| file.media_type).map_err(|error| match error {
        NotVoice::NoOpus => {
            ("这不是语音留言（WebM 或 Ogg 中的 Opus）", "This is no voice message (Opus in WebM or Ogg)")
        }
        NotVoice::TooLong => ("语音留言最长 2 分钟", "A voice message lasts two minutes at most"),
    })
}

/// The newest portrait is the one that lists show; one that was taken offline may arrive after a newer one.
async fn show_portrait(
    work: &mut Work,
    ctx: &Context,
    resident: &Resident,
    portrait: &Document,
) -> Result<(), AppError> {
    let known = documents::for_resident(&mut work.tx, resident.id).await?;
    if known.iter().any(|d| d.kind == DocumentKind::Portrait && d.taken_at > portrait.taken_at) {
        return Ok(());
    }
    let photo_url = Some(format!("/api/documents/{}/content", portrait.id));
    let after = Resident { version: resident.version + 1, photo_url, ..resident.clone() };
    residents::update(&mut work.tx, resident, &after, ctx.now, &ctx.actor.reference().to_string()).await?;
    work.record(EventKind::ResidentChanged, resident.id.uuid(), Some(resident.home_id), None);
    Ok(())
}

fn decoded(base64: &str) -> Result<Vec<u8>, FieldError> {
    let too_large = || FieldError::new("content_base64", "文件超过 720 KiB", "The file is larger than 720 KiB");
    if base64.len() > MOST_BYTES.div_ceil(3) * 4 {
        return Err(too_large());
    }
    let bytes = STANDARD
        .decode(base64)
        .map_err(|_| FieldError::new("content_base64", "文件内容不是 Base64", "The content is not base64"))?;
    match bytes.len() {
        0 => Err(FieldError::new("content_base64", "文件是空的", "The file is empty")),
        n if n > MOST_BYTES => Err(too_large()),
        _ => Ok(bytes),
    }
}

/// What there is of a resident, newest first.
pub async fn list(app: &App, ctx: &Context, id: ResidentId) -> Result<Page<views::Document>, AppError> {
    let mut db = app.store.read().await?;
    let resident = residents::get_standing(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewDocuments, &ties.facts(&resident))?;
    let mut found = Vec::new();
    for id in residents::group(&mut db, resident.id).await? {
        found.extend(documents::for_resident(&mut db, id).await?);
    }
    found.sort_by_key(|d| std::cmp::Reverse((d.taken_at, d.id)));
    let mut names = Names::default();
    let mut items = Vec::with_capacity(found.len());
    for document in found {
        items.push(view(&mut db, &mut names, document).await?);
    }
    drop(db);
    let purpose = ties.purpose(resident.id);
    Seen::one(EventKind::DocumentsViewed, resident.id, resident.home_id, purpose).tell(app, ctx).await?;
    Ok(Page::whole(items))
}

/// The bytes of one document.
pub async fn content(app: &App, ctx: &Context, id: DocumentId) -> Result<Content, AppError> {
    let mut db = app.store.read().await?;
    let document = documents::get(&mut db, id).await?.ok_or(AppError::NotFound)?;
    let resident = residents::get_standing(&mut db, document.resident_id).await?.ok_or(AppError::NotFound)?;
    let ties = Ties::to(&mut db, ctx, resident.id).await?;
    authorize(ctx, Action::ViewDocuments, &ties.facts(&resident))?;
    let content = documents::content(&mut db, id).await?.ok_or(AppError::NotFound)?;
    drop(db);
    let purpose = ties.purpose(resident.id);
    // A face beside a name in a list is part of the list.
    let seen = match document.kind {
        DocumentKind::Portrait => EventKind::ResidentListed,
        _ => EventKind::DocumentsViewed,
    };
    Seen::one(seen, resident.id, resident.home_id, purpose).tell(app, ctx).await?;
    let bytes = STANDARD.decode(content).map_err(|_| AppError::DamagedDocument)?;
    // What was kept is what is shown, or nothing.
    if <[u8; 32]>::from(Sha256::digest(&bytes)) != document.sha256 {
        return Err(AppError::DamagedDocument);
    }
    Ok(Content { media_type: document.media_type, sha256: hex(&document.sha256), bytes })
}

pub(super) async fn view(db: &mut Db, names: &mut Names, d: Document) -> Result<views::Document, AppError> {
    Ok(views::Document {
        id: d.id,
        resident_id: d.resident_id,
        kind: d.kind,
        body_site: d.body_site,
        consultation_id: d.consultation_id,
        title: d.title.into_exposed(),
        media_type: d.media_type,
        bytes: d.bytes,
        sha256: hex(&d.sha256),
        taken_at: d.taken_at.into(),
        received_at: d.received_at.into(),
        author_name: names.staff(db, d.author).await?.name.clone(),
    })
}
