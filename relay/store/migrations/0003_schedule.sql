-- Times: what specialists publish, what is held of it, duty, rounds, one-key calls, shared calendars. Where an appointment stands is its consultation's state.

CREATE TABLE availability (
    specialist_id TEXT PRIMARY KEY NOT NULL REFERENCES staff (id),
    version BIGINT NOT NULL,
    zone TEXT NOT NULL,
    rules TEXT NOT NULL,
    exceptions TEXT NOT NULL,
    -- Counts whoever changes the specialist's bookings: the row is the lock of them.
    bookings BIGINT NOT NULL
);

CREATE TABLE appointments (
    consultation_id TEXT PRIMARY KEY NOT NULL REFERENCES consultations (id),
    specialist_id TEXT NOT NULL REFERENCES staff (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    held BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    round_id TEXT
);
-- One winner, whatever the programs do.
CREATE UNIQUE INDEX appointments_one_winner ON appointments (specialist_id, starts_at) WHERE held = 1;
CREATE INDEX appointments_by_specialist ON appointments (specialist_id, starts_at);
CREATE INDEX appointments_by_home ON appointments (home_id, starts_at);

-- Which consultation makes up for one that technology broke off: one for each.
CREATE TABLE rebookings (
    failed_id TEXT PRIMARY KEY NOT NULL REFERENCES consultations (id),
    consultation_id TEXT NOT NULL UNIQUE REFERENCES consultations (id)
);

CREATE TABLE waitlist (
    consultation_id TEXT PRIMARY KEY NOT NULL REFERENCES consultations (id),
    specialist_id TEXT NOT NULL REFERENCES staff (id),
    urgency TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX waitlist_by_specialist ON waitlist (specialist_id, since);

CREATE TABLE duty (
    id TEXT PRIMARY KEY NOT NULL,
    specialist_id TEXT NOT NULL REFERENCES staff (id),
    line BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX duty_by_time ON duty (ends_at, starts_at);

CREATE TABLE rounds (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    home_id TEXT NOT NULL REFERENCES homes (id),
    specialist_id TEXT NOT NULL REFERENCES staff (id),
    planned_by TEXT NOT NULL REFERENCES staff (id),
    starts_at BIGINT NOT NULL,
    minutes BIGINT NOT NULL,
    running_order TEXT NOT NULL
);
CREATE INDEX rounds_by_time ON rounds (starts_at);

CREATE TABLE urgent_calls (
    id TEXT PRIMARY KEY NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    resident_id TEXT NOT NULL REFERENCES residents (id),
    home_id TEXT NOT NULL REFERENCES homes (id),
    bed TEXT NOT NULL,
    triage TEXT NOT NULL,
    called TEXT NOT NULL,
    answered_by TEXT REFERENCES staff (id),
    consultation_id TEXT REFERENCES consultations (id),
    note TEXT,
    steps TEXT NOT NULL,
    raised_at BIGINT NOT NULL,
    -- 1 while it goes on: one open call of a resident at a time.
    open BIGINT NOT NULL
);
CREATE UNIQUE INDEX urgent_calls_one_open ON urgent_calls (resident_id) WHERE open = 1;
CREATE INDEX urgent_calls_by_time ON urgent_calls (raised_at, id);

CREATE TABLE calendars (
    id TEXT PRIMARY KEY NOT NULL,
    specialist_id TEXT REFERENCES staff (id),
    home_id TEXT REFERENCES homes (id),
    token_sha256 TEXT NOT NULL UNIQUE,
    shared_by TEXT NOT NULL REFERENCES staff (id),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- What was said once is not said again, however often its job runs.
CREATE TABLE reminders (
    consultation_id TEXT NOT NULL REFERENCES consultations (id),
    starts_at BIGINT NOT NULL,
    minutes_before BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (consultation_id, starts_at, minutes_before)
);
