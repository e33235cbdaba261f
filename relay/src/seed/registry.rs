//! What the registry of the demo has to show: consents given, missing and taken back, a record that was registered twice, a broken glass to review, a letter.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use yunzhen_domain::checked::IdNumber;
use yunzhen_domain::ids::{BreakGlassId, ConsentId, DocumentId, DuplicateId};
use yunzhen_domain::machines::{break_glass, consent, duplicate};
use yunzhen_domain::records::{
    BreakGlass, Consent, ConsentGiver, ConsentKind, Document, DocumentKind, DuplicatePair, Resident, Signature,
};
use yunzhen_domain::registry::duplicates::{Likeness, TakenOver};

use super::people::resident_id;
use super::{HOME_1, SeedError, id, staff_id};

/// Nurses of the homes, in the table of `people`.
const NURSES: [u32; 2] = [1, 2];
/// The specialist of the other hospital.
const STRANGER: u32 = 8;
/// Who has not been asked yet: the visit shows that the consent is missing.
const NOT_ASKED: usize = 1;
/// Who took the consent to recording back.
const CHANGED_MIND: usize = 5;
/// Who was registered twice: line 7 of the table.
const TWICE: usize = 6;
/// A finger's three strokes.
const STROKES: &str = "M12 40L30 18L48 44M60 16L62 46M52 28L78 26M90 20L84 44L104 40L100 18L90 20";
/// A letter of one page, as PDF.
const LETTER: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n4 0 obj<</Length 118>>stream\nBT /F1 16 Tf 30 150 Td (Discharge summary) Tj /F1 11 Tf 0 -30 Td (Demo document: all persons are invented.) Tj ET             \nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

/// The registry's part of the demo.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Signatures of most residents.
    pub consents: Vec<Consent>,
    /// A second record of one resident, with a mistyped number.
    pub twin: Resident,
    /// The pair it makes.
    pub pair: DuplicatePair,
    /// Opened by a specialist of another hospital, not reviewed.
    pub glass: BreakGlass,
    /// A letter and its bytes.
    pub letter: (Document, &'static str),
}

/// The registry of these residents as of `now`.
pub(super) fn registry(residents: &[Resident], now: Timestamp) -> Result<Registry, SeedError> {
    let before = |hours| now - SignedDuration::from_hours(hours);
    let nurse = |r: &Resident| staff_id(if r.home_id == HOME_1 { NURSES[0] } else { NURSES[1] });
    let mut consents = Vec::new();
    for (index, r) in residents.iter().enumerate().filter(|(index, _)| *index != NOT_ASKED) {
        for kind in [ConsentKind::TeleConsultation, ConsentKind::Recording, ConsentKind::DataSharing] {
            let given_at = before(24 * (60 + index as i64));
            let given = Consent {
                id: ConsentId::from_uuid(id(8, u32::try_from(consents.len()).unwrap_or(0) + 1)),
                version: 1,
                state: consent::State::Given,
                resident_id: r.id,
                home_id: r.home_id,
                kind,
                text_version: 1,
                giver: ConsentGiver::Resident,
                giver_name: r.name.clone(),
                giver_relation: None,
                signature: Signature::SvgPath(STROKES.to_owned()).into(),
                witness: nurse(r),
                given_at,
                received_at: given_at,
                revoked_at: None,
                revoked_by: None,
                revoke_reason: None,
            };
            let changed_mind = index == CHANGED_MIND && kind == ConsentKind::Recording;
            consents.push(if changed_mind {
                let revoked = given.revoke(nurse(r), "不愿意被录像".to_owned(), before(24 * 3));
                revoked.map_err(|e| SeedError::Data(e.to_string()))?
            } else {
                given
            });
        }
    }
    let (Some(original), Some(first)) = (residents.get(TWICE), residents.first()) else {
        return Err(SeedError::Data("the demo has too few residents".to_owned()));
    };
    let digits = format!("330106{}{}", original.birth_date.strftime("%Y%m%d"), 148);
    let twin = Resident {
        id: resident_id(20),
        bed: "待分配".to_owned(),
        id_number: IdNumber::complete(&digits).map_err(|e| SeedError::Data(e.to_string()))?,
        contacts: Vec::new(),
        surrogate: None,
        conditions: original.conditions.iter().take(1).cloned().collect(),
        medicines: Vec::new(),
        ..original.clone()
    };
    let pair = DuplicatePair {
        id: DuplicateId::from_uuid(id(9, 1)),
        version: 1,
        state: duplicate::State::Suspected,
        first_id: original.id.min(twin.id),
        second_id: original.id.max(twin.id),
        survivor_id: None,
        likeness: Likeness::NameAndBirthDate,
        taken_over: TakenOver::default().into(),
        found_at: before(30),
        decided_at: None,
        decided_by: None,
        reason: None,
    };
    let glass = BreakGlass {
        id: BreakGlassId::from_uuid(id(10, 1)),
        version: 1,
        state: break_glass::State::Open,
        resident_id: first.id,
        home_id: first.home_id,
        staff_id: staff_id(STRANGER),
        reason: "急诊科电话：住民言语不清，需了解抗凝用药".into(),
        opened_at: before(20),
        ends_at: before(19),
        reviewed_at: None,
        reviewed_by: None,
        review_note: None,
        acknowledged_at: None,
        acknowledged_by: None,
    };
    let letter = Document {
        id: DocumentId::from_uuid(id(11, 1)),
        resident_id: first.id,
        home_id: first.home_id,
        kind: DocumentKind::Report,
        consultation_id: None,
        body_site: None,
        title: "出院小结（2026 年 9 月）".into(),
        media_type: "application/pdf".to_owned(),
        bytes: LETTER.len() as u64,
        sha256: Sha256::digest(LETTER).into(),
        taken_at: before(24 * 60),
        received_at: before(24 * 60),
        author: nurse(first),
    };
    Ok(Registry { consents, twin, pair, glass, letter: (letter, LETTER) })
}
