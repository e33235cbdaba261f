-- The residents' registry: versions of a record, consents, duplicates, broken glass, documents. The rules of 0001_care.sql hold.

ALTER TABLE residents ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE residents ADD COLUMN surrogate TEXT;
ALTER TABLE residents ADD COLUMN oxygen_scale TEXT NOT NULL DEFAULT 'scale1';
ALTER TABLE residents ADD COLUMN merged_into TEXT;
CREATE INDEX residents_by_survivor ON residents (merged_into);
CREATE INDEX residents_by_birth_date ON residents (birth_date);

-- What a record said before each change, and who changed it: nothing of a medical record is lost by a correction.
CREATE TABLE resident_versions (
    resident_id TEXT NOT NULL REFERENCES residents (id),
    version BIGINT NOT NULL,
    content TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    PRIMARY KEY (resident_id, version)
);

CREATE TABLE consents (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    kind TEXT NOT NULL,
    text_version BIGINT NOT NULL,
    giver TEXT NOT NULL,
    giver_name TEXT NOT NULL,
    giver_relation TEXT,
    signature TEXT NOT NULL,
    witness TEXT NOT NULL REFERENCES staff (id),
    given_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT REFERENCES staff (id),
    revoke_reason TEXT
);
CREATE INDEX consents_by_resident ON consents (resident_id, given_at);

CREATE TABLE duplicates (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    first_id TEXT NOT NULL REFERENCES residents (id),
    second_id TEXT NOT NULL REFERENCES residents (id),
    survivor_id TEXT REFERENCES residents (id),
    likeness TEXT NOT NULL,
    taken_over TEXT NOT NULL,
    found_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT REFERENCES staff (id),
    reason TEXT,
    UNIQUE (first_id, second_id)
);
CREATE INDEX duplicates_by_time ON duplicates (found_at, id);

CREATE TABLE break_glass (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    reason TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    reviewed_at BIGINT,
    reviewed_by TEXT REFERENCES staff (id),
    review_note TEXT
);
CREATE INDEX break_glass_by_person ON break_glass (staff_id, resident_id, ends_at);
CREATE INDEX break_glass_by_time ON break_glass (opened_at, id);

-- The bytes are base64 in a table of their own: one kind of column on both databases, one transaction with the row that describes them, in every backup.
CREATE TABLE documents (
    id TEXT PRIMARY KEY NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    author TEXT NOT NULL REFERENCES staff (id)
);
CREATE INDEX documents_by_resident ON documents (resident_id, taken_at);

CREATE TABLE document_contents (
    document_id TEXT PRIMARY KEY NOT NULL REFERENCES documents (id),
    content TEXT NOT NULL
);

ALTER TABLE audit ADD COLUMN purpose TEXT;
