-- What the resident said at the beginning of a consultation when asked whether it may be recorded; the last word stands.
CREATE TABLE recording_answers (
    consultation_id TEXT PRIMARY KEY NOT NULL REFERENCES consultations (id),
    answer TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    answered_by TEXT NOT NULL REFERENCES staff (id)
);
