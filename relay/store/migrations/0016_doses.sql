-- What was written about each dose: rows are added and never changed.
CREATE TABLE dose_entries (
    id TEXT PRIMARY KEY NOT NULL,
    prescription_id TEXT NOT NULL REFERENCES prescriptions (id),
    item_no BIGINT NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    due_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    state TEXT NOT NULL,
    dose_milli BIGINT NOT NULL,
    at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    author TEXT NOT NULL REFERENCES staff (id),
    not_given TEXT,
    need TEXT,
    note TEXT,
    scanned BIGINT NOT NULL
);
-- Two nurses who write about one dose: the second is refused.
CREATE UNIQUE INDEX dose_entries_in_order ON dose_entries (prescription_id, item_no, due_at, sequence);
-- Requests for a refill, one for each course at most.
CREATE TABLE refills (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    prescription_id TEXT NOT NULL UNIQUE REFERENCES prescriptions (id),
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    specialist_id TEXT NOT NULL REFERENCES staff (id),
    item_nos TEXT NOT NULL,
    last_day TEXT NOT NULL,
    runs_out TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_at BIGINT,
    renewed_by TEXT,
    decline_reason TEXT
);
CREATE INDEX refills_by_home ON refills (home_id, asked_at, id);
CREATE INDEX refills_by_specialist ON refills (specialist_id, asked_at, id);
-- Whose medicines a home gives.
CREATE INDEX prescriptions_by_home_and_day ON prescriptions (home_id, signed_at);
