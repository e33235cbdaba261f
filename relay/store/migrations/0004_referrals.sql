-- First visit and referral: the eligibility ledger, the joint-consultation switch, rounds in person, referrals, rides. The rules of 0001_care.sql hold.

ALTER TABLE eligibility ADD COLUMN clinician_id TEXT REFERENCES staff (id);
ALTER TABLE eligibility ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
ALTER TABLE eligibility ADD COLUMN visit_id TEXT;
ALTER TABLE eligibility ADD COLUMN recorded_at BIGINT;

-- A fact is taken back by a row beside it: the ledger itself only grows.
CREATE TABLE eligibility_revocations (
    eligibility_id TEXT PRIMARY KEY NOT NULL REFERENCES eligibility (id),
    revoked_at BIGINT NOT NULL,
    revoked_by TEXT NOT NULL REFERENCES staff (id),
    revoke_reason TEXT NOT NULL
);

CREATE TABLE joint_consultation_switches (
    home_id TEXT PRIMARY KEY NOT NULL REFERENCES homes (id),
    version BIGINT NOT NULL,
    allowed BIGINT NOT NULL,
    reason TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL REFERENCES staff (id)
);

CREATE TABLE present_doctors (
    id TEXT PRIMARY KEY NOT NULL,
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    name TEXT NOT NULL,
    licence TEXT NOT NULL,
    institution TEXT NOT NULL,
    named_by TEXT NOT NULL REFERENCES staff (id),
    named_at BIGINT NOT NULL
);
CREATE INDEX present_doctors_by_consultation ON present_doctors (consultation_id, named_at);

CREATE TABLE visits (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    hospital TEXT NOT NULL,
    planned_on TEXT NOT NULL,
    doctors TEXT NOT NULL,
    remark TEXT NOT NULL,
    planned_by TEXT NOT NULL REFERENCES staff (id),
    planned_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT
);
CREATE INDEX visits_by_state ON visits (state, planned_on, id);

CREATE TABLE visit_stops (
    visit_id TEXT NOT NULL REFERENCES visits (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    diagnosis_codes TEXT NOT NULL,
    confirmed_codes TEXT NOT NULL,
    reason TEXT,
    decided_on TEXT,
    decided_at BIGINT,
    decided_by TEXT REFERENCES staff (id),
    PRIMARY KEY (visit_id, resident_id)
);
CREATE INDEX visit_stops_by_resident ON visit_stops (resident_id, visit_id);
CREATE INDEX visit_stops_by_home ON visit_stops (home_id, visit_id);

CREATE TABLE referrals (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    consultation_id TEXT REFERENCES consultations (id),
    specialist_id TEXT REFERENCES staff (id),
    drafted_by TEXT NOT NULL REFERENCES staff (id),
    urgency TEXT NOT NULL,
    diagnosis_code TEXT,
    reason TEXT NOT NULL,
    hospital TEXT NOT NULL,
    department TEXT NOT NULL,
    appointment TEXT,
    questions TEXT NOT NULL,
    report TEXT,
    end_reason TEXT,
    created_at BIGINT NOT NULL,
    state_since BIGINT NOT NULL,
    timeline TEXT NOT NULL
);
CREATE INDEX referrals_by_time ON referrals (created_at, id);
CREATE INDEX referrals_by_home ON referrals (home_id, created_at, id);
CREATE INDEX referrals_by_resident ON referrals (resident_id, created_at);
CREATE INDEX referrals_by_consultation ON referrals (consultation_id);

CREATE TABLE transports (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    referral_id TEXT REFERENCES referrals (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    vehicle TEXT NOT NULL,
    destination TEXT NOT NULL,
    pick_up_at BIGINT NOT NULL,
    needs TEXT NOT NULL,
    carrier TEXT,
    end_reason TEXT,
    requested_by TEXT NOT NULL REFERENCES staff (id),
    created_at BIGINT NOT NULL,
    timeline TEXT NOT NULL
);
CREATE INDEX transports_by_time ON transports (created_at, id);
CREATE INDEX transports_by_home ON transports (home_id, created_at, id);
CREATE INDEX transports_by_referral ON transports (referral_id, created_at);
