-- Sessions can be told apart, listed, ended one by one, and end when nobody uses them. Those that are open go on: their id is made of the digest of their token.
ALTER TABLE sessions ADD COLUMN id TEXT;
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN address TEXT;
ALTER TABLE sessions ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN enrols_only BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET last_used_at = created_at,
    id = substr(token_sha256, 1, 8) || '-' || substr(token_sha256, 9, 4) || '-' || substr(token_sha256, 13, 4) || '-' || substr(token_sha256, 17, 4) || '-' || substr(token_sha256, 21, 12);
UPDATE sessions SET method = 'link' WHERE subject_kind <> 'staff';
CREATE UNIQUE INDEX sessions_by_id ON sessions (id);
CREATE INDEX sessions_of_staff ON sessions (staff_id, created_at, id) WHERE staff_id IS NOT NULL;

-- Authenticator apps. The secret has to be read again, so it is sealed.
CREATE TABLE second_factors (
    staff_id TEXT PRIMARY KEY NOT NULL REFERENCES staff (id),
    sealed_secret TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- Of the last code that counted: none counts twice.
    last_step BIGINT NOT NULL
);

-- Codes on paper: 80 random bits each, so a digest is enough.
CREATE TABLE recovery_codes (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    code_sha256 TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (staff_id, code_sha256)
);

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY NOT NULL,
    staff_id TEXT NOT NULL REFERENCES staff (id),
    -- Both hexadecimal.
    credential_id TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL,
    sign_count BIGINT NOT NULL CHECK (sign_count >= 0),
    name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    last_used_at BIGINT,
    count_fell_at BIGINT
);
CREATE INDEX passkeys_of_staff ON passkeys (staff_id, made_at, id);

-- A challenge that was answered is worth nothing more. Those that were not answered are nowhere: they are sealed and know their end themselves.
CREATE TABLE spent_challenges (
    challenge_sha256 TEXT PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_challenges_by_end ON spent_challenges (expires_at);
