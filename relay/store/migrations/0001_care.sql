-- The care record. Ids and digests are TEXT, times BIGINT (Unix milliseconds), dates TEXT (ISO 8601), nested lists JSON in TEXT, flags BIGINT 0/1,
-- so that the same queries run on PostgreSQL. Rows are decoded strictly: what is no legal value is reported with its table and column.

CREATE TABLE homes (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE pharmacies (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    phone TEXT NOT NULL
);

CREATE TABLE staff (
    id TEXT PRIMARY KEY NOT NULL,
    username TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    home_id TEXT REFERENCES homes (id),
    pharmacy_id TEXT REFERENCES pharmacies (id),
    hospital TEXT,
    licence TEXT,
    title TEXT,
    active BIGINT NOT NULL,
    password_hash TEXT NOT NULL
);

CREATE TABLE sessions (
    token_sha256 TEXT PRIMARY KEY NOT NULL,
    subject_kind TEXT NOT NULL,
    staff_id TEXT REFERENCES staff (id),
    delivery_id TEXT,
    consultation_id TEXT,
    invitation_id TEXT,
    through_box TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE throttle (
    key TEXT PRIMARY KEY NOT NULL,
    counter TEXT NOT NULL,
    last_failure_at BIGINT NOT NULL
);

CREATE TABLE residents (
    id TEXT PRIMARY KEY NOT NULL,
    home_id TEXT NOT NULL REFERENCES homes (id),
    name TEXT NOT NULL,
    pinyin TEXT NOT NULL,
    sex TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    bed TEXT NOT NULL,
    id_number TEXT NOT NULL UNIQUE,
    contacts TEXT NOT NULL,
    allergies TEXT NOT NULL,
    allergies_asked BIGINT NOT NULL,
    conditions TEXT NOT NULL,
    medicines TEXT NOT NULL,
    photo_url TEXT
);
CREATE INDEX residents_by_home ON residents (home_id, bed);

CREATE TABLE eligibility (
    id TEXT PRIMARY KEY NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    diagnosis_code TEXT NOT NULL,
    display TEXT NOT NULL,
    hospital TEXT NOT NULL,
    seen_on TEXT NOT NULL,
    clinician TEXT NOT NULL
);
CREATE INDEX eligibility_by_resident ON eligibility (resident_id);

CREATE TABLE observations (
    id TEXT PRIMARY KEY NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    code TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    unit TEXT NOT NULL,
    measured_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    device TEXT,
    source TEXT NOT NULL
);
CREATE INDEX observations_by_code ON observations (resident_id, code, measured_at);
CREATE INDEX observations_by_time ON observations (resident_id, measured_at);

CREATE TABLE notes (
    id TEXT PRIMARY KEY NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    author TEXT NOT NULL REFERENCES staff (id)
);
CREATE INDEX notes_by_resident ON notes (resident_id, written_at);

CREATE TABLE consultations (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    reason TEXT NOT NULL,
    urgency TEXT NOT NULL,
    requested_by TEXT NOT NULL REFERENCES staff (id),
    specialist_id TEXT REFERENCES staff (id),
    requested_at BIGINT NOT NULL,
    scheduled_at BIGINT,
    waiting_since BIGINT,
    began_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT
);
CREATE INDEX consultations_by_state ON consultations (state, requested_at, id);
CREATE INDEX consultations_by_time ON consultations (requested_at, id);
CREATE INDEX consultations_by_home ON consultations (home_id, requested_at, id);
CREATE INDEX consultations_by_resident ON consultations (resident_id, requested_at);

CREATE TABLE consultation_notes (
    consultation_id TEXT PRIMARY KEY NOT NULL REFERENCES consultations (id),
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    diagnosis_code TEXT,
    updated_at BIGINT NOT NULL,
    author TEXT NOT NULL REFERENCES staff (id)
);

CREATE TABLE invitations (
    id TEXT PRIMARY KEY NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    token_sha256 TEXT NOT NULL UNIQUE,
    invited_by TEXT NOT NULL REFERENCES staff (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE prescriptions (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    specialist_id TEXT NOT NULL REFERENCES staff (id),
    diagnosis_code TEXT NOT NULL,
    supply TEXT NOT NULL,
    valid_days BIGINT NOT NULL,
    valid_until TEXT,
    items TEXT NOT NULL,
    findings TEXT NOT NULL,
    hard_stop_reason TEXT,
    created_at BIGINT NOT NULL,
    state_since BIGINT NOT NULL,
    signed_at BIGINT,
    signature TEXT,
    pharmacist_id TEXT REFERENCES staff (id),
    approved_at BIGINT,
    approval TEXT,
    rejection TEXT,
    pharmacy_id TEXT REFERENCES pharmacies (id),
    accept_secret TEXT,
    packs TEXT NOT NULL,
    delivery_id TEXT,
    end_reason TEXT,
    timeline TEXT NOT NULL
);
CREATE INDEX prescriptions_by_state ON prescriptions (state, state_since, id);
CREATE INDEX prescriptions_by_time ON prescriptions (state_since, id);
CREATE INDEX prescriptions_by_resident ON prescriptions (resident_id, created_at);
CREATE INDEX prescriptions_by_consultation ON prescriptions (consultation_id, created_at);

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    pharmacy_id TEXT NOT NULL REFERENCES pharmacies (id),
    parcel_code TEXT NOT NULL,
    cold_chain BIGINT NOT NULL,
    packs TEXT NOT NULL,
    courier_name TEXT NOT NULL,
    courier_phone TEXT NOT NULL,
    courier_token_sha256 TEXT NOT NULL UNIQUE,
    courier_pin_hash TEXT NOT NULL,
    attempts TEXT NOT NULL,
    counts TEXT NOT NULL,
    comment TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    timeline TEXT NOT NULL
);
CREATE INDEX deliveries_by_prescription ON deliveries (prescription_id, created_at);
CREATE INDEX deliveries_by_home ON deliveries (home_id, created_at, id);
CREATE INDEX deliveries_by_pharmacy ON deliveries (pharmacy_id, created_at, id);

CREATE TABLE idempotency (
    actor_key TEXT NOT NULL,
    key TEXT NOT NULL,
    request_sha256 TEXT NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (actor_key, key)
);
CREATE INDEX idempotency_by_time ON idempotency (at);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    leased_until BIGINT,
    last_error TEXT
);
CREATE INDEX jobs_by_time ON jobs (state, run_at);

CREATE TABLE boxes (
    home_id TEXT PRIMARY KEY NOT NULL REFERENCES homes (id),
    connected BIGINT NOT NULL,
    since BIGINT NOT NULL,
    agent_version TEXT NOT NULL,
    address TEXT NOT NULL,
    certificate_not_after BIGINT NOT NULL
);

CREATE TABLE audit (
    seq BIGINT PRIMARY KEY NOT NULL,
    at BIGINT NOT NULL,
    actor_role TEXT NOT NULL,
    actor_id TEXT,
    kind TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    home_id TEXT,
    pharmacy_id TEXT,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
);

