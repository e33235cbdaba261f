-- Urgency of the consultation and the place in the pharmacists' queue: urgent ones first, then what was signed first; nothing where no pharmacist has to look.
ALTER TABLE prescriptions ADD COLUMN urgency TEXT NOT NULL DEFAULT 'routine';
ALTER TABLE prescriptions ADD COLUMN review_key BIGINT;
-- Why a chronic disease may be supplied for longer than usual.
ALTER TABLE prescriptions ADD COLUMN assessment TEXT;
UPDATE prescriptions SET urgency = 'urgent' WHERE consultation_id IN (SELECT id FROM consultations WHERE urgency = 'urgent');
UPDATE prescriptions SET review_key = CASE WHEN urgency = 'urgent' THEN signed_at - 10000000000000 ELSE signed_at END
    WHERE state IN ('signed', 'in_review', 'in_question');
CREATE INDEX prescriptions_by_review ON prescriptions (review_key, id) WHERE review_key IS NOT NULL;
-- A specialist's own work list: questions that wait for an answer.
CREATE INDEX prescriptions_by_specialist ON prescriptions (specialist_id, state, state_since, id);

-- What specialists keep under a name to prescribe again. No resident is named.
CREATE TABLE prescription_favourites (
    id TEXT PRIMARY KEY NOT NULL,
    specialist_id TEXT NOT NULL REFERENCES staff (id),
    name TEXT NOT NULL,
    diagnosis_code TEXT,
    supply TEXT,
    items TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX prescription_favourites_by_name ON prescription_favourites (specialist_id, name);
