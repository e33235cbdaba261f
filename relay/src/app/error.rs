//! Everything a use case can answer instead of its result. Variants name causes; `http::problem` alone turns them into statuses and words.

use jiff::SignedDuration;
use yunzhen_certs::CertsError;
use yunzhen_certs::jws::JwsError;
use yunzhen_certs::request::RequestError;
use yunzhen_domain::Sensitive;
use yunzhen_domain::documents::DocumentError;
use yunzhen_domain::licence::LicenceGap;
use yunzhen_domain::machines::Refused;
use yunzhen_domain::machines::delivery::QuarantineReason;
use yunzhen_domain::machines::signing_key;
use yunzhen_domain::media_timeline::TooLow;
use yunzhen_domain::practice::TooLittlePractice;
use yunzhen_domain::receipt::ReceiptError;
use yunzhen_domain::records::EndedBy;
use yunzhen_domain::registry::Fault;
use yunzhen_domain::registry::difference::Difference;
use yunzhen_domain::registry::open_work::OpenWork;
use yunzhen_domain::safety::Finding;
use yunzhen_store::StoreError;

/// One input that cannot be taken, with the words for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Where in the body, e.g. `readings[0].value`.
    pub path: String,
    /// Chinese.
    pub message_zh: String,
    /// English.
    pub message_en: String,
}

impl FieldError {
    /// Makes one.
    pub fn new(path: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { path: path.into(), message_zh: zh.into(), message_en: en.into() }
    }
}

/// What two people made of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The version this person saw.
    pub seen: i64,
    /// The version it is at.
    pub current: i64,
    /// Where they differ.
    pub differences: Vec<Difference>,
}

