-- Boxes as machines: the codes by which they are enrolled (only the digest), and the certificates that they have.
CREATE TABLE enrolment_codes (
    id TEXT PRIMARY KEY NOT NULL,
    home_id TEXT NOT NULL REFERENCES homes (id),
    secret_sha256 TEXT NOT NULL UNIQUE,
    made_by TEXT NOT NULL REFERENCES staff (id),
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    withdrawn_at BIGINT
);
CREATE INDEX enrolment_codes_open ON enrolment_codes (home_id, expires_at) WHERE used_at IS NULL AND withdrawn_at IS NULL;
CREATE TABLE box_certificates (
    serial TEXT PRIMARY KEY NOT NULL,
    home_id TEXT NOT NULL REFERENCES homes (id),
    box_id TEXT,
    source TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    known_since BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX box_certificates_of_home ON box_certificates (home_id, known_since, serial);
-- The certificate that the box showed or got last, the last starts of its program, and what an administrator should know. What was issued by hand before `revoked_at`
-- and was never shown is revoked with the rest.
ALTER TABLE boxes ADD COLUMN serial TEXT;
ALTER TABLE boxes ADD COLUMN instances TEXT;
ALTER TABLE boxes ADD COLUMN revoked_at BIGINT;
ALTER TABLE boxes ADD COLUMN clone_seen_at BIGINT;
