-- Keys that people sign with: made in a browser, let in by an administrator, revoked with a time.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    role TEXT NOT NULL,
    key_sha256 TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    device TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT REFERENCES staff (id),
    revoked_at BIGINT,
    revoked_by TEXT REFERENCES staff (id),
    reason TEXT,
    certificate TEXT
);
CREATE INDEX signing_keys_of_staff ON signing_keys (staff_id, requested_at, id);
-- Licences as administrators entered them: nothing is written over, the newest version of a person is in force.
CREATE TABLE staff_licences (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    version BIGINT NOT NULL,
    number TEXT NOT NULL,
    hospital TEXT NOT NULL,
    specialty TEXT NOT NULL,
    valid_until TEXT,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL REFERENCES staff (id),
    PRIMARY KEY (staff_id, version)
);
-- When the person of a session last proved who it is; without a value when it was opened.
ALTER TABLE sessions ADD COLUMN authenticated_at BIGINT;