/// Why a use case did not happen. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No session, or one that is over.
    #[error("no valid session")]
    Unauthenticated,
    /// The session of this token was ended by somebody before its time; told only to who has the token.
    #[error("the session was ended by: {0}")]
    SessionRevoked(EndedBy),
    /// User name and password, or link and PIN, do not fit.
    #[error("wrong credentials")]
    BadCredentials,
    /// The hospital does not let the relay enrol and renew boxes.
    #[error("enrolment of boxes is off")]
    EnrolmentOff,
    /// The code is wrong, used, replaced or too old.
    #[error("no such code for enrolment, or it is spent")]
    BadEnrolmentCode,
    /// Nothing is issued for the request.
    #[error(transparent)]
    CertificateRequest(#[from] RequestError),
    /// The certificate that the box shows was not issued here, and no box came in with it.
    #[error("the certificate of the box is not known here")]
    BoxNotEnrolled,
    /// The certificate that the box shows is revoked.
    #[error("the certificate of the box is revoked")]
    BoxRevoked,
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Issuing(#[from] CertsError),
    /// The password fits, and the account asks for a code as well.
    #[error("a code of the second factor is needed")]
    SecondFactorNeeded,
    /// The code does not fit, or counted before.
    #[error("wrong code")]
    WrongCode,
    /// The passkey is not known here, was removed, or did not sign what it was asked to.
    #[error("the passkey is not believed")]
    BadPasskey,
    /// It counted less than before.
    #[error("there may be two of this passkey")]
    PasskeyCopied,
    /// The settings do not say for which address passkeys are made.
    #[error("there are no passkeys without `public_url` in the settings")]
    PasskeysOff,
    /// No such provider, or none at all, or not from here.
    #[error("nobody signs in by this identity provider here")]
    OpenIdOff,
    /// The provider does not answer.
    #[error("the identity provider does not answer")]
    OpenIdDown,
    /// What the browser brought, or what the provider says to it, is not believed.
    #[error("the identity provider's word is not believed")]
    OpenIdRefused,
    /// The clocks of relay and provider differ.
    #[error("the identity provider's word is over or not yet")]
    OpenIdClock,
    /// The provider vouches for somebody to whom no open account is bound.
    #[error("no account is bound to what the identity provider says")]
    OpenIdUnknown {
        /// What it calls the person.
        subject: Sensitive<String>,
    },
    /// The provider vouches for another person than the one who is signed in.
    #[error("somebody else proved who it is")]
    OpenIdSomebodyElse,
    /// The provider did not ask the person again.
    #[error("the identity provider did not ask again")]
    OpenIdNotFresh,
    /// The hospital asks this person for a second factor, and the provider vouches for none.
    #[error("the identity provider vouches for no second factor")]
    OpenIdOneFactor,
    /// The hospital lets this person in by its provider only.
    #[error("the account signs in by the identity provider only")]
    OpenIdOnly,
    /// The hospital asks this person for a second factor, and there is none yet.
    #[error("a second factor must be set up first")]
    SecondFactorMissing,
    /// The password is right, the hospital asks this person for a second factor, and it is a passkey.
    #[error("the account signs in with its passkey")]
    PasskeyNeeded,
    /// The password is one that the relay made: it is good only for setting an own one.
    #[error("an own password must be set first")]
    PasswordToBeSet,
    /// The same, and its time is over.
    #[error("the first password is too old")]
    InitialPasswordOver,
    /// Link and PIN fit, and every parcel of the run has ended.
    #[error("the courier's run is over")]
    CourierRunOver,
    /// A pharmacy's system shows a credential that is unknown, wrong or revoked.
    #[error("unknown or revoked credential of a pharmacy's system")]
    BadPharmacyCredential,
    /// Too many wrong tries.
    #[error("throttled for {} s", .retry_after.as_secs())]
    Throttled {
        /// How long still.
        retry_after: SignedDuration,
    },
    /// Does not exist, or not for this person.
    #[error("not found")]
    NotFound,
    /// In sight, and not this person's to do.
    #[error("forbidden")]
    Forbidden,
    /// Somebody else was faster.
    #[error("the record has changed since version {seen}; it is at {current}")]
    Stale {
        /// What the person saw.
        seen: i64,
        /// What it is now.
        current: i64,
    },
    /// The record was changed since this person saw it: both values, for a person to choose.
    #[error("the record differs in {} fields since version {}; it is at {}", .0.differences.len(), .0.seen, .0.current)]
    Conflict(Box<Conflict>),
    /// Somebody with this identity number is registered.
    #[error("the identity number is registered already")]
    AlreadyRegistered {
        /// Who and where, for those who may see the record.
        known: Option<Sensitive<String>>,
    },
    /// The machine does not allow it in this state.
    #[error(transparent)]
    NotPossible(#[from] Refused),
    /// Input that cannot be taken.
    #[error("{} inputs cannot be taken", .0.len())]
    Invalid(Vec<FieldError>),
    /// Findings that can never be signed.
    #[error("{} findings block the signature", .0.len())]
    Blocked(Vec<Finding>),
    /// Hard stops without the prescriber's reason.
    #[error("{} findings need a reason", .0.len())]
    ReasonNeeded(Vec<Finding>),
    /// The prescription's validity is over.
    #[error("the prescription is no longer valid")]
    Expired,
    /// The signature is not believed.
    #[error("signature refused: {0}")]
    Signature(#[from] JwsError),
    /// Signed by somebody else than the caller.
    #[error("the signer is not the caller")]
    NotSigner,
    /// The person proved who it is too long ago to sign by it.
    #[error("signing asks for the password again after {minutes} min")]
    Reauthenticate {
        /// How long a proof lasts.
        minutes: u32,
    },
    /// The licence of who signs is over, or not on record.
    #[error("nothing is signed: {0}")]
    Licence(LicenceGap),
    /// A signing key is not let in before the licence of its holder is on record.
    #[error("no signing key is approved yet: {0}")]
    LicenceIncomplete(#[from] LicenceGap),
    /// Signed with a key that nobody asked for, or that was not approved, or that was revoked.
    #[error("the signing key is not in force: {}", .0.map_or("unknown", signing_key::State::as_str))]
    SigningKeyNotInForce(Option<signing_key::State>),
    /// What was signed is not what was to be signed.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The pharmacy does not show the secret of its acceptance.
    #[error("wrong acceptance secret")]
    WrongSecret,
    /// The code is not that of the parcel.
    #[error("wrong parcel code; {left} tries are left")]
    WrongParcelCode {
        /// Tries before the hand-over is stopped.
        left: u32,
    },
    /// The parcel may not be handed over until the pharmacy lets it go on.
    #[error("the parcel is quarantined: {reason}")]
    Quarantined {
        /// Why.
        reason: QuarantineReason,
    },
    /// What the box signed is not the receipt that it should be.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The law asks for some years of practice before a doctor sees anybody remotely.
    #[error("{0}")]
    Practice(#[from] TooLittlePractice),
    /// The call showed less than the hospital asks for before a signature.
    #[error("{0}")]
    CallTooLow(#[from] TooLow),
    /// The consultation is not under way, so nothing can be written in it.
    #[error("the consultation is not in progress")]
    NotInProgress,
    /// The time for writing after the end of a consultation is over.
    #[error("the consultation was completed more than {hours} h ago")]
    WritingTimeOver {
        /// How long it was.
        hours: u32,
    },
    /// Somebody else wrote about the dose.
    #[error("the dose is recorded already")]
    DoseRecorded {
        /// As what.
        state: yunzhen_domain::machines::dose::State,
        /// When it was given, offered or held, by the home's clock.
        at: jiff::civil::DateTime,
        /// By whom.
        by: String,
    },
    /// The prescriber ended the course.
    #[error("the course was stopped")]
    DoseStopped {
        /// When, by the home's clock.
        at: jiff::civil::DateTime,
        /// Why.
        reason: Sensitive<String>,
    },
    /// The dose would be of a batch that was called back.
    #[error("batch {batch} was called back: it is not given")]
    DoseRecalled {
        /// Which.
        batch: String,
        /// Who called it back.
        authority: String,
        /// Batches of the medicine that are in the home and may be given.
        others: Vec<String>,
    },
    /// The home's switch for joint consultations is off.
    #[error("joint consultations are not allowed in this home")]
    JointConsultationOff,
    /// The record that is to be merged away has something under way.
    #[error("something is under way for the record: {0:?}")]
    OpenWork(Vec<OpenWork>),
    /// A resident who is to move would leave this behind in the home.
    #[error("something is under way in the home that is left: {0:?}")]
    OpenWorkInHome(Vec<OpenWork>),
    /// The home's camera could not be reached.
    #[error(transparent)]
    Camera(#[from] crate::rooms::CameraError),
    /// A consultation has as many stills as it may have.
    #[error("a consultation has at most {most} stills")]
    TooManyStills {
        /// As many.
        most: usize,
    },
    /// The resident has not consented to recordings, or took it back.
    #[error("no consent to recordings is in force")]
    NoRecordingConsent,
    /// The consultation is being recorded.
    #[error("the consultation is being recorded")]
    AlreadyRecording,
    /// A consultation has as many recordings as it may have.
    #[error("a consultation has at most {most} recordings")]
    TooManyRecordings {
        /// As many.
        most: usize,
    },
    /// The bytes of a recording are not those that were kept, or its key does not open them.
    #[error("a recording cannot be read")]
    DamagedRecording,
    /// The folder of recordings.
    #[error("the folder of recordings: {0}")]
    RecordingDisk(std::io::Error),
    /// Somebody else has the time.
    #[error("the time is taken")]
    SlotTaken,
    /// A command without an idempotency key.
    #[error("a command needs an idempotency key")]
    IdempotencyKeyMissing,
    /// The key was used for something else.
    #[error("the idempotency key was used for another command")]
    IdempotencyKeyReused,
    /// A cursor that no list gave out.
    #[error("the cursor is not one of ours")]
    BadCursor,
    /// Nothing was printed.
    #[error(transparent)]
    Print(#[from] crate::print::PrintError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Hashing a password or PIN failed; never a wrong password.
    #[error("password hashing failed: {0}")]
    Hash(String),
    /// A secret is not sealed or opened.
    #[error(transparent)]
    Vault(#[from] crate::vault::VaultError),
    /// The bytes of a document are not those that were kept.
    #[error("a document's bytes do not match their digest")]
    DamagedDocument,
    /// An answer could not be turned to JSON and back.
    #[error("an answer could not be kept: {0}")]
    Answer(#[from] serde_json::Error),
}

impl AppError {
    /// A single wrong input.
    pub fn invalid(path: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(path, zh, en)])
    }
}

impl From<Vec<Fault>> for AppError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Invalid(faults.into_iter().map(|f| FieldError::new(f.path, f.zh, f.en)).collect())
    }
}
