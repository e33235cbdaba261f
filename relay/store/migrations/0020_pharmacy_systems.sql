-- Pharmacies' own systems: credentials by digest, where events are sent, and each event on its way.
CREATE TABLE pharmacy_systems (
    id TEXT PRIMARY KEY NOT NULL,
    pharmacy_id TEXT NOT NULL REFERENCES pharmacies (id),
    name TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    previous_sha256 TEXT,
    previous_until BIGINT,
    made_by TEXT NOT NULL REFERENCES staff (id),
    made_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT,
    webhook_url TEXT,
    webhook_secret TEXT,
    webhook_previous TEXT,
    webhook_previous_until BIGINT,
    webhook_queued_to BIGINT,
    webhook_failing_since BIGINT,
    webhook_switched_off_at BIGINT
);
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY NOT NULL,
    system_id TEXT NOT NULL REFERENCES pharmacy_systems (id),
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    entity_id TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    leased_until BIGINT,
    last_answer TEXT,
    last_tried_at BIGINT,
    UNIQUE (system_id, seq)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (state, next_at);
CREATE INDEX webhook_deliveries_old ON webhook_deliveries (happened_at);
