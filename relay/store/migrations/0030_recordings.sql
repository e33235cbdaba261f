-- Recordings of the home's side of a consultation. The bytes are files of the relay, sealed with the key that is here, which is sealed itself.
CREATE TABLE recordings (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    state TEXT NOT NULL,
    sealed_key TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES staff (id),
    began_at BIGINT,
    stopped_at BIGINT,
    stop_cause TEXT,
    trouble TEXT,
    is_cut BIGINT NOT NULL,
    ended_at BIGINT,
    failure TEXT,
    -- Of the file of one that was kept.
    duration_ms BIGINT,
    bytes BIGINT,
    sha256 TEXT,
    gaps TEXT
);
CREATE INDEX recordings_of_consultation ON recordings (consultation_id, asked_at, id);
CREATE INDEX recordings_by_resident ON recordings (resident_id);
-- What a home's box is to be told when it comes.
CREATE INDEX recordings_open ON recordings (home_id, asked_at, id) WHERE state IN ('asked', 'recording', 'backfilling');
-- What may have to be stopped or given up, and what waits to become a file.
CREATE INDEX recordings_under_way ON recordings (asked_at, id) WHERE state IN ('asked', 'recording', 'backfilling', 'assembling');
-- What a row of the audit log vouches for outside of the record.
ALTER TABLE audit ADD COLUMN sha256 TEXT;
